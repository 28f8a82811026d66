"""Names the top of the house to Django."""

from django.apps import AppConfig


class HienluongConfig(AppConfig):
    """The top of the house."""

    name = "hienluong.config"
    label = "hienluong_config"

    def ready(self) -> None:
        """Lets the monitoring measure what only this module can."""
        from hienluong.config import probes  # noqa: F401, PLC0415 - it needs loaded settings
