"""The migrations: complete, and the same on every supported server."""

from __future__ import annotations

import os

import pytest
from django.core.management import call_command
from django.db import connection

from hienluong.config.steps import pending_migrations

pytestmark = pytest.mark.django_db


def test_the_suite_runs_on_the_server_it_was_asked_for() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0])
    assert version // 10_000 == int(os.environ.get("HIENLUONG_TEST_POSTGRES", "18"))


def test_every_migration_has_run() -> None:
    assert pending_migrations() == []


def test_the_models_have_no_change_without_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
