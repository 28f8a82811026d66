"""A clerk's desk: what is copied, and the acts on it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from tests.issuing.house import House
from tests.signing.world import NOW, World, row_of

from hienluong.copies import commands
from hienluong.copies.commands import Handed
from hienluong.copies.models import Copy, Kind
from hienluong.demo.authority import Subject
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.signing.formats.keys import MemoryKey, from_pyca

NEEDS_PDFSIG = pytest.mark.skipif(
    not (shutil.which("pdfsig") and shutil.which("certutil")),
    reason="apt-get install poppler-utils libnss3-tools",
)


def second_certificate(house: House) -> None:
    """Gives the agency a certificate on a device beside the one among the keys of this installation."""
    private = ec.generate_private_key(ec.SECP256R1())
    subject = Subject("Sở Nội vụ", "Sở Nội vụ", locality="Quảng Trị")
    issued = house.world.authority.issue(subject, private.public_key(), begin=NOW - timedelta(hours=1))
    house.keys["device"] = MemoryKey(private, from_pyca(issued), map(from_pyca, house.world.authority.chain))
    house.rows["device"] = row_of(house.keys["device"], agency=house.agency)


def paper(pages: int = 3, *, links: bool = False) -> bytes:
    """Returns an electronic document whose pages each say which they are."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.setTitle("Danh sách mật của trang hai")
    for page in range(1, pages + 1):
        canvas.bookmarkPage(f"page{page}")
        canvas.drawString(100, 700, f"Trang-{page}-cua-{pages}")
        if links:
            canvas.linkAbsolute("", f"page{pages}", (100, 100, 200, 120))
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def scan(*, dpi: int = 300, mode: str = "RGB", pages: int = 1, version: tuple[int, int] = (1, 4)) -> bytes:
    """Returns a scan: each page one image over the whole of it."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, pdfVersion=version)
    size = tuple(round(length / 72 * dpi) for length in A4)
    colour: Any = 200 if mode == "L" else (180, 40, 40)
    for _page in range(pages):
        canvas.drawImage(ImageReader(Image.new(mode, size, colour)), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


@dataclass
class Desk:
    """A clerk's desk."""

    house: House

    @property
    def clerk(self) -> Actor:
        """Who sits at it."""
        return self.house.actors["clerk"]

    def hand_in(self, **changes: Any) -> Copy:
        """Hands a document in."""
        given: dict[str, Any] = {
            "kind": Kind.SAO_Y,
            "of_reference": "15/QĐ-UBND",
            "of_agency": "UBND tỉnh Quảng Trị",
            "of_subject": "Về việc tập huấn công tác văn thư",
            "file": ("quyet-dinh.pdf", paper()),
        }
        actor = changes.pop("actor", self.clerk)
        return commands.prepare_copy(actor=actor, handed=Handed(**{**given, **changes}), now=clock.now())

    def seal(self, copy: Copy, **changes: Any) -> Copy:
        """Signs it with the key of this installation."""
        given = {"actor": self.clerk, "certificate_id": self.house.rows["seal"].pk, "now": clock.now()}
        return commands.seal_copy(copy_id=copy.pk, **{**given, **changes})

    def number(self, copy: Copy, **changes: Any) -> Copy:
        """Gives it its number."""
        given = {"actor": self.clerk, "now": clock.now(), "number": "7"}
        return commands.number_copy(copy_id=copy.pk, **{**given, **changes})

    def give_up(self, copy: Copy, **changes: Any) -> Copy:
        """Gives it up."""
        given = {"actor": self.clerk, "now": clock.now(), "reason": "Nhầm tệp"}
        return commands.give_up_copy(copy_id=copy.pk, **{**given, **changes})


def entries() -> list[tuple[str, str]]:
    """Returns what the ledger says about copies: acts and outcomes."""
    found = [json.loads(bytes(one.entry)) for one in QueuedEntry.objects.order_by("pk")]
    return [(one["action"], one["outcome"]) for one in found if one["action"].startswith("copies.")]


def pdfsig(file: Path, world: World) -> str:
    """Returns what poppler says of the signatures in a file to whoever believes the authority of the world."""
    store = file.with_name("nss")
    store.mkdir()
    (store / "root.pem").write_bytes(world.authority.anchors)
    for command in (
        ["certutil", "-N", "-d", f"sql:{store}", "--empty-password"],
        ["certutil", "-A", "-d", f"sql:{store}", "-n", "root", "-t", "CT,CT,CT", "-i", store / "root.pem"],
    ):
        subprocess.run(command, check=True, capture_output=True)
    said = subprocess.run(["pdfsig", "-no-ocsp", "-nssdir", store, file], capture_output=True, check=False)
    return said.stdout.decode()
