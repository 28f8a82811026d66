"""Names the module to Django, declares its permissions, listens to the axis, adds to the page of a packet."""

from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    """What becomes of documents after they were sent."""

    name = "hienluong.corrections"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.corrections import listeners, offers, permissions, tasks  # noqa: F401, PLC0415 - models must be loaded first
