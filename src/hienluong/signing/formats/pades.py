"""Signatures inside PDFs: PAdES at the levels B-B, B-T, B-LT and B-LTA (ETSI EN 319 142-1), by pyHanko.

What is written is an update behind the file as it was: signatures that are there stay as they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import uuid4

from asn1crypto.cms import ContentInfo
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError, PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import (
    PdfSignatureMetadata,
    PdfSigner,
    PdfSigningSession,
    PdfTBSDocument,
    PdfTimeStamper,
)
from pyhanko.sign.validation.dss import async_add_validation_info
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from hienluong.kit.errors import HienluongError
from hienluong.signing.errors import DocumentUnsignable, EvidenceMissing, TimestampUnavailable
from hienluong.signing.formats.appearance import ImportedPage, Placed
from hienluong.signing.formats.keys import KeySigner, SigningKey, hash_of
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.stamping import AskingStamper, run

_CMS_BYTES: Final = 3_072
"""Room for what is in a signature beside certificates and time-stamp."""
_STAMP_BYTES: Final = 12_288
"""Room for a time-stamp with the certificates of its authority."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a signature should be.

    Attributes:
        level: how far it reaches.
        now: the moment that the signer claims.
        placed: where and how it shows; None: it does not.
        reason, location: as they stand in the file.
    """

    level: Level
    now: datetime
    placed: Placed | None = None
    reason: str = ""
    location: str = ""


def sign(
    pdf: bytes,
    key: SigningKey,
    wanted: Wanted,
    *,
    stamper: AskingStamper | None = None,
    evidence: ValidationContext | None = None,
) -> bytes:
    """Returns the PDF with one more signature.

    Args:
        pdf: the file.
        key: who signs.
        wanted: level, moment, look.
        stamper: who gives time-stamps; needed from B-T on.
        evidence: whom to trust and what is known of revocations; needed from B-LT on.

    Raises:
        DocumentUnsignable: the file is broken, encrypted, or an earlier signature forbids another one.
        KeyUnavailable, TimestampUnavailable: the file is unchanged.
        EvidenceMissing: the level cannot be reached; the file is unchanged.
    """
    if wanted.level.stamped and stamper is None:
        raise TimestampUnavailable(reason="no authority is set")

    async def work() -> bytes:
        session, _signer = begin(pdf, key, wanted, stamper)
        document = session.prepare_tbs_document(None, room_for(key, wanted.level))
        prepared, output = document.digest_tbs_document()
        done = await document.perform_signature(prepared.document_digest, PdfCMSSignedAttributes())
        await done.post_signature_processing(output)
        output.seek(0)
        return bytes(output.read())

    with telling():
        signed = run(work())
    return extend(signed, wanted.level, stamper=stamper, evidence=evidence)


def begin(
    pdf: bytes, key: SigningKey, wanted: Wanted, stamper: AskingStamper | None
) -> tuple[PdfSigningSession, KeySigner]:
    """Returns pyHanko's session of one signature: a field of its own in an update behind the file.

    Raises:
        PdfError, SigningError: of pyHanko; `sign` tells them.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
    if writer.prev.encrypted:
        raise DocumentUnsignable(reason="it is encrypted")
    name = f"Signature-{uuid4().hex[:12]}"
    placed = wanted.placed
    field = (
        SigFieldSpec(name, on_page=placed.page, box=placed.box.rounded()) if placed else SigFieldSpec(name)
    )
    signer = KeySigner(key)
    pdf_signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=name,
            md_algorithm=hash_of(key.certificate),
            subfilter=SigSeedSubFilter.PADES,
            reason=wanted.reason or None,
            location=wanted.location or None,
        ),
        signer=signer,
        timestamper=stamper if wanted.level.stamped else None,
        stamp_style=ImportedPage.style(placed.look) if placed else None,
        new_field_spec=field,
    )
    session = pdf_signer.init_signing_session(writer)
    session.system_time = wanted.now
    return session, signer


def room_for(key: SigningKey, level: Level) -> int:
    """Returns how many hexadecimal digits a signature gets in the file."""
    certificates = sum(len(one.dump()) for one in (key.certificate, *key.chain))
    return 2 * (certificates + _CMS_BYTES + (_STAMP_BYTES if level.stamped else 0))


def finish(document: bytes, prepared: PreparedByteRangeDigest, cms: ContentInfo) -> bytes:
    """Returns a prepared document with the signature put into the place that was left for it.

    Args:
        document: as it was prepared.
        prepared: pyHanko's note of the place.
        cms: the signature.
    """
    output = io.BytesIO(document)
    with telling():
        run(PdfTBSDocument.async_finish_signing(output, prepared, cms))
    return output.getvalue()


def extend(
    pdf: bytes,
    level: Level,
    *,
    stamper: AskingStamper | None = None,
    evidence: ValidationContext | None = None,
) -> bytes:
    """Returns a signed PDF brought to a level that its last signature can reach now: what B-LT and B-LTA add stands behind it.

    Args:
        pdf: a file whose last signature has a time-stamp.
        level: the level wanted; up to B-T there is nothing to add.
        stamper: who gives time-stamps; needed for B-LTA.
        evidence: whom to trust and what is known of revocations.

    Raises:
        EvidenceMissing: a certificate is of no known authority, or whether it was revoked is not known.
        TimestampUnavailable: no time-stamp could be had.
    """
    if not level.evident:
        return pdf
    if evidence is None:
        raise EvidenceMissing(level=level, reason="no trust list")
    if level is Level.LTA and stamper is None:
        raise TimestampUnavailable(reason="no authority is set")

    async def work() -> bytes:
        output = io.BytesIO(pdf)
        last = PdfFileReader(output, strict=False).embedded_regular_signatures[-1]
        await async_add_validation_info(last, evidence, in_place=True, add_vri_entry=False, embed_roots=False)
        if level is Level.LTA and stamper is not None:
            await PdfTimeStamper(stamper).async_timestamp_pdf(
                IncrementalPdfFileWriter(output, strict=False),
                "sha256",
                evidence,
                in_place=True,
                embed_roots=False,
            )
        return output.getvalue()

    with telling(level):
        return run(work())


def renew(pdf: bytes, *, stamper: AskingStamper, evidence: ValidationContext) -> bytes:
    """Returns a PDF with one more time-stamp over everything in it, before the last one can no longer be checked.

    Raises:
        EvidenceMissing, TimestampUnavailable: the file is unchanged.
    """

    async def work() -> bytes:
        output = io.BytesIO(pdf)
        await PdfTimeStamper(stamper).async_update_archival_timestamp_chain(
            PdfFileReader(output), evidence, in_place=True, embed_roots=False
        )
        return output.getvalue()

    with telling(Level.LTA):
        return run(work())


@contextmanager
def telling(level: Level = Level.B) -> Iterator[None]:
    """Tells in our words what pyHanko raises."""
    try:
        yield
    except (PathError, ValidationError, SignatureValidationError) as problem:
        raise EvidenceMissing(level=level, reason=str(problem)) from problem
    except (SigningError, PdfReadError, PdfError) as problem:
        raise DocumentUnsignable(reason=str(problem)) from problem
    except HienluongError:
        raise
    except (
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        RecursionError,
        AssertionError,
    ) as problem:
        # what pyHanko meets in files that are none
        raise DocumentUnsignable(reason="it is broken") from problem
