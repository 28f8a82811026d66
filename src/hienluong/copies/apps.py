"""Names the module to Django and declares its permissions and jobs."""

from django.apps import AppConfig


class CopiesConfig(AppConfig):
    """Electronic copies of documents."""

    name = "hienluong.copies"

    def ready(self) -> None:
        """Declares what others must know."""
        from hienluong.copies import permissions, tasks  # noqa: F401, PLC0415 - models must be loaded first
