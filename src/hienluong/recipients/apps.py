"""Names the module to Django, declares its permissions, listens to the set-up."""

from django.apps import AppConfig


class RecipientsConfig(AppConfig):
    """Groups of recipients."""

    name = "hienluong.recipients"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.recipients import listeners, permissions  # noqa: F401, PLC0415 - models must be loaded first
