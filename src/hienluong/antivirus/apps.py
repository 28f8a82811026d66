"""Registers the scanning of attachments: permissions, the gate, what is looked out for."""

from django.apps import AppConfig


class AntivirusConfig(AppConfig):
    """Attachments and malware."""

    name = "hienluong.antivirus"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.antivirus import gate, offers, permissions, tasks  # noqa: F401, PLC0415 - they need loaded models
