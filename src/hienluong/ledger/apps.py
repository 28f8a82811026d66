"""Names the module to Django; sets the guards of tables once the tables are there."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class LedgerConfig(AppConfig):
    """The record of acts and refusals."""

    name = "hienluong.ledger"

    def ready(self) -> None:
        """Imports what registers itself, and reads which tables are guarded."""
        from hienluong.ledger import figures, guards  # noqa: F401, PLC0415 - they need loaded models

        guards.settle()
        pre_migrate.connect(_before_migrations, sender=self)
        post_migrate.connect(_after_migrations, sender=self)


def _before_migrations(*, plan: Any, **_more: object) -> None:
    """Takes the triggers away from tables that migrations are about to change."""
    from hienluong.kit import clock  # noqa: PLC0415 - starts without
    from hienluong.ledger import triggers  # noqa: PLC0415 - it needs loaded models

    triggers.suspend({migration.app_label for migration, _backwards in plan}, now=clock.now())


def _after_migrations(**_more: object) -> None:
    """Sets the triggers of every guarded table as they are to be."""
    from hienluong.kit import clock  # noqa: PLC0415 - starts without
    from hienluong.ledger import triggers  # noqa: PLC0415 - it needs loaded models

    triggers.install(now=clock.now())
