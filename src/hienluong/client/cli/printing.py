"""What the commands print: JSON for a program, or lines and words for people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from hienluong.kit.errors import HienluongError, fill
from hienluong.kit.terminal import translate as _

Facts = Mapping[str, Any]

as_json = click.option("--json", "as_json", is_flag=True, help=_("Print JSON for a program to read."))


class Printer:
    """Prints results: JSON for a program, or lines in which a sender's text cannot steer the terminal."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def result(self, value: object, lines: Iterable[str]) -> None:
        """Prints a result, as the one or the other."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, indent=1))
            return
        for line in lines:
            click.echo("".join(letter if letter.isprintable() else " " for letter in line))

    def error(self, problem: HienluongError) -> None:
        """Prints an error: its problem document on standard output, or one text on standard error."""
        if self.as_json:
            document = getattr(problem, "document", None) or problem.problem(translate=_)
            click.echo(json.dumps(document, ensure_ascii=False, indent=1))
            return
        click.echo(" ".join(problem.explain(_).split()), err=True)


def receipt_lines(receipt: Facts) -> Iterator[str]:
    """Yields a receipt: what was accepted, each recipient, each warning."""
    yield fill(_("Accepted at {accepted_at}: packet {packet}, receipt {receipt}."), receipt)
    for one in receipt["recipients"]:
        before = _("; it has this document already") if one["delivered_before"] else ""
        yield f"  {one['code']:<14} {one['name']}: {state_name(one['state'])}{before}"
        yield from (f"    {line}" for line in taken_over_lines(one))
    for warning in receipt["warnings"]:
        yield "  " + fill(_("Warning, line {line}, {path}: {text}"), warning)


def taken_over_lines(recipient: Facts) -> Iterator[str]:
    """Yields, per code of an agency that is no more, who took over from it."""
    for fact in recipient.get("taken_over") or ():
        yield fill(
            _("{asked_code} {asked_name} ended on {ended_on}; {by_name} ({by_code}) has taken over."), fact
        )


def state_name(code: str) -> str:
    """Returns the name of a state for people; business statuses keep their code."""
    names = {
        "waiting": _("waiting"),
        "unrouted": _("waiting for a route"),
        "delivered": _("in the mailbox"),
        "again": _("given again by an operator"),
        "fetched": _("fetched"),
        "confirmed": _("confirmed"),
        "rejected": _("refused by the recipient's system"),
        "dead": _("failed for good"),
        "withdrawn": _("withdrawn"),
        "accepted": _("accepted"),
        "updated": _("updated by a later document"),
        "replaced": _("replaced by another document"),
        "removed": _("no longer for this recipient"),
        "revoked": _("revoked"),
    }
    return names.get(code, code)


def document_number(packet: Facts) -> str:
    """Returns the number with its notation, as "15/SNV-VP"."""
    return "/".join(part for part in (packet["code_number"], packet["code_notation"]) if part)


def status_text(packet: Facts) -> str:
    """Returns what a status packet says: its code and note."""
    return f"{packet['status_code']} {packet['status_note']}".strip()


def moment(text: str | None) -> str:
    """Returns a moment in Vietnamese time, which is the law's (Decision 28/2018/QĐ-TTg art. 14.4)."""
    from hienluong.kit.clock import in_vietnam  # noqa: PLC0415 - start fast

    return f"{in_vietnam(datetime.fromisoformat(text)):%d/%m/%Y %H:%M:%S}" if text else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yields a head and its rows in columns."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
