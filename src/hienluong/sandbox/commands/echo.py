"""The partner that answers by itself: what reached it is taken, and answered as a word in its subject says."""

from __future__ import annotations

import re
from datetime import datetime

from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.exchange.service import (
    Attached,
    Delivery,
    Draft,
    Packet,
    confirm_delivery,
    fetch_packet,
    report_status,
    send_document,
)
from hienluong.kit.clock import in_vietnam
from hienluong.kit.vietnamese import fold

ARRIVED, REFUSED, REGISTERED, ASSIGNED, IN_PROGRESS, FINISHED = "01", "02", "03", "04", "05", "06"
ASKED_BACK, RECALL_AGREED, RECALL_REFUSED = "13", "15", "16"

REFUSE, FINISH, SILENT, REPLY, KEEP = (
    ("tu choi", "refuse"),
    ("hoan thanh", "finish"),
    ("im lang", "silent"),
    ("tra loi", "reply"),
    ("giu lai", "keep"),
)
"""Words in the subject, without diacritics, by which a developer chooses what the partner does."""


_KEPT = (RECALL_REFUSED, "Trích yếu yêu cầu giữ lại")
_GIVEN_BACK = (RECALL_AGREED, "Đồng ý")


def answer_as_echo(*, delivery_id: int, now: datetime) -> list[str]:
    """Takes what reached the sandbox's partner and answers as its subject says; returns the statuses it reported.

    Doing it again reports nothing twice: every report has its own idempotency key.
    """
    delivery = (
        Delivery.objects.filter(pk=delivery_id, recipient__agency=directory.ECHO_PARTNER)
        .select_related("packet", "recipient")
        .first()
    )
    if delivery is None or delivery.packet.secrecy != Packet.Secrecy.OPEN:
        return []
    echo = _echo(delivery)
    subject = delivery.packet.subject
    if delivery.kind == Packet.Kind.DOCUMENT and _says(subject, SILENT):
        return []
    if delivery.state in {Delivery.State.DELIVERED, Delivery.State.FETCHED}:
        fetch_packet(actor=echo, delivery_id=delivery.pk, now=now)
        confirm_delivery(actor=echo, delivery_id=delivery.pk, outcome="done", now=now)
    if delivery.kind == Packet.Kind.STATUS:
        return _answer_recall(echo, delivery.packet, now)
    reports = _reports(subject, delivery.packet.business)
    for status, note in reports:
        _report(echo, delivery, status, note, now)
    if _says(subject, REPLY):
        _send_back(echo, delivery, now)
    return [status for status, _note in reports]


def _echo(delivery: Delivery) -> Actor:
    return Actor(
        kind="system",
        id="echo",
        name=delivery.recipient.name,
        agency_id=directory.ECHO_PARTNER,
        agency_code=delivery.recipient.code,
        agency_name=delivery.recipient.name,
        sandbox=True,
    )


def _says(subject: str, words: tuple[str, ...]) -> bool:
    """Returns whether a subject holds one of the words, whole; case, diacritics and signs do not matter."""
    plain = " ".join(re.findall(r"[^\W_]+", fold(subject)))
    return any(f" {word} " in f" {plain} " for word in words)


def _reports(subject: str, business: int | None) -> list[tuple[str, str]]:
    """Returns the statuses in their order, each with its note; the other side reads Vietnamese."""
    if business in {Packet.Business.REVOKE, Packet.Business.UPDATE}:
        return [_KEPT if _says(subject, KEEP) else _GIVEN_BACK]
    arrived = (ARRIVED, "Đối tác thử nghiệm đã nhận gói tin")
    if _says(subject, REFUSE):
        return [arrived, (REFUSED, "Trích yếu yêu cầu từ chối")]
    registered = (REGISTERED, "Đã vào sổ văn bản đến thử nghiệm")
    if _says(subject, FINISH):
        return [
            arrived,
            registered,
            (ASSIGNED, "Phòng Thử nghiệm"),
            (IN_PROGRESS, "Đang xử lý thử"),
            (FINISHED, "Đã xử lý xong"),
        ]
    return [arrived, registered]


def _answer_recall(echo: Actor, status: Packet, now: datetime) -> list[str]:
    """Agrees to give a document back, or refuses where its subject says to keep it."""
    if status.status_code != ASKED_BACK:
        return []
    about = (
        Delivery.objects.filter(
            recipient__agency=directory.ECHO_PARTNER,
            kind=Packet.Kind.DOCUMENT,
            packet__sender=status.sender_id,
            packet__document_id=status.document_id,
            business_state=ASKED_BACK,
        )
        .select_related("packet", "recipient")
        .first()
    )
    if about is None:
        return []
    answer, note = _KEPT if _says(about.packet.subject, KEEP) else _GIVEN_BACK
    _report(echo, about, answer, note, now)
    return [answer]


def _report(echo: Actor, delivery: Delivery, status: str, note: str, now: datetime) -> None:
    report_status(
        actor=echo,
        delivery_id=delivery.pk,
        status=status,
        note=note,
        idempotency_key=f"echo-{delivery.pk}-{status}",
        now=now,
    )


def _send_back(echo: Actor, delivery: Delivery, now: datetime) -> None:
    """Sends the sender a document of its own, so that receiving can be tried too."""
    text = f"Văn bản thử nghiệm trả lời: {delivery.packet.document_id}\n"
    send_document(
        actor=echo,
        draft=Draft(
            recipients=[delivery.packet.sender_code],
            type_name="Công văn",
            number=str(delivery.pk),
            notation="TN-ECHO",
            issued_on=in_vietnam(now).date(),
            subject=f"V/v phúc đáp văn bản thử nghiệm số {delivery.packet.code_number}",
            signer_name=echo.agency_name[:50],
            attachments=[Attached("phuc-dap.txt", text.encode())],
        ),
        declared_not_secret=True,
        idempotency_key=f"echo-{delivery.pk}-reply",
        now=now,
    )
