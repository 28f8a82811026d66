"""Names the module to Django and declares its permissions and its jobs."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who is there."""

    name = "hienluong.identity"

    def ready(self) -> None:
        """Declares the permissions and the jobs."""
        from hienluong.identity import permissions, tasks  # noqa: F401, PLC0415 - models must be loaded first
