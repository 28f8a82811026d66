"""Registers identity: permissions, alerts of changed rights, jobs."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who is there."""

    name = "hienluong.identity"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.identity import listeners, permissions, tasks  # noqa: F401, PLC0415 - models must be loaded first
