"""Break-glass in the browser: ask, approve, look, end; who holds the document sees all of it on the packet."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hienluong.exchange.models import Delivery

pytestmark = pytest.mark.django_db

HOME_AFFAIRS, DONG_HOI, FINANCE = "H50.S01", "H50.C18880", "H50.S02"
SUBJECT = "V/v tập huấn công tác văn thư"
Visit = Callable[..., Client]


def _text(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def _asked(operator: Client, packet: object) -> str:
    answer = operator.post(
        "/access/break-glass/ask/",
        {
            "kind": "packet",
            "object_id": str(packet),
            "reason": "Không chuyển được",
            "legal_basis": "QĐ 28",
            "hours": "2",
        },
    )
    assert answer.status_code == 302, answer.content
    return str(answer.headers["Location"])


def test_whole_way_from_asking_to_ending(visit: Visit, received: Callable[..., Delivery]) -> None:
    delivery = received(15)
    page = f"/exchange/packets/{delivery.packet_id}/"
    operator, auditor = visit(FINANCE, "operator", "Phan Vận"), visit(FINANCE, "auditor", "Bùi Ước")
    clerk = visit(DONG_HOI, "clerk")
    assert operator.get(page).status_code == 403

    request = _asked(operator, delivery.packet_id)
    assert "waiting for approval" in _text(operator.get(request))
    assert 'name="approve"' not in _text(operator.get(request))
    shown = _text(auditor.get(request))
    assert "15/SNV-VP — Sở Nội vụ" in shown
    assert SUBJECT not in shown
    assert auditor.post(request, {"approve": "1"}).status_code == 302

    opened = _text(operator.get(page))
    assert SUBJECT in opened
    assert "You see this by break-glass" in opened
    assert "/quarantine/" not in opened
    assert "/report/" not in opened
    attachment: Any = operator.get(f"{page}attachments/0/")
    assert attachment.content.startswith(b"%PDF")
    assert "Phan Vận was let see the content by Bùi Ước and looked 2 times." in _text(clerk.get(page))

    looks = _text(auditor.get(request))
    assert "the page of the document" in looks
    assert "attachment 1" in looks

    assert operator.post(f"{request}end/").status_code == 302
    assert operator.get(page).status_code == 403
    assert "ended early" in _text(auditor.get(request))


def test_monitor_leads_to_the_request_with_the_packet_filled_in(
    visit: Visit, received: Callable[..., Delivery]
) -> None:
    delivery = received(15)
    Delivery.objects.filter(pk=delivery.pk).update(state="dead")
    operator = visit(FINANCE, "operator")
    found = re.search(
        r'href="(/access/break-glass/ask/\?kind=packet[^"]+)"',
        _text(operator.get("/exchange/monitor/failures/")),
    )
    assert found
    assert f'value="{delivery.packet_id}"' in _text(operator.get(html.unescape(found[1])))


def test_request_that_is_refused_keeps_what_was_typed(
    visit: Visit, received: Callable[..., Delivery]
) -> None:
    operator = visit(FINANCE, "operator")
    answer = operator.post(
        "/access/break-glass/ask/",
        {
            "kind": "packet",
            "object_id": str(received(15).packet_id),
            "reason": "Vì sao",
            "legal_basis": "",
            "hours": "2",
        },
    )
    page = answer.content.decode()
    assert "There is a problem" in page
    assert "Vì sao" in page


def test_declining_without_a_word_is_shown_at_the_field(
    visit: Visit, received: Callable[..., Delivery]
) -> None:
    request = _asked(visit(FINANCE, "operator"), received(15).packet_id)
    answer = visit(FINANCE, "administrator").post(request, {"decline": "1"})
    assert answer.status_code == 422
    assert "Say why it is not approved." in answer.content.decode()


def test_operator_sees_own_requests_only(visit: Visit, received: Callable[..., Delivery]) -> None:
    request = _asked(visit(FINANCE, "operator"), received(15).packet_id)
    other = visit(FINANCE, "operator")
    assert other.get(request).status_code == 404
    assert "15/SNV-VP" not in _text(other.get("/access/break-glass/"))
    assert "15/SNV-VP" in _text(visit(FINANCE, "auditor").get("/access/break-glass/?show=live"))


@pytest.mark.parametrize("typed", ["not a number", "00000000-0000-4000-8000-000000000000"])
def test_thing_that_is_not_there_is_said_so_on_the_form(visit: Visit, typed: str) -> None:
    answer = visit(FINANCE, "operator").post(
        "/access/break-glass/ask/",
        {"kind": "packet", "object_id": typed, "reason": "Vì sao", "legal_basis": "QĐ 28", "hours": "2"},
    )
    assert answer.status_code == 404
    assert "There is a problem" in answer.content.decode()
