"""Names the module to Django."""

from django.apps import AppConfig


class ComposingConfig(AppConfig):
    """Documents that are being written."""

    name = "hienluong.composing"
