"""Sealed files give back what was put in, and nothing at all once a single bit is changed, moved or missing."""

import hashlib
import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hienluong.kit import sealed
from hienluong.kit.sealed import (
    HEADER_SIZE,
    SealBroken,
    SealTooLong,
    new_data_key,
    open_sealed,
    seal,
    sealed_size,
    unwrap_key,
    wrap_key,
)

KEY = bytes(range(32))
CHUNK = 16
"""Chunk size in these tests: the edges between chunks come up in every example."""


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "CHUNK_SIZE", CHUNK)


small_chunks = pytest.mark.usefixtures("_small_chunks")


def sealed_bytes(content: bytes) -> bytes:
    target = io.BytesIO()
    seal(content, target, KEY)
    return target.getvalue()


def opened(file: bytes, key: bytes = KEY) -> bytes:
    return b"".join(open_sealed(io.BytesIO(file), key))


class Dripping(io.RawIOBase):
    """A source that gives at most three bytes a time, as a socket may."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int = -1, /) -> bytes:
        """Returns the next three bytes at most."""
        return self._content.read(min(size, 3))


@pytest.mark.parametrize("size", [0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 700_000])
def test_content_of_any_size_comes_back_with_its_size_and_digest(size: int) -> None:
    content = bytes(size)
    target = io.BytesIO()

    info = seal(io.BytesIO(content), target, KEY)

    assert opened(target.getvalue()) == content
    assert (info.size, info.sha256) == (size, hashlib.sha256(content).digest())
    assert len(target.getvalue()) == sealed_size(size)


@small_chunks
@given(st.binary(max_size=5 * CHUNK), st.integers(1, 2 * CHUNK))
@settings(max_examples=60)
def test_content_given_as_bytes_file_parts_or_slow_stream_is_the_same_file(content: bytes, step: int) -> None:
    parts = [content[start : start + step] for start in range(0, len(content), step)]

    for source in (content, io.BytesIO(content), parts, iter(parts), Dripping(content)):
        target = io.BytesIO()
        info = seal(source, target, KEY)
        assert opened(target.getvalue()) == content
        assert len(target.getvalue()) == sealed_size(len(content))
        assert info.sha256 == hashlib.sha256(content).digest()
        assert b"".join(open_sealed(Dripping(target.getvalue()), KEY)) == content


@small_chunks
@given(st.binary(max_size=4 * CHUNK), st.data())
@settings(max_examples=150)
def test_any_single_bit_changed_breaks_the_seal(content: bytes, data: st.DataObject) -> None:
    file = bytearray(sealed_bytes(content))
    bit = data.draw(st.integers(0, len(file) * 8 - 1))
    file[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SealBroken):
        opened(bytes(file))


@small_chunks
@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_file_cut_at_any_place_breaks_the_seal(size: int) -> None:
    file = sealed_bytes(bytes(size))

    for length in range(len(file)):
        with pytest.raises(SealBroken):
            opened(file[:length])


@small_chunks
@given(st.binary(max_size=3 * CHUNK), st.binary(min_size=1, max_size=3 * CHUNK))
@settings(max_examples=60)
def test_file_made_longer_breaks_the_seal(content: bytes, more: bytes) -> None:
    with pytest.raises(SealBroken):
        opened(sealed_bytes(content) + more)


@small_chunks
def test_chunks_exchanged_dropped_or_taken_from_another_file_break_the_seal() -> None:
    length = CHUNK + sealed.TAG_SIZE
    file, other = (sealed_bytes(bytes(4 * CHUNK)) for _ in range(2))
    header, body = file[:HEADER_SIZE], file[HEADER_SIZE:]
    one, two, three, four = (body[start : start + length] for start in range(0, len(body), length))

    for forged in (
        [two, one, three, four],
        [one, three, four],
        [one, two, two, four],
        [one, two, four, three],
        [one, two, three, other[-length:]],
    ):
        with pytest.raises(SealBroken):
            opened(header + b"".join(forged))
    assert opened(header + one + two + three + four) == bytes(4 * CHUNK)


def test_another_key_does_not_open_the_file() -> None:
    with pytest.raises(SealBroken, match="chunk 0"):
        opened(sealed_bytes(b"van ban"), bytes(32))


def test_same_content_sealed_twice_gives_different_files() -> None:
    assert sealed_bytes(b"x") != sealed_bytes(b"x")


def test_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        seal(b"", io.BytesIO(), bytes(16))


@small_chunks
def test_content_with_more_chunks_than_a_nonce_can_count_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "_MOST_CHUNKS", 2)

    with pytest.raises(SealTooLong):
        sealed_bytes(bytes(3 * CHUNK))


def test_sealing_and_opening_hold_a_few_chunks_at_a_time() -> None:
    taken = 0

    def parts() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(40):
            taken += 1
            yield bytes(sealed.CHUNK_SIZE)

    class Watching(io.BytesIO):
        """A target that checks, at each write, how far reading has run ahead."""

        def write(self, data: object, /) -> int:
            written = super().write(data)  # type: ignore[arg-type]  # the buffer type of io is not public
            assert taken * sealed.CHUNK_SIZE - self.tell() <= 3 * sealed.CHUNK_SIZE
            return written

    target = Watching()
    seal(parts(), target, KEY)
    target.seek(0)
    chunks = open_sealed(target, KEY)
    next(chunks)

    assert target.tell() <= 3 * (sealed.CHUNK_SIZE + sealed.TAG_SIZE) + HEADER_SIZE


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40))
@settings(max_examples=30)
def test_wrapped_key_comes_back_in_its_context_only(key: bytes, context: bytes) -> None:
    wrapped = wrap_key(KEY, key, context)

    assert unwrap_key(KEY, wrapped, context) == key
    assert key not in wrapped
    for wrapping_key, other_context in ((bytes(32), context), (KEY, context + b"x")):
        with pytest.raises(SealBroken):
            unwrap_key(wrapping_key, wrapped, other_context)


def test_wrapped_key_changed_or_cut_anywhere_is_refused() -> None:
    wrapped = wrap_key(KEY, new_data_key(), b"holder")

    assert len(wrapped) == 60
    for place in range(len(wrapped)):
        changed = bytearray(wrapped)
        changed[place] ^= 1
        for forged in (bytes(changed), wrapped[:place]):
            with pytest.raises(SealBroken):
                unwrap_key(KEY, forged, b"holder")


def test_new_data_keys_are_random_and_of_256_bits() -> None:
    assert len(new_data_key()) == 32
    assert new_data_key() != new_data_key()
