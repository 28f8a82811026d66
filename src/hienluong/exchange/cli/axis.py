"""How a command of the axis is called: its address and credentials, and what an error becomes."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from hienluong.exchange.cli.printing import Printer, as_json
from hienluong.kit.errors import HienluongError
from hienluong.kit.terminal import translate as _

DEFAULT_URL = "http://127.0.0.1:8000"
REFUSED, UNUSABLE, NO_ANSWER = 1, 2, 3


def calls_axis(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command --url, --credentials and --json, and calls it with a client and a printer.

    An error is shown as text (with --json as its problem document) and becomes the exit code.
    """

    @click.option(
        "--url",
        envvar="HIENLUONG_API_URL",
        default=DEFAULT_URL,
        show_default=True,
        show_envvar=True,
        help=_("Address of the axis."),
    )
    @click.option(
        "--credentials",
        envvar="HIENLUONG_CREDENTIALS",
        show_envvar=True,
        required=True,
        type=click.Path(path_type=Path, dir_okay=False),
        help=_('JSON file {"client_id", "client_secret"} that only you can read (mode 600).'),
    )
    @as_json
    @functools.wraps(command)
    def run(*, url: str, credentials: Path, as_json: bool, **options: Any) -> None:
        from hienluong.exchange.client import Credentials, ExchangeClient  # noqa: PLC0415 - start fast

        printer = Printer(as_json=as_json)
        try:
            with ExchangeClient(url, Credentials.read(credentials), language=_language()) as client:
                command(client=client, printer=printer, **options)
        except HienluongError as problem:
            printer.error(problem)
            sys.exit(exit_code(problem))

    return run


def exit_code(problem: HienluongError) -> int:
    """Returns 1 for a refusal, 2 for what the caller gave wrong, 3 where the same may succeed later."""
    from hienluong.exchange.client import CredentialsUnusable  # noqa: PLC0415 - start fast
    from hienluong.kit.http import AddressRefused, OutgoingError  # noqa: PLC0415 - the same

    if isinstance(problem, (CredentialsUnusable, AddressRefused)):
        return UNUSABLE
    return NO_ANSWER if problem.retryable or isinstance(problem, OutgoingError) else REFUSED


def _language() -> str:
    """Returns the language that the environment asks for, as gettext reads it."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return "vi" if os.environ[name].startswith("vi") else "en"
    return "en"
