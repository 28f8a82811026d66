"""The commands `hienluong ledger …`: the head of the log, proofs of entries, the recomputation of everything.

Who may run them holds the server already; `verify-proof` needs no server at all. Exit codes: 0 done, 1 refused or not
as it should be, 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from uuid import UUID

import click

from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.kit.errors import gettext_noop as _n
from hienluong.kit.server_command import REFUSED, Printer, answers, caller
from hienluong.kit.terminal import translate as _
from hienluong.ledger.cli.changes import changes, prove_change
from hienluong.ledger.cli.keys import rotate_key, timestamps
from hienluong.ledger.cli.witness import witness_group

Answer = tuple[object, list[str]]
_file = click.Path(path_type=Path, dir_okay=False)


@click.group(help=_("The record of acts, which anybody can check.\n\nExample: hienluong ledger verify"))
def group() -> None:
    """Holds the commands about the ledger."""


for _command in (changes, prove_change, rotate_key, timestamps, witness_group):
    group.add_command(_command)


@group.command(
    help=_(
        "Print the newest checkpoint: how long the log is and the root over it, signed.\n\n"
        "Example: hienluong ledger checkpoint --sign"
    )
)
@click.option("--sign", is_flag=True, help=_("First put in order what waits, and sign a new one."))
@answers
def checkpoint(*, sign: bool) -> Answer:
    """Prints the newest checkpoint."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django

    if sign:
        service.sequence_waiting(now=clock.now(), sign=True)
    row = service.published()
    value = {"size": row.size, "root": bytes(row.root).hex(), "signed_at": row.signed_at, "note": row.note}
    return value, row.note.splitlines()


@group.command(
    help=_(
        "Print the public key of the log, as programs that check it want it.\n\nExample: hienluong ledger key"
    )
)
@answers
def key() -> Answer:
    """Prints the verifier key."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django

    found = str(service.verifier())
    return {"key": found}, [found]


@group.command(
    help=_(
        "Write the proof that an entry stands in the log. It discloses this one entry to whom it is given.\n\n"
        "Example: hienluong ledger prove 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --output act.tlog-proof"
    )
)
@click.argument("entry_id", type=click.UUID)
@click.option("--output", type=_file, help=_("The file to write; the screen unless given."))
@answers
def prove(*, entry_id: UUID, output: Path | None) -> Answer:
    """Writes the proof of an entry."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django

    proof = service.prove(entry_id)
    value = {"entry": str(entry_id), "index": proof.index, "proof": proof.text()}
    if output is None:
        return value, proof.text().splitlines()
    output.write_text(proof.text(), encoding="utf-8", newline="\n")
    return value, [_("Written: {path}").format(path=output)]


