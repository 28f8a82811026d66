"""The database of an installation as its commands need it: answering, of the right version, with its tools."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from hienluong.config.errors import (
    AlreadyServed,
    CommandFailed,
    DatabaseNotEmpty,
    DatabaseToolsMissing,
    DatabaseTooOld,
    DatabaseUnreachable,
    PostgresMissing,
)
from hienluong.config.installation import DATABASE, Installation
from hienluong.config.postgres import Postgres, debian_bindir, embedded, embedded_bindir, major_version

OLDEST_MAJOR = 15
PATIENCE_SECONDS = 30
"""How long a command waits for a database that is just starting or recovering."""


_PASSING = (
    "the database system is",  # starting up, not yet accepting connections, in recovery mode, shutting down
    "No such file",
    "refused",
)
"""What libpq says of a server that may soon be there; it gives no SQLSTATE for a connection that was not made."""


@contextmanager
def answering(installation: Installation) -> Iterator[str]:
    """Keeps the database answering while the block runs, and gives its address.

    The operator's own server is only checked. The embedded one is used where `serve` (or another command) runs it;
    otherwise this process starts it and, when nobody else uses it any more, stops it.

    Raises:
        DatabaseUnreachable, DatabaseTooOld, PostgresFailed: it cannot be used.
    """
    url = installation.database_url()
    if installation.database_mode == "external":
        require_server(url)
        yield url
        return
    installation.run.mkdir(mode=0o700, exist_ok=True)
    with (installation.run / "postgres.users").open("a", encoding="utf-8") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        cluster = _start_unless_running(installation)
        try:
            require_server(url)
            yield url
        finally:
            if cluster:
                _wait_for_other_users(users.fileno())
                cluster.stop()


def _start_unless_running(installation: Installation) -> Postgres | None:
    log = installation.log / "postgres.log"

    def write(line: str) -> None:
        with log.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    cluster = embedded(installation, write)
    try:
        cluster.start()
    except AlreadyServed:
        return None
    return cluster


def _wait_for_other_users(descriptor: int) -> None:
    """Waits until no other command uses the server that this one started; no longer than an hour."""
    until = time.monotonic() + 3600
    while time.monotonic() < until:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.2)
        else:
            return


def answers(url: str) -> bool:
    """Returns whether the server takes a connection now, or within two seconds."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def require_server(url: str) -> int:
    """Returns the server's version number (180006 for 18.6), waiting while it starts or recovers.

    Raises:
        DatabaseUnreachable: it does not answer within 30 s, or refuses the role.
        DatabaseTooOld: it is older than PostgreSQL 15.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                version = connection.info.server_version
            break
        except psycopg.OperationalError as problem:
            reason = " ".join(str(problem).split())
            if not any(words in reason for words in _PASSING) or time.monotonic() >= until:
                raise DatabaseUnreachable(reason=reason) from problem
            time.sleep(0.1)
    if version < OLDEST_MAJOR * 10_000:
        raise DatabaseTooOld(found=version // 10_000, needed=OLDEST_MAJOR)
    return version


def create_role_and_database(installation: Installation) -> None:
    """Makes the role and the database of a new embedded cluster, each unless it exists.

    The role owns its database and may make others (the copy that an upgrade falls back on); it is no superuser.
    """
    cluster = embedded(installation)
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        role = sql.Identifier(DATABASE)
        word = sql.Literal(installation.secret("database-password"))
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
        connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, word))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))


def require_empty(url: str) -> None:
    """Checks that the database has no tables of its own.

    Raises:
        DatabaseNotEmpty: it has.
    """
    with psycopg.connect(url) as connection:
        if table_names(connection):
            raise DatabaseNotEmpty(database=connection.info.dbname)


def table_names(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Returns (schema, table) of every ordinary or partitioned table outside the system's schemas, sorted."""
    rows = connection.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'"
        " AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1, 2"
    ).fetchall()
    return [(str(schema), str(table)) for schema, table in rows]


def row_counts(connection: psycopg.Connection) -> dict[str, int]:
    """Returns the number of rows of every table, as the connection's transaction sees them."""
    counts = {}
    for schema, table in table_names(connection):
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        row = connection.execute(query).fetchone()
        counts[f"{schema}.{table}"] = int(row[0]) if row else 0
    return counts


@dataclass(frozen=True, slots=True)
class Tools:
    """pg_dump and pg_restore that suit a server."""

    bindir: Path

    def dump(self, url: str, target: Path, *, snapshot: str) -> None:
        """Writes the database, as the exported snapshot sees it, in PostgreSQL's own archive format.

        Raises:
            CommandFailed: pg_dump says no.
        """
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        self._run("pg_dump", [*options, f"--file={target}"], url)

    def load(self, source: Path, url: str) -> None:
        """Restores such an archive into an empty database, in one transaction.

        Raises:
            CommandFailed: pg_restore says no; nothing was kept.
        """
        options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        self._run("pg_restore", [*options, str(source)], url)

    def _run(self, program: str, options: list[str], url: str) -> None:
        # The password goes through the environment: the command line is everybody's to read.
        parts = conninfo_to_dict(url)
        password = str(parts.pop("password", "") or "")
        environment = {**os.environ, "PGPASSWORD": password, "LC_ALL": "C"}
        result = subprocess.run(  # noqa: S603 - a program of ours, no shell
            [self.bindir / program, f"--dbname={make_conninfo('', **parts)}", *options],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            lines = [line for line in result.stderr.splitlines() if "error" in line.lower()]
            reason = (lines or result.stderr.splitlines() or [f"exit code {result.returncode}"])[0]
            raise CommandFailed(step=program, reason=re.sub(r"\s+", " ", reason))


def tools_for(url: str) -> Tools:
    """Returns the tools of the server's own major version: a newer pg_restore may say what an older server rejects.

    Raises:
        DatabaseToolsMissing: there are none; the package that brings them is named.
    """
    major = require_server(url) // 10_000
    places = [embedded_bindir(), debian_bindir(major)]
    if found := shutil.which("pg_dump"):
        places.append(Path(found).parent)
    for place in places:
        try:
            if major_version(place / "pg_dump") == major and (place / "pg_restore").exists():
                return Tools(place)
        except PostgresMissing:
            continue
    raise DatabaseToolsMissing(major=major)
