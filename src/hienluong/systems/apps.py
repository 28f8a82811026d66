"""Registers the systems: permissions and jobs."""

from django.apps import AppConfig


class SystemsConfig(AppConfig):
    """What agencies' software may do."""

    name = "hienluong.systems"

    def ready(self) -> None:
        """Declares the permissions and the jobs."""
        from hienluong.systems import permissions, tasks  # noqa: F401, PLC0415 - models must be loaded first
