"""With which certificate a document is signed, how far its signatures reach, how they show on the page, and whether they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext

from hienluong.directory.service import Actor
from hienluong.issuing.errors import CertificateUnfit, SignatureDoubtful
from hienluong.issuing.models import Document
from hienluong.issuing.places import Place
from hienluong.signing import service as signing
from hienluong.signing.service import (
    FileReport,
    Level,
    Placed,
    SignatureReport,
    SigningCertificate,
    Verdict,
)

_ORDER: Final = (Level.B, Level.T, Level.LT, Level.LTA)


def level_of_person() -> Level:
    """Returns how far a person's signature reaches: the last time-stamp comes with the agency's, right after it."""
    return min(signing.wanted_level(), Level.LT, key=_ORDER.index)


def require_certificate(
    actor: Actor, certificate_id: UUID, *, agency: bool, now: datetime, people: Collection[UUID] = ()
) -> SigningCertificate:
    """Returns the certificate, once it is of the sort that signs here.

    Args:
        actor: who acts.
        certificate_id: of the register.
        agency: whether the agency signs.
        now: the moment.
        people: for whose devices a system carries hashes.

    Raises:
        SigningCertificateNotFound: the actor may not sign with it now.
        CertificateUnfit: a person's where the agency signs, or the other way.
    """
    found = signing.certificate(actor, certificate_id, now=now, people=people)
    if found.is_agency is not agency:
        raise CertificateUnfit(holder=found.holder_name)
    return found


def placed_image(row: SigningCertificate, place: Place) -> Placed | None:
    """Returns the image of a certificate at its place; None where it has none: then the signature does not show."""
    png = signing.image_of(row)
    return Placed(place.page, place.box, signing.image_look(png, place.box)) if png else None


def placed_text(actor: Actor, pdf: bytes, reference: str, at: datetime) -> Placed:
    """Returns the text of the agency's signature on a file beside the document: number, notation, time; top right of its first page."""
    return signing.placed_text(actor, pdf, signing.attachment_lines(reference, at))


def require_sound(actor: Actor, document: Document, pdf: bytes, *, now: datetime) -> None:
    """Makes sure that a PDF is what the named person signed, byte by byte, and that the signature holds at this moment.

    Raises:
        SignatureDoubtful: it is not, or whether it holds cannot be told.
    """
    if (
        hashlib.sha256(pdf).hexdigest() != document.signed_sha256
        or document.file_sha256 != document.signed_sha256
    ):
        raise SignatureDoubtful(reason=gettext("The file is not the one that was signed."))
    report = signing.validate_file(actor, pdf, now=now, name=document.file_name, online=True)
    found = [one for one in report.signatures if one.kind == "signature"]
    if len(found) != 1 or _certificate(found[0]) != document.signed_certificate:
        raise SignatureDoubtful(reason=gettext("It is signed with another certificate than was recorded."))
    if report.verdict is not Verdict.VALID:
        raise SignatureDoubtful(reason=_said(report))
    if found[0].changes != "validation-data" and found[0].covers != "whole-file":
        raise SignatureDoubtful(
            reason=gettext("Something stands behind the signature that it does not cover.")
        )


def _certificate(one: SignatureReport) -> str:
    return one.certificate.sha256 if one.certificate is not None else ""


def _said(report: FileReport) -> str:
    return " ".join(signing.sentences(report))[:500]


def renewal_of(actor: Actor, pdf: bytes, *, now: datetime) -> datetime | None:
    """Returns when the last time-stamp of a sealed PDF is to be renewed; None where no time-stamp is over the whole file."""
    return signing.renewal_in(signing.validate_file(actor, pdf, now=now))
