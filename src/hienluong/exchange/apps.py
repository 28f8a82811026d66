"""Registers the axis: permissions, tasks, notices, listeners."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The document interchange axis."""

    name = "hienluong.exchange"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.exchange import listeners, permissions, tasks  # noqa: F401, PLC0415 - they need loaded models
