"""Describes one installation: a data directory, its layout, its secrets and the address of its database.

An installation is a directory of mode 0700. `installation.json` says what it is; everything it owns lies inside:

    installation.json   id, kind, version, port …        secrets/   one file of mode 0600 each
    postgres/           the embedded database            run/       sockets, locks
    files/              sealed attachments               backups/   copies        log/   the children's output

Only the standard library and `kit` are used here: the command line must start fast and without Django.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from uuid import uuid4

from hienluong import __version__
from hienluong.config.account import service_account
from hienluong.config.errors import (
    AlreadyInstalled,
    DatabaseAddressMissing,
    DiskFull,
    InitialisationUnfinished,
    InstallationUnreadable,
    NoInstallation,
    NotEmpty,
    SettingInvalid,
)

Kind = Literal["real", "demonstration"]
DatabaseMode = Literal["embedded", "external"]

DATABASE = "hienluong"
"""Name of the database and of the role that owns it."""

DEFAULT_PORT = 8000
DEFAULT_HOST = "127.0.0.1"


def new_signing_key() -> str:
    """Returns a new RSA key in PEM (PKCS 8), with which sign-ons to other systems are signed (RS256)."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - start fast
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - the same

    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode().strip()


def new_push_key() -> str:
    """Returns a new key of P-256 in PEM (PKCS 8), by which push services know this installation (VAPID, RFC 8292)."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - start fast
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - the same

    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode().strip()


def new_receipt_key() -> str:
    """Returns a new Ed25519 key in PEM, with which receipts are signed."""
    from hienluong.kit.jws import new_key  # noqa: PLC0415 - start fast

    return new_key()


def new_ledger_key() -> str:
    """Returns a new Ed25519 key in PEM, with which checkpoints are signed: the ledger's own, or as a witness others'."""
    from hienluong.kit.jws import new_key  # noqa: PLC0415 - start fast

    return new_key()


SECRETS: Mapping[str, Callable[[], str]] = {
    "django-secret-key": lambda: secrets.token_urlsafe(64),
    "database-password": lambda: secrets.token_urlsafe(32),
    "database-superuser-password": lambda: secrets.token_urlsafe(32),
    "master-key": lambda: secrets.token_hex(32),  # 32 bytes; as text it can be kept on paper in a safe
    "second-factor-key": lambda: secrets.token_hex(32),
    "webhook-key": lambda: secrets.token_hex(32),
    "push-key": new_push_key,
    "sign-on-key": new_signing_key,
    "receipt-key": new_receipt_key,
    "ledger-key": new_ledger_key,
    "witness-key": new_ledger_key,
}
"""Every secret of an installation and how it is made; each is a file."""

PORTABLE_SECRETS = ("django-secret-key", "master-key")
"""The secrets without which a backup opens nothing; all but those of the database server travel with it."""


def default_data_dir(kind: Kind = "real") -> Path:
    """Returns where an installation lives when HIENLUONG_DATA_DIR is not set; a demonstration has its own place."""
    name = "hienluong" if kind == "real" else "hienluong-demo"
    if os.geteuid() == 0:
        return Path("/var/lib") / name
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / name


def chosen_data_dir(kind: Kind = "real") -> Path:
    """Returns the data directory of this process: HIENLUONG_DATA_DIR, or the default one."""
    return Path(os.environ.get("HIENLUONG_DATA_DIR") or default_data_dir(kind)).absolute()


def number_setting(name: str, default: int, *, least: int = 0) -> int:
    """Returns an environment variable as a whole number.

    Raises:
        SettingInvalid: it is not a whole number of at least `least`.
    """
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or int(text) < least:
        raise SettingInvalid(name=name, value=text, expected=f"a whole number of at least {least}")
    return int(text)


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation; the attributes after `path` are the content of `installation.json`.

    Attributes:
        path: the data directory.
        id: identifies the installation; a restored copy keeps it.
        kind: "real" or "demonstration"; a demonstration is never trusted by a real one.
        created_at: ISO 8601, UTC.
        version: version of the program whose migrations the database has.
        port: TCP port of the web server, unless HIENLUONG_PORT says otherwise.
        postgres: "embedded", or "external" when the operator's own server is used.
        complete: whether `init` (or `restore`) came to its end.
    """

    path: Path
    id: str
    kind: Kind
    created_at: str
    version: str
    port: int
    postgres: DatabaseMode
    complete: bool

    @classmethod
    def load(cls, path: Path | None = None) -> Installation:
        """Reads the installation in `path` (default: the chosen data directory).

        Raises:
            NoInstallation: there is none.
            InstallationUnreadable: its description is damaged or not ours to read.
        """
        directory = (path or chosen_data_dir()).absolute()
        file = directory / "installation.json"
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            return cls(path=directory, **content)
        except (FileNotFoundError, NotADirectoryError) as missing:
            raise NoInstallation(path=directory) from missing
        except PermissionError as problem:
            raise InstallationUnreadable(path=file, reason=problem.strerror or problem) from problem
        except (ValueError, TypeError) as problem:
            raise InstallationUnreadable(path=file, reason=problem) from problem

    @classmethod
    def load_complete(cls, path: Path | None = None) -> Installation:
        """Reads an installation that can be worked with.

        Raises:
            InitialisationUnfinished: `init` or `restore` did not come to its end.
            DatabaseAddressMissing: it uses the operator's own server and HIENLUONG_DATABASE_URL is not set.
        """
        installation = cls.load(path)
        if not installation.complete:
            raise InitialisationUnfinished(path=installation.path)
        if installation.postgres == "external" and installation.database_mode == "embedded":
            raise DatabaseAddressMissing(path=installation.path)
        return installation

    @classmethod
    def create(
        cls, path: Path, kind: Kind, *, port: int | None = None, identity: tuple[str, str] | None = None
    ) -> Installation:
        """Makes the directories, the secrets and the description of a new installation that is not yet complete.

        An installation of the same kind that was never completed is taken up again.

        Args:
            path: the data directory.
            kind: "real" or "demonstration".
            port: of the web server.
            identity: id and creation time, when the installation is a restored one.

        Raises:
            AlreadyInstalled: the directory holds a complete installation, or one of another kind.
            NotEmpty: the directory holds something else.
        """
        path = path.absolute()
        if (path / "installation.json").exists():
            existing = cls.load(path)
            if existing.complete or existing.kind != kind:
                raise AlreadyInstalled(path=path, kind=existing.kind)
            return existing.make_places()
        if path.exists() and any(path.iterdir()):
            raise NotEmpty(path=path)
        installation = cls(
            path=path,
            id=identity[0] if identity else str(uuid4()),
            kind=kind,
            created_at=identity[1] if identity else datetime.now(UTC).isoformat(timespec="seconds"),
            version=__version__,
            port=port or number_setting("HIENLUONG_PORT", DEFAULT_PORT, least=1),
            postgres=_database_mode(),
            complete=False,
        ).make_places()
        installation.save()
        return installation

    def make_places(self) -> Installation:
        """Makes the directories and secrets that do not exist yet and returns the installation."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        if self.database_mode == "embedded" and (account := service_account()):
            os.chown(self.path, account.uid, account.gid)  # PostgreSQL must be able to enter
        for place in (self.secrets, self.run, self.files, self.backups, self.log):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.make_missing_secrets()
        return self

    def save(self) -> None:
        """Writes the description so that a crash leaves either the old or the new one."""
        content = {name: value for name, value in asdict(self).items() if name != "path"}
        write_durably(self.path / "installation.json", json.dumps(content, indent=2) + "\n")

    def changed(self, *, complete: bool | None = None, version: str | None = None) -> Installation:
        """Returns the installation with another state, already saved."""
        changed = replace(
            self,
            complete=self.complete if complete is None else complete,
            version=version or self.version,
        )
        changed.save()
        return changed

    @property
    def secrets(self) -> Path:
        """Returns the directory of the secrets."""
        return self.path / "secrets"

    @property
    def postgres_data(self) -> Path:
        """Returns the data directory of the embedded PostgreSQL."""
        return self.path / "postgres"

    @property
    def run(self) -> Path:
        """Returns the directory of sockets and locks."""
        return self.path / "run"

    @property
    def files(self) -> Path:
        """Returns the directory of the sealed files: HIENLUONG_FILES_DIR, or the one inside."""
        return Path(os.environ.get("HIENLUONG_FILES_DIR") or self.path / "files")

    @property
    def backups(self) -> Path:
        """Returns where backups go: HIENLUONG_BACKUP_DIR (best on another disk), or the directory inside."""
        return Path(os.environ.get("HIENLUONG_BACKUP_DIR") or self.path / "backups")

    @property
    def log(self) -> Path:
        """Returns the directory of the log files."""
        return self.path / "log"

    @property
    def listen_host(self) -> str:
        """Returns the address the web server listens on."""
        return os.environ.get("HIENLUONG_HOST") or DEFAULT_HOST

    @property
    def listen_port(self) -> int:
        """Returns the port the web server listens on."""
        return number_setting("HIENLUONG_PORT", self.port, least=1)

    @property
    def database_mode(self) -> DatabaseMode:
        """Returns "external" when the operator's own server is named in the environment."""
        return _database_mode()

    def database_url(self) -> str:
        """Returns the libpq address of the database, password included: never log it."""
        own = os.environ.get("HIENLUONG_DATABASE_URL")
        if own:
            return own
        password = quote(self.secret("database-password"), safe="")
        socket = quote(str(socket_directory(self.run)), safe="")
        return f"postgresql://{DATABASE}:{password}@/{DATABASE}?host={socket}&port=5432"

    def secret(self, name: str) -> str:
        """Returns a secret.

        Raises:
            InstallationUnreadable: the file is missing or not ours to read.
        """
        file = self.secrets / name
        try:
            return file.read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise InstallationUnreadable(path=file, reason=problem.strerror or problem) from problem

    def has_secret(self, name: str) -> bool:
        """Returns whether the secret exists."""
        return (self.secrets / name).is_file()

    def json_secret(self, name: str, default: Any) -> Any:
        """Returns what a secret file holds as JSON, or the default where there is no such file.

        Raises:
            InstallationUnreadable: the file is not ours to read, or no JSON.
        """
        if not self.has_secret(name):
            return default
        try:
            return json.loads(self.secret(name))
        except ValueError as problem:
            raise InstallationUnreadable(path=self.secrets / name, reason=problem) from problem

    def renew_signing_key(self) -> None:
        """Makes a new key for sign-ons to other systems; the former one still verifies what it signed.

        Running processes take it at their next start.
        """
        write_durably(self.secrets / "sign-on-key.former", self.secret("sign-on-key") + "\n")
        write_durably(self.secrets / "sign-on-key", new_signing_key() + "\n")

    def renew_receipt_key(self) -> str:
        """Makes a new key for receipts and returns its name; of the former one only the public half is kept, for good.

        What was signed with it still verifies. Running processes take the new one at their next start.
        """
        from hienluong.kit.jws import SigningKey  # noqa: PLC0415 - start fast

        formers = self.json_secret("receipt-keys.former", [])
        former = SigningKey(self.secret("receipt-key")).jwk
        if former not in formers:  # a renewal that was cut off here has kept it already
            write_durably(
                self.secrets / "receipt-keys.former", json.dumps([*formers, former], indent=1) + "\n"
            )
        write_durably(self.secrets / "receipt-key", new_receipt_key() + "\n")
        return SigningKey(self.secret("receipt-key")).jwk["kid"]

    def make_ledger_key(self) -> str:
        """Makes a further key for the ledger, durable beside the present one, and returns it in PEM."""
        pem = new_ledger_key()
        name = hashlib.sha256(pem.encode()).hexdigest()[:8]
        write_durably(self.secrets / f"ledger-key.{name}", pem + "\n")
        return pem

    def make_missing_secrets(self) -> None:
        """Makes the secrets that do not exist yet; a new version of the program may need a new one."""
        for name, make in SECRETS.items():
            if not self.has_secret(name):
                write_durably(self.secrets / name, make() + "\n")

    def require_space(self) -> None:
        """Checks that the disks of the data directory and of the files have room to work.

        Raises:
            DiskFull: less than HIENLUONG_MINIMUM_FREE_MB (default 512) is free.
        """
        needed = number_setting("HIENLUONG_MINIMUM_FREE_MB", 512)
        for place in (self.path, self.files):
            free = shutil.disk_usage(place).free // 1_048_576 if place.exists() else needed
            if free < needed:
                raise DiskFull(free_mb=free, needed_mb=needed, path=place)


def _database_mode() -> DatabaseMode:
    return "external" if os.environ.get("HIENLUONG_DATABASE_URL") else "embedded"


def write_durably(path: Path, text: str) -> None:
    """Writes a private file (mode 0600) whole or not at all, and fsyncs it and its directory."""
    draft = path.with_name(f".{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor, opened with its mode
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    fsync_directory(path.parent)


def fsync_directory(path: Path) -> None:
    """Makes the entries of a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


SOCKET_PATH_LIMIT = 107
"""Bytes of a UNIX socket's path (sun_path of sockaddr_un has 108, the last one zero; unix(7))."""


def socket_directory(run: Path) -> Path:
    """Returns where the database's socket lies: `run`, or a short private directory when that path is too long."""
    if len(os.fsencode(run / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT:
        return run
    short = hashlib.sha256(os.fsencode(run)).hexdigest()[:16]
    return Path("/tmp") / f"hienluong-{short}"  # noqa: S108 - its owner and mode are checked before use
