"""Looks at an installation the way an experienced operator would, and says what to do about each finding."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg

from hienluong import __version__
from hienluong.config.backup import complete_backups
from hienluong.config.database import answering, tools_for
from hienluong.config.errors import DatabaseToolsMissing, OperationRefused, PortBusy
from hienluong.config.installation import SECRETS, Installation
from hienluong.config.serving import is_served, require_port
from hienluong.config.steps import Runner, run_steps
from hienluong.kit.clamd import Clamd, ClamdUnreachable
from hienluong.kit.errors import HienluongError, fill
from hienluong.kit.errors import gettext_noop as _

State = Literal["ok", "warn", "fail"]
PACKAGE = Path(__file__).resolve().parent.parent
LAW_ZONE = "Asia/Ho_Chi_Minh"
FRESH_BACKUP = timedelta(days=2)
CLAMD_SECONDS = 5.0
EARLIEST_CLOCK = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        name: of the check, stable for machines.
        state: "ok", "warn" (works, but …) or "fail" (will not work).
        found: what is the case.
        todo: what to do about it; "" when all is well.
    """

    name: str
    state: State
    found: str
    todo: str = ""


def check(path: Path, *, run: Runner = run_steps) -> list[Finding]:
    """Returns the findings about the installation in `path`, in a fixed order; it never raises for a bad one."""
    findings = [python(), *built_parts(), clock()]
    try:
        installation = Installation.load_complete(path)
    except OperationRefused as problem:
        return [*findings, Finding("installation", "fail", *_texts(problem))]
    findings.append(Finding("installation", "ok", f"{installation.kind}, {installation.path}"))
    for look in (owner, disk, permissions, port, backups, antivirus):
        findings += _guarded(look.__name__, lambda look=look: list(look(installation)))  # type: ignore[misc]  # the loop's own variable
    return [*findings, *_guarded("database", lambda: database(installation, run))]


