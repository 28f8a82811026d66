"""Names the module to Django and declares its jobs."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Files of agencies taken into the directory."""

    name = "hienluong.imports"

    def ready(self) -> None:
        """Declares the jobs."""
        from hienluong.imports import tasks  # noqa: F401, PLC0415 - models must be loaded first
