"""Names the module to Django and declares its permissions, its jobs and what it adds to the search."""

from django.apps import AppConfig


class TakeoverConfig(AppConfig):
    """Taking over from an earlier system."""

    name = "hienluong.takeover"

    def ready(self) -> None:
        """Declares what others must know."""
        from hienluong.takeover import offers, permissions, tasks  # noqa: F401, PLC0415 - models must be loaded first
