"""Names the module to Django."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices to people."""

    name = "hienluong.notices"
