"""Notices: said once, in the reader's language, by mail where there is a mail server."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.utils import translation

from hienluong.notices import service as notices
from hienluong.notices.models import Notice

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOA = notices.Reader(uuid.uuid4(), "hoa@example.vn")
NAM = notices.Reader(uuid.uuid4())

pytestmark = pytest.mark.django_db


def tell(*readers: notices.Reader) -> None:
    notices.tell(
        readers=readers,
        code="exchange.arrived",
        values={"sender": "Sở Nội vụ", "document": "12/SNV"},
        link="/exchange/packets/1/",
        now=NOW,
    )


def test_notice_is_said_once_however_often_it_is_told() -> None:
    tell(HOA)
    tell(HOA, NAM)
    assert notices.unread_count(HOA.id) == 1
    assert notices.unread_count(NAM.id) == 1


def test_notice_names_its_values_and_is_translated_for_its_reader() -> None:
    tell(HOA)
    [notice] = notices.of_reader(HOA.id)
    with translation.override("en"):
        assert notices.text_of(notice) == "Document 12/SNV from Sở Nội vụ has arrived."
    with translation.override("vi"):
        assert "Sở Nội vụ" in notices.text_of(notice)
        assert notices.text_of(notice) != "Document 12/SNV from Sở Nội vụ has arrived."


def test_notice_without_a_declared_text_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="no text"):
        notices.tell(readers=[HOA], code="exchange.unheard_of", values={}, link="/", now=NOW)


def test_mail_goes_to_readers_with_an_address_once_and_not_to_those_who_have_read() -> None:
    tell(HOA, NAM)
    assert notices.mail_waiting(now=NOW) == 1
    assert notices.mail_waiting(now=NOW) == 0
    assert [message.to for message in mail.outbox] == [["hoa@example.vn"]]
    assert "/exchange/packets/1/" in mail.outbox[0].body
    notices.mark_read(reader=HOA.id, now=NOW)
    assert Notice.objects.get(reader=HOA.id).read_at == NOW
    assert notices.unread_count(HOA.id) == 0
