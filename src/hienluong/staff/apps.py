"""Names the module to Django, declares its permissions and its notices."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Who works where."""

    name = "hienluong.staff"

    def ready(self) -> None:
        """Declares the permissions, and with the commands the notices they give."""
        from hienluong.staff import commands, permissions, purposes  # noqa: F401, PLC0415 - models must be loaded first
