"""Files that are handed in are measured before anything else is done with them."""

from __future__ import annotations

import hashlib
import io

from hienluong.kit.streams import measure


def test_file_is_measured_whole_from_its_beginning() -> None:
    source = io.BytesIO("Sổ công văn đi".encode().ljust(3_000_000))
    source.seek(5)
    assert measure(source, most=3_000_000) == (3_000_000, hashlib.sha256(source.getvalue()).digest())
    assert source.tell() == 0


def test_file_over_the_limit_is_not_read_to_its_end() -> None:
    size, _digest = measure(io.BytesIO(bytes(5_000_000)), most=10)
    assert 10 < size < 5_000_000
