import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from authored_packets import document, revocation, status

from hienluong.edxml.document_checks import target_document_ids
from hienluong.edxml.errors import FormatError
from hienluong.edxml.packet import DocumentPacket, StatusPacket
from hienluong.edxml.reader import read_packet
from hienluong.edxml.statuses import BusinessKind, Priority
from hienluong.edxml.wire import OLD_NAMESPACE, QCVN_NAMESPACE
from hienluong.edxml.writer import write_packet

NEW = write_packet(document()).decode()
STATUS = write_packet(status()).decode()


def _read(text: str) -> DocumentPacket:
    packet = read_packet(text.encode())
    assert isinstance(packet, DocumentPacket)
    return packet


def _warned(packet: DocumentPacket | StatusPacket) -> set[tuple[str, str]]:
    return {(warning.code, warning.path) for warning in packet.warnings}


def _without(text: str, name: str) -> str:
    found = re.sub(rf"\s*<edXML:{name}[ >].*?</edXML:{name}>", "", text, count=1, flags=re.DOTALL)
    assert found != text
    return found


# Tolerance


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("edXML:", "").replace(" xmlns:edXML", " xmlns:unused"),
        lambda text: text.replace("edXML:", "q:").replace("xmlns:edXML", "xmlns:q"),
        lambda text: text.replace("edXML:", "").replace(f' xmlns="{QCVN_NAMESPACE}"', ""),
        lambda text: text.replace(QCVN_NAMESPACE, OLD_NAMESPACE),
        lambda text: re.sub(r">\s+<", "><", text),
        lambda text: re.sub(r">\s+<", ">\r\n\t<!-- note --><?pi x?><", text),
    ],
    ids=["no prefix", "any prefix", "no namespace", "old namespace", "one line", "comments"],
)
def test_prefixes_namespaces_and_spacing_make_no_difference(change: Callable[[str], str]) -> None:
    assert _read(change(NEW)) == document()


def test_elements_in_any_order_are_read_alike() -> None:
    header = re.search(r"<edXML:MessageHeader>(.*)</edXML:MessageHeader>", NEW, re.DOTALL)
    assert header
    children = re.findall(
        r"\n        <edXML:(\w+)>(.*?)\n?(?:        )?</edXML:\1>(?=\n        <|\n      $)",
        header[1],
        re.DOTALL,
    )
    assert len(children) > 12
    turned = "".join(f"<edXML:{name}>{content}</edXML:{name}>" for name, content in reversed(children))
    packet = _read(NEW.replace(header[1], turned))
    assert packet.header.subject == document().header.subject
    assert [organ.organ_id for organ in packet.receivers] == ["000.00.00.G22", "H50.77"]


@pytest.mark.parametrize(
    ("wire", "old"),
    [
        ("Bussiness", "Business"),
        ("BussinessDocType", "BusinessDocType"),
        ("BussinessDocReason", "BusinessDocReason"),
        ("OrganizationInCharge", "OrganInCharge"),
        ("SignerInfo", "Author"),
        ("Position", "Function"),
    ],
)
def test_old_spelling_is_read_with_a_warning(wire: str, old: str) -> None:
    packet = _read(NEW.replace(f"edXML:{wire}>", f"edXML:{old}>"))
    assert packet == document()
    assert "old-spelling" in {warning.code for warning in packet.warnings}


def test_both_names_of_the_content_are_read_prefixed_or_not() -> None:
    for name in ("edXML:ContentTransferEncoding", "ContentTransferEncoding", "ContentTransferEncoded"):
        assert _read(NEW.replace("edXML:ContentTransferEncoded", name)) == document()


@pytest.mark.parametrize(
    ("written", "value", "code"),
    [
        ("2026/03/02", date(2026, 3, 2), None),
        ("02/03/2026", date(2026, 3, 2), "day-first"),
        ("2026-03-02", date(2026, 3, 2), "date-form"),
        ("2014/02/30", None, "impossible-date"),
        ("hôm qua", None, "impossible-date"),
    ],
)
def test_date_is_kept_as_written_beside_its_meaning(
    written: str, value: date | None, code: str | None
) -> None:
    packet = _read(NEW.replace("PromulgationDate>2026/03/02", f"PromulgationDate>{written}"))
    assert packet.header.promulgation.date
    assert packet.header.promulgation.date.raw == written
    assert packet.header.promulgation.date.value == value
    found = {warning.code for warning in packet.warnings if warning.path.endswith("PromulgationDate")}
    assert found == ({code} if code else set())


