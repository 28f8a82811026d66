"""What every command that works on the server has in common: the installation, who calls, the printing."""

from __future__ import annotations

import functools
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

import click

from hienluong.kit import clock
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
            click.echo(f"  {error.pointer.strip('/') or '-'}: {error.text(_)}", err=True)


def caller() -> str:
    """Returns how the ledger names whoever runs the present command: "command line" with the account of the system."""
    return str(click.get_current_context().meta[CALLER])


def on_server(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command --json, and calls it inside the installation with the time, a printer and who calls.

    `ctx.find_root().obj` is the context in which Django and the database answer; `caller` is "command line" with
    the account of the operating system: who can run it holds the server already.
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
                command(caller=caller(), now=clock.now(), printer=printer, **options)
            except HienluongError as problem:
                printer.error(problem)
                sys.exit(REFUSED)

    return run


def answers(command: Callable[..., tuple[object, Iterable[str]]]) -> Callable[..., None]:
    """Gives a command what `on_server` gives, and prints what it returns: a value for programs, lines for people."""

    @on_server
    @functools.wraps(command)
    def run(*, caller: str, now: datetime, printer: Printer, **options: Any) -> None:  # noqa: ARG001 - asked for where needed
        printer.result(*command(**options))

    return run


def answers_as(actor_of: Callable[[str], object]) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Does what `answers` does for commands that take `actor`, made of who calls, and `now`."""

    def decorate(command: Callable[..., tuple[object, Iterable[str]]]) -> Callable[..., None]:
        @on_server
        @functools.wraps(command)
        def run(*, caller: str, now: datetime, printer: Printer, **options: Any) -> None:
            printer.result(*command(actor=actor_of(caller), now=now, **options))

        return run

    return decorate


def as_day(moment: datetime | None) -> date | None:
    """Returns the day that was given."""
    return moment.date() if moment is not None else None
