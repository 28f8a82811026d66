"""Pages about documents after they were sent, and the list of reasons, meet WCAG 2.2 AA as far as axe-core can tell."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from tests.journeys.looks import EVERY_LOOK, Look, examine, open_context, visit
from tests.journeys.test_axe import Cast, _carry, cast  # noqa: F401 - its province

from hienluong.corrections import commands
from hienluong.directory import service as directory
from hienluong.exchange.models import Delivery, Packet
from hienluong.kit import clock

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@EVERY_LOOK
def test_pages_about_changed_documents_have_no_fault_that_axe_knows(
    chromium: Browser,
    live: str,
    cast: Cast,  # noqa: F811 - the fixture
    look: Look,
) -> None:
    packet = Packet.objects.get(pk=cast.packet)
    post = directory.Post.objects.select_related("person__user").get(agency=packet.sender_id, role="clerk")
    assert post.person.user is not None
    clerk = directory.actor_of(directory.posts_of(post.person.user)[0])
    revoked = Packet.objects.filter(sender=packet.sender_id).exclude(pk=packet.pk).latest("pk")
    commands.revoke_document(actor=clerk, packet_id=revoked.pk, reason="Ban hành sai", now=clock.now())
    commands.recall_document(
        actor=clerk, packet_id=packet.pk, recipients=["H50.C18880"], note="Gửi nhầm", now=clock.now()
    )
    _carry()
    delivery = Delivery.objects.get(pk=cast.delivery)
    with open_context(chromium, live, look, cast.sender) as sender:
        page = visit(
            sender,
            live,
            look,
            "/corrections/recalls/",
            "/corrections/recalls/?state=returned",
            f"/exchange/packets/{packet.pk}/",
            f"/exchange/packets/{revoked.pk}/",
            f"/exchange/send/?updates={packet.pk}",
            f"/exchange/send/?replaces={packet.pk}",
            f"/corrections/deliveries/{delivery.pk}/correct/",
            f"/corrections/packets/{packet.pk}/revoke/",
            f"/corrections/packets/{packet.pk}/recall/",
            "/reasons/",
        )
        page.goto(f"{live}/corrections/packets/{packet.pk}/recall/")
        page.click("main button[value=check]")
        examine(page, look, "recall with errors")
    with open_context(chromium, live, look, cast.recipient) as recipient:
        visit(
            recipient,
            live,
            look,
            "/exchange/inbox/",
            f"/exchange/packets/{packet.pk}/report/{delivery.pk}/15/",
            f"/exchange/packets/{packet.pk}/report/{delivery.pk}/16/",
        )
    with open_context(chromium, live, look, cast.operator) as operator:
        page = visit(operator, live, look, "/reasons/", "/reasons/new/")
        page.click("main button[value=check]")
        examine(page, look, "reason with errors")
