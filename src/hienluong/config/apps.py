"""Names the top of the house to Django and makes the cache's table."""

from typing import Any

from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


def _make_cache_table(**_: Any) -> None:
    call_command("createcachetable", verbosity=0)


class HienluongConfig(AppConfig):
    """The top of the house."""

    name = "hienluong.config"
    label = "hienluong_config"

    def ready(self) -> None:
        """Has the cache's table made with the other tables; it has no migration of its own."""
        post_migrate.connect(_make_cache_table, sender=self)
