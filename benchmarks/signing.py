"""Measures signatures: PDFs and XML signed with a key in memory, PDFs with one in a module (SoftHSM), and both checked.

Files are checked here, and as strangers' files are: in another process that may use so much and no more.

Beside `openssl speed` for the same kind of key (EC P-256) on as many processes in the same run: nobody signs faster than that.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key

from hienluong.demo.authority import DemoAuthority, Subject
from hienluong.demo.letter import issued_letter
from hienluong.signing.formats import bounded, pades, xades
from hienluong.signing.formats.keys import MemoryKey, TokenKey, from_pyca, read_certificates
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import Wanted
from hienluong.signing.formats.report import Verdict
from hienluong.signing.formats.trust import Knowledge, Trust
from hienluong.signing.formats.validation import validate

GOAL = 60
"""Signed PDFs a second with EC P-256 in memory on two cores (issue 7)."""
PROCESSES = 2
PIN = "1234"
MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")


def run(*, seconds: int, rounds: int) -> tuple[str, dict[str, Any]]:
    """Measures, and returns the figures for people and for programs."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        _prepare(place)
        works: dict[str, Callable[[Path, int], float]] = {
            "memory": sign_in_memory,
            "xml": sign_xml,
            "checked": check,
            "xml_checked": check_xml,
            "bounded": check_bounded,
        }
        if MODULE.exists() and shutil.which("softhsm2-util"):
            _make_token(place)
            works["module"] = sign_in_module
        found: dict[str, list[float]] = {what: [] for what in (*works, "openssl")}
        for _ in range(rounds):
            for what, work in works.items():
                found[what].append(_all(work, place, seconds))
            found["openssl"].append(_openssl(seconds))
    figures: dict[str, Any] = {what: statistics.median(rates) for what, rates in found.items()}
    figures["processes"] = PROCESSES
    lines = [
        f"a letter of {len(issued_letter('15', date(2026, 11, 26))):,} bytes, EC P-256, {PROCESSES} processes, median of {rounds}:",
        f"  PDFs signed (B-B), key in memory     {figures['memory']:10,.0f} /s (goal: at least {GOAL})",
        f"  openssl speed, bare signatures       {figures['openssl']:10,.0f} /s",
        f"  ratio                                {figures['openssl'] / figures['memory']:10,.0f}",
        f"  XML signed (B-B), key in memory      {figures['xml']:10,.0f} /s, ratio {figures['openssl'] / figures['xml']:,.0f}",
        f"  PDFs checked (valid, with lists)     {figures['checked']:10,.0f} /s",
        f"  XML checked (valid, with lists)      {figures['xml_checked']:10,.0f} /s",
        f"  PDFs checked in another process      {figures['bounded']:10,.0f} /s, with limits of time and memory",
    ]
    if "module" in figures:
        lines.insert(2, f"  PDFs signed (B-B), key in SoftHSM    {figures['module']:10,.0f} /s, loaded once")
    return "\n".join(lines), figures


def sign_in_memory(place: Path, seconds: int) -> float:
    """Returns how many PDFs a second one process signs with a key in memory."""
    return _rate(_signing(_memory_key(place)), seconds)


def sign_in_module(place: Path, seconds: int) -> float:
    """Returns how many PDFs a second one process signs with a key in a module."""
    os.environ["SOFTHSM2_CONF"] = str(place / "softhsm2.conf")
    uri = f"pkcs11:token=bench;object=key?module-path={MODULE}&pin-source=file:{place / 'pin'}"
    return _rate(_signing(TokenKey(uri, read_certificates((place / "token.pem").read_bytes())[0])), seconds)


def sign_xml(place: Path, seconds: int) -> float:
    """Returns how many documents of XML a second one process signs with a key in memory."""
    return _rate(_signing_xml(place), seconds)


def check(place: Path, seconds: int) -> float:
    """Returns how many signed PDFs a second one process checks."""
    return _checking(place, _signing(_memory_key(place))(), seconds)


def check_xml(place: Path, seconds: int) -> float:
    """Returns how many signed documents of XML a second one process checks."""
    return _checking(place, _signing_xml(place)(), seconds)


