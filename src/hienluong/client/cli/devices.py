"""How commands have documents signed by the signer on this machine, a batch after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hienluong.client.cli.axis import REFUSED
from hienluong.client.cli.printing import Facts, Printer
from hienluong.kit.errors import HienluongError
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.client.service import DeviceClient

Outcome = tuple[UUID, Facts | HienluongError]
BATCH = 20
"""Documents that the owner of a device is asked about at once, as on pages."""
pdf_file = click.Path(path_type=Path, dir_okay=False, exists=True, readable=True)
output_option = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help=_("The file to write.")
)
reason_option = click.option("--reason", required=True, help=_("Why."))
device_option = click.option("--device", default="", help=_("Where the signer answers on this machine."))


@dataclass(frozen=True, slots=True)
class Part:
    """What a device signs of a document.

    Attributes:
        request: what the signer is told.
        position: of a file beside the document; None: the document itself.
    """

    request: dict[str, str]
    position: int | None

    @classmethod
    def of(cls, prepared: Facts, certificate: Facts, title: str, position: int | None = None) -> Part:
        """Returns what the signer is told of what was prepared for a certificate."""
        names = ("id", "hash", "hash_algorithm")
        told = {name: str(prepared[name]) for name in names}
        return cls({**told, "certificate": str(certificate["sha256"]), "title": title[:200]}, position)


@dataclass(frozen=True, slots=True)
class Halves:
    """The two halves of a signature: what is prepared for one of the certificates that a device holds, and bringing it back."""

    prepare: Callable[[UUID, set[str]], list[Part]]
    complete: Callable[[UUID, Part, str], Facts]


def by_device(device: DeviceClient, documents: Sequence[UUID], halves: Halves) -> Iterator[Outcome]:
    """Has a device sign documents, a batch after the other; yields what became of each."""
    held = device.certificates()
    for at in range(0, len(documents), BATCH):
        yield from _batch(device, documents[at : at + BATCH], halves, held)


def _batch(
    device: DeviceClient, documents: Sequence[UUID], halves: Halves, held: set[str]
) -> Iterator[Outcome]:
    from hienluong.client.service import NotSigned  # noqa: PLC0415 - start fast

    prepared: dict[UUID, list[Part]] = {}
    for document in documents:
        try:
            prepared[document] = halves.prepare(document, held)
        except HienluongError as refusal:
            yield document, refusal
    requests = [part.request for parts in prepared.values() for part in parts]
    signed = device.sign(requests) if requests else {}
    for document, parts in prepared.items():
        try:
            found: Facts = {}
            for part in parts:
                answer = signed.get(part.request["id"], {})
                if "signature" not in answer:
                    raise NotSigned(document=str(document), reason=answer.get("error", "no answer"))
                found = halves.complete(document, part, answer["signature"])
            yield document, found
        except HienluongError as refusal:
            yield document, refusal


def held_by(held: set[str], certificates: Iterable[Facts], document: UUID) -> Facts:
    """Returns the first certificate whose key the device holds.

    Raises:
        DeviceForeign: it holds none for the document.
    """
    from hienluong.client.service import DeviceForeign  # noqa: PLC0415 - start fast

    own = next((one for one in certificates if one["sha256"] in held), None)
    if own is None:
        raise DeviceForeign(document=str(document))
    return own


def tell(printer: Printer, outcomes: Iterable[Outcome], line: Callable[[Facts], str]) -> None:
    """Prints what became of each document; ends with 1 where one was refused."""
    told = list(outcomes)
    value = [
        {"id": str(document), "error": getattr(one, "document", None) or one.problem(translate=_)}
        if isinstance(one, HienluongError)
        else one
        for document, one in told
    ]
    lines = [
        f"{document}  {' '.join(one.explain(_).split())}" if isinstance(one, HienluongError) else line(one)
        for document, one in told
    ]
    printer.result(value, lines)
    if any(isinstance(one, HienluongError) for _document_id, one in told):
        sys.exit(REFUSED)


def signer_at(url: str, axis: str) -> DeviceClient:
    """Returns the signer on this machine: at an address, or, where it is empty, where signers answer."""
    from hienluong.client.device import DEFAULT_DEVICE  # noqa: PLC0415 - start fast
    from hienluong.client.service import DeviceClient  # noqa: PLC0415 - the same

    return DeviceClient(url or DEFAULT_DEVICE, axis)


def read(path: Path) -> tuple[str, bytes]:
    """Returns name and bytes of a file."""
    return path.name, path.read_bytes()


def write(printer: Printer, output: Path, content: bytes) -> None:
    """Writes what was fetched, and says so."""
    output.write_bytes(content)
    printer.result({"file": str(output), "size": len(content)}, [_("Written: {path}").format(path=output)])
