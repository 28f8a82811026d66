"""Registers the monitoring: permissions, figures, what the clock does, what is said of alarms."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The operators' view of the platform."""

    name = "hienluong.monitoring"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.monitoring import figures, permissions, tasks, telling  # noqa: F401, PLC0415 - they need loaded models
