"""Registers the webhooks: permissions, listeners, what is looked out for."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Webhooks of agencies' systems."""

    name = "hienluong.webhooks"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.webhooks import listeners, permissions, tasks  # noqa: F401, PLC0415 - they need loaded models
