"""The commands `hienluong ledger rotate-key` and `timestamps`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from hienluong.kit import clock
from hienluong.kit.errors import FieldError, InvalidInput
from hienluong.kit.errors import gettext_noop as _n
from hienluong.kit.server_command import answers
from hienluong.kit.terminal import translate as _
from hienluong.ledger.cli.witness import actor

Answer = tuple[object, list[str]]


@click.command(
    "rotate-key",
    help=_(
        "Change the key of the log: both keys sign a statement, and every checkpoint until the time is over.\n\n"
        "The new key is made here, or lies in a module and stands in HIENLUONG_LEDGER_KEY_URIS. Nothing is restarted.\n\n"
        "Example: hienluong ledger rotate-key --overlap-days 30"
    ),
)
@click.option("--to", "uri", help=_("A key in a module (pkcs11:…) instead of a new file."))
@click.option(
    "--overlap-days",
    type=click.IntRange(0, 366),
    default=30,
    show_default=True,
    help=_("So long the old key signs too."),
)
@answers
def rotate_key(*, uri: str | None, overlap_days: int) -> Answer:
    """Changes the key of the log."""
    from django.conf import settings  # noqa: PLC0415 - needs Django

    from hienluong.ledger import service  # noqa: PLC0415 - the same
    from hienluong.ledger.keys import FileKey, kept_key  # noqa: PLC0415 - the same
    from hienluong.tlog.notes import PrivateKey  # noqa: PLC0415 - the same

    if uri is not None and uri not in settings.LEDGER_KEY_URIS:
        raise InvalidInput(
            errors=[FieldError("/to", _n("It must stand in HIENLUONG_LEDGER_KEY_URIS, for the service too."))]
        )

    def make() -> PrivateKey:
        assert settings.INSTALLATION is not None  # noqa: S101 - the command line has loaded it
        return kept_key(uri) if uri else FileKey(settings.INSTALLATION.make_ledger_key())

    change = service.begin_key_change(
        actor=actor(), now=clock.now(), make=make, overlap=timedelta(days=overlap_days)
    )
    value = {"number": change.number, "key": change.new_vkey, "until": change.until, "statement": change.note}
    line = _("From the next checkpoint on the log signs with {key}; the old key signs too until {until}.")
    told = _("Tell everybody who checks proofs: the statement is /log/key-changes/{number}.")
    return value, [
        line.format(key=change.new_vkey, until=f"{change.until:%Y-%m-%d %H:%M}"),
        told.format(number=change.number),
    ]


@click.command(
    "timestamps",
    help=_(
        "List the time-stamps of the authority, have the newest checkpoint stamped, or write them out for openssl.\n\n"
        "Example: hienluong ledger timestamps --export /tmp/stamps"
    ),
)
@click.option("--stamp", is_flag=True, help=_("First have the newest checkpoint stamped."))
@click.option(
    "--export",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help=_("Write each as SIZE.tsr beside the checkpoint that it is over, SIZE.checkpoint."),
)
@click.option("--newest", type=click.IntRange(min=1), default=20, show_default=True, help=_("So many."))
@answers
def timestamps(*, stamp: bool, folder: Path | None, newest: int) -> Answer:
    """Lists, asks for and exports time-stamps."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django
    from hienluong.ledger.errors import TimestampsOff  # noqa: PLC0415 - the same
    from hienluong.ledger.timestamps import Authority, newest_stamps  # noqa: PLC0415 - the same

    if stamp:
        if Authority.configured() is None:
            raise TimestampsOff
        service.stamp(now=clock.now(), at_once=True)
    rows = newest_stamps(newest)
    value = [
        {"size": row.size, "stamped_at": row.stamped_at, "authority": row.authority} for row, _note in rows
    ]
    lines = [f"{row.size}  {row.stamped_at:%Y-%m-%d %H:%M:%S}  {row.authority}" for row, _note in rows]
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for row, note in rows:
            (folder / f"{row.size}.tsr").write_bytes(bytes(row.answer))
            (folder / f"{row.size}.checkpoint").write_text(note, encoding="utf-8", newline="\n")
        lines.append(_("Written: {path}").format(path=folder))
    return value, lines or [_("There are no time-stamps yet.")]
