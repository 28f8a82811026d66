"""Keys of agencies that this installation uses: named in the file of keys, opened once per process.

The file is TOML, read by operators alone; a table per name::

    [ubnd-tinh]
    uri = "pkcs11:token=…;object=…?module-path=…&pin-source=file:…"

    [so-noi-vu]
    file = "so-noi-vu.p12"
    password_file = "so-noi-vu.password"

Paths that are not absolute begin at the file's own directory.
"""

from __future__ import annotations

import threading
import tomllib
from pathlib import Path
from typing import Any, Final

from asn1crypto import x509
from django.conf import settings

from hienluong.signing.errors import KeyNotSet
from hienluong.signing.formats.keys import MemoryKey, SigningKey, TokenKey, read_certificates
from hienluong.signing.models import SigningCertificate

_FORMS: Final = [{"uri"}, {"uri", "certificates"}, {"file", "password_file"}]
_opened: dict[tuple[str, str, str], SigningKey] = {}
_lock = threading.Lock()


def key_for(row: SigningCertificate) -> SigningKey:
    """Returns the key of a certificate whose place is this installation, opened once per process.

    Raises:
        KeyNotSet: the file of keys does not name it, cannot be read, or names another certificate's key.
        KeyUnusable: file, password or URI are wrong.
        KeyUnavailable: the module that holds it does not let us use it.
    """
    found = settings.SIGNING_KEYS_FILE, row.key_name, row.sha256
    with _lock:
        if found not in _opened:
            own, *chain = read_certificates(row.certificates)
            key = _open(row.key_name, own, chain)
            if key.certificate.dump() != own.dump():
                raise KeyNotSet(name=row.key_name, reason="it belongs to another certificate")
            _opened[found] = key
        return _opened[found]


def key_names() -> list[str]:
    """Returns the names of the keys in the file of keys; none where there is no such file.

    Raises:
        KeyNotSet: it cannot be read.
    """
    return sorted(_entries()) if Path(settings.SIGNING_KEYS_FILE).exists() else []


def open_named(name: str) -> SigningKey:
    """Returns the key of a name, newly opened, with the certificate that lies beside it.

    Raises:
        KeyNotSet, KeyUnusable, KeyUnavailable: as `key_for`.
    """
    return _open(name, None, [])


def _open(name: str, own: x509.Certificate | None, chain: list[x509.Certificate]) -> SigningKey:
    entry = _entries().get(name)
    if not isinstance(entry, dict):
        raise KeyNotSet(name=name, reason=f"{settings.SIGNING_KEYS_FILE} does not name it")
    if set(entry) not in _FORMS or not all(isinstance(value, str) for value in entry.values()):
        raise KeyNotSet(name=name, reason="an entry holds `uri`, or `file` and `password_file`")
    place = Path(settings.SIGNING_KEYS_FILE).parent
    try:
        if "file" in entry:
            password = (place / entry["password_file"]).read_text(encoding="utf-8").strip()
            return MemoryKey.from_pkcs12((place / entry["file"]).read_bytes(), password)
        if own is None and "certificates" in entry:
            own, *chain = read_certificates((place / entry["certificates"]).read_bytes())
    except (OSError, ValueError) as problem:
        raise KeyNotSet(name=name, reason=str(problem)) from problem
    return TokenKey(entry["uri"], own, chain)


def _entries() -> dict[str, Any]:
    try:
        return tomllib.loads(Path(settings.SIGNING_KEYS_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise KeyNotSet(name=settings.SIGNING_KEYS_FILE, reason=str(problem)) from problem
