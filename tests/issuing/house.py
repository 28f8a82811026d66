"""Sở Nội vụ, its people, their keys, and the document that they issue."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.test import Client
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from tests.exchange.personas import FINANCE, HOME_AFFAIRS
from tests.signing.world import NOW, World, row_of

from hienluong.demo.authority import Subject
from hienluong.directory import service as directory
from hienluong.directory.models import Agency, Post, User
from hienluong.directory.service import Actor
from hienluong.files import service as files
from hienluong.issuing import commands
from hienluong.issuing.commands import Handed
from hienluong.issuing.models import Authority, Document
from hienluong.kit import clock
from hienluong.signing.commands.remote import prepared_of
from hienluong.signing.formats.keys import MemoryKey, from_pyca
from hienluong.signing.models import PreparedSignature, SigningCertificate
from hienluong.staff import service as staff
from hienluong.staff.models import Delegation

HOME = HOME_AFFAIRS
SETUP = Actor.platform("specification")
PASSWORD = "only in a specification"
KEYS: dict[str, MemoryKey] = {}
"""Made once per process, by whose they are."""
TODAY = clock.in_vietnam(NOW).date()
NAMES = {
    "clerk": ("Nguyễn Thị Hạnh", "Văn thư"),
    "head": ("Lê Quang Ánh", "Giám đốc"),
    "deputy": ("Trần Minh Châu", "Phó Giám đốc"),
    "officer": ("Phạm Văn Dũng", "Chuyên viên"),
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c02"
    "0000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082"
)


def key_of(world: World, name: str, organisation: str = "Sở Nội vụ") -> MemoryKey:
    """Returns the key of somebody under the authority of the world."""
    found = f"{name} {id(world)}"
    if found not in KEYS:
        private = ec.generate_private_key(ec.SECP256R1())
        subject = Subject(name, organisation, "", "", "Quảng Trị")
        issued = world.authority.issue(subject, private.public_key(), begin=NOW - timedelta(hours=1))
        KEYS[found] = MemoryKey(private, from_pyca(issued), map(from_pyca, world.authority.chain))
    return KEYS[found]


@dataclass
class House:
    """An agency at work."""

    agency: Agency
    world: World
    actors: dict[str, Actor]
    posts: dict[str, Post]
    keys: dict[str, MemoryKey]
    rows: dict[str, SigningCertificate]
    kt: Delegation
    extra: dict[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.__dict__["actors"][name]  # type: ignore[no-any-return] # they are actors
        except KeyError:
            raise AttributeError(name) from None

    def hand_in(self, by: str = "officer", signer: str = "head", **changes: Any) -> Document:
        """Hands a document in."""
        given: dict[str, Any] = {
            "type_name": "Quyết định (cá biệt)",
            "subject": "Về việc tập huấn công tác văn thư",
            "notation": "QĐ-SNV",
            "signer": self.posts[signer],
            "authority": Authority.OWN if signer == "head" else Authority.KT,
            "file": ("quyet-dinh.pdf", decision()),
        }
        now = changes.pop("now", None) or clock.now()
        return commands.prepare_document(
            actor=self.actors[by], handed=Handed(**{**given, **changes}), now=now
        )

    def number(self, document: Document, number: str = "15", **changes: Any) -> Document:
        """Gives the number."""
        given = {"actor": self.clerk, "dated_on": TODAY, "now": clock.now(), "number": number}
        return commands.number_document(document_id=document.pk, **{**given, **changes}).document

    def prepared(self, document: Document, by: str = "head", **changes: Any) -> PreparedSignature:
        """Lets the system make the document ready for somebody's device."""
        given = {"actor": self.actors[by], "certificate_id": self.rows[by].pk, "now": clock.now()}
        return commands.prepare_signature(document_id=document.pk, **{**given, **changes})

    def device(self, row: PreparedSignature, by: str = "head") -> bytes:
        """Returns the signature that somebody's device makes."""
        return self.keys[by].sign(prepared_of(row).attributes)

    def sign(self, document: Document, by: str = "head", **changes: Any) -> Document:
        """Lets somebody sign on their device."""
        row = self.prepared(document, by, **changes)
        given = {"actor": self.actors[by], "now": clock.now()}
        changes.pop("certificate_id", None)
        return commands.complete_signature(
            document_id=document.pk,
            prepared_id=row.pk,
            signature=self.device(row, by),
            **{**given, **changes},
        )

    def seal(self, document: Document, **changes: Any) -> Document:
        """Lets the clerk seal it with the agency's key here."""
        given = {"actor": self.clerk, "certificate_id": self.rows["seal"].pk, "now": clock.now()}
        return commands.seal_document(document_id=document.pk, **{**given, **changes})

    def issue(self, document: Document, **changes: Any) -> Document:
        """Lets the clerk issue it."""
        given = {"actor": self.clerk, "now": clock.now(), "send": False}
        return commands.issue_document(document_id=document.pk, **{**given, **changes})


