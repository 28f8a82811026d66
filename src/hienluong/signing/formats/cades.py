"""Signatures beside a file: detached CAdES at the levels B-B and B-T (ETSI EN 319 122-1), by pyHanko."""

from __future__ import annotations

from datetime import datetime

from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from hienluong.signing.formats.keys import KeySigner, SigningKey, hash_of
from hienluong.signing.formats.stamping import AskingStamper, run


def sign(content: bytes, key: SigningKey, *, now: datetime, stamper: AskingStamper | None = None) -> bytes:
    """Returns a signature over a file, as CMS in DER (.p7s); the file itself is not in it.

    Args:
        content: the file.
        key: who signs.
        now: the moment that the signer claims.
        stamper: who gives the time-stamp of B-T; None: B-B.

    Raises:
        KeyUnavailable, TimestampUnavailable: there is no signature.
    """

    async def work() -> bytes:
        made = await KeySigner(key).async_sign_general_data(
            content,
            hash_of(key.certificate),
            use_cades=True,
            timestamper=stamper,
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=now),
        )
        return bytes(made.dump())

    return run(work())
