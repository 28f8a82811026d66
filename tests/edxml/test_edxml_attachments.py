import base64
import io
import zipfile

import pytest
from authored_packets import document

from hienluong.edxml.attachments import attach, travelling_bytes, unwraps_by_sdk
from hienluong.edxml.content import Content
from hienluong.edxml.errors import FormatError, FormatWarning
from hienluong.edxml.media_types import DOCX, OLE, PDF, XLSX, ZIP
from hienluong.edxml.packet import Attachment, DocumentPacket
from hienluong.edxml.reader import DEFAULT_LIMITS, read_packet
from hienluong.edxml.safe_xml import Limits
from hienluong.edxml.writer import write_packet

ENTRY = "c3a1f0de-0000-4000-8000-000000000001"


def _zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def _received(
    name: str, content_type: str, data: bytes, limits: Limits = DEFAULT_LIMITS
) -> tuple[Attachment, set[str]]:
    packet = document(attachments=(attach("x.pdf", Content.from_bytes(b"?"), content_id="cid:1"),))
    text = write_packet(packet).decode()
    files = text[text.index("<AttachmentEncoded>") :]
    changed = files.replace("x.pdf", name).replace("application/pdf", content_type)
    changed = changed.replace("Pw==", base64.b64encode(data).decode())
    read = read_packet(text.replace(files, changed).encode(), limits=limits)
    assert isinstance(read, DocumentPacket)
    return read.attachments[0], {warning.code for warning in read.warnings}


# Writing


@pytest.mark.parametrize("name", ["a.pdf", "a.PDF", "a.doc", "a.docx", "a.xsl", "a.xslx", "a.zip"])
def test_named_extensions_travel_as_they_are(name: str) -> None:
    made = attach(name, Content.from_bytes(b"bytes"))
    assert b"".join(travelling_bytes(made).chunks()) == b"bytes"
    assert made.content_type == f"application/{name.split('.')[1].lower()}"


@pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.png", "a.xml", "a", "a.tệp"])
def test_all_others_travel_as_the_one_entry_of_a_zip(name: str) -> None:
    made = attach(name, Content.from_bytes(b"bytes" * 100))
    assert made.content_type == ZIP
    with zipfile.ZipFile(io.BytesIO(b"".join(travelling_bytes(made).chunks()))) as archive:
        (entry,) = archive.infolist()
        assert archive.testzip() is None
        assert archive.read(entry) == b"bytes" * 100
        assert entry.filename.endswith("." + name.partition(".")[2])


# Reading


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize(
    ("name", "content_type", "entry"),
    [
        ("a.txt", "application/zip", f"{ENTRY}.txt"),
        ("a.pdf", "application/pdf", f"{ENTRY}.pdf"),  # a bad producer's mark on a ZIP
        ("a.txt", "application/zip", "danh sach.txt"),  # the SDK's rule
        ("a", "application/zip", f"{ENTRY}."),
        ("a.txt", "application/zip", "../../etc/passwd"),
    ],
)
def test_zip_of_one_is_unpacked(name: str, content_type: str, entry: str, method: int) -> None:
    attachment, codes = _received(name, content_type, _zipped({entry: b"noi dung " * 50}, method))
    assert attachment.content.read() == b"noi dung " * 50
    assert attachment.is_wrapped
    assert ("zip-not-declared" in codes) == (content_type != "application/zip")


@pytest.mark.parametrize(
    ("name", "content_type", "entries"),
    [
        ("a.zip", "application/zip", {f"{ENTRY}.txt": b"1"}),
        ("a.txt", "application/zip", {f"{ENTRY}.txt": b"1", "b.txt": b"2"}),
        ("a.docx", "application/docx", {"[Content_Types].xml": b"", "word/document.xml": b""}),
        ("a.dat", "application/dat", {"other.txt": b"1"}),
        ("a.txt", "application/zip", {}),
    ],
)
def test_other_zips_are_left_as_they_are(name: str, content_type: str, entries: dict[str, bytes]) -> None:
    data = _zipped(entries)
    attachment, _codes = _received(name, content_type, data)
    assert attachment.content.read() == data
    assert not attachment.is_wrapped


def test_zip_in_a_zip_is_unpacked_once() -> None:
    inner = _zipped({f"{ENTRY}.txt": b"1"})
    attachment, _codes = _received("a.txt", "application/zip", _zipped({f"{ENTRY}.txt": inner}))
    assert attachment.content.read() == inner


