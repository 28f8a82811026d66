"""What an installation is: private, whole, and never mistaken for another."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from hienluong.config import installation as module
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
from hienluong.config.installation import (
    SECRETS,
    SOCKET_PATH_LIMIT,
    Installation,
    chosen_data_dir,
    default_data_dir,
    number_setting,
    socket_directory,
    write_durably,
)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_installation_is_private(place: Path) -> None:
    made = Installation.create(place, "real")
    assert mode(place) == 0o700
    assert {mode(path) for path in place.iterdir() if path.is_dir()} == {0o700}
    assert {path.name for path in made.secrets.iterdir()} == set(SECRETS)
    assert {mode(path) for path in made.secrets.iterdir()} == {0o600}


def test_two_installations_share_no_secret(place: Path) -> None:
    first = Installation.create(place / "a", "real")
    second = Installation.create(place / "b", "real")
    assert all(first.secret(name) != second.secret(name) for name in SECRETS)
    assert first.id != second.id


def test_the_master_key_has_256_bits(place: Path) -> None:
    assert len(bytes.fromhex(Installation.create(place, "real").secret("master-key"))) == 32


def test_an_installation_reads_back_as_it_was_written(place: Path) -> None:
    made = Installation.create(place, "demonstration", port=8123)
    assert Installation.load(place) == made
    assert made.changed(complete=True, version="9.9.9") == Installation.load_complete(place)


def test_an_interrupted_creation_is_taken_up_again_with_its_secrets(place: Path) -> None:
    first = Installation.create(place, "real")
    key = first.secret("master-key")
    with pytest.raises(InitialisationUnfinished):
        Installation.load_complete(place)
    assert Installation.create(place, "real").secret("master-key") == key


def test_a_complete_installation_is_never_overwritten(place: Path) -> None:
    Installation.create(place, "real").changed(complete=True)
    with pytest.raises(AlreadyInstalled):
        Installation.create(place, "real")


def test_a_demonstration_never_becomes_real(place: Path) -> None:
    Installation.create(place, "demonstration")
    with pytest.raises(AlreadyInstalled):
        Installation.create(place, "real")


def test_a_directory_with_other_things_is_refused(place: Path) -> None:
    place.mkdir()
    (place / "letter.txt").write_text("ours", encoding="utf-8")
    with pytest.raises(NotEmpty):
        Installation.create(place, "real")
    assert [path.name for path in place.iterdir()] == ["letter.txt"]


def test_a_missing_installation_says_what_to_do(place: Path) -> None:
    with pytest.raises(NoInstallation, match="hienluong init"):
        Installation.load(place)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"id": 1, "unknown": 2}', "\ufffd"])
def test_a_damaged_description_is_named(place: Path, content: str) -> None:
    place.mkdir()
    (place / "installation.json").write_text(content, encoding="utf-8")
    with pytest.raises(InstallationUnreadable, match=r"installation\.json"):
        Installation.load(place)


def test_the_demonstration_has_its_own_place() -> None:
    assert default_data_dir("demonstration") != default_data_dir("real")


def test_the_environment_chooses_the_data_directory(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.setenv("HIENLUONG_DATA_DIR", str(place))
    assert chosen_data_dir("demonstration") == chosen_data_dir() == place


def test_the_operators_own_server_is_used_when_it_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIENLUONG_DATABASE_URL", "postgresql://db.example/hienluong")
    made = Installation.create(place, "real").changed(complete=True)
    assert made.database_url() == "postgresql://db.example/hienluong"
    monkeypatch.delenv("HIENLUONG_DATABASE_URL")
    with pytest.raises(DatabaseAddressMissing):
        Installation.load_complete(place)


def test_the_embedded_servers_password_is_quoted_in_its_address(place: Path) -> None:
    made = Installation.create(place, "real")
    write_durably(made.secrets / "database-password", "a/b@c?d\n")
    assert "a%2Fb%40c%3Fd@/hienluong?host=" in made.database_url()


def test_a_full_disk_is_said_before_anything_starts(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Installation.create(place, "real")
    made.require_space()
    monkeypatch.setenv("HIENLUONG_MINIMUM_FREE_MB", str(2**40))
    with pytest.raises(DiskFull, match="HIENLUONG_MINIMUM_FREE_MB"):
        made.require_space()


@pytest.mark.parametrize("value", ["many", "-1", "0", "1.5"])
def test_a_setting_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HIENLUONG_WEB_WORKERS", value)
    with pytest.raises(SettingInvalid, match="HIENLUONG_WEB_WORKERS"):
        number_setting("HIENLUONG_WEB_WORKERS", 2, least=1)


def test_a_long_path_moves_only_the_socket(place: Path) -> None:
    assert socket_directory(place / "run") == place / "run"
    deep = place / ("x" * 100) / "run"
    moved = socket_directory(deep)
    assert len(str(moved / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT
    assert moved == socket_directory(deep)
    assert moved != socket_directory(deep.parent / "run2")


def test_a_file_that_cannot_be_written_whole_stays_as_it_was(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.mkdir()
    write_durably(place / "state", "old")

    def power_cut(_descriptor: int) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(module.os, "fsync", power_cut)
    with pytest.raises(OSError, match="power cut"):
        write_durably(place / "state", "new")
    assert (place / "state").read_text(encoding="utf-8") == "old"


def test_the_description_holds_no_secret(place: Path) -> None:
    made = Installation.create(place, "real")
    text = (place / "installation.json").read_text(encoding="utf-8")
    assert not any(made.secret(name) in text for name in SECRETS)
    assert set(json.loads(text)) == {"id", "kind", "created_at", "version", "port", "postgres", "complete"}
