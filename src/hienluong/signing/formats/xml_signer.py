"""signxml, as we use it: told the time, able to leave all signatures of a document out, and refusing what is ambiguous."""

from __future__ import annotations

import copy
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any, Final

from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidInput
from signxml.util import namespaces, xades_tag
from signxml.verifier import SignatureConfiguration, XMLVerifier
from signxml.xades.xades import XAdESSigner

from hienluong.signing.formats.keys import SigningKey
from hienluong.signing.formats.xml_parts import (
    CANONICAL,
    DS,
    IDENTIFIERS,
    Element,
    alone,
    inherit,
    is_exclusive,
    parse,
    signatures_in,
)

ENVELOPED: Final = f"{namespaces.ds}enveloped-signature"
BASE64: Final = f"{namespaces.ds}base64"
XPATH: Final = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_FILTER: Final = "http://www.w3.org/2002/06/xmldsig-filter2"
_DIGESTS: Final = frozenset(str(one.value) for one in DigestAlgorithm)
_SIGNATURES: Final = frozenset(str(one.value) for one in SignatureMethod)
_WEAK: Final = ("md5", "sha1", "ripemd")


class Weak(Exception):
    """An algorithm that is no longer safe."""


class NotUnderstood(Exception):
    """A signature does with the document what is not done here."""


class _Written:
    """Makes signxml write XML as it must be: names with Vietnamese letters, no text behind an element, each by itself."""

    def _tostring(self, xml_node: Element, **how: Any) -> bytes:
        return bytes(etree.tostring(xml_node, encoding="UTF-8", with_tail=False, **how))

    def _c14n(
        self, nodes: Any, algorithm: CanonicalizationMethod, inclusive_ns_prefixes: Any = None
    ) -> bytes:
        exclusive, with_comments = CANONICAL[algorithm.value]
        return b"".join(
            etree.tostring(
                alone(one),
                method="c14n",
                exclusive=exclusive,
                with_comments=with_comments,
                inclusive_ns_prefixes=inclusive_ns_prefixes,
            )
            for one in (list(nodes) if isinstance(nodes, list) else [nodes])
        )


class Signer(_Written, XAdESSigner):
    """signxml's signer: a document may bear several signatures, each over all of it without any signature.

    Everything is written exclusively (C14N): what stands around an element, such as its language, changes nothing.
    """

    def __init__(self, now: datetime, **how: Any) -> None:
        super().__init__(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0, **how)
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

    def _build_transforms_for_reference(self, *, transforms_node: Any, reference: Any, **_how: Any) -> None:
        without = etree.SubElement(transforms_node, f"{DS}Transform", Algorithm=XPATH)
        path = etree.SubElement(without, f"{DS}XPath", nsmap={"ds": namespaces.ds})
        path.text = "not(ancestor-or-self::ds:Signature)"
        etree.SubElement(transforms_node, f"{DS}Transform", Algorithm=reference.c14n_method.value)

    def _add_reference_to_signed_info(self, sig_root: Any, node_to_reference: Any, **attrs: str) -> None:
        """Adds a reference with the way of writing that it was made with; signxml leaves that to be guessed."""
        reference = etree.SubElement(
            sig_root.find(f"{DS}SignedInfo"), f"{DS}Reference", nsmap=self.namespaces
        )
        reference.set("URI", f"#{node_to_reference.get('Id')}")
        for name, value in attrs.items():
            reference.set(name, value)
        transforms = etree.SubElement(reference, f"{DS}Transforms")
        etree.SubElement(transforms, f"{DS}Transform", Algorithm=self.c14n_alg.value)
        etree.SubElement(reference, f"{DS}DigestMethod", Algorithm=self.digest_alg.value)
        written = self._c14n(node_to_reference, algorithm=self.c14n_alg)
        digest = self._get_digest(written, algorithm=self.digest_alg)
        etree.SubElement(reference, f"{DS}DigestValue").text = b64encode(digest).decode()