def test_encrypted_zip_is_kept_with_a_warning() -> None:
    data = bytearray(_zipped({f"{ENTRY}.txt": b"1"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    attachment, codes = _received("a.txt", "application/zip", bytes(data))
    assert attachment.content.read() == data
    assert "zip-encrypted" in codes


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unsupported_method_is_kept_with_a_warning(method: int) -> None:
    data = _zipped({f"{ENTRY}.txt": b"1"}, method)
    attachment, codes = _received("a.txt", "application/zip", data)
    assert attachment.content.read() == data
    assert "zip-unsupported" in codes


@pytest.mark.parametrize("offset", [14, 30 + len(ENTRY) + 4 + 2])
def test_damaged_zip_is_kept_with_a_warning(offset: int) -> None:
    data = bytearray(_zipped({f"{ENTRY}.txt": bytes(range(256)) * 3}))
    at = offset if offset > 14 else data.index(b"PK\x01\x02") + 16
    data[at] ^= 0xFF
    attachment, codes = _received("a.txt", "application/zip", bytes(data))
    assert attachment.content.read() == data
    assert "zip-damaged" in codes


def test_zip_that_lies_about_its_size_gives_no_more_than_it_says() -> None:
    data = bytearray(_zipped({f"{ENTRY}.txt": bytes(1_000_000)}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    attachment, codes = _received("a.txt", "application/zip", bytes(data))
    assert attachment.content.size == len(data)
    assert "zip-damaged" in codes


@pytest.mark.parametrize(
    "limits",
    [Limits(inflated_bytes=999_999), Limits(inflate_free_bytes=1000, inflate_ratio=100)],
    ids=["absolute", "ratio"],
)
def test_bomb_is_refused_with_its_element(limits: Limits) -> None:
    with pytest.raises(FormatError) as refused:
        _received("a.txt", "application/zip", _zipped({f"{ENTRY}.txt": bytes(1_000_000)}), limits)
    assert refused.value.wire_code == "R.AttachmentEncoded.Attachment"
    assert refused.value.reason == "inflates-too-much"


def test_allowance_is_shared_by_all_attachments() -> None:
    files = tuple(attach(f"{n}.txt", Content.from_bytes(bytes(600)), content_id=f"cid:{n}") for n in range(2))
    data = write_packet(document(attachments=files))
    with pytest.raises(FormatError) as refused:
        read_packet(data, limits=Limits(inflated_bytes=1000))
    assert refused.value.element == "AttachmentEncoded.Attachment[2]"


def test_too_large_and_too_many_attachments_are_refused() -> None:
    data = write_packet(document())
    for limits, reason in (
        (Limits(attachment_bytes=5), "attachment-too-large"),
        (Limits(attachments=1), "too-many-attachments"),
    ):
        with pytest.raises(FormatError) as refused:
            read_packet(data, limits=limits)
        assert refused.value.reason == reason


def test_name_with_a_path_is_kept_as_text_and_warned_of() -> None:
    attachment, codes = _received("../../etc/x.pdf", "application/pdf", b"%PDF-1.4")
    assert attachment.name == "../../etc/x.pdf"
    assert "path-in-name" in codes


def test_attachment_without_content_is_warned_of() -> None:
    attachment, codes = _received("a.pdf", "application/pdf", b"")
    assert attachment.content.size == 0
    assert "no-content" in codes


@pytest.mark.parametrize(
    ("name", "data", "media_type", "mismatch"),
    [
        ("a.pdf", b"\n%PDF-1.7", PDF, False),
        ("a.pdf", b"<html>", "text/html", True),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), OLE, False),
        ("a.docx", _zipped({"[Content_Types].xml": b"", "word/document.xml": b""}), DOCX, False),
        ("a.docx", _zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), XLSX, True),
        ("a.docx", b"MZ\x90\x00" + bytes(200), "application/x-msdownload", True),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png", False),
        ("a.xml", "<?xml version='1.0'?><a>ă</a>".encode(), "text/xml", False),
        ("a.txt", "văn bản".encode(), "text/plain", False),
        ("a.txt", b"\x00\x01", "application/octet-stream", True),
        ("a.khac", b"\x00\x01", "application/octet-stream", False),
    ],
)
def test_real_type_is_told_by_the_content(name: str, data: bytes, media_type: str, mismatch: bool) -> None:
    attachment, codes = _received(name, "application/x", data)
    assert attachment.content.media_type == media_type
    assert ("type-mismatch" in codes) == mismatch


def test_warning_lists_what_was_expected_in_words() -> None:
    params = {"value": "a.doc", "expected": ["application/msword", "application/rtf"], "actual": "image/png"}
    assert FormatWarning("type-mismatch", "AttachmentEncoded", 1, params).text() == (
        "the attachment a.doc should be application/msword, application/rtf but its content is image/png"
    )


def test_sdk_rule_on_reading() -> None:
    assert unwraps_by_sdk("a.doc", "application/zip")
    assert not unwraps_by_sdk("a.ZIP", "application/zip")
    assert not unwraps_by_sdk("a.pdf", "application/pdf")


def test_content_of_a_file_is_read_again_from_the_spool() -> None:
    content = Content.from_stream(io.BytesIO(bytes(range(256)) * 20_000))
    assert content.size == 256 * 20_000
    assert content.read() == content.read() == bytes(range(256)) * 20_000
