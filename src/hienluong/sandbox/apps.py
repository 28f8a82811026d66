"""Names the module to Django and listens to the axis."""

from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """The sandbox's partner."""

    name = "hienluong.sandbox"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.sandbox import listeners, tasks  # noqa: F401, PLC0415 - models must be loaded first