def _guarded(name: str, look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except HienluongError as problem:
        return [Finding(name, "fail", problem.explain())]
    except (OSError, psycopg.Error) as problem:
        return [Finding(name, "fail", str(problem).strip())]


def _texts(problem: HienluongError) -> tuple[str, str]:
    """Returns what is wrong and what to do about it."""
    return fill(problem.detail, problem.params), fill(problem.todo, problem.params)


def python() -> Finding:
    """Tells the interpreter; pip refuses one that is too old."""
    return Finding("python", "ok", f"{'.'.join(map(str, sys.version_info[:3]))}, {sys.executable}")


def built_parts() -> Iterator[Finding]:
    """Looks at what is made from sources: style sheets and scripts, translations."""
    again = _("Run “make run” once: it builds what is missing.")
    built = PACKAGE / "portal" / "static" / "portal" / "built"
    if built.is_dir() and any(built.iterdir()):
        yield Finding("static-files", "ok", str(built))
    else:
        yield Finding("static-files", "fail", f"{built} is empty", again)
    sources = sorted(PACKAGE.glob("locale/*/LC_MESSAGES/*.po"))
    stale = [
        source
        for source in sources
        if not source.with_suffix(".mo").exists()
        or source.with_suffix(".mo").stat().st_mtime < source.stat().st_mtime
    ]
    if sources and not stale:
        yield Finding("translations", "ok", f"{len(sources)} compiled")
    else:
        missing = ", ".join(str(path.relative_to(PACKAGE)) for path in stale) or "none found"
        yield Finding("translations", "warn", f"not compiled: {missing}", again)


def clock() -> Finding:
    """Looks at the clock and the zone of the law."""
    now = datetime.now(UTC)
    try:
        local = now.astimezone(ZoneInfo(LAW_ZONE))
    except ZoneInfoNotFoundError:
        return Finding("clock", "fail", f"{LAW_ZONE} is unknown", _("Install it: apt-get install tzdata"))
    if now < EARLIEST_CLOCK:
        return Finding(
            "clock", "fail", now.isoformat(), _("Set the clock; keep it with systemd-timesyncd or chrony.")
        )
    return Finding("clock", "ok", f"{local:%Y-%m-%d %H:%M:%S} {LAW_ZONE}, here {time.strftime('%Z')}")


def owner(installation: Installation) -> Iterator[Finding]:
    """Looks at who runs the program."""
    if os.geteuid() == 0:
        yield Finding(
            "user",
            "warn",
            "root",
            _("Put the program where the system user “hienluong” can read it; then root hands over to it."),
        )
    elif installation.path.stat().st_uid != os.geteuid():
        yield Finding("user", "fail", str(os.geteuid()), _("Run it as the owner of the data directory."))
    else:
        yield Finding("user", "ok", str(os.geteuid()))


def disk(installation: Installation) -> Iterator[Finding]:
    """Looks at the free space."""
    installation.require_space()
    usage = shutil.disk_usage(installation.path)
    free = f"{usage.free // 1_048_576} MB free of {usage.total // 1_048_576}"
    if usage.free * 10 < usage.total:
        yield Finding("disk", "warn", free, _("Less than a tenth is free: make room soon."))
    else:
        yield Finding("disk", "ok", free)


def permissions(installation: Installation) -> Iterator[Finding]:
    """Looks at who else could read the data directory and the secrets."""
    places = [installation.path, installation.secrets]
    files = [installation.secrets / name for name in SECRETS]
    missing = [file.name for file in files if not file.exists()]
    if missing:
        yield Finding(
            "secrets",
            "fail",
            f"missing: {', '.join(missing)}",
            _("Restore them from the archive of secrets."),
        )
    open_ones = [
        path for path in (*places, *files) if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if open_ones:
        listed = " ".join(str(path) for path in open_ones)
        yield Finding("permissions", "fail", f"others can read {listed}", f"chmod go= {listed}")
    else:
        yield Finding("permissions", "ok", "private")


def port(installation: Installation) -> Iterator[Finding]:
    """Looks at whether the web server could listen, or does."""
    address = f"{installation.listen_host}:{installation.listen_port}"
    if is_served(installation):
        yield Finding("port", "ok", f"{address}, being served")
        return
    try:
        require_port(installation.listen_host, installation.listen_port)
    except PortBusy as problem:
        yield Finding("port", "fail", *_texts(problem))
    else:
        yield Finding("port", "ok", f"{address} is free")


def backups(installation: Installation) -> Iterator[Finding]:
    """Looks at the age and the place of the last backup."""
    found = complete_backups(installation.backups)
    state: State = "ok" if installation.kind == "demonstration" else "warn"
    if not found:
        yield Finding("backup", state, f"none in {installation.backups}", _("Run “hienluong backup”."))
        return
    last = datetime.fromisoformat(found[-1].manifest.created_at)
    if datetime.now(UTC) - last > FRESH_BACKUP:
        yield Finding(
            "backup", state, f"last one {last:%Y-%m-%d %H:%M} UTC", _("Run “hienluong backup” daily.")
        )
    elif installation.backups.stat().st_dev == installation.path.stat().st_dev:
        yield Finding(
            "backup",
            state,
            f"{len(found)}, on the same disk as the data",
            _("Name a directory on another disk in HIENLUONG_BACKUP_DIR."),
        )
    else:
        yield Finding("backup", "ok", f"{len(found)}, last one {last:%Y-%m-%d %H:%M} UTC")


def antivirus(_installation: Installation) -> Iterator[Finding]:
    """Asks ClamAV's daemon what it is, where one is named."""
    address = os.environ.get("HIENLUONG_CLAMD", "")
    if not address:
        todo = _("To scan them, install clamav-daemon and name its socket in HIENLUONG_CLAMD.")
        yield Finding("antivirus", "ok", "off: attachments reach their recipients unscanned", todo)
        return
    try:
        yield Finding("antivirus", "ok", f"{Clamd(address, CLAMD_SECONDS).version()}, {address}")
    except ClamdUnreachable as problem:
        yield Finding("antivirus", "fail", *_texts(problem))


def database(installation: Installation, run: Runner) -> list[Finding]:
    """Looks at the server, its encoding, its tools, and the migrations."""
    findings = []
    with answering(installation) as url:
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version'), pg_encoding_to_char(encoding),"
                " current_setting('fsync'), current_setting('synchronous_commit')"
                " FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        version, encoding, fsync, commit = map(str, row or ("", "", "", ""))
        findings.append(Finding("database", "ok", f"PostgreSQL {version}, {installation.database_mode}"))
        if encoding != "UTF8":
            findings.append(
                Finding("encoding", "fail", encoding, _("Make the database with ENCODING 'UTF8'."))
            )
        if fsync != "on" or commit in ("off", "local"):
            findings.append(
                Finding(
                    "durability",
                    "fail",
                    f"fsync={fsync}, synchronous_commit={commit}",
                    _("Turn both on: an acknowledged document must survive a crash."),
                )
            )
        try:
            findings.append(Finding("database-tools", "ok", str(tools_for(url).bindir)))
        except DatabaseToolsMissing as problem:
            findings.append(Finding("database-tools", "warn", *_texts(problem)))
        pending = run(installation, "pending")["pending"]
        if pending:
            todo = _("Run “hienluong upgrade”.")
            findings.append(Finding("migrations", "fail", f"{len(pending)} pending", todo))
        else:
            findings.append(Finding("migrations", "ok", f"none pending, version {__version__}"))
            findings += _guarded("alarms", lambda: _alarms(installation, run))
    return findings


def _alarms(installation: Installation, run: Runner) -> list[Finding]:
    """Says what the monitoring says of each condition that it watches; one line where all are well."""
    found = run(installation, "conditions")["conditions"]
    bad = [one for one in found if one["bad"]]
    for one in bad:
        one["value"] = "never" if one["value"] is None else f"{one['value']:g} {one['unit']}".strip()
    if not bad:
        return [Finding("alarms", "ok", f"{len(found)} conditions are well")]
    return [
        Finding(
            f"alarm-{one['name'].replace('_', '-')}",
            "warn",
            f"{one['value']}, limit {one['limit']:g}",
            one["todo"],
        )
        for one in bad
    ]
