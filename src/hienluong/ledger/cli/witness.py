"""The commands `hienluong ledger witness …`: whom we ask to cosign our log, and which logs we cosign."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from hienluong.kit import clock
from hienluong.kit.server_command import REFUSED, Printer, answers, caller
from hienluong.kit.terminal import translate as _

Answer = tuple[object, list[str]]


def actor() -> Any:
    """Returns whom the ledger names for the present command: the command line, with the account of the system."""
    from hienluong.ledger.entries import ActorRef  # noqa: PLC0415 - needs Django

    return ActorRef("platform", "command line", caller())


@click.group(
    "witness",
    help=_(
        "Whom we ask to cosign our log, and which logs we cosign.\n\nExample: hienluong ledger witness status"
    ),
)
def witness_group() -> None:
    """Holds the commands about witnesses."""


@witness_group.command(
    "list", help=_("List the witnesses whom we ask.\n\nExample: hienluong ledger witness list")
)
@answers
def list_witnesses() -> Answer:
    """Lists the witnesses."""
    from hienluong.ledger.witness_administration import witnesses  # noqa: PLC0415 - needs Django
    from hienluong.ledger.witnesses import required_cosignatures  # noqa: PLC0415 - the same

    rows, quorum = witnesses(), required_cosignatures()
    value = {
        "quorum": quorum,
        "witnesses": [
            {
                "name": row.name,
                "vkey": row.vkey,
                "url": row.url,
                "size": row.size,
                "cosigned_at": row.cosigned_at,
                "failures": row.failures,
                "error": row.error,
                "next_at": row.next_at,
            }
            for row in rows
        ],
    }
    lines = [_("{count} witnesses are asked, {quorum} required.").format(count=len(rows), quorum=quorum)]
    for row in rows:
        state = row.error or (f"{row.cosigned_at:%Y-%m-%d %H:%M:%S}" if row.cosigned_at else "–")
        lines.append(f"  {row.name}  {row.url}  {row.size}  {state}")
    return value, lines


@witness_group.command(
    "add",
    help=_(
        "Ask a further witness: its public key and its address, as its operator gives them.\n\n"
        "Example: hienluong ledger witness add 'hue.example.vn/witness+1a2b3c4d+BBo…' https://hue.example.vn/witness"
    ),
)
@click.argument("vkey")
@click.argument("url")
@answers
def add(*, vkey: str, url: str) -> Answer:
    """Adds a witness."""
    from hienluong.ledger.witness_administration import add_witness  # noqa: PLC0415 - needs Django
    from hienluong.ledger.witnesses import required_cosignatures  # noqa: PLC0415 - the same

    row = add_witness(actor=actor(), now=clock.now(), vkey=vkey, url=url)
    quorum = required_cosignatures()
    line = _("{name} is asked from now on; {quorum} cosignatures are required.")
    return {"name": row.name, "url": row.url, "quorum": quorum}, [line.format(name=row.name, quorum=quorum)]


@witness_group.command(
    "remove",
    help=_(
        "Ask a witness no more; what it cosigned stays.\n\nExample: hienluong ledger witness remove hue.example.vn/witness"
    ),
)
@click.argument("name")
@answers
def remove(*, name: str) -> Answer:
    """Removes a witness."""
    from hienluong.ledger.witness_administration import remove_witness  # noqa: PLC0415 - needs Django
    from hienluong.ledger.witnesses import required_cosignatures  # noqa: PLC0415 - the same

    row = remove_witness(actor=actor(), now=clock.now(), name=name)
    quorum = required_cosignatures()
    line = _("{name} is asked no more; {quorum} cosignatures are required.")
    return {"name": row.name, "quorum": quorum}, [line.format(name=row.name, quorum=quorum)]


@witness_group.command(
    "quorum",
    help=_(
        "Say how many cosignatures a checkpoint must have for the alarm to be silent; 0: none.\n\n"
        "Example: hienluong ledger witness quorum 2"
    ),
)
@click.argument("count", type=click.IntRange(min=0))
@answers
def quorum(*, count: int) -> Answer:
    """Sets the quorum."""
    from hienluong.ledger.witness_administration import set_quorum  # noqa: PLC0415 - needs Django

    before = set_quorum(actor=actor(), now=clock.now(), quorum=count)
    line = _("{quorum} cosignatures are required; before: {before}.")
    return {"quorum": count, "before": before}, [line.format(quorum=count, before=before)]


@witness_group.command(
    "ask",
    help=_("Ask all witnesses now, and say what became of it.\n\nExample: hienluong ledger witness ask"),
)
@answers
def ask() -> Answer:
    """Asks all witnesses."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django

    outcomes = service.ask_witnesses(now=clock.now(), at_once=True)
    value = [
        {"witness": one.witness, "size": one.size, "error": one.problem.code if one.problem else ""}
        for one in outcomes
    ]
    lines = [
        f"{one.witness}: {' '.join(one.problem.explain(_).split()) if one.problem else _('cosigned.')}"
        for one in outcomes
    ]
    if any(one.problem for one in outcomes):
        as_json = bool(click.get_current_context().params["as_json"])
        Printer(as_json=as_json).result(value, lines)
        sys.exit(REFUSED)
    return value, lines or [_("Nobody had to be asked.")]


