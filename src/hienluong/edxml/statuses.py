"""The code tables of the wire: statuses, kinds of business, priorities, and which files travel in a ZIP.

Sources: the packets that the national axis's SDK ships as samples, its Java sources, and the implementers' tables;
the regulation's own tables (QCVN 102:2016/BTTTT) are not published in full.
"""

from enum import IntEnum, StrEnum
from typing import Self


class Direction(StrEnum):
    """Who tells whom, seen from the document's way."""

    RECEIVER_TO_SENDER = "receiver-to-sender"
    SENDER_TO_RECEIVER = "sender-to-receiver"


class StatusCode(StrEnum):
    """A business status (StatusCode): two digits, kept as text. 07-12 and 14 are in no source."""

    ARRIVED = "01"  # đã đến: the software has it, the clerk has not handled it
    REFUSED = "02"  # từ chối tiếp nhận: the clerk refuses it
    ACCEPTED = "03"  # đã tiếp nhận: entered in the incoming register
    ASSIGNED = "04"  # phân công: the leader has assigned it
    IN_PROGRESS = "05"  # đang xử lý
    COMPLETED = "06"  # hoàn thành
    RECALL_REQUESTED = "13"  # lấy lại: the sender's clerk asks for it back, with the reason
    CHANGE_AGREED = "15"  # đồng ý lấy lại / cập nhật
    CHANGE_REFUSED = "16"  # từ chối lấy lại / cập nhật

    @property
    def direction(self) -> Direction:
        """Who tells whom: only 13 goes the document's own way."""
        if self is StatusCode.RECALL_REQUESTED:
            return Direction.SENDER_TO_RECEIVER
        return Direction.RECEIVER_TO_SENDER


class BusinessKind(IntEnum):
    """What a document does (BussinessDocType)."""

    NEW = 0  # văn bản điện tử mới
    REVOCATION = 1  # thu hồi: the target stands in MessageHeader/ResponseFor
    UPDATE = 2  # cập nhật: the target stands in Bussiness/DocumentId
    REPLACEMENT = 3  # thay thế: the targets stand in ReplacementInfoList


class Priority(IntEnum):
    """Urgency of a document (OtherInfo/Priority; the levels of Decree 30/2020/NĐ-CP and one timed level)."""

    NORMAL = 0  # thường
    URGENT = 1  # khẩn
    VERY_URGENT = 2  # thượng khẩn
    EXPRESS = 3  # hỏa tốc
    EXPRESS_TIMED = 4  # hỏa tốc hẹn giờ

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """Returns the level that a packet states; 5, as one implementer numbers normal, is 0; else None."""
        number = (text or "").strip()
        if number == _NORMAL_OF_OTHERS:
            return cls(cls.NORMAL)
        return cls(int(number)) if number in _LEVELS else None


_NORMAL_OF_OTHERS = "5"
_LEVELS = frozenset("01234")

RAW_EXTENSIONS = frozenset({"pdf", "doc", "docx", "xsl", "xslx", "zip"})
"""Extensions of files that travel as they are; every other file travels in a ZIP of one entry.

So the SDK's Attachment.accumulate has it, "xsl" and "xslx" included: xls and xlsx files are therefore zipped.
"""