def check_bounded(place: Path, seconds: int) -> float:
    """Returns how many signed PDFs a second one process has checked in another one, as strangers' files are."""
    trust, now = _trust(place)
    signed = _signing(_memory_key(place))()

    def once() -> None:
        if bounded.check(signed, lambda _found: trust, now=now).verdict is not Verdict.VALID:
            raise RuntimeError("it does not hold")

    return _rate(once, seconds)


def _checking(place: Path, signed: bytes, seconds: int) -> float:
    trust, now = _trust(place)

    def once() -> None:
        if validate(signed, trust, now=now).verdict is not Verdict.VALID:
            raise RuntimeError("it does not hold")

    return _rate(once, seconds)


def _trust(place: Path) -> tuple[Trust, datetime]:
    """Returns whom to believe, with the newest lists, and the moment for which it is asked."""
    now = _now(place)
    authority = DemoAuthority(place / "ca", "http://127.0.0.1:1")
    root = from_pyca(authority.root.certificate)
    knowledge = Knowledge((authority.crl(now=now), authority.crl(of_root=True, now=now)))
    return Trust((root,), (root,), demonstration=True, knowledge=knowledge), now + timedelta(seconds=1)


def _signing_xml(place: Path) -> Callable[[], bytes]:
    key, now = _memory_key(place), datetime.now(UTC)
    rows = "".join(f"<dong so='{number}'><ten>Nguyễn Văn An</ten></dong>" for number in range(20))
    xml = f"<phieu>{rows}</phieu>".encode()
    return lambda: xades.sign(xml, key, now=now)


def _prepare(place: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    (place / "now").write_text(now.isoformat())
    authority = DemoAuthority.make(place / "ca", "http://127.0.0.1:1", now=now)
    content, _serial = authority.issue_pkcs12(Subject("Nguyễn Văn An"), PIN, now=now)
    (place / "key.p12").write_bytes(content)


def _make_token(place: Path) -> None:
    import pkcs11  # noqa: PLC0415 - where there is a module
    from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters  # noqa: PLC0415 - the same

    (place / "tokens").mkdir()
    (place / "pin").write_text(PIN)
    (place / "softhsm2.conf").write_text(
        f"directories.tokendir = {place}/tokens\nobjectstore.backend = file\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(place / "softhsm2.conf")
    command = ["softhsm2-util", "--init-token", "--free", "--label", "bench", "--pin", PIN, "--so-pin", PIN]
    subprocess.run(command, check=True, capture_output=True)
    with pkcs11.lib(str(MODULE)).get_token(token_label="bench").open(rw=True, user_pin=PIN) as session:  # noqa: S106 - a name
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("1.2.840.10045.3.1.7")}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        public, _private = parameters.generate_keypair(store=True, label="key")
        key: Any = load_der_public_key(encode_ec_public_key(public))
    authority = DemoAuthority(place / "ca", "http://127.0.0.1:1")
    certificate = authority.issue(Subject("UBND tỉnh"), key, begin=_now(place))
    (place / "token.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def _memory_key(place: Path) -> MemoryKey:
    return MemoryKey.from_pkcs12((place / "key.p12").read_bytes(), PIN)


def _signing(key: MemoryKey | TokenKey) -> Callable[[], bytes]:
    pdf = issued_letter("15", date(2026, 11, 26))
    wanted = Wanted(Level.B, datetime.now(UTC))
    return lambda: pades.sign(pdf, key, wanted)


def _now(place: Path) -> datetime:
    return datetime.fromisoformat((place / "now").read_text())


def _rate(work: Callable[[], object], seconds: int) -> float:
    """Returns how often a second something is done, after it was done a few times."""
    for _ in range(5):
        work()
    begin, count = time.perf_counter(), 0
    while (elapsed := time.perf_counter() - begin) < seconds:
        work()
        count += 1
    return count / elapsed


def _all(work: Callable[[Path, int], float], place: Path, seconds: int) -> float:
    """Returns what all processes do together."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        return sum(pool.map(work, [place] * PROCESSES, [seconds] * PROCESSES))


def _openssl(seconds: int) -> float:
    """Returns how many bare signatures a second OpenSSL makes, in as many processes."""
    command = ["openssl", "speed", "-multi", str(PROCESSES), "-seconds", str(seconds), "ecdsap256"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"ecdsa \(nistp256\)\s+\S+s\s+\S+s\s+([\d.]+)", answer)
    if found is None:
        raise RuntimeError("openssl speed said something else")
    return float(found[1])
