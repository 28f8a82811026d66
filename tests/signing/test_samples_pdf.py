"""Signed PDFs of other producers: what we find of them is what poppler finds, wherever both can tell.

They come with the sources of Debian packages: iText's, with files that were tampered with on purpose, Okular's, qpdf's (Adobe Sign)
and those of pdf.js (a qualified signature, a form of a government).
"""

from __future__ import annotations

import hashlib
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

from hienluong.signing.formats.report import Reason
from hienluong.signing.formats.trust import Trust
from hienluong.signing.formats.validation import validate

pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore"),  # others' files are as they are; libraries say so
    pytest.mark.skipif(not shutil.which("pdfsig"), reason="pdfsig is missing: apt-get install poppler-utils"),
    pytest.mark.skipif(
        not shutil.which("apt-get"), reason="the samples come with sources of Debian packages"
    ),
]
PINS = Path(__file__).with_name("samples-debian.txt")
BYTES = frozenset({Reason.ALTERED, Reason.BROKEN, Reason.UNREADABLE})
"""Reasons why the mathematics does not hold; the others are about whom to believe."""
NOT_DONE = frozenset({Reason.FORM_UNKNOWN, Reason.ENCRYPTED})
STRICTER = frozenset({"notIndirectSigDictionaryTest.pdf"})
"""What poppler takes and we do not: a signature that stands in its field, not beside it (ISO 32000-2, 12.7.5.5, wants a reference)."""


@pytest.fixture(scope="module")
def samples() -> list[Path]:
    """The PDFs that say they have a signature; their sources come from the cache, or once from the package registry."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = caches / "hienluong" / "signed-pdf-samples"
    pins = dict(_pins())
    if not all((place / digest).exists() for digest in pins.values()):
        _fetch(place, pins)
    return [file for digest in pins.values() for file in sorted((place / digest).glob("*.pdf"))]


def test_signed_pdfs_of_others_are_found_as_poppler_finds_them(
    samples: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    differ = set()
    for file in samples:
        ours, theirs = _ours(file), _theirs(file)
        counts[ours, theirs] += 1
        if {ours, theirs} == {"holds", "fails"} or ("unsigned" in {ours, theirs} and ours != theirs):
            differ.add(file.name)
    agreed = sum(counts[both, both] for both in ("holds", "fails"))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(samples)} PDFs of others: {agreed} signed ones judged alike by us and pdfsig, "
            f"{counts['unsigned', 'unsigned']} unsigned for both, {dict(counts)}\n"
        )
    assert differ == STRICTER
    assert agreed >= 12, dict(counts)


def _ours(file: Path) -> str:
    report = validate(file.read_bytes(), Trust((), ()), now=datetime.now(UTC))
    if not report.signatures and not report.reasons:
        return "unsigned"
    reasons = set(report.reasons)
    if reasons & BYTES:
        return "fails"
    return "cannot" if reasons & NOT_DONE else "holds"


def _theirs(file: Path) -> str:
    done = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, check=False, timeout=60)
    said = done.stdout.decode("utf-8", "replace")
    if "Signature #1" not in said:
        return "unsigned"
    if "Digest Mismatch." in said or (
        "Not total document signed" in said and "couldn't be parsed" not in said
    ):
        return "fails" if "Unknown Validation Failure." not in said else "cannot"
    return "holds" if "Signature is Valid." in said else "cannot"


def _pins() -> Iterator[tuple[str, str]]:
    for line in PINS.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            package, _version, pin = line.split()
            yield package, pin.removeprefix("sha256:")


def _fetch(place: Path, pins: dict[str, str]) -> None:
    """Fetches the sources as the machine's own package manager knows them, and keeps the signed PDFs alone."""
    (place / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    known = _apt("indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
    plain = {
        line for line in known.splitlines() if "-" not in line.split()[1]
    }  # updates change the archives' names
    sources = place / "sources.list"
    sources.write_text("".join(f"deb-src {line}\n" for line in sorted(plain)), "utf-8")
    own = (
        "-o",
        f"Dir::Etc::sourcelist={sources}",
        "-o",
        "Dir::Etc::sourceparts=/dev/null",
        "-o",
        f"Dir::State::lists={place / 'lists'}",
    )
    _apt(*own, "update")
    for package, digest in pins.items():
        _apt(*own, "source", "--download-only", "--tar-only", package, cwd=place)
        for archive in place.glob("*.orig.tar.*"):
            if hashlib.sha256(archive.read_bytes()).hexdigest() == digest:
                _unpack(archive, place / digest)
            archive.unlink()
        if not (place / digest).exists():
            pytest.skip(
                f"the package registry gives another version of {package} than the one that is pinned"
            )


def _unpack(archive: Path, place: Path) -> None:
    unfinished = place.with_suffix(".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    with tarfile.open(archive) as content:
        for one in content:
            file = content.extractfile(one) if one.isfile() and one.name.lower().endswith(".pdf") else None
            if file is not None and b"/ByteRange" in (pdf := file.read()):
                (unfinished / Path(one.name).name).write_bytes(pdf)
    unfinished.rename(place)


def _apt(*arguments: str, cwd: Path | None = None) -> str:
    done = subprocess.run(["apt-get", *arguments], capture_output=True, check=False, timeout=600, cwd=cwd)
    if done.returncode:
        pytest.skip(f"the samples cannot be had: {done.stderr.decode('utf-8', 'replace')[:300]}")
    return done.stdout.decode("utf-8", "replace")
