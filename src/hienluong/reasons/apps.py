"""Names the module to Django, declares its permissions, listens to the set-up."""

from django.apps import AppConfig


class ReasonsConfig(AppConfig):
    """The maintained list of reasons."""

    name = "hienluong.reasons"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.reasons import listeners, permissions  # noqa: F401, PLC0415 - models must be loaded first
