"""Names the module to Django; guards tables once they are there."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class LedgerConfig(AppConfig):
    """The record of acts and refusals."""

    name = "hienluong.ledger"

    def ready(self) -> None:
        """Imports what registers itself, and reads which tables are guarded."""
        from hienluong.ledger import figures, guards, migrating  # noqa: F401, PLC0415 - they need loaded models

        guards.settle()
        pre_migrate.connect(migrating.before_migrations, sender=self)
        post_migrate.connect(migrating.after_migrations, sender=self)
