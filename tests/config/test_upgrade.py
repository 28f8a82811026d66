"""`hienluong upgrade`: a backup first; a migration that fails leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
import pytest
from tests.config.conftest import hienluong, report

from hienluong.config.backup import complete_backups
from hienluong.config.database import answering, row_counts
from hienluong.config.installation import Installation
from hienluong.config.serving import hold_serving

pytestmark = pytest.mark.faults

Annexe = Callable[[Mapping[str, str]], dict[str, str]]

FIRST = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]
    operations = [migrations.RunSQL(
        "CREATE TABLE annexe (id int); INSERT INTO annexe VALUES (1); DROP TABLE files_destruction CASCADE;"
    )]
"""
SECOND = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("annexe", "0001_first")]
    operations = [migrations.RunSQL("SELECT 1 / 0")]
"""
HARMLESS = FIRST.replace("DROP TABLE files_destruction CASCADE;", "").replace("annexe", "annexe_kept")


def counts(installation: Installation) -> dict[str, int]:
    with answering(installation) as url, psycopg.connect(url) as connection:
        return row_counts(connection)


def test_a_failing_migration_puts_the_database_back(installation: Installation, annexe: Annexe) -> None:
    before = counts(installation)
    answer = hienluong(installation.path, "upgrade", **annexe({"0001_first": FIRST, "0002_second": SECOND}))
    assert answer.returncode == 2
    last = answer.stderr.strip().splitlines()[-1]
    assert "division by zero" in last
    backup = complete_backups(installation.backups)[-1]
    assert str(backup.path) in last
    assert counts(installation) == before
    assert Installation.load_complete(installation.path) == installation
    with answering(installation) as url, psycopg.connect(url) as connection:
        databases = {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}
    assert databases == {"postgres", "template0", "template1", "hienluong"}


def test_pending_migrations_run_after_a_backup(
    installation: Installation, annexe: Annexe, place: Path
) -> None:
    assert not place.exists()
    settings = annexe({"0001_harmless": HARMLESS})
    facts = report(hienluong(installation.path, "upgrade", "--json", **settings))
    assert facts["migrations"] == ["annexe.0001_harmless"]
    assert Path(facts["backup"]) in {found.path for found in complete_backups(installation.backups)}
    assert counts(installation)["public.annexe_kept"] == 1
    again = report(hienluong(installation.path, "upgrade", "--json", **settings))
    assert again["migrations"] == []
    assert again["backup"] is None


def test_an_installation_that_is_being_served_is_not_upgraded(installation: Installation) -> None:
    with hold_serving(installation):
        answer = hienluong(installation.path, "upgrade")
    assert (answer.returncode, answer.stderr.count("\n")) == (2, 1)
    assert "already in use" in answer.stderr
