"""A small furnished province: who may knock at a door, and real things behind every door.

Two agencies each hold what the other may not see: `ours` is Sở Nội vụ, `theirs` Sở Tài chính. Operators,
administrators and auditors belong to the office of the province and hold nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.test import Client

from hienluong.access import service as access
from hienluong.access.models import RightsAlert
from hienluong.directory import service as directory
from hienluong.directory.models import Agency, AgencyCode, CalendarDay, Post
from hienluong.directory.service import Actor
from hienluong.exchange import service as exchange
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.models import Delivery, Packet, Part, Recipient
from hienluong.exchange.service import Attached, Draft
from hienluong.kit import clock
from hienluong.kit.vietnamese import fold, sort_key
from hienluong.reasons.service import Reason, add_standard_reasons
from hienluong.systems import service as systems

OURS, THEIRS, OFFICE, COMMUNE = "H50.S01", "H50.S02", "H50.VP", "H50.C18880"
AGENCIES = {
    OURS: "Sở Nội vụ",
    THEIRS: "Sở Tài chính",
    OFFICE: "Văn phòng Ủy ban nhân dân tỉnh",
    COMMUNE: "Ủy ban nhân dân phường Đồng Hới",
}
CONTENT = {OURS: "chuyện riêng của Sở Nội vụ", THEIRS: "chuyện riêng của Sở Tài chính"}
"""What the documents of an agency say: nobody but that agency may read it, on whatever page."""

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

OF_AN_AGENCY = ("clerk", "head", "deputy", "officer", "secrecy_officer")
OF_THE_PROVINCE = ("operator", "auditor", "administrator")
ROLES = (*OF_AN_AGENCY, *OF_THE_PROVINCE)
STRANGERS = tuple(f"other_{role}" for role in OF_AN_AGENCY)
"""People of the unrelated agency, one for each role."""

SYSTEMS = ("system", "other_system")
PEOPLE = ("visitor", "postless", *ROLES, *STRANGERS)
PERSONAS = (*PEOPLE, *SYSTEMS)

_numbers = itertools.count(1)


@dataclass(slots=True)
class Province:
    """Browsers and programs by persona, and things by name: `ours["packet_id"]`, `theirs["packet_id"]`."""

    clients: dict[str, Client] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    ours: dict[str, Any] = field(default_factory=dict)
    theirs: dict[str, Any] = field(default_factory=dict)


def furnish() -> Province:
    """Makes the province in the present transaction."""
    now = clock.now()
    province = Province()
    agencies = {code: _agency(code, name) for code, name in AGENCIES.items()}
    province.clients["visitor"] = Client()
    for persona in PEOPLE[1:]:
        role = persona.removeprefix("other_")
        home = OFFICE if role in OF_THE_PROVINCE else THEIRS if persona.startswith("other_") else OURS
        _person(province, persona, None if persona == "postless" else (agencies[home], role))
    for persona, code in zip(SYSTEMS, (OURS, THEIRS), strict=True):
        province.clients[persona] = _system(agencies[code])
    _furnish_exchange(province, province.ours, "clerk", OURS)
    _furnish_exchange(province, province.theirs, "other_clerk", THEIRS)
    _furnish_access(province, agencies, now)
    add_standard_reasons(now=now)
    reason = Reason.objects.filter(valid_to=None)[0]
    day = CalendarDay.objects.create(day=date(2027, 9, 2), kind="holiday", name="Quốc khánh", source="thử")
    for things in (province.ours, province.theirs):  # what every address understands
        things.update(status="03", token="a-token-nobody-holds", day_id=day.pk, reason_id=reason.pk)
    return province


def _agency(code: str, name: str) -> Agency:
    agency = Agency.objects.create(
        name=name,
        sort_key=sort_key(name),
        search_key=fold(name),
        kind="department",
        valid_from=date(2025, 7, 1),
    )
    AgencyCode.objects.create(
        agency=agency, scheme="qd20", code=code, primary=True, valid_from=date(2025, 7, 1)
    )
    return agency


def _person(province: Province, persona: str, post: tuple[Agency, str] | None) -> None:
    setup = Actor.platform("specification")
    person = directory.create_person(
        actor=setup, full_name=f"Nguyễn Thị {persona}", username=f"persona{next(_numbers)}", now=clock.now()
    )
    if post is not None:
        directory.assign_post(
            actor=setup, person=person, agency=post[0], role=post[1], title=persona, now=clock.now()
        )
    assert person.user is not None
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    client.force_login(person.user)
    province.clients[persona] = client
    if post is not None:
        province.actors[persona] = directory.actor_of(directory.posts_of(person.user)[0])


def _system(agency: Agency) -> Client:
    setup = Actor.platform("specification")
    _row, client_id, secret = systems.register_system(
        actor=setup, agency=agency, name=f"Phần mềm {agency.name}", now=clock.now()
    )
    answer = Client().post(
        "/api/oauth/token",
        {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
    )
    token = answer.json()["access_token"]
    return Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)


def _furnish_exchange(province: Province, things: dict[str, Any], clerk: str, code: str) -> None:
    """Lets the agency send a document to the commune, and receive one from it; one delivery failed for good."""
    sent = _send(province.actors[clerk], COMMUNE, next(_numbers), of=code)
    received = _send(_commune(province), code, next(_numbers), of=code)
    recipients = Recipient.objects.exclude(agency=None).values_list("pk", flat=True)
    drain_recipients(recipient_ids=list(recipients), now=clock.now())
    delivery = Delivery.objects.get(packet_id=received.packet_id)
    failed = Delivery.objects.get(packet_id=sent.packet_id)
    Delivery.objects.filter(pk=failed.pk).update(state="dead", attempts=6)
    quarantined = _send(_commune(province), code, next(_numbers), of=code)
    Packet.objects.filter(pk=quarantined.packet_id).update(secrecy="quarantined")
    things.update(
        packet_id=received.packet_id,
        sent_packet_id=sent.packet_id,
        quarantined_packet_id=quarantined.packet_id,
        receipt_id=sent.facts["receipt"],
        delivery_id=delivery.pk,
        entry_id=delivery.pk,
        failed_delivery_id=failed.pk,
        code=code,
    )
    things["position"] = Part.objects.filter(packet_id=received.packet_id).values_list("position", flat=True)[
        0
    ]


def _commune(province: Province) -> Actor:
    if "commune_clerk" not in province.actors:
        agency = directory.agency_by_code(COMMUNE)
        assert agency is not None
        _person(province, "commune_clerk", (agency.agency, "clerk"))
        del province.clients["commune_clerk"]  # a supporting part: nobody's persona
    return province.actors["commune_clerk"]


def _send(actor: Actor, to: str, number: int, *, of: str) -> Any:
    return exchange.send_document(
        actor=actor,
        draft=Draft(
            recipients=[to],
            type_name="Công văn",
            number=str(number),
            notation="VP-TH",
            issued_on=date(2026, 11, 20),
            subject=CONTENT[of],
            signer_name="Lê Quang Ánh",
            attachments=[Attached(f"{CONTENT[of]}.pdf", PDF)],
        ),
        declared_not_secret=True,
        now=clock.now(),
    )


def _furnish_access(province: Province, agencies: Mapping[str, Agency], now: Any) -> None:
    """Adds what accounts and rights are made of: alerts, a case, a review, a break-glass request, a closed account."""
    setup = Actor.platform("specification")
    for things, persona, code in ((province.ours, "clerk", OURS), (province.theirs, "other_clerk", THEIRS)):
        alert = RightsAlert.objects.filter(reader_id=province.actors[persona].person_id).latest("pk")
        things.update(alert_id=alert.pk, agency_id=agencies[code].pk)
    disputed = RightsAlert.objects.filter(reader_id=province.actors["head"].person_id).latest("pk")
    case = access.dispute_alert(
        actor=province.actors["head"], alert_id=disputed.pk, note="I did not ask for it.", now=now
    )
    review = access.open_review(actor=setup, now=now)
    grant = access.request_break_glass(
        actor=province.actors["operator"],
        kind="packet",
        object_id=str(province.ours["packet_id"]),
        reason="A delivery cannot be explained by metadata.",
        legal_basis="Quyết định 28/2018/QĐ-TTg",
        hours=2,
        now=now - timedelta(minutes=1),
    )
    nobody = directory.create_person(
        actor=setup, full_name="Lê Không", username=f"persona{next(_numbers)}", now=now
    )
    assert nobody.user is not None
    post = Post.objects.filter(person_id=province.actors["officer"].person_id).get()
    for things in (province.ours, province.theirs):
        things.update(
            case_id=case.pk,
            quarter=review.quarter,
            grant_id=grant.pk,
            user_id=nobody.user.pk,
            post_id=post.pk,
        )
