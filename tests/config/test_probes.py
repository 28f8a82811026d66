"""How old the last backup is, as the monitoring is told."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hienluong.config import probes
from hienluong.config.backup import FORMAT, MANIFEST

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def _backup(place: Path, name: str, created_at: str, written: int) -> None:
    manifest = place / name / MANIFEST
    manifest.parent.mkdir(parents=True)
    value = {
        "created_at": created_at,
        "installation": {},
        "version": "0.1.0",
        "server_version": 180006,
        "rows": {},
        "pieces": {},
        "secrets": "",
        "format": FORMAT,
    }
    manifest.write_text(json.dumps(value), encoding="utf-8")
    os.utime(manifest, (written, written))


@pytest.fixture
def installation(tmp_path: Path, settings: Any) -> Any:
    """A real installation, two days old."""
    settings.INSTALLATION = SimpleNamespace(
        kind="installation", backups=tmp_path / "backups", created_at="2026-11-23T12:00:00+00:00"
    )
    return settings.INSTALLATION


def test_without_a_backup_the_installation_s_own_age_counts(installation: Any) -> None:
    assert probes.backup_age(NOW) == 48


def test_newest_complete_backup_counts_and_a_damaged_one_does_not(installation: Any) -> None:
    _backup(installation.backups, "a", "2026-11-24T12:00:00+00:00", 1_000)
    _backup(installation.backups, "b", "2026-11-25T02:00:00+00:00", 2_000)
    damaged = installation.backups / "c" / MANIFEST
    damaged.parent.mkdir()
    damaged.write_text("{", encoding="utf-8")
    assert probes.backup_age(NOW) == 10


def test_nobody_expects_backups_of_a_demonstration(installation: Any, settings: Any) -> None:
    installation.kind = "demonstration"
    assert probes.backup_age(NOW) is None
    settings.INSTALLATION = None
    assert probes.backup_age(NOW) is None
