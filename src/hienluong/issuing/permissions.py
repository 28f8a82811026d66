"""Who may do what with documents on their way: those who write prepare, the named post signs, the clerk numbers, seals, issues.

A system of the agency does the clerk's part as it sends the agency's documents on the axis; for signatures it carries hashes
to the devices of those who sign (decision 34).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rules.predicates import Predicate

from hienluong.directory.service import Actor, declare, has_role, is_person, is_platform, is_system
from hienluong.issuing.models import Document

_WRITERS = ("clerk", "head", "deputy", "officer")


def _of_agency(actor: Actor, document: Document | None) -> bool:
    return document is None or actor.agency_id == document.agency_id


def _signer(actor: Actor, document: Document | None) -> bool:
    """Whoever acts in the post: its holder, or the lawful stand-in of today."""
    return document is None or (actor.post_id is not None and actor.post_id == document.signer_id)


def _preparer(actor: Actor, document: Document | None) -> bool:
    if document is None:
        return True
    if actor.kind == "system":
        return document.prepared_by_id is None and actor.agency_id == document.agency_id
    return actor.post_id is not None and actor.post_id == document.prepared_by_id


of_agency = Predicate(_of_agency, name="of_agency")  # the object is the document
is_signer = Predicate(_signer, name="is_signer")
is_preparer = Predicate(_preparer, name="is_preparer")
_clerk = (has_role("clerk") | is_system) & of_agency

declare(
    "issuing.view_documents",
    has_role(*_WRITERS) | is_system | is_platform,
    _("see documents on their way to being issued: officers their own, clerks and heads all of the agency"),
)
declare("issuing.prepare_document", has_role(*_WRITERS) | is_system, _("hand in a document to be issued"))
declare("issuing.number_document", _clerk, _("give a document its number and date"))
declare(
    "issuing.sign_document",
    (is_person & has_role(*_WRITERS) & is_signer) | (is_system & of_agency),
    _("sign a document as the named post; systems: carry what the device of its holder signs"),
)
declare("issuing.seal_document", _clerk, _("put the agency's signature on a document"))
declare("issuing.issue_document", _clerk, _("issue a document that is signed and sealed"))
declare(
    "issuing.return_document",
    _clerk | (has_role(*_WRITERS) & is_signer),
    _("return a document to who prepared it"),
)
declare(
    "issuing.withdraw_document",
    _clerk | ((has_role(*_WRITERS) | is_system) & is_preparer),
    _("hand a returned document in again, or give it up"),
)
