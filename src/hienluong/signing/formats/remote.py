"""A signature in two halves: the hash goes out, the signature comes back; the key never leaves its owner's device.

What must be kept between the halves is bytes and numbers (`Prepared`), so that another process may complete it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from asn1crypto import cms, x509
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from hienluong.signing.errors import SignatureWrong
from hienluong.signing.formats import pades
from hienluong.signing.formats.keys import GivenSignature, KeySigner, fits, hash_of
from hienluong.signing.formats.pades import Wanted
from hienluong.signing.formats.stamping import AskingStamper, run


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that waits for its signature.

    Attributes:
        document: the PDF with an empty place for the signature.
        start, end: of that place, in bytes.
        document_digest: over everything but that place.
        attributes: what is signed, in DER; it holds the document's digest and the certificate's.
        algorithm: the hash, as "sha256".
    """

    document: bytes
    start: int
    end: int
    document_digest: bytes
    attributes: bytes
    algorithm: str

    @property
    def to_sign(self) -> bytes:
        """Returns the hash that the device signs: over the attributes."""
        return hashlib.new(self.algorithm, self.attributes).digest()


def prepare(
    pdf: bytes, certificate: x509.Certificate, chain: tuple[x509.Certificate, ...], wanted: Wanted
) -> Prepared:
    """Returns a document made ready for the signature of a certificate's owner.

    Raises:
        DocumentUnsignable, KeyUnusable: as `pades.sign`.
    """
    key = GivenSignature(certificate, chain)

    async def work() -> Prepared:
        session, signer = pades.begin(pdf, key, wanted, None)
        document = session.prepare_tbs_document(None, pades.room_for(key, wanted.level))
        place, output = document.digest_tbs_document()
        algorithm = hash_of(certificate)
        attributes = await signer.signed_attrs(
            place.document_digest, algorithm, attr_settings=PdfCMSSignedAttributes(), use_pades=True
        )
        output.seek(0)
        return Prepared(
            document=output.read(),
            start=place.reserved_region_start,
            end=place.reserved_region_end,
            document_digest=place.document_digest,
            attributes=attributes.dump(),
            algorithm=algorithm,
        )

    with pades.telling():
        return run(work())


def complete(
    prepared: Prepared,
    certificate: x509.Certificate,
    chain: tuple[x509.Certificate, ...],
    signature: bytes,
    *,
    stamper: AskingStamper | None = None,
) -> bytes:
    """Returns the document with the signature that came back, once it is found to fit; B-T where a stamper is given.

    Args:
        prepared: what was kept.
        certificate: as it was prepared with.
        chain: the same.
        signature: PKCS#1 v1.5 of RSA, or ECDSA as DER.
        stamper: who gives the time-stamp.

    Raises:
        SignatureWrong: it was made over something else or with another key; what was prepared is as good as before.
        TimestampUnavailable: what was prepared is as good as before.
    """
    if not fits(certificate, prepared.to_sign, signature):
        raise SignatureWrong

    async def work() -> cms.ContentInfo:
        return await KeySigner(
            GivenSignature(certificate, chain, signature)
        ).async_sign_prescribed_attributes(
            prepared.algorithm, cms.CMSAttributes.load(prepared.attributes), timestamper=stamper
        )

    place = PreparedByteRangeDigest(prepared.document_digest, prepared.start, prepared.end)
    return pades.finish(prepared.document, place, run(work()))
