"""Names the module to Django."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """The vault of bytes."""

    name = "hienluong.files"