def test_hop_time_is_vietnamese_time() -> None:
    trace = _read(NEW).trace
    assert trace
    assert trace.hops[0].timestamp
    assert trace.hops[0].timestamp.value == datetime(2026, 3, 2, 1, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "level", "code"),
    [
        ("0", Priority.NORMAL, None),
        ("4", Priority.EXPRESS_TIMED, None),
        ("5", Priority.NORMAL, "priority-5"),
        ("9", None, "priority-unknown"),
        ("gấp", None, "priority-unknown"),
    ],
)
def test_priority_five_means_normal(written: str, level: Priority | None, code: str | None) -> None:
    packet = _read(NEW.replace("Priority>1<", f"Priority>{written}<"))
    assert packet.header.other
    assert packet.header.other.priority == written
    assert packet.header.other.priority_level is level
    assert (code in {warning.code for warning in packet.warnings}) == (code is not None)


def test_document_without_business_is_new() -> None:
    packet = _read(_without(NEW, "Bussiness"))
    assert packet.business_kind is BusinessKind.NEW
    assert ("no-kind", "TraceHeaderList.Bussiness.BussinessDocType") in _warned(packet)


def test_document_without_any_trace_is_read() -> None:
    packet = _read(_without(NEW, "TraceHeaderList"))
    assert packet.trace is None
    assert packet.business_kind is BusinessKind.NEW


def test_overlong_value_is_kept_whole_with_a_warning() -> None:
    packet = _read(NEW.replace("CodeNotation>SNV-VP", f"CodeNotation>{'N' * 31}"))
    assert packet.header.code.notation == "N" * 31
    assert ("too-long", "MessageHeader.Code.CodeNotation") in _warned(packet)


def test_white_space_around_an_identifier_is_dropped_and_around_text_kept() -> None:
    packet = _read(NEW.replace("OrganId>H50.77<", "OrganId> H50.77\n<").replace("Place>Như", "Place> Như"))
    assert packet.receivers[0].organ_id == "H50.77"
    assert ("surrounding-space", "MessageHeader.To.OrganId") in _warned(packet)
    assert packet.header.to_places
    assert packet.header.to_places.places[0] == " Như trên"


def test_recipient_named_twice_is_warned_of_with_its_line() -> None:
    packet = _read(NEW.replace("000.00.00.G22", "H50.77"))
    (warning,) = (one for one in packet.warnings if one.code == "duplicate-recipient")
    assert warning.path == "MessageHeader.To[2]"
    assert NEW.splitlines()[warning.line - 1].strip() == "<edXML:To>"


@pytest.mark.parametrize("code", ["H50", "H50.19", "H50.12.01", "000.00.19.H50", "28.22.H17", "01.14.H50"])
def test_known_forms_of_agency_codes_pass_without_warning(code: str) -> None:
    assert "organ-id-form" not in {one.code for one in _read(NEW.replace("H50.77", code)).warnings}


@pytest.mark.parametrize("code", ["vxp.saas.03", "H37.DN.001 x", "h50.19", "H50." + "1" * 40])
def test_other_forms_of_agency_codes_are_accepted_with_a_warning(code: str) -> None:
    packet = _read(NEW.replace("H50.77", code))
    assert packet.receivers[0].organ_id == code
    assert ("organ-id-form", "MessageHeader.To.OrganId") in _warned(packet)


def test_unknown_parts_survive_reading_and_writing() -> None:
    text = NEW.replace(
        "<edXML:TraceHeaderList>",
        '<edXML:TraceHeaderList version="1.0" mustUnderstand="1" actor="http://schemas.xmlsoap.org/soap/actor/next" id="t">',
    )
    text = text.replace(
        "<edXML:Subject>", '<v:Muc xmlns:v="urn:v" v:a="1">một<v:b/>hai</v:Muc><edXML:Subject lang="vi">'
    )
    text = text.replace(
        "<edXML:Reference>",
        '<edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="cid:1" xlink:type="simple">',
        1,
    )
    text = text.replace(
        "</edXML:OtherInfo>",
        "<edXML:ReplyFors><edXML:ReplyFor>9</edXML:ReplyFor></edXML:ReplyFors></edXML:OtherInfo>",
    )
    packet = _read(text)
    written = write_packet(packet).decode()
    assert _read(written) == packet
    for kept in (
        'version="1.0" mustUnderstand="1" actor="http://schemas.xmlsoap.org/soap/actor/next" id="t"',
        '<v:Muc xmlns:v="urn:v" v:a="1">một<v:b/>hai</v:Muc>',
        '<edXML:Subject lang="vi">',
        'xlink:href="cid:1"',
        "<edXML:ReplyFor>9</edXML:ReplyFor>",
    ):
        assert kept in written
    assert [one.path for one in packet.warnings if one.code == "unknown-element"] == [
        "MessageHeader",
        "MessageHeader.OtherInfo",
    ]


