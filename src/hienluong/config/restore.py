"""Makes a new installation from a backup, in an empty place, and proves that it is what was backed up."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import psycopg

from hienluong import __version__
from hienluong.config.backup import DUMP, Manifest, read_secrets, verify
from hienluong.config.database import require_empty, row_counts, tools_for
from hienluong.config.errors import BackupIncomplete, NotEmpty, RestoreDiffers
from hienluong.config.initialise import new_database
from hienluong.config.installation import Installation, fsync_directory, write_durably
from hienluong.config.steps import Runner, run_steps

DESTRUCTIONS = "destructions.jsonl"


def restore(
    backup: Path,
    into: Path,
    *,
    secrets: Path | None = None,
    destructions: Path | None = None,
    run: Runner = run_steps,
) -> dict[str, Any]:
    """Restores a backup into an empty place and returns what was restored.

    The manifest is verified first. The rows of every table are counted and compared. Then the program's own
    migrations run, and what was destroyed is destroyed again (decision 6).

    Args:
        backup: directory of a complete backup.
        into: data directory that is empty or does not exist.
        secrets: archive of the secrets; default: the one beside the backup.
        destructions: the list of destructions of the lost installation, if it survived it (`files/destructions.jsonl`
            there): it also knows what was destroyed after the backup was made.
        run: runs the steps that need Django.

    Raises:
        BackupIncomplete, SecretsMissing, NotEmpty, DatabaseNotEmpty: nothing was restored.
        RestoreDiffers: the copy does not match its manifest; the installation stays unfinished.
    """
    if into.exists() and any(into.iterdir()):
        raise NotEmpty(path=into)
    manifest = verify(backup)
    if _numbers(manifest.version) > _numbers(__version__):
        raise BackupIncomplete(path=backup, reason=f"it needs version {manifest.version} of the program")
    found = read_secrets(secrets or backup.parent / (manifest.secrets or f"{backup.name}.secrets.tar"))
    if own := os.environ.get("HIENLUONG_DATABASE_URL"):
        require_empty(own)
    installation = Installation.create(
        into,
        "demonstration" if manifest.installation["kind"] == "demonstration" else "real",
        port=int(manifest.installation["port"]),
        identity=(str(manifest.installation["id"]), str(manifest.installation["created_at"])),
    )
    for name, word in found.items():
        write_durably(installation.secrets / name, word)
    with new_database(installation) as url:
        tools_for(url).load(backup / DUMP, url)
        _compare(url, manifest, installation.path)
        files = _copy_files(backup, installation.files, manifest)
        if destructions:
            _add_destructions(destructions, installation.files)
        results = run(installation, "migrate", "reapply-destructions")
    installation.changed(complete=True, version=__version__)
    return {
        "path": str(installation.path),
        "backup": str(backup),
        "created_at": manifest.created_at,
        "rows": sum(manifest.rows.values()),
        "files": files,
        "migrations": results["migrate"],
        "destroyed_again": results["reapply-destructions"],
    }


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def _compare(url: str, manifest: Manifest, path: Path) -> None:
    with psycopg.connect(url) as connection:
        counts = row_counts(connection)
    names = sorted({*counts, *manifest.rows})
    differences = [
        f"{name}: {counts.get(name)} rows instead of {manifest.rows.get(name)}"
        for name in names
        if counts.get(name) != manifest.rows.get(name)
    ]
    if differences:
        raise RestoreDiffers(differences=differences, path=path)


def _copy_files(backup: Path, target: Path, manifest: Manifest) -> int:
    """Copies the sealed files; a copy, never a link: the backup stays a thing of its own."""
    names = [name for name in manifest.pieces if name.startswith("files/")]
    directories = {target}
    for name in names:
        copy = target / name.removeprefix("files/")
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        directories.add(copy.parent)
        shutil.copy2(backup / name, copy)
        with copy.open("rb") as file:
            os.fsync(file.fileno())
    for directory in directories:
        fsync_directory(directory)
    return len(names)


def _add_destructions(journal: Path, target: Path) -> None:
    own = target / DESTRUCTIONS
    known = own.read_text(encoding="utf-8").splitlines() if own.exists() else []
    later = journal.read_text(encoding="utf-8").splitlines()
    lines = [*known, *(line for line in later if line not in set(known))]
    write_durably(own, "".join(f"{line}\n" for line in lines))
