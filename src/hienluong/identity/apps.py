"""Registers identity: permissions, listeners, jobs, what is recorded of second factors."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who is there."""

    name = "hienluong.identity"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.identity import (  # noqa: F401, PLC0415 - they need loaded models
            listeners,
            permissions,
            providers,
            purposes,
            second_factor,
            tasks,
        )
