"""Names the module to Django."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The record of acts and refusals."""

    name = "hienluong.ledger"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.ledger import figures  # noqa: F401, PLC0415 - it needs loaded models
