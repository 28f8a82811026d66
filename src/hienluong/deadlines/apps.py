"""Names the module to Django, listens to the axis and the calendar, offers its figures, adds to the page of a packet."""

from django.apps import AppConfig


class DeadlinesConfig(AppConfig):
    """Legal clocks, the late list, reminders."""

    name = "hienluong.deadlines"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.deadlines import (  # noqa: PLC0415 - models must be loaded first
            figures,
            listeners,
            offers,
            permissions,
            reminders,
            tasks,
        )

        _ = figures, listeners, offers, permissions, reminders, tasks
