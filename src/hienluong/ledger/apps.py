"""Names the module to Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The record of acts and refusals."""

    name = "hienluong.ledger"
