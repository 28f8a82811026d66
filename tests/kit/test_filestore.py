"""The file store answers only when file and directory are on the disk, and leaves nothing behind when it fails."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import pytest

from hienluong.kit.filestore import FileExists, FileMissing, FileStore, StoreFailed, StoreFull


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def content(data: bytes) -> Callable[[BinaryIO], int]:
    return lambda file: file.write(data)


def new_name() -> str:
    return uuid4().hex


def stored_files(store: FileStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


def failing(error_number: int) -> Callable[[BinaryIO], int]:
    def write(file: BinaryIO) -> int:
        file.write(b"half a ")
        raise OSError(error_number, os.strerror(error_number))

    return write


def test_file_written_is_read_back_and_the_result_of_writing_returned(store: FileStore) -> None:
    name = new_name()

    assert store.write(content(b"van ban"), name) == 7
    with store.open(name) as file:
        assert file.read() == b"van ban"


def test_file_lies_under_the_last_letters_of_its_name_readable_by_its_owner_only(store: FileStore) -> None:
    name = new_name()
    previous = os.umask(0)
    try:
        store.write(content(b""), name)
    finally:
        os.umask(previous)

    path = store.root / name[-2:] / name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(place.stat().st_mode) for place in (store.root, path.parent)} == {0o700}


def test_write_synchronises_file_and_then_directory_once_each(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(content(b""), new_name())
    synchronised: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synchronised.append("directory" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        if synchronised[-1] == "file":
            assert os.fstat(descriptor).st_size == 7
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    store.write(content(b"van ban"), new_name())

    assert synchronised == ["file", "directory"]


def test_first_use_synchronises_the_directories_it_makes(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronised: list[str] = []
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        synchronised.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    store.free_bytes()

    assert synchronised == [str(store.root), str(store.root.parent)]
    assert len(list(store.root.iterdir())) == 256


def test_name_used_twice_is_refused_and_the_first_file_stays(store: FileStore) -> None:
    name = new_name()
    store.write(content(b"first"), name)

    with pytest.raises(FileExists, match=name):
        store.write(content(b"second"), name)
    with store.open(name) as file:
        assert file.read() == b"first"


@pytest.mark.parametrize(
    ("error_number", "error"),
    [
        (errno.ENOSPC, StoreFull),
        (errno.EDQUOT, StoreFull),
        (errno.EIO, StoreFailed),
        (errno.EROFS, StoreFailed),
    ],
)
def test_full_or_broken_disk_names_the_store_and_leaves_no_file(
    store: FileStore, error_number: int, error: type[Exception]
) -> None:
    with pytest.raises(error, match=str(store.root)):
        store.write(failing(error_number), new_name())
    assert stored_files(store) == []


def test_disk_full_for_real_is_told_as_store_full(store: FileStore) -> None:
    def into_full_device(file: BinaryIO) -> None:
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"x")
        file.write(b"never")

    with pytest.raises(StoreFull) as caught:
        store.write(into_full_device, new_name())
    problem = caught.value.problem()
    assert (problem["status"], problem["retryable"]) == (507, True)
    assert stored_files(store) == []


def test_failed_synchronisation_leaves_no_file_and_is_not_tried_again(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.free_bytes()
    calls: list[int] = []

    def broken(descriptor: int) -> None:
        calls.append(descriptor)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)

    with pytest.raises(StoreFailed):
        store.write(content(b"x"), new_name())
    assert len(calls) == 1
    assert stored_files(store) == []


def test_error_of_the_writer_passes_through_and_leaves_no_file(store: FileStore) -> None:
    def interrupted(file: BinaryIO) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write(interrupted, new_name())
    assert stored_files(store) == []


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", "0" * 30 + "/x"]
)
def test_name_that_is_not_32_hexadecimal_letters_builds_no_path(store: FileStore, name: str) -> None:
    for act in (
        lambda: store.open(name),
        lambda: store.delete(name),
        lambda: store.write(content(b""), name),
    ):
        with pytest.raises(ValueError, match="32 lower-case hexadecimal"):
            act()


def test_deleted_file_is_gone_and_deleting_again_does_no_harm(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_name()
    store.write(content(b"x"), name)
    synchronised: list[int] = []
    monkeypatch.setattr(os, "fsync", synchronised.append)

    assert store.delete(name) is True
    assert store.delete(name) is False
    assert len(synchronised) == 2
    with pytest.raises(FileMissing, match=name):
        store.open(name)


def test_orphan_sweep_finds_files_by_age_and_nothing_but_files_of_ours(store: FileStore) -> None:
    old, fresh = new_name(), new_name()
    for name in (old, fresh):
        store.write(content(b"x"), name)
    path = store.root / old[-2:] / old
    os.utime(path, (0, 0))
    (path.parent / "lost+found").touch()
    os.utime(path.parent / "lost+found", (0, 0))

    assert list(store.names_older_than(3600)) == [old]
    assert set(store.names_older_than(-3600)) == {old, fresh}


def test_sweep_of_a_store_never_used_finds_nothing(store: FileStore) -> None:
    assert list(store.names_older_than(0)) == []


def test_free_bytes_is_what_the_disk_has_left(store: FileStore) -> None:
    assert 0 < store.free_bytes() < 1 << 60


def test_second_process_on_the_same_directory_sees_the_files(store: FileStore) -> None:
    name = new_name()
    store.write(content(b"x"), name)

    with FileStore(store.root).open(name) as file:
        assert file.read() == b"x"