class KeyOfSignxml:
    """One of our keys, asked as signxml asks keys of `cryptography`."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key
        self.key_size = key.certificate.public_key.bit_size

    def sign(self, data: bytes, **_how: Any) -> bytes:
        """Returns the signature; hash and padding are those of the key."""
        return self._key.sign(data)


class Verifier(_Written, XMLVerifier):
    """signxml's verifier, of one of a document's signatures."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def octets(self, root: Element, reference: Element, default: CanonicalizationMethod) -> bytes:
        """Returns what a reference comes to, as it is hashed.

        Args:
            root: of the document.
            reference: one of the signature's.
            default: how XML is written where the reference says nothing of it.
        """
        copied = parse(self._tostring(root))
        signature = self._get_signature(copied)
        self.config = SignatureConfiguration(default_reference_c14n_method=default)
        payload = self._resolve_reference(copied, reference)
        written = self._apply_transforms(
            payload, transforms_node=reference.find(f"{DS}Transforms"), signature=signature
        )
        return written if isinstance(written, bytes) else str(written).encode()

    def resolved(self, root: Element, reference: Element) -> Element:
        """Returns the element that a reference names."""
        found: Element = self._resolve_reference(root, reference)
        return found

    def refuse_unfit(self, signature: Element) -> None:
        """Refuses algorithms that are no longer safe, or not done here, before anything is computed.

        Raises:
            Weak, NotUnderstood: as they say.
        """
        digests = signature.findall(f"{DS}SignedInfo/{DS}Reference/{DS}DigestMethod")
        names = [one.get("Algorithm") or "" for one in digests]
        method = signature.find(f"{DS}SignedInfo/{DS}SignatureMethod")
        signed = (method.get("Algorithm") or "") if method is not None else ""
        if any(word in one.rpartition("#")[2].lower() for word in _WEAK for one in (*names, signed)):
            raise Weak
        if signed not in _SIGNATURES or not set(names) <= _DIGESTS:
            raise NotUnderstood

    def check_digest_alg_expected(self, digest_alg: DigestAlgorithm) -> None:
        """Refuses SHA-1."""
        if "SHA1" in digest_alg.name:
            raise Weak

    def check_signature_alg_expected(self, signature_alg: SignatureMethod) -> None:
        """Refuses SHA-1 and secrets that both sides share."""
        if "SHA1" in signature_alg.name:
            raise Weak
        if signature_alg.name.startswith("HMAC"):
            raise NotUnderstood

    def _get_signature(self, root: Element) -> Element:
        signature = signatures_in(root)[self._number]
        method = signature.find(f"{DS}SignedInfo/{DS}CanonicalizationMethod")
        if method is not None and not is_exclusive(method.get("Algorithm") or ""):
            inherit(signature)
        return signature

    def _resolve_reference(self, doc_root: Any, reference: Any, uri_resolver: Any = None) -> Any:  # noqa: ARG002 - signxml's
        """Returns the element that a reference names: the document, or the only one of that name by whatever attribute."""
        uri = reference.get("URI")
        if uri == "":
            return doc_root
        if not uri or not uri.startswith("#") or uri.startswith("#xpointer("):
            raise NotUnderstood
        name = uri[1:]
        found = [
            one
            for one in doc_root.iter()
            if isinstance(one.tag, str) and any(one.get(kind) == name for kind in IDENTIFIERS)
        ]
        if len(found) != 1:
            raise InvalidInput(f"{len(found)} elements are called {uri}")
        return found[0]

    def _apply_transforms(self, payload: Any, *, transforms_node: Any, signature: Element) -> Any:
        transforms = transforms_node.findall(f"{DS}Transform") if transforms_node is not None else []
        for transform in transforms:
            name = transform.get("Algorithm")
            if name in {XPATH, XPATH_FILTER}:
                if not _leaves_signatures_out(transform, signature):
                    raise NotUnderstood
                _leave_signatures_out(payload)
            elif name not in CANONICAL and name not in {ENVELOPED, BASE64}:
                raise NotUnderstood
        names = [one.get("Algorithm") or "" for one in transforms]
        if not isinstance(payload, (bytes, str)) and not any(map(is_exclusive, names)):
            inherit(payload)
        return super()._apply_transforms(payload, transforms_node=transforms_node, signature=signature)


def _leaves_signatures_out(transform: Element, signature: Element) -> bool:
    """Returns whether a path leaves out all signatures and nothing else, as programs that sign side by side write it.

    Args:
        transform: as it was signed: what its prefixes stand for may have been left out when it was written for that.
        signature: in the document, where they are.
    """
    paths = [one for one in transform if isinstance(one.tag, str)]
    if len(paths) != 1:
        return False
    path = paths[0]
    same = [one for one in signature.iter(path.tag) if one.text == path.text]
    return bool(same) and all(_is_of_signatures(one, transform.get("Algorithm")) for one in same)


def _is_of_signatures(path: Element, algorithm: str | None) -> bool:
    text = "".join((path.text or "").split())
    names = [f"{prefix}:" for prefix, uri in path.nsmap.items() if prefix and uri == namespaces.ds]
    if algorithm == XPATH:
        return any(text == f"not(ancestor-or-self::{name}Signature)" for name in names)
    wanted = [f"{way}{name}Signature" for name in names for way in ("/descendant::", "//")]
    return path.get("Filter") == "subtract" and text in wanted


def _leave_signatures_out(payload: Any) -> None:
    if any(one.tag == f"{DS}Signature" for one in (payload, *payload.iterancestors())):
        raise NotUnderstood
    for signature in [one for one in signatures_in(payload) if one is not payload]:
        parent = signature.getparent()
        if parent is None:
            continue
        before = signature.getprevious()
        if signature.tail and before is not None:
            before.tail = (before.tail or "") + signature.tail
        elif signature.tail:
            parent.text = (parent.text or "") + signature.tail
        parent.remove(signature)


def without_signatures(root: Element) -> Element:
    """Returns a copy of a document without its signatures."""
    copied = copy.deepcopy(root)
    _leave_signatures_out(copied)
    return copied
