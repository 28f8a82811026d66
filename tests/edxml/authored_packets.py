"""Packets written for these tests: of no real agency's hand, with every part that a packet can have."""

from datetime import UTC, date, datetime
from typing import Any

from hienluong.edxml.attachments import attach, list_attachments
from hienluong.edxml.content import Content
from hienluong.edxml.packet import (
    Appendixes,
    Business,
    BusinessDocumentInfo,
    Code,
    DocumentHeader,
    DocumentPacket,
    DocumentType,
    Organ,
    OrganIdList,
    OtherInfo,
    PromulgationInfo,
    Receiver,
    ReceiverList,
    ReplacementInfo,
    ReplacementInfoList,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusHeader,
    StatusPacket,
    ToPlaces,
    TraceHeader,
    TraceHeaderList,
)
from hienluong.edxml.safe_xml import Attribute, Element
from hienluong.edxml.wire import QCVN_NAMESPACE, Extra, KeptAttribute, KeptElement
from hienluong.edxml.wire_values import WireDate, WireTime

DEPARTMENT = Organ(
    organ_id="H50.19",
    organization_in_charge="UBND tỉnh Quảng Trị",
    organ_name="Sở Nội vụ tỉnh Quảng Trị",
    address="Đông Hà",
    email="sonoivu@example.vn",
    telephone="0233 000 000",
    fax="",
    website="sonoivu.example.vn",
)
COMMUNE = Organ(organ_id="H50.77", organ_name="UBND xã Hiền Lương")
OUTSIDE = Organ(organ_id="000.00.00.G22", organ_name="Văn phòng Chính phủ")
SENT_AT = datetime(2026, 3, 2, 1, 5, 9, tzinfo=UTC)
DOCUMENT_ID = "H50.19,2026/03/02,267/SNV-VP"


def document(**changes: Any) -> DocumentPacket:
    """Returns a new document with a PDF, sent to two agencies; `changes` replace fields of the packet."""
    attachments = (
        attach("Công văn 267.pdf", Content.from_bytes(b"%PDF-1.7\nnoi dung"), content_id="cid:1"),
        attach("danh sách.txt", Content.from_bytes("một & hai".encode()), content_id="cid:2"),
    )
    parts: dict[str, Any] = {
        "header": header(),
        "trace": trace(Business(kind_code="0", reason="Văn bản điện tử mới", paper="0", staff=(staff(),))),
        "manifest": list_attachments(attachments),
        "attachments": attachments,
    }
    return DocumentPacket(**{**parts, **changes})


def header(**changes: Any) -> DocumentHeader:
    """Returns the header of that document; `changes` replace its fields."""
    parts: dict[str, Any] = {
        "sender": DEPARTMENT,
        "receivers": (COMMUNE, OUTSIDE),
        "document_id": DOCUMENT_ID,
        "code": Code(number="267", notation="SNV-VP"),
        "promulgation": PromulgationInfo(place="Quảng Trị", date=WireDate.of(date(2026, 3, 2))),
        "document_type": DocumentType(type="1", type_detail="0", type_name="Công văn"),
        "subject": "V/v báo cáo <quý I> & kế hoạch",
        "content": "Tóm tắt",
        "signer": SignerInfo(competence="KT. GIÁM ĐỐC", position="Phó Giám đốc", full_name="Người Ký"),
        "due_date": WireDate("2026/02/30"),
        "other": OtherInfo(
            priority="1",
            sphere_of_promulgation="Nội vụ",
            typist_notation="NVA",
            promulgation_amount="2",
            page_amount="3",
            direction="false",
            appendixes=Appendixes(names=("Phụ lục I", "Phụ lục II")),
        ),
        "steering_type": "1",
        "to_places": ToPlaces(places=("Như trên", "Lưu: VT")),
    }
    return DocumentHeader(**{**parts, **changes})


def trace(business: Business | None) -> TraceHeaderList:
    """Returns a trace with the sender's hop."""
    hop = TraceHeader(organ_id="H50.19", timestamp=WireTime.of(SENT_AT))
    return TraceHeaderList(hops=(hop,), business=business)


def staff() -> StaffInfo:
    """Returns the clerk."""
    return StaffInfo(department="Văn phòng", staff="Văn thư", email="vt@example.vn", mobile="0900000000")


def revocation() -> DocumentPacket:
    """Returns a document that revokes another; it carries what no field is for, and an XML signature."""
    security = Element("urn:example:axis", "Token", (Attribute("", "level", "1"),), ("a < b",), prefix="ax")
    note = Element(QCVN_NAMESPACE, "Note", (), ("ghi chú",), prefix="edXML")
    signature = Element(
        QCVN_NAMESPACE, "Signature", (), (Element(QCVN_NAMESPACE, "SignatureValue", (), ("AAAA",)),)
    )
    hops = Extra(attributes=(KeptAttribute(Attribute("", "mustUnderstand", "1")),))
    target = ResponseFor(
        organ_id="H50.77",
        code="260/SNV-VP",
        promulgation_date=WireDate("2026/02/27"),
        document_id="H50.19,2026/02/27,260/SNV-VP",
    )
    kept = Extra(elements=(KeptElement(note, after="Subject"),))
    return document(
        header=header(responses_for=(target,), extra=kept),
        trace=TraceHeaderList(
            hops=(TraceHeader(organ_id="H50.19", timestamp=WireTime.of(SENT_AT)),),
            business=Business(kind_code="1", reason="Thu hồi", paper="0"),
            extra=hops,
        ),
        signature=signature,
        containers=(("edXMLHeader", Extra(elements=(KeptElement(security, after="MessageHeader"),))),),
        attachments=(),
        manifest=list_attachments(()),
    )


def update() -> DocumentPacket:
    """Returns a document that updates another and changes its receivers."""
    receivers = (
        Receiver(organ_id="H50.77", receiver_type="0"),
        Receiver(organ_id="H50.78", receiver_type="1"),
    )
    info = BusinessDocumentInfo(
        document_info="1", document_receiver="1", receiver_list=ReceiverList(receivers=receivers)
    )
    business = Business(
        document_id=DOCUMENT_ID, kind_code="2", reason="Cập nhật", paper="0", document_infos=(info,)
    )
    return document(trace=trace(business))


def replacement() -> DocumentPacket:
    """Returns a document that replaces two others."""
    replacements = (
        ReplacementInfo(document_id=DOCUMENT_ID, organ_id_list=OrganIdList(organ_ids=("H50.77", "H50.78"))),
        ReplacementInfo(document_id="H50.19,2026/01/05,9/SNV-VP"),
    )
    business = Business(
        kind_code="3",
        reason="Thay thế",
        paper="0",
        replacement_lists=(ReplacementInfoList(replacements=replacements),),
        staff=(staff(),),
    )
    return document(trace=trace(business))


def status(code: str = "03", description: str = "Đã tiếp nhận") -> StatusPacket:
    """Returns the commune's report about the document."""
    return StatusPacket(
        header=StatusHeader(
            sender=COMMUNE,
            response_for=ResponseFor(
                organ_id="H50.19",
                code="267/SNV-VP",
                promulgation_date=WireDate("2026/03/02"),
                document_id=DOCUMENT_ID,
            ),
            staff=staff(),
            status_code=code,
            description=description,
            timestamp=WireTime.of(SENT_AT),
        )
    )


GOLDEN = {
    "document_new": document,
    "document_revocation": revocation,
    "document_update": update,
    "document_replacement": replacement,
    "status_03": status,
}
"""The packets whose bytes are laid down in golden/, by file name."""
