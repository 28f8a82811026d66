"""The terminal: the user's language without starting Django (by LANGUAGE or LANG), and commands on the server."""

import functools
import getpass
import gettext
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from hienluong.kit.errors import HienluongError

LOCALE = Path(__file__).resolve().parent.parent / "locale"
REFUSED = 1


@functools.cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, fallback=True)


def translate(message: str) -> str:
    """Returns the message in the language of the environment, or as it is."""
    return _catalogue().gettext(message) if message else ""


def operator() -> str:
    """Returns how the ledger names whoever types on the server: the account of the operating system."""
    return f"command line ({getpass.getuser()})"


def on_server(command: Callable[..., tuple[Any, Iterable[str]]]) -> Callable[..., None]:
    """Gives a command --json, runs it beside the database, and prints what it returns: exit code 1 if it is refused.

    A command returns a value for programs and lines for people, in which nobody's text can steer the terminal. The
    context's object, a context manager of the command line above, keeps the database answering.
    """

    @click.option("--json", "as_json", is_flag=True, help=translate("Print JSON for a program to read."))
    @functools.wraps(command)
    def run(*, as_json: bool, **options: Any) -> None:
        with click.get_current_context().find_root().obj():
            try:
                value, lines = command(**options)
                shown = list(lines)
            except HienluongError as problem:
                if as_json:
                    click.echo(json.dumps(problem.problem(translate=translate), ensure_ascii=False, indent=1))
                else:
                    click.echo(" ".join(problem.explain(translate).split()), err=True)
                sys.exit(REFUSED)
        if as_json:
            click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
            return
        for line in shown:
            click.echo("".join(letter if letter.isprintable() else " " for letter in line))

    return run
