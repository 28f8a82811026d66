"""Names the module to Django and declares its permissions."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who is there."""

    name = "hienluong.identity"

    def ready(self) -> None:
        """Declares the permissions."""
        from hienluong.identity import permissions  # noqa: F401, PLC0415 - models must be loaded first
