"""What `migrate` does to guards: triggers go before the tables they watch are changed, and are set after."""

from __future__ import annotations

from typing import Any

from hienluong.kit import clock
from hienluong.ledger import triggers
from hienluong.ledger.guards import tables


def before_migrations(*, plan: Any, **_more: object) -> None:
    """Takes the triggers away from tables that migrations are about to change.

    Args:
        plan: Django's: the migrations in order, each with whether it is undone.
    """
    apps = {migration.app_label for migration, _backwards in plan}
    if any(backwards and migration.app_label == "ledger" for migration, backwards in plan):
        apps |= {table.app for table in tables().values()}  # what triggers write into may be gone afterwards
    triggers.suspend(apps, now=clock.now())


def after_migrations(**_more: object) -> None:
    """Sets the triggers of every guarded table as they are to be."""
    triggers.install(now=clock.now())
