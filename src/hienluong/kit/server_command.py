"""What every command that works on the server has in common: the installation, who calls, the printing."""

from __future__ import annotations

import functools
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

import click

from hienluong.kit.errors import FieldError, HienluongError, InvalidInput
from hienluong.kit.terminal import translate as _

REFUSED = 1
CALLER = "hienluong.caller"
day = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


class Printer:
    """Prints results: JSON for a program, or lines in which stored text cannot steer the terminal."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def result(self, value: object, lines: Iterable[str]) -> None:
        """Prints a result, as the one or the other."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
            return
        for line in lines:
            click.echo("".join(letter if letter.isprintable() else " " for letter in line))

    def error(self, problem: HienluongError) -> None:
        """Prints an error: its problem document, or its text with one line per wrong row or value."""
        if self.as_json:
            click.echo(json.dumps(problem.problem(translate=_), ensure_ascii=False, indent=1))
            return
        errors: list[FieldError] = problem.errors if isinstance(problem, InvalidInput) else []
        click.echo(" ".join(HienluongError.explain(problem, _).split()), err=True)
        for error in errors:
            click.echo(_wrong(error), err=True)


def lines_of_file(
    heading: str, counts: Mapping[str, int], errors: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Yields what a file handed in came to: the heading, its counts, and what is wrong with it as it was kept."""
    yield heading
    for name, count in counts.items():
        yield f"  {name}: {count}"
    for error in errors:
        yield _wrong(FieldError(**error))


def _wrong(error: FieldError) -> str:
    return f"  {error.pointer.strip('/') or '-'}: {error.text(_)}"


def caller() -> str:
    """Returns how the ledger names whoever runs the present command: "command line" with the account of the system."""
    return str(click.get_current_context().meta[CALLER])


def answers(command: Callable[..., tuple[object, Iterable[str]]]) -> Callable[..., None]:
    """Gives a command --json, runs it inside the installation, and prints what it returns.

    It returns a value for programs and lines for people. `ctx.find_root().obj` is the context in which Django and the
    database answer.
    """

    @click.option("--json", "as_json", is_flag=True, help=_("Print JSON for a program to read."))
    @functools.wraps(command)
    def run(*, as_json: bool, **options: Any) -> None:
        context = click.get_current_context()
        printer = Printer(as_json=as_json)
        # Before the context, which may become the system user.
        context.meta[CALLER] = f"command line ({os.environ.get('SUDO_USER') or getpass.getuser()})"
        with context.find_root().obj():
            try:
                printer.result(*command(**options))
            except HienluongError as problem:
                printer.error(problem)
                sys.exit(REFUSED)

    return run


def as_day(moment: datetime | None) -> date | None:
    """Returns the day that was given."""
    return moment.date() if moment is not None else None