def people_of(agencies: Mapping[str, Agency], world: World, place: Path) -> House:
    """Makes the agency's people with their keys, and a written delegation of the head to the deputy."""
    agency = agencies[HOME]
    actors, posts, keys, rows = {}, {}, {}, {}
    for role, (name, title) in NAMES.items():
        posts[role], actors[role] = employ(agency, HOME, role, name, title)
        keys[role] = key_of(world, name)
        rows[role] = row_of(keys[role], person=posts[role].person)
    _post, actors["stranger"] = employ(agencies[FINANCE], FINANCE, "clerk", "Hồ Thị Em", "Văn thư")
    delegation = staff.grant_delegation(
        actor=SETUP,
        giver=posts["head"],
        taker=posts["deputy"],
        kind="kt",
        scope="Quyết định về đào tạo",
        document_number="2/QĐ-SNV",
        document_date=TODAY,
        valid_from=TODAY,
        now=clock.now(),
    )
    content, _serial = world.authority.issue_pkcs12(
        Subject("Sở Nội vụ", "Sở Nội vụ", locality="Quảng Trị"),
        PASSWORD,
        now=clock.now() - timedelta(hours=1),
    )
    (place / "seal.p12").write_bytes(content)
    (place / "secret").write_text(PASSWORD, encoding="utf-8")
    (place / "keys.toml").write_text(
        '[seal]\nfile = "seal.p12"\npassword_file = "secret"\n', encoding="utf-8"
    )
    keys["seal"] = MemoryKey.from_pkcs12(content, PASSWORD)
    rows["seal"] = row_of(keys["seal"], key_name="seal", agency=agency)
    for name in ("head", "deputy", "seal"):
        show(rows[name])
    return House(agency, world, actors, posts, keys, rows, delegation)


def employ(agency: Agency, code: str, role: str, name: str, title: str) -> tuple[Post, Actor]:
    """Gives an agency somebody in a post, and returns the post and who acts."""
    person = directory.create_person(actor=SETUP, full_name=name, now=clock.now())
    post = directory.assign_post(
        actor=SETUP, person=person, agency=agency, role=role, title=title, now=clock.now()
    )
    return post, Actor("person", person.pk, name, agency.pk, code, agency.name, role, post.pk)


def show(row: SigningCertificate) -> None:
    """Gives a certificate the smallest image there is."""
    stored = files.store(PNG)
    files.hold(stored, holders=[row.pk], now=clock.now())
    row.image = stored.id
    row.save()


@cache
def decision(*, number: str = "Số:          /QĐ-SNV", day: str = "", name: str = "Lê Quang Ánh") -> bytes:
    """Returns a decision as Decree 30/2020 lays it out, with room for number, day, month, signature."""
    if "House" not in pdfmetrics.getRegisteredFontNames():
        from importlib.resources import files as resources  # noqa: PLC0415 - once

        font = resources("hienluong.signing").joinpath("data", "Tinos-Regular.ttf").read_bytes()
        pdfmetrics.registerFont(TTFont("House", io.BytesIO(font)))
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)

    def middle(x: float, y: float, text: str, size: float = 13) -> None:
        canvas.setFont("House", size)
        canvas.drawCentredString(x * mm, A4[1] - y * mm, text)

    middle(60, 25, "UBND TỈNH QUẢNG TRỊ", 12)
    middle(60, 31, "SỞ NỘI VỤ", 12)
    middle(60, 40, number)
    middle(145, 25, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12)
    middle(145, 40, day or "Quảng Trị, ngày      tháng      năm 2026")
    middle(105, 60, "QUYẾT ĐỊNH", 14)
    middle(145, 175, "GIÁM ĐỐC")
    middle(145, 215, name)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def days(count: int) -> timedelta:
    """Returns so many days."""
    return timedelta(days=count)


def at(day: date) -> Any:
    """Returns noon of a day in Vietnam, as a moment."""
    return NOW + timedelta(days=(day - TODAY).days)


def session_of(post: Post) -> str:
    """Signs the holder of a post in, and returns the key of the session."""
    person = post.person
    if person.user is None:
        person.user = User.objects.create_user(f"house-{post.pk}")
        person.save()
    browser = Client()
    browser.force_login(person.user)
    return str(browser.cookies[settings.SESSION_COOKIE_NAME].value)
