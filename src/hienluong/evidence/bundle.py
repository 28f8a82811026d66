"""A bundle of evidence as a ZIP that is made while it is sent: entries, salts, proofs, checkpoint, key, and how to check it all.

Nothing in it needs us: README.txt says in Vietnamese and English what to do, verify.py does it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import IO, Any, cast

from hienluong.kit.clock import in_vietnam
from hienluong.kit.spreadsheets import csv_chunks
from hienluong.ledger import service as ledger
from hienluong.ledger.service import Disclosed, RowChange, SignedCheckpoint

COLUMNS = ("index", "id", "at", "actor", "agency", "action", "outcome", "subject")
File = tuple[str, Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes into a bundle.

    Attributes:
        name: of the file, without its ending.
        about: what it is evidence of, in words.
        made_at: when.
        made_by: by whom.
        head: the checkpoint that covers all entries.
        key: the public key of the log, as programs want it.
        entries: all of them under the checkpoint.
        changes: the rows that these acts changed, as far as who takes it along may see them.
        documents: names and bytes of what belongs to them, as far as who takes it along may see that.
    """

    name: str
    about: str
    made_at: datetime
    made_by: str
    head: SignedCheckpoint
    key: str
    entries: Sequence[Disclosed]
    changes: Sequence[RowChange] = field(default=())
    documents: Sequence[File] = field(default=())

    def chunks(self) -> Iterator[bytes]:
        """Yields the ZIP in pieces; of entries and documents only what is being written is in memory."""
        return _zipped(self._files(), self.made_at)

    def _files(self) -> Iterator[File]:
        yield "README.txt", [self._readme().encode()]
        yield "verify.py", [_data("verify.py.txt").encode()]
        yield "key.txt", [f"{self.key}\n".encode()]
        yield "checkpoint.txt", [ledger.cosigned(self.head).encode()]
        yield "entries.csv", csv_chunks(COLUMNS, map(_row, self.entries))
        yield from self.documents
        for entry, proof in zip(self.entries, ledger.proofs(self.entries, self.head), strict=True):
            name = f"{proof.index:09}"
            yield f"entries/{name}.json", [entry.entry]
            yield f"salts/{name}.bin", [entry.salt]
            yield f"proofs/{name}.tlog-proof", [proof.text().encode()]
        for change, of_change in zip(
            self.changes, ledger.prove_changes(self.changes, self.head), strict=True
        ):
            yield f"changes/{change.place:09}.change-proof", [of_change.text().encode()]

    def _readme(self) -> str:
        facts = {
            "about": self.about,
            "made_at": f"{in_vietnam(self.made_at):%d/%m/%Y %H:%M:%S} (UTC+7)",
            "made_by": self.made_by,
            "entries": len(self.entries),
            "changes": len(self.changes),
            "size": self.head.size,
            "signed_at": f"{in_vietnam(self.head.signed_at):%d/%m/%Y %H:%M:%S} (UTC+7)",
            "key": self.key,
            "documents": "".join(f"    {name}\n" for name, _chunks in self.documents) or "    –\n",
        }
        return _data("README.txt").format(**facts)


def _data(name: str) -> str:
    return files(__package__).joinpath("data", name).read_text(encoding="utf-8")


def _row(entry: Disclosed) -> list[str]:
    actor = entry.actor
    return [
        str(entry.index),
        str(entry.id),
        str(entry.said.get("at", "")),
        f"{actor.get('kind', '')}:{actor.get('id', '')} {actor.get('name', '')}".strip(),
        actor.get("agency", ""),
        entry.action,
        str(entry.said.get("outcome", "")),
        entry.subject,
    ]


class _Pipe(io.RawIOBase):
    """Where the writer of the ZIP puts bytes and the answer takes them."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Says that it can be written to, and nothing else: the writer then never looks back."""
        return True

    def write(self, part: Any, /) -> int:
        """Takes a piece."""
        self._parts.append(bytes(part))
        return len(part)

    def take(self) -> Iterator[bytes]:
        """Yields what was written since, as one piece."""
        if self._parts:
            yield b"".join(self._parts)
            self._parts.clear()


def _zipped(parts: Iterable[File], at: datetime) -> Iterator[bytes]:
    pipe = _Pipe()
    day = in_vietnam(at)
    moment = (day.year, day.month, day.day, day.hour, day.minute, day.second)
    with zipfile.ZipFile(cast("IO[bytes]", pipe), "w", zipfile.ZIP_DEFLATED) as packed:
        for name, chunks in parts:
            info = zipfile.ZipInfo(name, moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            with packed.open(info, "w", force_zip64=True) as target:
                for chunk in chunks:
                    target.write(chunk)
                    yield from pipe.take()
            yield from pipe.take()
    yield from pipe.take()