def test_prefix_used_inside_a_value_stays_declared() -> None:
    text = NEW.replace(
        "<edXML:Subject>", '<n:X xmlns:n="urn:n" xmlns:t="urn:types" n:type="t:code">1</n:X><edXML:Subject>'
    )
    assert 'xmlns:t="urn:types"' in write_packet(_read(text)).decode()


def test_second_occurrence_of_a_single_value_is_kept_beside_the_first() -> None:
    packet = _read(NEW.replace("<edXML:Content>", "<edXML:Content>A</edXML:Content><edXML:Content>"))
    assert packet.header.content == "A"
    assert "Tóm tắt" in write_packet(packet).decode()


def test_empty_elements_of_an_answer_are_read() -> None:
    packet = _read(NEW.replace("<edXML:SteeringType>", "<edXML:ResponseFor/><edXML:SteeringType>"))
    assert packet.header.responses_for[0].document_id is None


def test_xml_signature_in_its_own_namespace_is_kept() -> None:
    signed = (
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignatureValue>A</SignatureValue></Signature>'
    )
    packet = _read(NEW.replace("</edXML:edXMLHeader>", f"{signed}</edXML:edXMLHeader>"))
    assert packet.signature
    assert signed in re.sub(r">\s+<", "><", write_packet(packet).decode())


def test_status_that_brings_files_keeps_them_unknown() -> None:
    files = NEW[NEW.index("<AttachmentEncoded>") : NEW.index("</edXML>")]
    packet = read_packet(STATUS.replace("</edXML>", f"{files}</edXML>").encode())
    assert isinstance(packet, StatusPacket)
    assert read_packet(write_packet(packet)) == packet
    assert b"JVBERi0xLjcKbm9pIGR1bmc=" in write_packet(packet)


def test_manifest_and_attachments_are_compared_without_the_prefix_cid() -> None:
    assert not {"reference-only", "attachment-only"} & {one.code for one in _read(NEW).warnings}
    bare = NEW.replace("<ContentId>cid:", "<ContentId>")
    assert not {"reference-only", "attachment-only"} & {one.code for one in _read(bare).warnings}
    codes = {one.code for one in _read(NEW.replace("<ContentId>cid:1", "<ContentId>cid:9")).warnings}
    assert {"reference-only", "attachment-only"} <= codes


def test_targets_of_a_revocation_are_named() -> None:
    assert target_document_ids(_read(write_packet(revocation()).decode())) == (
        "H50.19,2026/02/27,260/SNV-VP",
    )


# Encodings


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_read_alike(codec: str) -> None:
    declared = "UTF-16" if "16" in codec else "UTF-8"
    assert read_packet(NEW.replace("UTF-8", declared).encode(codec)) == document()


@pytest.mark.parametrize(
    ("codec", "declared"), [("utf-8", "utf-16"), ("utf-8-sig", "us-ascii"), ("utf-16", "utf-8")]
)
def test_wrong_declaration_of_the_encoding_is_set_aside(codec: str, declared: str) -> None:
    packet = read_packet(NEW.replace("UTF-8", declared).encode(codec))
    assert packet == document()
    assert ("encoding-mismatch", "edXML") in _warned(packet)


def test_vietnamese_code_page_is_read() -> None:
    text = STATUS.replace("UTF-8", "windows-1258").replace("Đã tiếp nhận", "Đơn")
    data = re.sub("[^\x00-\x7fĐơâê]", "", text).encode("cp1258")
    packet = read_packet(data)
    assert isinstance(packet, StatusPacket)
    assert packet.header.description == "Đơn"