@group.command(
    help=_(
        "Recompute the whole log from its entries, compare the tables with it, and name what was changed, "
        "deleted or inserted.\n\n"
        "Example: hienluong ledger verify"
    )
)
@click.option(
    "--all-checkpoints",
    is_flag=True,
    help=_("Recompute every checkpoint and not only the newest thousand."),
)
@answers
def verify(*, all_checkpoints: bool) -> Answer:
    """Recomputes the log and compares the tables."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django
    from hienluong.ledger.errors import VerificationFailed  # noqa: PLC0415 - the same

    report = service.verify_ledger(all_checkpoints=all_checkpoints)
    if report.faults:
        for fault in report.faults:
            click.echo(fault.text(_), err=True)
        raise VerificationFailed(count=report.count, fault=report.faults[0].text(_))
    value = {
        "entries": report.size,
        "tiles": report.tiles,
        "checkpoints": report.checkpoints,
        "root": report.root.hex(),
        "tables": report.tables,
        "changes": report.changes,
    }
    lines = [
        _("The log is whole: {entries} entries, {tiles} tiles, {checkpoints} checkpoints."),
        _("{tables} tables are as acts left them: {changes} changes of rows were compared."),
    ]
    return value, [line.format(**value) for line in lines]


@group.command(
    help=_(
        "Say for the record why rows were changed past the application; afterwards “verify” takes them as they are.\n\n"
        "Example: hienluong ledger explain-changes --reason “Restored three rows by hand, ticket 4711”"
    )
)
@click.option("--reason", required=True, help=_("What was done and why: at most 500 letters."))
@answers
def explain_changes(*, reason: str) -> Answer:
    """Explains changes that no act came with."""
    from hienluong.ledger import service  # noqa: PLC0415 - needs Django

    actor = service.ActorRef("platform", "command line", caller())
    done = service.explain_changes(actor=actor, reason=reason, now=clock.now())
    value = {"changes": done.changes, "rows": done.rows}
    return value, [
        _(
            "Explained: {changes} changes that no act came with, {rows} rows changed past the triggers."
        ).format(**value)
    ]


@group.command(
    "verify-proof",
    help=_(
        "Check a proof with the public key of the log, on any computer, and print what it proves: an entry, or the change "
        "of a row.\n\n"
        "With the keys of witnesses it must be cosigned too. After a change of the key, give the statements about it.\n\n"
        "Example: hienluong ledger verify-proof act.tlog-proof --key log.example.vn/log+1a2b3c4d+AVo…"
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--key", "vkey", required=True, help=_("The public key, from who runs the log or who watches it.")
)
@click.option(
    "--key-change",
    "key_changes",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    multiple=True,
    help=_("A statement about a change of the key, in their order; from /log/key-changes/1 on."),
)
@click.option("--witness", "witnesses", multiple=True, help=_("The public key of a witness whom you trust."))
@click.option(
    "--quorum",
    type=click.IntRange(min=0),
    help=_("So many of these witnesses must have cosigned; all unless given."),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print JSON for a program to read."))
def verify_proof(
    *,
    file: Path,
    vkey: str,
    key_changes: tuple[Path, ...],
    witnesses: tuple[str, ...],
    quorum: int | None,
    as_json: bool,
) -> None:
    """Checks a proof; neither Django nor an installation is needed."""
    from hienluong.ledger.errors import ProofRefused  # noqa: PLC0415 - start fast
    from hienluong.tlog.change_proof import HEAD, ChangeProof, verify_change  # noqa: PLC0415 - start fast
    from hienluong.tlog.cosignatures import Cosigner  # noqa: PLC0415 - the same
    from hienluong.tlog.key_changes import trusted_keys  # noqa: PLC0415 - the same
    from hienluong.tlog.notes import NoteInvalid, Verifier  # noqa: PLC0415 - the same
    from hienluong.tlog.proof import TlogProof  # noqa: PLC0415 - the same
    from hienluong.tlog.proof import verify_proof as check  # noqa: PLC0415 - the same
    from hienluong.tlog.tree import ProofInvalid  # noqa: PLC0415 - the same

    printer = Printer(as_json=as_json)
    try:
        verifier = Verifier.parse(vkey)
        cosigners = [Cosigner.parse(one) for one in witnesses]
    except ValueError:
        printer.error(InvalidInput(detail=_n("The key is no verifier key of the form name+id+key.")))
        sys.exit(REFUSED)
    try:
        text = file.read_text(encoding="utf-8")
        keys = trusted_keys(verifier, [one.read_text(encoding="utf-8") for one in key_changes])
        if text.startswith(f"{HEAD}\n"):
            change = ChangeProof.read(text)
            found = verify_change(change, *keys, cosigners=cosigners, quorum=quorum)
            proof, proven, said = change.batch, change.line, {"change": change.said}
        else:
            proof = TlogProof.read(text)
            found = check(proof, *keys, cosigners=cosigners, quorum=quorum)
            proven, said = proof.entry, {"entry": json.loads(proof.entry)}
    except (ProofInvalid, NoteInvalid, ValueError) as problem:
        printer.error(ProofRefused(reason=problem))
        sys.exit(REFUSED)
    value = {"log": found.origin, "size": found.size, "index": proof.index, **said}
    line = _("It holds: entry {index} of {size} of the log {log}.")
    printer.result(value, [line.format(**value), proven.decode()])
