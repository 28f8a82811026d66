"""Brings an installation up to the program: backup, migrate, and back to the backup if a migration fails."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hienluong import __version__
from hienluong.config.backup import DUMP, Backup, run_backup
from hienluong.config.database import answering, row_counts, tools_for
from hienluong.config.errors import (
    CommandFailed,
    RestoreDiffers,
    RoleMayNotCreateDatabases,
    UpgradeRolledBack,
)
from hienluong.config.installation import Installation
from hienluong.config.serving import hold_serving
from hienluong.config.steps import Runner, run_steps


def upgrade(
    installation: Installation,
    *,
    say: Callable[[str], None],
    backups: Path | None = None,
    run: Runner = run_steps,
) -> dict[str, Any]:
    """Upgrades an installation that is not being served, and returns the migrations run and the backup made.

    Raises:
        AlreadyServed: it is being served.
        RoleMayNotCreateDatabases: the fall-back could not be made; nothing was changed.
        UpgradeRolledBack: a migration failed; the database is as it was before.
    """
    with hold_serving(installation), answering(installation) as url:
        installation.make_missing_secrets()
        pending = run(installation, "pending")["pending"]
        if not pending and installation.version == __version__:
            return {"version": __version__, "migrations": [], "backup": None}
        _require_createdb(url)
        say("A backup is being made.")
        backup = run_backup(installation, to=backups)
        say(f"Backup: {backup.path}")
        try:
            run(installation, "migrate", "load-reference-data")
        except CommandFailed as problem:
            say("A step failed; the database is being put back as it was.")
            put_back(url, backup)
            raise UpgradeRolledBack(reason=problem.explain(), backup=backup.path) from problem
        installation.changed(version=__version__)
    return {"version": __version__, "migrations": pending, "backup": str(backup.path)}


def _require_createdb(url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT rolcreatedb OR rolsuper, rolname FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    if row is None or not row[0]:
        raise RoleMayNotCreateDatabases(role=row[1] if row else "")


def put_back(url: str, backup: Backup) -> None:
    """Replaces a database by its backup: restores beside it, compares, then swaps the names.

    Raises:
        CommandFailed, RestoreDiffers: the copy could not be made; the database stays as the failure left it.
    """
    parts = conninfo_to_dict(url)
    name = str(parts["dbname"])
    fresh, broken = f"{name}_put_back", f"{name}_failed"
    with psycopg.connect(make_conninfo("", **{**parts, "dbname": "postgres"}), autocommit=True) as connection:

        def do(statement: LiteralString, *names: str) -> None:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

        for left in (fresh, broken):
            do("DROP DATABASE IF EXISTS {}", left)
        do("CREATE DATABASE {} TEMPLATE template0", fresh)
        do("REVOKE ALL ON DATABASE {} FROM PUBLIC", fresh)
        copy = make_conninfo("", **{**parts, "dbname": fresh})
        tools_for(copy).load(backup.path / DUMP, copy)
        with psycopg.connect(copy) as check:
            counts = row_counts(check)
        if counts != dict(backup.manifest.rows):
            raise RestoreDiffers(differences="the numbers of rows", path=backup.path)
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)", [[name, fresh]]
        )
        do("ALTER DATABASE {} RENAME TO {}", name, broken)
        do("ALTER DATABASE {} RENAME TO {}", fresh, name)
        do("DROP DATABASE {} WITH (FORCE)", broken)
