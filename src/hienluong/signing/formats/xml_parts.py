"""The parts of signatures inside XML, as XMLDSig and XAdES name them: found, canonicalised, read with every limit."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final

from asn1crypto import cms, x509
from lxml import etree
from signxml.util import namespaces

from hienluong.signing.errors import DocumentUnsignable
from hienluong.signing.formats.trust import VALUES_MOST, Knowledge, readable

DEPTH_MOST: Final = 256
IDENTIFIERS: Final = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")
DS: Final = f"{{{namespaces.ds}}}"
XADES: Final = f"{{{namespaces.xades}}}"
XADES_141: Final = "{http://uri.etsi.org/01903/v1.4.1#}"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE: Final = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
CANONICAL: Final = {
    INCLUSIVE: (False, False),
    f"{INCLUSIVE}#WithComments": (False, True),
    "http://www.w3.org/2006/12/xml-c14n11": (False, False),
    "http://www.w3.org/2006/12/xml-c14n11#WithComments": (False, True),
    EXCLUSIVE: (True, False),
    f"{EXCLUSIVE}WithComments": (True, True),
}
"""Ways to write XML in one way only: whether exclusive, whether with comments."""
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_NO_MEMORY: Final = 2  # as libxml2 numbers its errors
Element = etree._Element  # noqa: SLF001 - lxml's name of the class


def parse(xml: bytes) -> Element:
    """Returns the root of a document that names no entities and reaches nothing outside.

    Raises:
        DocumentUnsignable: it is no XML, has a document type, or is too deep.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        if getattr(problem, "code", None) == _NO_MEMORY:
            raise MemoryError from problem
        raise DocumentUnsignable(reason=f"it is no XML: {problem}") from problem
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr] # lxml-stubs know it not
        raise DocumentUnsignable(reason="it has a document type")
    depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_MOST:
            raise DocumentUnsignable(reason=f"it is more than {DEPTH_MOST} elements deep")
    return root


def signatures_in(root: Element) -> list[Element]:
    """Returns the signatures of a document, in its order."""
    return list(root.iter(f"{DS}Signature"))


def canonical(element: Element, method: str = INCLUSIVE) -> bytes:
    """Returns an element written in the one way that a method names.

    Raises:
        ValueError: the method is not known.
    """
    if method not in CANONICAL:
        raise ValueError(f"unknown way to write XML: {method}")
    exclusive, with_comments = CANONICAL[method]
    written = alone(element)
    if not exclusive:
        inherit(written, element)
    return bytes(etree.tostring(written, method="c14n", exclusive=exclusive, with_comments=with_comments))


def alone(element: Element) -> Element:
    """Returns an element as a document of its own: inside another one, lxml writes it with namespaces that it has not.

    (lxml 6.1 with libxml2 2.14: `xmlns=""` at grandchildren of an element in a default namespace.)
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(etree.tostring(element, encoding="UTF-8", with_tail=False), parser)


def is_exclusive(method: str) -> bool:
    """Returns whether a way to write XML leaves out what stands around an element."""
    return CANONICAL.get(method, (False, False))[0]


def inherit(element: Element, place: Element | None = None) -> None:
    """Gives an element the attributes of XML itself (language, spaces) that it has from above: written alone, it has them.

    Args:
        element: the element.
        place: where it stands; None: where it is.
    """
    for above in (place if place is not None else element).iterancestors():
        for name, value in above.attrib.items():
            if str(name).startswith(_XML) and name != f"{_XML}id" and element.get(name) is None:
                element.set(name, value)


def method_of(stamp: Element) -> str:
    """Returns how what a time-stamp is over was written: as it says, else in XMLDSig's way."""
    found = stamp.find(f"{DS}CanonicalizationMethod")
    return str(found.get("Algorithm")) if found is not None else INCLUSIVE


def unsigned_properties(signature: Element) -> list[Element]:
    """Returns what was added to a signature after it was made, in its order."""
    place = signature.find(
        f"{DS}Object/{XADES}QualifyingProperties/{XADES}UnsignedProperties/{XADES}UnsignedSignatureProperties"
    )
    return [one for one in place if isinstance(one.tag, str)] if place is not None else []


def tokens_of(stamp: Element) -> Iterator[cms.SignedData]:
    """Yields the time-stamps (RFC 3161) in an element.

    Raises:
        ValueError: what is there is none.
    """
    for element in stamp.iterfind(f"{XADES}EncapsulatedTimeStamp"):
        info = cms.ContentInfo.load(decoded(element))
        if info["content_type"].native != "signed_data":
            raise ValueError("it is no time-stamp")
        yield info["content"]


def over_signature(signature: Element, stamp: Element) -> bytes:
    """Returns what a signature's time-stamp is over: the value of the signature (EN 319 132-1, 5.3)."""
    value = signature.find(f"{DS}SignatureValue")
    if value is None:
        raise ValueError("the signature has no value")
    return canonical(value, method_of(stamp))


def over_all(signature: Element, references: bytes, properties: list[Element], method: str) -> bytes:
    """Returns what an archive's time-stamp is over (EN 319 132-1, 5.5.2.2, all in one place).

    Args:
        signature: the signature.
        references: what its references came to, in their order.
        properties: those before the time-stamp.
        method: how XML is written.
    """
    parts = [signature.find(f"{DS}{name}") for name in ("SignedInfo", "SignatureValue", "KeyInfo")]
    objects = [
        one for one in signature.iterfind(f"{DS}Object") if one.find(f"{XADES}QualifyingProperties") is None
    ]
    written = [canonical(one, method) for one in (*parts, *properties, *objects) if one is not None]
    return b"".join((references, *written))


def knowledge_in(properties: list[Element]) -> Knowledge:
    """Returns the certificates, lists and answers that stand in a signature's properties; what cannot be read is left out."""

    def values(name: str) -> Iterator[bytes]:
        return (decoded(element) for one in properties for element in one.iter(f"{XADES}{name}"))

    return Knowledge.of(
        values("EncapsulatedCRLValue"),
        values("EncapsulatedOCSPValue"),
        values("EncapsulatedX509Certificate"),
    )


def certificates_in(signature: Element) -> list[x509.Certificate]:
    """Returns the certificates that a signature names as its own, as they stand; those that cannot be read are left out."""
    elements = signature.iterfind(f"{DS}KeyInfo/{DS}X509Data/{DS}X509Certificate")
    return readable([decoded(one) for one in elements][:VALUES_MOST])


def decoded(element: Any) -> bytes:
    """Returns the bytes that an element holds in base64; none where it holds something else."""
    try:
        return base64.b64decode(element.text or "")
    except ValueError:
        return b""
