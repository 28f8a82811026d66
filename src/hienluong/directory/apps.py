"""Names the module to Django and declares its permissions."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Who is who."""

    name = "hienluong.directory"

    def ready(self) -> None:
        """Declares the permissions."""
        from hienluong.directory import permissions  # noqa: F401, PLC0415 - models must be loaded first
