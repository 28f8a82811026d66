"""Registers access: permissions, alerts of changed rights, jobs."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Who watches over rights."""

    name = "hienluong.access"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.access import listeners, permissions, purposes, tasks  # noqa: F401, PLC0415 - models must be loaded first
