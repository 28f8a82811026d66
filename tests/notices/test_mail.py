"""The mail of notices, handed to a real SMTP server: what it refuses or puts off holds up nobody else."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from smtplib import SMTPSenderRefused
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from procrastinate.contrib.django.models import ProcrastinateJob

from hienluong.notices import service as notices
from hienluong.notices import tasks
from hienluong.notices.models import Notice

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Taker:
    """Takes mail, and answers for some addresses as told."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Takes or refuses an address."""
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(  # noqa: N802 - the same
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Takes or refuses a sender."""
        envelope.mail_from = address
        return self.answers.get("from", "250 OK")

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Takes a mail."""
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def server(settings: Any) -> Iterator[Taker]:
    """A mail server on this machine, which the installation is told of."""
    taker = Taker()
    with socket.socket() as probe:  # a port that is free; the library must be told one
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(taker, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = False
    settings.DEFAULT_FROM_EMAIL = "hienluong@quangtri.example.vn"
    yield taker
    controller.stop(no_assert=True)


def tell(*addresses: str, sender: str = "Sở Nội vụ") -> None:
    readers = [notices.Reader(uuid.uuid4(), address) for address in addresses]
    values = {"sender": sender, "document": "12/SNV"}
    notices.tell(
        readers=readers, code="exchange.arrived", values=values, link="/exchange/packets/1/", now=NOW
    )


def test_mail_reaches_its_reader_in_vietnamese_with_a_link(server: Taker, settings: Any) -> None:
    tell("hoa@example.vn", sender="Sở\nNội vụ")  # a line end in a name ends no header
    assert notices.mail_waiting(now=NOW) == 1

    [taken] = server.taken
    mail = message_from_bytes(taken.content or b"")  # type: ignore[arg-type]  # bytes, unless it was told to decode
    assert (taken.mail_from, taken.rcpt_tos) == ("hienluong@quangtri.example.vn", ["hoa@example.vn"])
    assert "Sở Nội vụ" in str(make_header(decode_header(mail["Subject"])))
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert f"{settings.PUBLIC_URL}/exchange/packets/1/" in body.decode()


def test_address_that_is_refused_is_noted_and_holds_up_nobody(server: Taker) -> None:
    server.answers = {"gone@example.vn": "550 no such user"}
    tell("gone@example.vn", "hoa@example.vn")
    assert notices.mail_waiting(now=NOW) == 1
    assert Notice.objects.get(address="gone@example.vn").mail_refused == "550 no such user"
    assert not notices.mail_is_waiting()


def test_address_that_is_put_off_is_tried_again(server: Taker) -> None:
    server.answers = {"later@example.vn": "450 try again"}
    tell("later@example.vn", "hoa@example.vn")
    assert notices.mail_waiting(now=NOW) == 1
    assert notices.mail_is_waiting()
    server.answers = {}
    assert notices.mail_waiting(now=NOW) == 1
    assert len(server.taken) == 2


def test_sender_that_is_refused_is_a_fault_of_the_settings_and_loses_nothing(server: Taker) -> None:
    server.answers = {"from": "550 not from here"}
    tell("hoa@example.vn")
    with pytest.raises(SMTPSenderRefused):
        notices.mail_waiting(now=NOW)
    assert notices.mail_is_waiting()


def test_server_that_is_down_loses_nothing_and_what_waits_is_queued_again(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
    tell("hoa@example.vn")
    with pytest.raises(OSError, match=r"."):
        notices.mail_waiting(now=NOW)
    before = ProcrastinateJob.objects.filter(task_name="notices.mail").count()
    tasks.mail_again(0)
    assert ProcrastinateJob.objects.filter(task_name="notices.mail").count() == before + 1
