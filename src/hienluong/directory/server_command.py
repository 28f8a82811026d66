"""What every command of a module that works on the server is given: who acts, and when.

The command line loads modules before Django is ready, so this file is imported by itself and not through `service`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hienluong.kit import clock
from hienluong.kit.server_command import answers, caller

if TYPE_CHECKING:
    from hienluong.directory.actors import Actor

Answer = tuple[Any, Iterable[str]]
"""What a command says: a value for programs, lines for people."""


def command_line() -> Actor:
    """Returns the platform as it acts for whoever runs the present command; the ledger names their account."""
    from hienluong.directory.actors import Actor  # noqa: PLC0415 - needs Django

    return replace(Actor.platform("command line"), name=caller())


def on_server(command: Callable[..., Answer]) -> Callable[..., None]:
    """Gives a command --json, runs it inside the installation with `actor` and `now`, and prints its answer."""

    @answers
    @functools.wraps(command)
    def run(**options: Any) -> Answer:
        return command(actor=command_line(), now=clock.now(), **options)

    return run