@pytest.mark.parametrize("declared", ["utf-7", "ebcdic-cp-us", "big5", "../x"])
def test_other_encodings_are_refused_by_name(declared: str) -> None:
    with pytest.raises(FormatError) as refused:
        read_packet(NEW.replace("UTF-8", declared).encode())
    assert refused.value.wire_code == "M.edXML"


# Refusals


@pytest.mark.parametrize(
    "name", ["From", "Code", "PromulgationInfo", "DocumentType", "Subject", "SignerInfo", "DocumentId"]
)
def test_missing_element_of_a_document_is_refused_with_path_and_line(name: str) -> None:
    with pytest.raises(FormatError) as refused:
        _read(_without(NEW, name))
    assert refused.value.element == f"MessageHeader.{name}"
    assert refused.value.wire_code == f"N.MessageHeader.{name}"
    assert NEW.splitlines()[refused.value.line - 1].strip() == "<edXML:MessageHeader>"


@pytest.mark.parametrize("name", ["From", "ResponseFor", "Timestamp"])
def test_missing_element_of_a_status_is_refused(name: str) -> None:
    with pytest.raises(FormatError) as refused:
        read_packet(_without(STATUS, name).encode())
    assert refused.value.wire_code == f"N.MessageHeader.{name}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: _without(_without(text, "To"), "To"), "N.MessageHeader.To"),
        (
            lambda text: text.replace("<edXML:OrganId>000.00.00.G22</edXML:OrganId>", ""),
            "N.MessageHeader.To.OrganId",
        ),
        (
            lambda text: text.replace("DocType>0<", "DocType>7<"),
            "R.TraceHeaderList.Bussiness.BussinessDocType",
        ),
        (
            lambda text: text.replace("<edXML:Subject>", "<edXML:Subject>A</edXML:Subject><edXML:Subject>"),
            "R.MessageHeader.Subject",
        ),
        (lambda text: text.replace("<edXML:Subject>", "<edXML:Subject><b/>"), "M.MessageHeader.Subject"),
        (
            lambda text: text.replace("JVBERi0", "JVBE*i0"),
            "M.AttachmentEncoded.Attachment.ContentTransferEncoded",
        ),
        (
            lambda text: text.replace("JVBERi0", "JVBERi0a"),
            "M.AttachmentEncoded.Attachment.ContentTransferEncoded",
        ),
        (
            lambda text: text.replace("bmc=<", "bmc=bmc=<"),
            "M.AttachmentEncoded.Attachment.ContentTransferEncoded",
        ),
        (lambda text: _without(text, "MessageHeader"), "N.MessageHeader"),
        (lambda text: text.replace("MessageHeader>", "messageheader>"), "N.MessageHeader"),
        (lambda text: text[:-30], "M.AttachmentEncoded"),
        (lambda text: text + "<x/>", "M.edXML"),
        (lambda text: "\n" + text, "M.edXML"),
        (lambda text: text.replace("Subject>V/v", "Subject>&nbsp;"), "M.MessageHeader.Subject"),
    ],
)
def test_fault_is_named_by_the_code_of_an_error_list(change: Callable[[str], str], code: str) -> None:
    with pytest.raises(FormatError) as refused:
        _read(change(NEW))
    assert refused.value.wire_code == code
    assert refused.value.line > 0


def test_malformed_base64_is_refused_at_its_own_line() -> None:
    broken = NEW.replace("JVBERi0xLjcKbm9pIGR1bmc=", "JVBE\nRi0x\nLjc%\nKbm9")
    with pytest.raises(FormatError) as refused:
        _read(broken)
    assert broken.splitlines()[refused.value.line - 1] == "Ljc%"


def test_white_space_in_base64_is_ignored() -> None:
    assert _read(NEW.replace("JVBERi0xLjcK", "\r\n JVB\nERi0x\t\nLj cK\n")) == document()


def test_soap_form_is_refused_by_name() -> None:
    soap = b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"/>'
    with pytest.raises(FormatError) as refused:
        read_packet(soap)
    assert refused.value.reason == "soap"


@pytest.mark.parametrize("code", ["00", "07", "14", "99", "3"])
def test_status_code_that_is_in_no_source_is_refused(code: str) -> None:
    with pytest.raises(FormatError) as refused:
        read_packet(STATUS.replace("StatusCode>03", f"StatusCode>{code}").encode())
    assert refused.value.wire_code == "R.MessageHeader.StatusCode"
