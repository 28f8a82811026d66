"""A stranger's bytes never crash, hang, or make the reader open a file or a connection."""

import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from authored_packets import GOLDEN, document
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hienluong.edxml.errors import FormatError
from hienluong.edxml.reader import read_packet
from hienluong.edxml.safe_xml import Limits
from hienluong.edxml.trace import append_trace
from hienluong.edxml.writer import write_packet

NEW = write_packet(document()).decode()
BASES = [write_packet(make()) for make in GOLDEN.values()]

_WATCHED = ("open", "socket.", "subprocess.", "os.", "urllib.", "import", "exec", "tempfile.", "shutil.")
_seen: list[str] | None = None


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _seen is not None and event.startswith(_WATCHED):
        _seen.append(f"{event} {arguments!r}")


sys.addaudithook(_note)


@contextmanager
def _nothing_opened() -> Iterator[None]:
    """Fails when anything inside opens a file or a connection, imports or starts a program."""
    global _seen  # noqa: PLW0603 - an audit hook cannot be taken away, only switched
    _seen = []
    try:
        yield
        opened = _seen
    finally:
        _seen = None
    assert opened == []


_INSERTS = st.sampled_from(
    [
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
        b"<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'>",
        b"&b;",
        b"&#0;",
        b"&#xD800;",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"<?xml version='1.0' encoding='utf-16'?>",
        b'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>',
        b'<?xml-stylesheet href="file:///etc/passwd"?>',
        b' xmlns:p=""',
        b' xmlns="}"',
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"=",
        b"<edXML:From>",
        b"</edXML:From>",
    ]
)
_EDITS = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.one_of(_INSERTS, st.binary(max_size=6))
    ),
    min_size=1,
    max_size=6,
)


def _mutated(base: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    data = base
    for place, removed, inserted in edits:
        at = int(place * len(data))
        data = data[:at] + inserted + data[at + removed :]
    return data


@settings(max_examples=300, deadline=5000)
@given(st.sampled_from(BASES), _EDITS, st.sampled_from(["", "utf-16"]))
@example(BASES[0], [(0.0, 0, b"<?xml version='1.0' encoding='hex'?>")], "")
@example(BASES[0], [(0.0, 38, b"<?xml version='1.0' encoding='cp1258'?>")], "")
def test_mutated_bytes_give_a_packet_or_a_named_refusal(
    base: bytes, edits: list[tuple[float, int, bytes]], codec: str
) -> None:
    data = _mutated(base.decode().encode(codec) if codec else base, edits)
    with _nothing_opened():
        try:
            packet = read_packet(data)
            written = write_packet(packet)
        except FormatError:
            return
        assert read_packet(written) == packet
        relayed = append_trace(data, "H50", datetime(2026, 3, 2, tzinfo=UTC))
        assert read_packet(relayed).document_id == packet.document_id


@settings(max_examples=200, deadline=5000)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    with _nothing_opened(), pytest.raises(FormatError):
        read_packet(data)


def _lol() -> str:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return f'<!DOCTYPE edXML [<!ENTITY l0 "lol">{entities}]><edXML>&l11;</edXML>'


_QUADRATIC = f'<!DOCTYPE edXML [<!ENTITY a "{"a" * 60_000}">]><edXML>{"&a;" * 60_000}</edXML>'
_SUBJECT = "<edXML:Subject>"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (_lol(), "doctype"),
        (_QUADRATIC, "doctype"),
        ("<!DOCTYPE edXML SYSTEM 'file:///etc/passwd'>" + NEW[39:], "doctype"),
        ('<!DOCTYPE edXML [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a">%a;]>' + NEW[39:], "doctype"),
        ("<a>" * 100_000, "too-deep"),
        (NEW.replace(_SUBJECT, "<x/>" * 1_000_000 + _SUBJECT), "too-many-elements"),
        (
            NEW.replace(
                _SUBJECT, "<x " + " ".join(f'a{n}=""' for n in range(60_000)) + "/><y/>" * 60_000 + _SUBJECT
            ),
            "too-many-elements",
        ),
        (NEW.replace(_SUBJECT, " " * 5_000_000 + _SUBJECT), "too-much-text"),
        (NEW.replace(_SUBJECT, _SUBJECT + "s" * 5_000_000), "too-much-text"),
        (NEW.replace(_SUBJECT, f"<!--{'-a' * 3_000_000}-->{_SUBJECT}"), "token-too-long"),
        (NEW.replace(_SUBJECT, f'<x a="{"a" * 3_000_000}"/>{_SUBJECT}'), "token-too-long"),
        (" " * 3_000_000, "prolog-too-long"),
        ("<?xml version='1.0'?>" + "<!-- -->" * 100_000, "prolog-too-long"),
        (
            NEW.replace(_SUBJECT, "".join(f'<p{n}:x xmlns:p{n}="u{n}"/>' for n in range(2000)) + _SUBJECT),
            "too-many-namespaces",
        ),
        ("", "empty-file"),
        ("\x00" * 5000, "not-xml"),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_bomb_is_refused_within_seconds(data: str, reason: str) -> None:
    started = time.monotonic()
    with _nothing_opened(), pytest.raises(FormatError) as refused:
        read_packet(data.encode())
    assert refused.value.reason == reason
    assert time.monotonic() - started < 10


def test_file_beyond_the_limit_is_refused() -> None:
    with pytest.raises(FormatError) as refused:
        read_packet(NEW.encode(), limits=Limits(file_bytes=1000))
    assert refused.value.reason == "file-too-large"


def test_warnings_do_not_flood() -> None:
    packet = read_packet(NEW.replace(_SUBJECT, "<x/>" * 5000 + _SUBJECT).encode(), limits=Limits(warnings=20))
    assert len(packet.warnings) == 21
    assert packet.warnings[-1].code == "more"
    assert packet.warnings[-1].params["count"] == 4981


def test_reader_takes_memory_in_proportion_to_no_attachment() -> None:
    files = NEW.replace("JVBERi0xLjcKbm9pIGR1bmc=", "AAAA" * 5_000_000).encode()
    tracemalloc.start()
    try:
        packet = read_packet(files)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert packet.kind == "edoc"
    assert peak < 8 * 1024 * 1024
