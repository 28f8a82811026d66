"""Names the module to Django."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Background work."""

    name = "hienluong.jobs"
