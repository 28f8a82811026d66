"""The small world of the specifications of signatures: an authority, a person, an agency's seal, a letter."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from asn1crypto import pem, x509
from cryptography import x509 as pyca
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from hienluong.demo.authority import DemoAuthority, Subject
from hienluong.signing.formats.keys import MemoryKey, from_pyca
from hienluong.signing.formats.report import FileReport, Holder
from hienluong.signing.formats.stamping import AskingStamper
from hienluong.signing.formats.trust import Knowledge, Trust
from hienluong.signing.formats.validation import validate
from hienluong.signing.models import SigningCertificate

NOW = datetime.now(UTC).replace(microsecond=0)
SOON = NOW + timedelta(seconds=2)
PERSON = Subject("Nguyễn Văn An", "UBND tỉnh Quảng Trị", "Văn phòng", "Chánh Văn phòng", "Quảng Trị")
AGENCY = Subject("UBND tỉnh Quảng Trị", "UBND tỉnh Quảng Trị", locality="Quảng Trị")
POST, NAME = "CHÁNH VĂN PHÒNG", "Nguyễn Văn An"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)
"""One pixel, with transparency."""


@dataclass(frozen=True)
class World:
    """What there is: an authority as a demonstration ships it, keys that it vouched for."""

    authority: DemoAuthority
    person: MemoryKey
    seal: MemoryKey

    @classmethod
    def make(cls, place: Path, url: str = "http://127.0.0.1:1") -> World:
        """Makes it in a directory; its certificates say that the authority answers at an address."""
        authority = DemoAuthority.make(place, url, now=NOW)
        begin = NOW - timedelta(hours=1)
        return cls(authority, authority.new_key(PERSON, begin=begin), authority.new_key(AGENCY, begin=begin))

    @property
    def root(self) -> x509.Certificate:
        """Returns the root."""
        return from_pyca(self.authority.root.certificate)

    @property
    def stamper(self) -> AskingStamper:
        """Returns who gives time-stamps."""
        return self.stamper_at(NOW)

    def stamper_at(self, at: datetime) -> AskingStamper:
        """Returns who gives time-stamps that state this moment."""
        return AskingStamper(lambda request: self.authority.stamp(request, now=at))

    def knowledge(self, at: datetime = NOW) -> Knowledge:
        """Returns what is known of revocations when both lists were fetched at a moment."""
        return Knowledge((self.authority.crl(now=at), self.authority.crl(of_root=True, now=at)))

    def trust(
        self, at: datetime = NOW, *, knowledge: Knowledge | None = None, demonstration: bool = True
    ) -> Trust:
        """Returns whom a demonstration believes, and what it knows at a moment."""
        known = self.knowledge(at) if knowledge is None else knowledge
        return Trust((self.root,), (self.root,), demonstration, known)

    def check(self, content: bytes, *, at: datetime = SOON, signed: bytes | None = None) -> FileReport:
        """Returns what a demonstration that knows the newest lists finds about a file."""
        return validate(content, self.trust(at), now=at + timedelta(seconds=1), signed=signed)


def letter(*, post: str = POST, name: str = NAME) -> bytes:
    """Returns a letter in the decree's form: agency, number, text, and the block of the signature at the lower right."""
    if "Letter" not in pdfmetrics.getRegisteredFontNames():
        font = files("hienluong.signing").joinpath("data", "Tinos-Regular.ttf").read_bytes()
        pdfmetrics.registerFont(TTFont("Letter", io.BytesIO(font)))
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, lang="vi")
    height = A4[1]

    def middle(x: float, y: float, text: str, size: float = 13) -> None:
        canvas.setFont("Letter", size)
        canvas.drawCentredString(x * mm, height - y * mm, text)

    middle(60, 25, "ỦY BAN NHÂN DÂN TỈNH QUẢNG TRỊ", 11)
    middle(60, 31, "Số: 15/UBND-VP")
    middle(145, 25, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 11)
    middle(145, 31, "Độc lập - Tự do - Hạnh phúc")
    for row in range(12):
        canvas.drawString(
            30 * mm,
            height - (60 + 7 * row) * mm,
            "Ủy ban nhân dân tỉnh đề nghị các sở, ngành phối hợp thực hiện.",
        )
    middle(145, 175, "TL. CHỦ TỊCH")
    middle(145, 181, post)
    middle(145, 215, name)
    canvas.setFont("Letter", 11)
    canvas.drawString(30 * mm, height - 175 * mm, "Nơi nhận:")
    canvas.drawString(30 * mm, height - 180 * mm, "- Như trên;")
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def pem_of(*certificates: pyca.Certificate) -> bytes:
    """Returns certificates as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 - one line

    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def row_of(key: MemoryKey, *, key_name: str = "", **owner: object) -> SigningCertificate:
    """Returns a key's certificate as it stands in the register, for a `person` or an `agency`."""
    own = key.certificate
    return SigningCertificate.objects.create(
        **owner,
        place="module" if key_name else "device",
        key_name=key_name,
        certificate=own.dump(),
        chain=b"".join(pem.armor("CERTIFICATE", one.dump()) for one in key.chain),
        sha256=hashlib.sha256(own.dump()).hexdigest(),
        holder_name=Holder.of(own.subject).name,
        issuer_name=Holder.of(own.issuer).name,
        not_before=own.not_valid_before,
        not_after=own.not_valid_after,
        registered_at=NOW,
        registered_by="specification",
        proved_at=NOW,
    )
