"""Signatures inside XML: XAdES at the level B-B, enveloped (ETSI EN 319 132-1), by signxml."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, cast

from cryptography.hazmat.primitives import serialization
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.util import namespaces, xades_tag
from signxml.xades.xades import XAdESSigner

from hienluong.signing.errors import DocumentUnsignable
from hienluong.signing.formats.keys import SigningKey, hash_of, to_pyca

DEPTH_MOST: Final = 256
_METHODS: Final = {
    ("rsa", "sha256"): SignatureMethod.RSA_SHA256,
    ("ec", "sha256"): SignatureMethod.ECDSA_SHA256,
    ("ec", "sha384"): SignatureMethod.ECDSA_SHA384,
    ("ec", "sha512"): SignatureMethod.ECDSA_SHA512,
}


def parse(xml: bytes) -> etree._Element:
    """Returns the root of a document that names no entities and reaches nothing outside.

    Raises:
        DocumentUnsignable: it is no XML, has a document type, or is too deep.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise DocumentUnsignable(reason=f"it is no XML: {problem}") from problem
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr] # lxml-stubs know it not
        raise DocumentUnsignable(reason="it has a document type")
    depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_MOST:
            raise DocumentUnsignable(reason=f"it is more than {DEPTH_MOST} elements deep")
    return root


def sign(xml: bytes, key: SigningKey, *, now: datetime) -> bytes:
    """Returns a document of XML with a signature over all of it as the last child of its root.

    Args:
        xml: the document.
        key: who signs.
        now: the moment that the signer claims.

    Raises:
        DocumentUnsignable: it is no XML that can be signed, or signed already.
        KeyUnavailable: there is no signature.
    """
    root = parse(xml)
    if root.find(f".//{{{namespaces.ds}}}Signature") is not None:
        raise DocumentUnsignable(reason="it is signed already")
    name = hash_of(key.certificate)
    signer = _Signer(
        now,
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=_METHODS[key.certificate.public_key.algorithm, name],
        digest_algorithm=DigestAlgorithm.SHA256,
    )
    certificates = [
        to_pyca(one).public_bytes(serialization.Encoding.PEM).decode()
        for one in (key.certificate, *key.chain)
    ]
    signed = signer.sign(
        root, key=cast("Any", _KeyOfSignxml(key)), cert="".join(certificates), always_add_key_value=False
    )
    return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


class InUtf8:
    """Makes signxml write names with Vietnamese letters: in ASCII, which is its way, XML has no form for them."""

    def _tostring(self, xml_node: etree._Element, **how: Any) -> bytes:
        return bytes(etree.tostring(xml_node, encoding="UTF-8", **how))


class _Signer(InUtf8, XAdESSigner):
    """signxml's signer, told the time."""

    def __init__(self, now: datetime, **how: Any) -> None:
        super().__init__(**how)
        self._now = now

    def add_signing_time(
        self,
        signed_signature_properties: Any,
        sig_root: Any,  # noqa: ARG002 - signxml's signature
        signing_settings: Any,  # noqa: ARG002 - the same
    ) -> None:
        """Adds the moment that was given."""
        place = etree.SubElement(signed_signature_properties, xades_tag("SigningTime"), nsmap=self.namespaces)
        place.text = self._now.astimezone(UTC).isoformat(timespec="seconds")


class _KeyOfSignxml:
    """One of our keys, asked as signxml asks keys of `cryptography`."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self.key_size = key.certificate.public_key.bit_size

    def sign(self, data: bytes, **_how: Any) -> bytes:
        """Returns the signature; hash and padding are those of the key."""
        return self._key.sign(data)
