"""Names the module to Django."""

from django.apps import AppConfig


class ComposingConfig(AppConfig):
    """Documents that are being written."""

    name = "hienluong.composing"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.composing import listeners, tasks  # noqa: PLC0415 - models must be loaded first

        _ = listeners, tasks
