"""Files of a document that is being written and is not sent yet: no file is lost between the form and its checking.

A file is sealed into the vault at once, without a holder: unless it is sent, it is swept after a day like any
orphan. The only thing that can open it again is a signed slip that stands in the person's own page and names the
person; the server keeps neither the key nor the slip.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from django.core import signing

from hienluong.directory.service import Actor
from hienluong.edxml.content import Content
from hienluong.files import service as files
from hienluong.kit.errors import Conflict
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.filestore import FileMissing
from hienluong.kit.sealed import SealBroken, open_sealed

SALT = "composing.drafts"
KEPT_SECONDS = files.ORPHAN_AFTER_SECONDS - 3600  # an hour before the sweep may take it


class DraftExpired(Conflict):
    """A kept file is gone: the form lay open for a day, or belongs to somebody else."""

    code = "composing.draft-expired"
    title = _("The attachments are no longer kept")
    detail = _(
        "Attachments of a document that is not sent are kept for 23 hours, for the person who chose them."
    )
    kept = _("Nothing was sent. What you typed is still in the form.")
    todo = _("Choose the files again.")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file kept for a draft; `slip` is what the page carries."""

    name: str
    size: int
    slip: str
    file_id: UUID
    key: bytes

    def content(self) -> Content:
        """Returns the file's bytes where they lie.

        Raises:
            DraftExpired: the file was swept.
        """
        return Content.of(self)

    def chunks(self) -> Iterator[bytes]:
        """Yields the bytes in pieces, as often as asked; errors as `content`."""
        try:
            with files.vault().open(self.file_id.hex) as source:
                yield from open_sealed(source, self.key)
        except (FileMissing, SealBroken) as gone:
            raise DraftExpired from gone


def keep(*, actor: Actor, name: str, source: BinaryIO) -> KeptFile:
    """Seals a chosen file and returns it with its slip.

    Raises:
        Unavailable: the disk is full.
    """
    stored = files.store(source)
    facts = {
        "name": name,
        "size": stored.size,
        "file": stored.id.hex,
        "key": base64.b64encode(stored.key).decode("ascii"),
        "for": str(actor.id),
    }
    return KeptFile(name, stored.size, signing.dumps(facts, salt=SALT), stored.id, stored.key)


def recall(*, actor: Actor, slip: str) -> KeptFile:
    """Returns the kept file of a slip.

    Raises:
        DraftExpired: the slip is too old, not ours, or another person's.
    """
    try:
        facts = signing.loads(slip, salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature as bad:
        raise DraftExpired from bad
    if facts["for"] != str(actor.id):
        raise DraftExpired
    return KeptFile(facts["name"], facts["size"], slip, UUID(facts["file"]), base64.b64decode(facts["key"]))
