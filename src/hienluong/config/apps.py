"""Names the top of the house to Django."""

from django.apps import AppConfig


class HienluongConfig(AppConfig):
    """The top of the house."""

    name = "hienluong.config"
    label = "hienluong_config"
