"""Who and what these specifications are about: agencies and their systems, and the files they hand in."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.edxml.attachments import attach, list_attachments
from hienluong.edxml.content import Content
from hienluong.edxml.packet import (
    Business,
    Code,
    DocumentHeader,
    DocumentPacket,
    DocumentType,
    Organ,
    PromulgationInfo,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusHeader,
    StatusPacket,
    TraceHeader,
    TraceHeaderList,
)
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.edxml.writer import write_packet
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.models import Delivery, Recipient
from hienluong.kit import clock

HOME_AFFAIRS, DONG_HOI, KHE_SANH, FINANCE = "H50.S01", "H50.C18880", "H50.C19429", "H50.S02"
CABINET, INTERIOR, AXIS = "G22", "G09", "G22"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
SENT_AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "edxml"
AGENCIES = {
    HOME_AFFAIRS: ("Sở Nội vụ", "province", "000.00.19.H50"),
    FINANCE: ("Sở Tài chính", "province", None),
    DONG_HOI: ("Ủy ban nhân dân phường Đồng Hới", "province", None),
    KHE_SANH: ("Ủy ban nhân dân xã Khe Sanh", "province", None),
    CABINET: ("Văn phòng Chính phủ", "outside", "000.00.00.G22"),
    INTERIOR: ("Bộ Nội vụ", "outside", "000.00.00.G09"),
}


@dataclass(frozen=True, slots=True)
class System:
    """An agency's own system: what it calls the API with."""

    code: str
    agency: Agency
    actor: Actor
    client_id: str
    client_secret: str
    token: str

    @property
    def authorised(self) -> dict[str, str]:
        """The header that shows who calls."""
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, query: Mapping[str, Any] | None = None, **headers: str) -> Any:
        """Reads from the API."""
        return Client().get(f"/api/v1{path}", query, headers={**self.authorised, **headers})

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        """Sends JSON to the API."""
        return Client().post(
            f"/api/v1{path}",
            json.dumps(body),
            content_type="application/json",
            headers={**self.authorised, **headers},
        )

    def hand_in(self, source: bytes, *, declared: bool = True, key: str | None = None) -> Any:
        """Hands in an edXML file."""
        headers = {**self.authorised, "Declared-Not-Secret": str(declared).lower()}
        if key is not None:
            headers["Idempotency-Key"] = key
        return Client().post("/api/v1/packets", source, content_type="application/xml", headers=headers)

    def send(
        self,
        fields: Mapping[str, Any],
        *files: tuple[str, bytes],
        declared: bool = True,
        key: str | None = None,
    ) -> Any:
        """Lets the axis write a document from fields and files."""
        headers = {**self.authorised, "Declared-Not-Secret": str(declared).lower()}
        if key is not None:
            headers["Idempotency-Key"] = key
        uploads = [SimpleUploadedFile(name, content) for name, content in files]
        return Client().post("/api/v1/documents", {**fields, "attachments": uploads}, headers=headers)

    def inbox(self, **query: Any) -> list[dict[str, Any]]:
        """Reads its mailbox."""
        answer = self.get("/inbox", query)
        assert answer.status_code == 200, answer.content
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def clerk(self, role: str = "clerk") -> Actor:
        """Returns a person of the same agency."""
        return replace(
            self.actor, kind="person", id=uuid.uuid4(), name="Nguyễn Thị Hạnh", role=role, rights=()
        )


def document(number: int = 15, *to: str, **changes: Any) -> bytes:
    """Returns an edXML file: document `number` of Sở Nội vụ with a PDF.

    Args:
        number: of the document; with the notation it makes the document id.
        to: codes of the recipients; Đồng Hới when none is named.
        changes: sender, subject, content, notation, kind (0 … 3), files, hop (when it left), date, name, email.
    """
    sender = changes.get("sender", HOME_AFFAIRS)
    notation = changes.get("notation", "SNV-VP")
    parts = tuple(
        attach(name, Content.from_bytes(content), content_id=f"cid:{position}")
        for position, (name, content) in enumerate(changes.get("files", [("cong-van.pdf", PDF)]))
    )
    return write_packet(
        DocumentPacket(
            header=DocumentHeader(
                sender=Organ(
                    organ_id=sender, organ_name=changes.get("name", "Sở Nội vụ"), email=changes.get("email")
                ),
                receivers=tuple(Organ(organ_id=code, organ_name="Nơi nhận") for code in to or (DONG_HOI,)),
                document_id=f"{HOME_AFFAIRS},2026/11/24,{number}/{notation}",
                code=Code(number=str(number), notation=notation),
                promulgation=PromulgationInfo(
                    place="Quảng Trị", date=WireDate(changes.get("date", "2026/11/24"))
                ),
                document_type=DocumentType(type_name="Công văn"),
                subject=changes.get("subject", "V/v tập huấn công tác văn thư"),
                content=changes.get("content"),
                signer=SignerInfo(full_name="Lê Quang Ánh"),
            ),
            trace=TraceHeaderList(
                hops=(TraceHeader(organ_id=sender, timestamp=WireTime.of(changes.get("hop", SENT_AT))),),
                business=Business(kind_code=str(changes.get("kind", 0)), staff=(StaffInfo(staff="Văn thư"),)),
            ),
            manifest=list_attachments(parts),
            attachments=parts,
        )
    )


def status_file(
    code: str, *, of: str, to: str, document_id: str, at: datetime = SENT_AT, note: str = ""
) -> bytes:
    """Returns an edXML file: a status that the agency `of` reports to the agency `to`."""
    return write_packet(
        StatusPacket(
            header=StatusHeader(
                sender=Organ(organ_id=of, organ_name="Nơi báo"),
                response_for=ResponseFor(organ_id=to, document_id=document_id),
                status_code=code,
                description=note or None,
                timestamp=WireTime.of(at),
            )
        )
    )


def deliver(code: str | None = None) -> None:
    """Lets the worker carry what is due, to one recipient or to all, even after the machine's clock was set back."""
    recipients = Recipient.objects.filter(code=code) if code else Recipient.objects.all()
    newest = Delivery.objects.order_by("-id").values_list("created_at", flat=True).first()
    for recipient in recipients:
        now = clock.now()
        assert drain_recipients(recipient_ids=[recipient.pk], now=max(now, newest or now))


def problem(answer: Any) -> dict[str, Any]:
    """Returns the problem document of a refusal, checked to be one (RFC 9457)."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail", "code"} <= set(body)
    return body


def queries_of(act: Callable[[], object]) -> int:
    """Returns how many statements an act sends to the database."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)
