"""Registers retention: permissions, what keeps copies, what the page of a packet says, what is looked out for."""

from django.apps import AppConfig


class RetentionConfig(AppConfig):
    """Periods, legal holds, disposals."""

    name = "hienluong.retention"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.retention import keeping, offers, permissions, tasks  # noqa: F401, PLC0415 - they need loaded models
