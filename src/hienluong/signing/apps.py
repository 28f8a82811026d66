"""Registers signing: permissions and jobs."""

from django.apps import AppConfig


class SigningConfig(AppConfig):
    """Signatures, trust lists, what is known of revocations."""

    name = "hienluong.signing"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.signing import permissions, tasks  # noqa: F401, PLC0415 - they need loaded models
