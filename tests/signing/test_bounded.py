"""Strangers' files are looked at in another process; one that asks for too much gets a report, and the next file is checked."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from asn1crypto import x509
from world import NOW, SOON, World, letter

from hienluong.signing.errors import DocumentUnsignable
from hienluong.signing.formats import bounded, xades
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.positions import lines_of
from hienluong.signing.formats.report import FileReport, Reason, Verdict
from hienluong.signing.formats.trust import Trust
from hienluong.signing.formats.validation import validate
from hienluong.signing.formats.worker import Allowance

Signed = Mapping[Level, bytes]
MEMORY = 400 * 1024 * 1024


def found(world: World, content: bytes, allowance: Allowance | None = None) -> FileReport:
    return bounded.check(content, lambda _certificates: world.trust(), now=SOON, allowance=allowance)


def test_report_is_the_same_as_in_this_process(world: World, signed: Signed) -> None:
    seen: list[str] = []

    def believe(certificates: Sequence[x509.Certificate]) -> Trust:
        seen.extend(one.subject.native["common_name"] for one in certificates)
        return world.trust()

    for content in (signed[Level.LTA], xades.sign(b"<a/>", world.person, now=NOW), b"words", b""):
        there = bounded.check(content, believe, now=SOON, name="a")
        assert there == validate(content, world.trust(), now=SOON, name="a")
    assert "Nguyễn Văn An" in seen


def test_report_comes_back_whole_from_its_json(world: World, signed: Signed) -> None:
    report = validate(signed[Level.LTA], world.trust(), now=SOON)
    assert FileReport.from_json(report.as_json()) == report


@pytest.mark.parametrize(
    ("what", "allowance"),
    [
        ("computes for long", Allowance(seconds=1)),
        ("takes much memory", Allowance(memory=MEMORY)),
        ("lasts too long", Allowance(patience=0.01)),
    ],
)
def test_file_that_asks_for_too_much_gets_a_report_and_the_next_is_checked(
    world: World, signed: Signed, what: str, allowance: Allowance
) -> None:
    content = {
        "computes for long": b"<a>" + b"<b/>" * 2_000_000 + b"</a>",
        "takes much memory": b"<a>" + b"<b c='d'/>" * 900_000 + b"</a>",
        "lasts too long": signed[Level.LTA],
    }[what]
    report = found(world, content, allowance)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, (Reason.TOO_COSTLY,))
    assert (report.size, len(report.sha256)) == (len(content), 64)
    assert found(world, signed[Level.B]).verdict is Verdict.VALID


def test_process_that_was_killed_is_replaced(world: World, signed: Signed) -> None:
    found(world, signed[Level.B])
    for one in Path("/proc").glob("[0-9]*"):
        if one.joinpath("stat").exists() and _is_ours(one):
            os.kill(int(one.name), signal.SIGKILL)
    assert found(world, signed[Level.B]).verdict in {Verdict.VALID, Verdict.INDETERMINATE}
    assert found(world, signed[Level.B]).verdict is Verdict.VALID


def _is_ours(process: Path) -> bool:
    try:
        parent = process.joinpath("stat").read_text().rpartition(")")[2].split()[1]
        words = process.joinpath("cmdline").read_bytes()
    except OSError:
        return False
    return parent == str(os.getpid()) and b"hienluong.signing.formats.worker" in words


def test_lines_of_a_page_are_the_same_as_in_this_process() -> None:
    pdf = letter()
    assert bounded.lines(pdf) == lines_of(pdf)
    with pytest.raises(DocumentUnsignable, match="cannot be read"):
        bounded.lines(b"no pdf")
    with pytest.raises(DocumentUnsignable, match="too much"):
        bounded.lines(pdf, allowance=Allowance(patience=0.001))
