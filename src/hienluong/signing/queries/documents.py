"""Reads: the signatures of a file, the trust list, what was prepared, where a signature would go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from asn1crypto import x509
from django.conf import settings

from hienluong.directory.service import Actor, require
from hienluong.files import service as files
from hienluong.signing import revocation
from hienluong.signing.authorities import in_force, trust
from hienluong.signing.commands.remote import of_actor
from hienluong.signing.errors import AuthorityNotFound, PreparationNotFound
from hienluong.signing.formats import bounded
from hienluong.signing.formats.appearance import Placed, text_look
from hienluong.signing.formats.positions import Proposal, Sizes, person_place, seal_place, text_place
from hienluong.signing.formats.report import FileReport
from hienluong.signing.formats.trust import Trust
from hienluong.signing.formats.validation import Limits
from hienluong.signing.models import PreparedSignature, TrustedAuthority


def validate_file(
    actor: Actor | None,
    content: bytes,
    *,
    now: datetime,
    name: str = "",
    signed: bytes | None = None,
    at: datetime | None = None,
    online: bool = False,
) -> FileReport:
    """Returns what is found about the signatures of a file.

    The file is looked at in a process of its own, with limits; one that exceeds them gets a report that says so.

    Args:
        actor: who asks; None: anybody, on the public page.
        content: the file.
        now: the moment.
        name: of the file.
        signed: the file that a signature beside it is over.
        at: another moment for which it is asked; None: now.
        online: whether authorities are asked about revocation first; else what is kept is used, and what is missing is
            noted, so that the job fetches it.

    Raises:
        PermissionMissing: the actor checks nothing.
    """
    if actor is not None:
        require(actor, "signing.validate_file")

    def believe(certificates: Sequence[x509.Certificate]) -> Trust:
        believed = trust(now, certificates)
        wanted = revocation.wanted_for(certificates, (*believed.signers, *believed.stampers))
        revocation.note(wanted, now=now)
        if not online:
            return believed
        revocation.fetch(revocation.due(now, wanted), now=now)
        return trust(now, certificates)

    limits = Limits(file_bytes=settings.SIGNING_MAX_BYTES)
    return bounded.check(content, believe, now=at or now, name=name, signed=signed, limits=limits)


def trust_state(*, now: datetime) -> str:
    """Returns what the trust list in force comes to: another word when anybody in it changed."""
    rows = [f"{one.purpose} {one.sha256}" for one in in_force(now)]
    return hashlib.sha256("\n".join([str(settings.DEMONSTRATION), *rows]).encode()).hexdigest()


def authorities(actor: Actor | None, *, now: datetime) -> list[TrustedAuthority]:
    """Returns the trust list in force.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may not see it.
    """
    require(actor, "signing.view_authorities")
    return in_force(now)


def authorities_by_fingerprint(
    actor: Actor | None, fingerprint: str, *, now: datetime
) -> list[TrustedAuthority]:
    """Returns what the trust list in force says of one certificate, a row per purpose.

    Raises:
        NotAuthenticated, PermissionMissing: the actor may not see it.
        AuthorityNotFound: it is not in the list.
    """
    found = [one for one in authorities(actor, now=now) if one.sha256 == fingerprint]
    if not found:
        raise AuthorityNotFound(fingerprint=fingerprint)
    return found


def prepared(actor: Actor | None, prepared_id: UUID, *, now: datetime) -> PreparedSignature:
    """Returns what the actor prepared.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        PreparationNotFound: there is none, or its time is over.
    """
    return of_actor(require(actor, "signing.sign_document"), prepared_id, now)


def signed_document(actor: Actor | None, prepared_id: UUID, *, now: datetime) -> tuple[int, Iterator[bytes]]:
    """Returns the signed PDF of what the actor prepared: its size and its bytes.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        PreparationNotFound: there is none, it is not signed yet, or its time is over.
    """
    row = of_actor(require(actor, "signing.sign_document"), prepared_id, now)
    if row.signed_document is None:
        raise PreparationNotFound(id=prepared_id)
    size, _sha256 = files.facts_of(row.signed_document)
    return size, files.open_for(holder=row.agency_id, file_id=row.signed_document)


def places(actor: Actor | None, pdf: bytes, *, name: str, post: str = "") -> tuple[Proposal, Proposal]:
    """Returns where the signature of a person and the seal over it would go in a PDF, found from its text.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        DocumentUnsignable: the text cannot be read.
    """
    require(actor, "signing.sign_document")
    lines, pages = bounded.lines(pdf)
    person = person_place(lines, pages, name=name, post=post, sizes=sizes())
    return person, seal_place(person, sizes())


def placed_text(actor: Actor | None, pdf: bytes, lines: Sequence[str]) -> Placed:
    """Returns the text of an attachment or a copy (`attachment_lines`, `copy_lines`) at its place in a PDF.

    Raises:
        NotAuthenticated, PermissionMissing: the actor signs nothing.
        DocumentUnsignable: the file cannot be read.
    """
    require(actor, "signing.sign_document")
    width, height, look = text_look(lines)
    _lines, pages = bounded.lines(pdf)
    proposal = text_place(pages, width, height, sizes())
    return Placed(proposal.page, proposal.box, look)


def sizes() -> Sizes:
    """Returns the sizes on paper of the settings."""
    person, seal, text = (
        tuple(float(length) for length in pair.split("x")) for pair in settings.SIGNING_SIZES.split()
    )
    return Sizes((person[0], person[1]), (seal[0], seal[1]), text_right=text[0], text_top=text[1])