@witness_group.command(
    "key",
    help=_("Print our public key as a witness of other logs.\n\nExample: hienluong ledger witness key"),
)
@answers
def key() -> Answer:
    """Prints our key as a witness."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django

    found = str(service.our_cosigner())
    return {"key": found}, [found]


@witness_group.command(
    "logs", help=_("List the logs that we cosign.\n\nExample: hienluong ledger witness logs")
)
@answers
def logs() -> Answer:
    """Lists the logs."""
    from hienluong.ledger.witness_administration import watched_logs  # noqa: PLC0415 - needs Django

    rows = watched_logs()
    value = [
        {
            "origin": row.origin,
            "vkeys": row.vkeys.split(),
            "size": row.size,
            "root": bytes(row.root).hex(),
            "cosigned_at": row.cosigned_at,
        }
        for row in rows
    ]
    lines = [
        f"{row.origin}  {row.size}  {row.cosigned_at:%Y-%m-%d %H:%M:%S}"
        if row.cosigned_at
        else f"{row.origin}  –"
        for row in rows
    ]
    return value, lines or [_("No log is cosigned here.")]


@witness_group.command(
    "watch",
    help=_(
        "Cosign a further log: its public key, as its operator gives it, or the statement about a change of its key.\n\n"
        "Example: hienluong ledger witness watch 'hue.example.vn/log+1a2b3c4d+AVo…'"
    ),
)
@click.argument("vkey", required=False)
@click.option(
    "--key-change",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=_("A statement about a change of the key, instead of a key."),
)
@answers
def watch(*, vkey: str | None, key_change: Path | None) -> Answer:
    """Watches a log."""
    from hienluong.ledger.witness_administration import follow_key_change, watch_log  # noqa: PLC0415 - needs Django

    if (vkey is None) == (key_change is None):
        raise click.UsageError(_("Give a key, or a statement about a change of the key."))
    if key_change is not None:
        note = key_change.read_text(encoding="utf-8")
        row = follow_key_change(actor=actor(), now=clock.now(), note=note)
    else:
        row = watch_log(actor=actor(), now=clock.now(), vkey=vkey or "")
    line = _("The log {origin} is cosigned here, with {count} keys, from size {size} on.")
    value = {"origin": row.origin, "vkeys": row.vkeys.split(), "size": row.size}
    return value, [line.format(origin=row.origin, count=len(row.vkeys.split()), size=row.size)]


@witness_group.command(
    "unwatch",
    help=_(
        "Cosign a log no more; what we saw of it stays.\n\nExample: hienluong ledger witness unwatch hue.example.vn/log"
    ),
)
@click.argument("origin")
@answers
def unwatch(*, origin: str) -> Answer:
    """Watches a log no more."""
    from hienluong.ledger.witness_administration import unwatch_log  # noqa: PLC0415 - needs Django

    row = unwatch_log(actor=actor(), now=clock.now(), origin=origin)
    line = _("The log {origin} is cosigned here no more; its last size was {size}.")
    return {"origin": row.origin, "size": row.size}, [line.format(origin=row.origin, size=row.size)]


@witness_group.command(
    "status",
    help=_(
        "Say what is open: cosignatures that are missing, logs that contradicted themselves.\n\n"
        "Example: hienluong ledger witness status"
    ),
)
@answers
def status() -> Answer:
    """Says what is open."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django
    from hienluong.ledger.witness_administration import contradictions  # noqa: PLC0415 - the same

    since, found = service.quorum_waiting_since(), contradictions()
    value = {
        "quorum_waiting_since": since,
        "contradictions": [
            {
                "origin": one.origin,
                "kind": one.kind,
                "size": one.size,
                "known_size": one.known_size,
                "told_by": one.told_by,
                "seen_at": one.seen_at,
                "note": one.note,
                "known_note": one.known_note,
            }
            for one in found
        ],
    }
    lines = [
        _("A checkpoint waits for its cosignatures since {moment}.").format(
            moment=f"{since:%Y-%m-%d %H:%M:%S}"
        )
        if since
        else _("No checkpoint waits for cosignatures.")
    ]
    for one in found:
        text = _("{origin}: {kind}, size {size} beside {known_size}, seen {moment}")
        line = text.format(
            origin=one.origin,
            kind=one.kind,
            size=one.size,
            known_size=one.known_size,
            moment=f"{one.seen_at:%Y-%m-%d %H:%M:%S}",
        )
        lines.append(f"{line} ({one.told_by})" if one.told_by else line)
    return value, lines


@witness_group.command(
    "settle",
    help=_(
        "Close the contradictions of a log once you know what they were.\n\n"
        'Example: hienluong ledger witness settle hue.example.vn/log --reason "restored from a copy; new key since"'
    ),
)
@click.argument("origin")
@click.option("--reason", required=True, help=_("What was found out; it stands in the ledger."))
@answers
def settle_contradictions(*, origin: str, reason: str) -> Answer:
    """Settles the contradictions of a log."""
    from hienluong.ledger.witness_administration import settle  # noqa: PLC0415 - needs Django

    count = settle(actor=actor(), now=clock.now(), origin=origin, reason=reason)
    return {"origin": origin, "settled": count}, [_("Settled: {count}.").format(count=count)]
