"""Tells whoever is next, and who prepared a document when it comes back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hienluong.directory.service import Post, people_to_tell, today
from hienluong.issuing.authority import people_acting_in
from hienluong.issuing.models import Document, Step
from hienluong.kit.errors import gettext_noop as _
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

notices.declare_text("issuing.to_number", _("“{subject}” waits for its number."))
notices.declare_text("issuing.to_sign", _("“{subject}” waits for your signature."))
notices.declare_text("issuing.to_seal", _("“{subject}” is signed and waits for the agency's seal."))
notices.declare_text("issuing.to_issue", _("“{subject}” is sealed and waits to be issued."))
notices.declare_text("issuing.returned", _("“{subject}” was returned: {reason}"))
notices.declare_text("issuing.issued", _("“{subject}” was issued as {reference}."))

_FOR_CLERKS = {Step.PREPARED: "to_number", Step.SIGNED: "to_seal", Step.SEALED: "to_issue"}
_FOR_PREPARER = {Step.RETURNED: "returned", Step.ISSUED: "issued"}


def tell_next(document: Document, now: datetime) -> None:
    """Tells whoever the document waits for now, in the caller's transaction."""
    step = Step(document.step)
    if code := _FOR_CLERKS.get(step):
        told = people_to_tell([document.agency_id], [Post.Role.CLERK])
        _tell((Reader(*one) for one in told.get(document.agency_id, [])), code, document, now)
    elif step == Step.NUMBERED:
        _tell(_holders(document.signer), "to_sign", document, now)
    elif (code := _FOR_PREPARER.get(step)) and document.prepared_by is not None:
        _tell(_holders(document.prepared_by), code, document, now)


def _holders(post: Post) -> list[Reader]:
    """Returns who acts in a post today, to be told."""
    return [Reader(one.pk, one.email) for one in people_acting_in(post, today())]


def _tell(readers: Iterable[Reader], code: str, document: Document, now: datetime) -> None:
    values = {
        "subject": document.subject[:120],
        "reason": document.returned_why[:300],
        "reference": document.reference,
    }
    link = notices.link_at(f"/issuing/{document.pk}/", now)
    notices.tell(readers=readers, code=f"issuing.{code}", values=values, link=link, now=now)
