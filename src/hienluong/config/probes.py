"""What the monitoring cannot measure itself: the age of the last backup."""

from __future__ import annotations

import functools
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings

from hienluong.config.backup import MANIFEST, Manifest
from hienluong.config.errors import BackupIncomplete
from hienluong.config.installation import Installation
from hienluong.monitoring.service import offer_probe

HOUR = 3600


def backup_age(now: datetime) -> float | None:
    """Returns the hours since the last complete backup, or since the installation was made where there is none.

    None in a demonstration: nobody expects backups of it.
    """
    installation: Installation | None = settings.INSTALLATION
    if installation is None or installation.kind == "demonstration":
        return None
    last = _last_made(installation.backups) or installation.created_at
    return max(0.0, (now - datetime.fromisoformat(last)).total_seconds() / HOUR)


def _last_made(place: Path) -> str | None:
    """Returns when the newest backup was made; of the others, whose lists of files are long, nothing is read."""
    manifests = []
    for path in place.glob(f"*/{MANIFEST}"):
        with suppress(OSError):  # dropped at this moment
            manifests.append((path.stat().st_mtime_ns, path))
    for written, path in sorted(manifests, reverse=True):
        with suppress(BackupIncomplete):
            return _made(path.parent, written)
    return None


@functools.lru_cache(maxsize=8)
def _made(backup: Path, written: int) -> str:  # noqa: ARG001 - a manifest written anew is read anew
    return Manifest.read(backup).created_at


offer_probe("backup", backup_age)
