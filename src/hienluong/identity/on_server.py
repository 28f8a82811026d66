"""Runs a command of `hienluong identity` beside the database: its actor, the moment, --json, errors as exit codes."""

from __future__ import annotations

import functools
import getpass
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import click

from hienluong.kit.errors import HienluongError
from hienluong.kit.terminal import translate as _

REFUSED = 1
Answering = Callable[..., tuple[Any, Iterable[str]]]


def on_server(command: Answering) -> Callable[..., None]:
    """Gives a command --json, runs it beside the database with its actor and the moment, and prints what it returns.

    A command returns a value for programs and lines for people. The context's object, a context manager of the
    command line above, keeps the database answering.
    """

    @click.option("--json", "as_json", is_flag=True, help=_("Print JSON for a program to read."))
    @functools.wraps(command)
    def run(*, as_json: bool, **options: Any) -> None:
        with click.get_current_context().find_root().obj():
            from hienluong.directory.service import Actor  # noqa: PLC0415 - needs Django
            from hienluong.kit import clock  # noqa: PLC0415 - the same

            actor = replace(Actor.platform("command line"), name=f"command line ({getpass.getuser()})")
            try:
                value, lines = command(actor=actor, now=clock.now(), **options)
            except HienluongError as problem:
                if as_json:
                    click.echo(json.dumps(problem.problem(translate=_), ensure_ascii=False, indent=1))
                else:
                    click.echo(" ".join(problem.explain(_).split()), err=True)
                sys.exit(REFUSED)
            if as_json:
                click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))
            else:
                for line in lines:
                    click.echo("".join(letter if letter.isprintable() else " " for letter in line))

    return run
