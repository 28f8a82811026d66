"""Signed notes (c2sp.org/signed-note): a text under which keys have signed, with Ed25519."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"
"""The type of the signatures (signed-note, “Signature types”)."""
ID_BYTES = 4
KEY_BYTES = 32
MAX_BYTES = 1_000_000
MAX_SIGNATURES = 100
_LINE = re.compile("— (\\S+) ([A-Za-z0-9+/]+={0,2})\n")


class NoteInvalid(Exception):
    """The note is malformed, or no trusted key has signed it."""


class PrivateKey(Protocol):
    """A key that signs with Ed25519 (RFC 8032).

    Attributes:
        public: its public half, 32 bytes.
    """

    public: bytes

    def sign(self, data: bytes) -> bytes:
        """Returns the signature, 64 bytes."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A line under a note: which key signed, by name and short id, and its signature."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """Returns it as it stands under the note."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a key and its name.

    Attributes:
        kind: the type of the signatures that it checks (signed-note, “Signature types”).
    """

    kind: ClassVar[bytes] = ED25519

    name: str
    key: bytes

    def __post_init__(self) -> None:
        _require_name(self.name)
        if len(self.key) != KEY_BYTES:
            raise ValueError("A public key of Ed25519 has 32 bytes.")

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Reads a key from its text form `name+id+key`, the id in hexadecimal, type and key in base64.

        Raises:
            ValueError: it is not of that form, or of another kind of key.
        """
        parts = vkey.strip().split("+", 2)
        if len(parts) != 3:  # noqa: PLR2004 - its three parts
            raise ValueError("A verifier key is a name, an id and a key, joined by “+”.")
        name, key_id, encoded = parts
        data = decoded(encoded)
        if data is None or data[:1] != cls.kind:
            raise ValueError("The verifier key is no key of Ed25519 for this use.")
        verifier = cls(name, data[1:])
        if verifier.key_id.hex() != key_id:
            raise ValueError("The id in the verifier key does not belong to its name and key.")
        return verifier

    @property
    def key_id(self) -> bytes:
        """Returns the short id that stands before each signature (signed-note, “Signatures”)."""
        return sha256(self.name.encode() + b"\n" + self.kind + self.key).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.kind + self.key).decode()}"

    def accepts(self, text: str, signature: bytes) -> bool:
        """Returns whether the key made this signature over the text."""
        return self.made(signature, text.encode())

    def made(self, signature: bytes, data: bytes) -> bool:
        """Returns whether the key made this bare signature of Ed25519 (RFC 8032)."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key and its name.

    Attributes:
        verifier: its public half.
    """

    def __init__(self, name: str, key: PrivateKey) -> None:
        """Gives a key its name, without spaces and plus signs.

        Raises:
            ValueError: the name cannot be one.
        """
        self._key = key
        self.verifier = Verifier(name, key.public)

    def sign(self, text: str) -> Signature:
        """Returns this key's signature over a text.

        Raises:
            ValueError: the text is not one or more whole lines without control characters.
        """
        _require_text(text)
        return Signature(self.verifier.name, self.verifier.key_id, self._key.sign(text.encode()))


def sign_note(text: str, signers: Iterable[Signer]) -> str:
    """Returns the note: the text with the signatures of these keys under it, in their order."""
    return f"{text}\n{''.join(signer.sign(text).line() for signer in signers)}"


def parse_note(note: str) -> tuple[str, list[Signature]]:
    """Returns the text of a note and the signatures under it, none of them checked yet.

    Raises:
        NoteInvalid: it is not of the form of a note.
    """
    if len(note) > MAX_BYTES:
        raise NoteInvalid("The note is too long.")
    head, found, tail = note.rpartition("\n\n")
    text = head + "\n"
    if not found:
        raise NoteInvalid("The note has no signatures.")
    try:
        _require_text(text)
    except ValueError as problem:
        raise NoteInvalid(str(problem)) from problem
    signatures = []
    for line in tail.splitlines(keepends=True):
        match = _LINE.fullmatch(line)
        data = decoded(match[2]) if match and "+" not in match[1] else None
        if match is None or data is None or len(data) <= ID_BYTES:
            raise NoteInvalid("A line under the note is no signature.")
        signatures.append(Signature(match[1], data[:ID_BYTES], data[ID_BYTES:]))
    if not 0 < len(signatures) <= MAX_SIGNATURES:
        raise NoteInvalid("The note has no signatures, or too many.")
    return text, signatures


def open_note(note: str, verifiers: Iterable[Verifier]) -> tuple[str, list[Verifier]]:
    """Returns the text of a note and which of the trusted keys have signed it.

    Signatures of unknown keys are passed over; one wrong signature of a trusted key spoils the whole note.

    Raises:
        NoteInvalid: it is malformed, a trusted key's signature is wrong, or no trusted key has signed.
    """
    text, signatures = parse_note(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed = []
    for signature in signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None or verifier in signed:
            continue
        if not verifier.accepts(text, signature.signature):
            raise NoteInvalid(f"The signature of {verifier.name} is wrong.")
        signed.append(verifier)
    if not signed:
        raise NoteInvalid("No trusted key has signed the note.")
    return text, signed


def signed_part(note: str, verifiers: Iterable[Verifier]) -> str:
    """Returns the note with the signatures of the trusted keys alone.

    Raises:
        NoteInvalid: as `open_note`.
    """
    text, signed = open_note(note, verifiers)
    keys = {(one.name, one.key_id) for one in signed}
    lines = {(one.name, one.key_id): one.line() for one in reversed(parse_note(note)[1])}
    return f"{text}\n{''.join(line for key, line in reversed(lines.items()) if key in keys)}"


def _require_name(name: str) -> None:
    if not name or "+" in name or len(name.split()) != 1 or name != name.strip() or not name.isprintable():
        raise ValueError("The name of a key has no spaces and no plus signs.")


def _require_text(text: str) -> None:
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise ValueError("The text of a note is whole lines without control characters.")


def decoded(encoded: str) -> bytes | None:
    """Returns what a text in base64 stands for; None: it is none, or not spelt in its only form (RFC 4648, section 4)."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == encoded else None
