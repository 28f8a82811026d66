"""Names the module to Django and declares its permissions, notices and jobs."""

from django.apps import AppConfig


class IssuingConfig(AppConfig):
    """Documents on their way to being issued."""

    name = "hienluong.issuing"

    def ready(self) -> None:
        """Declares what others must know."""
        # models must be loaded first
        from hienluong.issuing import permissions, tasks, telling  # noqa: F401, PLC0415 - they register themselves
        from hienluong.issuing.demonstration import show_documents  # noqa: F401, PLC0415 - it listens
