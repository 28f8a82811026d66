"""Real things behind every door, by the names that `routes/` uses: documents, accounts, rights, files of agencies.

What belongs to an agency is there twice, once for each side. What belongs to one person is the clerk's of that side.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.webauthn.internal.auth import WebAuthn
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.tokens import default_token_generator
from django.utils.http import urlsafe_base64_encode
from tests.exchange.personas import document
from tests.matrix.copies import prepare_copies
from tests.matrix.issuing import prepare_issuing
from tests.matrix.passkey import Passkey
from tests.matrix.personas import ACTING
from tests.matrix.province import (
    COMMUNE,
    FOUNDED,
    LATE,
    OURS,
    SETUP,
    THEIRS,
    Province,
    employ,
    number,
    populate,
    program,
    sign_in,
)
from tests.matrix.sign_on import RETURN, token_of_person
from tests.matrix.signatures import prepare_signatures, register_certificates

from hienluong.access import service as access
from hienluong.access.models import ReviewLine, RightsAlert
from hienluong.antivirus.models import Scan
from hienluong.composing.commands import Written, save_draft
from hienluong.deadlines import service as deadlines
from hienluong.directory import service as directory
from hienluong.directory.models import AgencyCode, CalendarDay
from hienluong.exchange import service as exchange
from hienluong.exchange.commands import drain_recipients
from hienluong.exchange.models import Delivery, Packet, Part, Recipient
from hienluong.exchange.service import Attached, Draft
from hienluong.identity import commands as identity
from hienluong.identity import service as identity_service
from hienluong.identity.models import SignInSession
from hienluong.imports import commands as imports
from hienluong.kit import clock
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.monitoring import commands as monitoring
from hienluong.notices import service as notices
from hienluong.notices.service import Reader
from hienluong.reasons.service import Reason, add_standard_reasons
from hienluong.recipients import commands as recipients
from hienluong.retention import service as retention
from hienluong.retention.commands import carry_out_disposal
from hienluong.staff import commands as staff
from hienluong.systems.models import AgencySystem, SendingRight
from hienluong.takeover import commands as takeover
from hienluong.webhooks import service as webhooks
from hienluong.webhooks.models import Message, Webhook

CONTENT = {OURS: "chuyện riêng của Sở Nội vụ", THEIRS: "chuyện riêng của Sở Tài chính"}
"""What the documents of an agency say: in subject, names and bytes of attachments, signer and notes of statuses."""


def furnish() -> Province:
    """Makes the province and everything in it, in the present transaction."""
    province = populate()
    for make in (
        _reasons,
        _exchange,
        _staff,
        _recipients,
        _systems,
        _webhooks,
        prepare_signatures,
        prepare_issuing,
        prepare_copies,
        register_certificates,
        _deadlines,
        _drafts,
        _browsers,
        _antivirus,
        _retention,
        _accounts,
        _directory,
        _imports,
        _takeover,
        _access,
    ):
        make(province)
    for persona in ACTING:
        _tell(province, persona)
    province.ours["province_group_id"] = province.theirs["province_group_id"] = _group(province, None)
    ledger.sequence_waiting(now=clock.now(), sign=True)
    return province


def _reasons(province: Province) -> None:
    """Fills the list of reasons, which is the whole province's."""
    add_standard_reasons(now=clock.now())
    province.ours["reason_id"] = province.theirs["reason_id"] = Reason.objects.filter(valid_to=None)[0].pk


def _tell(province: Province, persona: str) -> None:
    """Leaves a notice for somebody to read."""
    notices.tell(
        readers=[Reader(province.people[persona].pk)],
        code="staff.handed_over",
        values={"person": "Lê An", "title": "Văn thư", "agency": "Sở Nội vụ", "first_day": day()},
        link="/",
        now=clock.now(),
    )


def day(later: int = 0) -> str:
    """Returns today, or a later day, as people type it."""
    return (directory.today() + timedelta(days=later)).strftime("%d/%m/%Y")


def pdf(text: str) -> bytes:
    """Returns a PDF that says something."""
    return (
        b"%PDF-1.4\n% "
        + text.encode()
        + b"\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )


def register(subject: str) -> io.BytesIO:
    """Returns a register of an earlier system with one line."""
    text = f'"Số, ký hiệu",Trích yếu,Ngày văn bản,Tác giả\n8/SNV,{subject},01/10/2026,Sở Nội vụ\n'
    return io.BytesIO(text.encode())


def zip_of(files: dict[str, bytes]) -> io.BytesIO:
    """Returns files as a ZIP."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    target.seek(0)
    return target


def _takeover(province: Province) -> None:
    """Takes a register and packets over for each side, stages others, begins a book, compares."""
    now = clock.now()
    for code, things, prefix in province.sides():
        clerk = province.actors[f"{prefix}clerk"]
        given = {"actor": clerk, "direction": "incoming", "file_name": "so.csv", "now": now}
        staged = [
            takeover.stage_register(source=register(CONTENT[code]), system="iOffice", **given)
            for _ in range(2)
        ]
        takeover.choose_columns(actor=clerk, intake_id=staged[1].pk, columns=staged[1].columns, now=now)
        takeover.check_intake(intake_id=staged[1].pk, now=now)
        packet = document(
            91, code, sender=COMMUNE, subject=CONTENT[code], files=[("a.pdf", pdf(CONTENT[code]))]
        )
        files = {"a.edxml": packet, "b.edxml": CONTENT[code].encode()}
        archive = takeover.stage_archive(
            actor=clerk, source=zip_of(files), file_name="edxml.zip", system="iOffice", now=now
        )
        takeover.check_intake(intake_id=archive.pk, now=now)
        takeover.confirm_intake(actor=clerk, intake_id=archive.pk, now=now)
        takeover.apply_intake(intake_id=archive.pk, now=now)
        today = directory.today()
        book = takeover.continue_book(actor=clerk, series="Công văn", year=today.year, number=7, now=now)
        compared = takeover.stage_comparison(
            source=register(CONTENT[code]), first_day=today, last_day=today, at_once=True, **given
        )
        things.update(
            intake_id=staged[0].pk,
            checked_intake_id=staged[1].pk,
            applied_intake_id=archive.pk,
            document_id=archive.documents.get().pk,
            aside_id=archive.aside.get().pk,
            book_id=book.pk,
            comparison_id=compared.pk,
            year=today.year,
        )


# --- Documents ----------------------------------------------------------------------------------------------------------


def _exchange(province: Province) -> None:
    """Lets each side send to the commune, which refuses one document, and receive from it; one delivery failed for good."""
    for code, things, prefix in province.sides():
        sent = send(province, f"{prefix}clerk", COMMUNE, of=code)
        ledger.sequence_waiting(now=clock.now())  # so that the rows of the sending stand beside it
        accepted = ledger.entry_by_id(UUID(sent.facts["ledger_entry"])).index
        refused = send(province, f"{prefix}clerk", COMMUNE, of=code)
        still_open = send(province, f"{prefix}clerk", COMMUNE, of=code)
        received = send(province, "commune_clerk", code, of=code)
        registered = send(province, "commune_clerk", code, of=code)
        asked = send(province, "commune_clerk", code, of=code)
        _deliver()
        _report(province, "commune_clerk", refused, "02", note=CONTENT[code])
        _report(province, f"{prefix}clerk", registered, "03")
        opened = _delivery(asked)  # else it would be taken back at once
        exchange.open_entry(actor=province.actors[f"{prefix}clerk"], delivery_id=opened.pk, now=clock.now())
        _report(province, "commune_clerk", asked, "13", note=CONTENT[code])
        _deliver()
        failed = _delivery(sent)
        Delivery.objects.filter(pk=failed.pk).update(state="dead", attempts=6)
        quarantined = send(province, "commune_clerk", code, of=code)
        Packet.objects.filter(pk=quarantined.packet_id).update(secrecy="quarantined")
        delivery = _delivery(received)
        things.update(
            packet_id=received.packet_id,
            sent_packet_id=sent.packet_id,
            refused_packet_id=refused.packet_id,
            quarantined_packet_id=quarantined.packet_id,
            receipt_id=sent.facts["receipt"],
            ledger_entry=sent.facts["ledger_entry"],
            change_place=ledger.changes_of([accepted], limit=1)[0].place,
            delivery_id=delivery.pk,
            entry_id=delivery.pk,
            failed_delivery_id=failed.pk,
            registered_packet_id=registered.packet_id,
            registered_delivery_id=_delivery(registered).pk,
            open_packet_id=still_open.packet_id,
            open_delivery_id=_delivery(still_open).pk,
            asked_packet_id=asked.packet_id,
            asked_delivery_id=_delivery(asked).pk,
            position=Part.objects.filter(packet_id=received.packet_id).get().position,
            code=code,
        )


def _delivery(receipt: Any) -> Delivery:
    return Delivery.objects.get(packet_id=receipt.packet_id)


def _report(province: Province, persona: str, receipt: Any, status: str, *, note: str = "") -> None:
    exchange.report_status(
        actor=province.actors[persona],
        delivery_id=_delivery(receipt).pk,
        status=status,
        note=note,
        now=clock.now(),
    )


def _deliver() -> None:
    ids = Recipient.objects.exclude(agency=None).values_list("pk", flat=True)
    drain_recipients(recipient_ids=list(ids), now=clock.now())


def send(province: Province, persona: str, to: str, *, of: str) -> Any:
    """Sends a document whose every part says what belongs to one agency."""
    return exchange.send_document(
        actor=province.actors[persona],
        draft=Draft(
            recipients=[to],
            type_name="Công văn",
            number=str(number()),
            notation="VP-TH",
            issued_on=date(2026, 11, 20),
            subject=CONTENT[of],
            signer_name=CONTENT[of],
            attachments=[Attached(f"{CONTENT[of]}.pdf", pdf(CONTENT[of]))],
        ),
        declared_not_secret=True,
        now=clock.now(),
    )


# --- People, groups, systems ---------------------------------------------------------------------------------------------


def _staff(province: Province) -> None:
    today = directory.today()
    for _code, things, prefix in province.sides():
        clerk, officer, head, deputy = (
            province.post(prefix + role) for role in ("clerk", "officer", "head", "deputy")
        )
        leave = staff.enter_leave(
            actor=SETUP,
            post=officer,
            stand_in=deputy,
            valid_from=today + timedelta(days=10),
            valid_to=today + timedelta(days=12),
            now=clock.now(),
        )
        delegation = staff.grant_delegation(
            actor=SETUP,
            giver=head,
            taker=deputy,
            kind="kt",
            scope="Công văn",
            document_number="15/QĐ-SNV",
            document_date=today,
            valid_from=today,
            now=clock.now(),
        )
        things.update(
            person_id=clerk.person_id,
            officers_person_id=officer.person_id,
            post_id=clerk.pk,
            officers_post_id=officer.pk,
            heads_post_id=head.pk,
            deputys_post_id=deputy.pk,
            leave_id=leave.pk,
            delegation_id=delegation.pk,
        )
        spare = f"{prefix}spare"
        employ(province, spare, None, "")
        left = province.people[spare]
        directory.deactivate_person(actor=SETUP, person=left, reason="specification", now=clock.now())
        things["left_person_id"] = left.pk


def _recipients(province: Province) -> None:
    for code, things, _prefix in province.sides():
        things["group_id"] = _group(province, code)


def _group(province: Province, code: str | None) -> Any:
    return recipients.create_group(
        actor=SETUP,
        owner=province.agencies[code] if code else None,
        name=f"Nhóm {number()}",
        members=[province.agencies[COMMUNE]],
        now=clock.now(),
    ).pk


def _systems(province: Province) -> None:
    for code, things, _prefix in province.sides():
        things["right_id"] = SendingRight.objects.get(agency=province.agencies[code]).pk


def _webhooks(province: Province) -> None:
    """Gives each side's system a webhook that is in use, and a message that was not taken."""
    for _code, things, _prefix in province.sides():
        system = AgencySystem.objects.get(pk=things["system_id"])
        hook, _secret = webhooks.register_webhook(
            actor=SETUP,
            system=system,
            url="https://app.example.vn/hook",
            kinds=webhooks.KINDS,
            now=clock.now(),
        )
        Webhook.objects.filter(pk=hook.pk).update(state="active", verified_at=clock.now())
        message = Message.objects.create(
            webhook=hook,
            kind="packet.delivered",
            data={"entry": 7},
            occurred_at=clock.now(),
            state="failed",
            give_up_at=clock.now(),
        )
        silence = monitoring.silence_condition(
            actor=SETUP,
            condition="backup",
            until=clock.now() + timedelta(days=1),
            reason="Đang dời kho sao lưu.",
            now=clock.now(),
        )
        things.update(
            webhook_id=hook.pk, message_id=message.pk, webhook_system_id=system.pk, silence_id=silence.pk
        )


# --- Deadlines and reminders ------------------------------------------------------------------------------------------


def _deadlines(province: Province) -> None:
    """Lets each side's clerk note a signed document that waits to be sent."""
    for _code, things, prefix in province.sides():
        actor = province.actors[f"{prefix}clerk"]
        noted = deadlines.announce_document(
            actor=actor, number="12", notation="VP", signed_at=clock.now(), priority=1, now=clock.now()
        )
        things.update(clock_id=noted.pk)


def _drafts(province: Province) -> None:
    """Lets each side's clerk begin a document and choose a file for it."""
    for code, things, prefix in province.sides():
        written = Written(
            draft=new_id(),
            page=new_id(),
            version=0,
            answers={"subject": [CONTENT[code]]},
            files=[("cong-van.pdf", io.BytesIO(pdf(CONTENT[code])))],
        )
        saved = save_draft(actor=province.actors[f"{prefix}clerk"], written=written, now=clock.now())
        things.update(draft_id=saved.draft.pk)


def browser_given(place: str) -> dict[str, str]:
    """Returns what a browser gives that has this place at its push service."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return {
        "endpoint": f"https://fcm.googleapis.com/fcm/send/{place}",
        "p256dh": base64.urlsafe_b64encode(point).decode().rstrip("="),
        "auth": base64.urlsafe_b64encode(bytes(16)).decode().rstrip("="),
    }


def _browsers(province: Province) -> None:
    """Lets each clerk be reminded in a browser, and tells each something."""
    for code, things, prefix in province.sides():
        made = notices.subscribe(
            reader=province.people[f"{prefix}clerk"].pk,
            browser="Firefox, Linux",
            now=clock.now(),
            **browser_given(code),
        )
        reader = Reader(province.people[f"{prefix}clerk"].pk)
        notices.tell(
            readers=[reader], code="exchange.arrived", values={"document": "1", "sender": code},
            link=f"/exchange/inbox/?of={code}", now=clock.now(),
        )  # fmt: skip
        things.update(subscription_id=made.pk, notice_id=notices.of_reader(reader.id, limit=1)[0].pk)


# --- Kept apart, kept, destroyed ------------------------------------------------------------------------------------------


def _antivirus(province: Province) -> None:
    """Keeps a packet of each side apart, as a scan that found something leaves it."""
    for code, things, prefix in province.sides():
        infected = send(province, f"{prefix}clerk", COMMUNE, of=code)
        scan = Scan.objects.create(packet_id=infected.packet_id, state="infected", asked_at=clock.now())
        scan.findings.create(
            position=0, signature="Eicar", sha256=bytes(32), size=68, media_type="application/pdf"
        )
        things["infected_packet_id"] = infected.packet_id


def _retention(province: Province) -> None:
    """Writes a period, holds a document of each side, and has some that are over their time: to propose, proposed, done."""
    now = clock.now()
    period = retention.set_period(
        actor=SETUP, type_name="Công văn", months=12, valid_from=FOUNDED - timedelta(days=2000), now=now
    )
    for code, things, prefix in province.sides():
        held = retention.place_hold(
            actor=province.actors[f"{prefix}head"],
            packet_id=things["registered_packet_id"],
            reason="Khiếu nại",
            now=now,
        )
        made = {}
        for state in ("proposed", "done"):
            old = send(province, f"{prefix}clerk", COMMUNE, of=code)
            Packet.objects.filter(pk=old.packet_id).update(accepted_at=now - timedelta(days=800))
            made[state] = retention.propose_disposal(actor=province.actors[f"{prefix}clerk"], now=now)
            if state == "done":
                chief = province.actors[f"{prefix}head"]
                retention.approve_disposal(actor=chief, disposal_id=made[state].pk, now=now)
                while carry_out_disposal(disposal_id=made[state].pk, now=now):
                    pass
        spare = send(province, f"{prefix}clerk", COMMUNE, of=code)
        Packet.objects.filter(pk=spare.packet_id).update(accepted_at=now - timedelta(days=800))
        things.update(
            hold_id=held.pk,
            period_id=period.pk,
            disposal_id=made["proposed"].pk,
            done_disposal_id=made["done"].pk,
        )


# --- Accounts -----------------------------------------------------------------------------------------------------------


def _accounts(province: Province) -> None:
    """Gives each clerk an app, a passkey, codes, a linked account and a second browser; and accounts to act upon."""
    for code, things, prefix in province.sides():
        clerk = province.account(f"{prefix}clerk")
        app_secret = generate_totp_secret()
        TOTP.activate(clerk, app_secret)
        passkey = Passkey(user_pk_to_url_str(clerk).encode())
        kept = WebAuthn.add(clerk, "máy cơ quan", passkey.register("AAAA"))
        RecoveryCodes.activate(clerk)
        linked = SocialAccount.objects.create(user=clerk, provider="tinh", uid=str(number()))
        elsewhere = sign_in(province, f"{prefix}clerk")
        session = SignInSession.objects.get(session_key=elsewhere.session.session_key)
        client, client_id, secret = identity.register_sign_on_client(
            actor=SETUP,
            agency=province.agencies[code],
            name="Phần mềm văn bản",
            redirect_uris=[RETURN],
            now=clock.now(),
        )
        things.update(
            pk=kept.instance.pk,
            passkey=passkey,
            app_secret=app_secret,
            clerks_username=clerk.username,
            identity_id=linked.pk,
            session_id=session.pk,
            client_id=client.pk,
            sign_on_id=client_id,
            sign_on_secret=secret,
            provider_id="tinh",
        )
    token = province.ours["person_token"] = token_of_person(sign_in(province, "officer"), province.ours)
    province.clients["person_token"] = program(token)
    for name in ("idle", "shut"):
        employ(province, name, OURS, "clerk")
    identity.close_account(actor=SETUP, user=province.account("shut"), now=clock.now())
    idle, later = province.account("idle"), clock.now() + LATE
    token = identity_service.create_one_time_sign_in(actor=SETUP, user=idle, now=later)
    for things in (province.ours, province.theirs):
        things.update(
            user_id=idle.pk,
            username=idle.username,
            closed_user_id=province.account("shut").pk,
            closed_username=province.account("shut").username,
            token=token,
            uid=urlsafe_base64_encode(str(idle.pk).encode()),
            link=default_token_generator.make_token(idle),
        )


# --- The directory, its files, and the watch over rights -------------------------------------------------------------------


def _directory(province: Province) -> None:
    day_off = date(2027, 9, 2)
    holiday = CalendarDay.objects.create(day=day_off, kind="holiday", name="Quốc khánh", source="thử")
    for code, things, _prefix in province.sides():
        agency = province.agencies[code]
        old = f"000.00.{number()}.H50"
        former = AgencyCode.objects.create(agency=agency, scheme="qcvn102", code=old, valid_from=FOUNDED)
        things.update(agency_id=agency.pk, code_id=former.pk, day_id=holiday.pk, status="03")


def _imports(province: Province) -> None:
    for things in (province.ours, province.theirs):
        checked = _handed_in(province, imports.stage_import)
        imports.check_import(import_id=checked.pk, now=clock.now())
        applied = _handed_in(province, imports.import_agencies)
        things.update(import_id=checked.pk, applied_import_id=applied.pk)


def _handed_in(province: Province, command: Callable[..., Any]) -> Any:
    return command(
        actor=province.actors["administrator"],
        source=io.BytesIO(f"code,name\nH50.9{number()},Cơ quan mới\n".encode()),
        file_name="danh-ba.csv",
        format="csv",
        effective_on=directory.today(),
        now=clock.now(),
    )


def _access(province: Province) -> None:
    """Adds alerts, a case, a review and a request for break-glass."""
    now = clock.now()
    disputed = RightsAlert.objects.filter(reader_id=province.actors["head"].person_id).latest("pk")
    case = access.dispute_alert(
        actor=province.actors["head"], alert_id=disputed.pk, note="I did not ask for it.", now=now
    )
    review = access.open_review(actor=SETUP, now=now)
    grant = access.request_break_glass(
        actor=province.actors["operator"],
        kind="packet",
        object_id=str(province.ours["packet_id"]),
        reason="A delivery cannot be explained by metadata.",
        legal_basis="Quyết định 28/2018/QĐ-TTg",
        hours=2,
        now=now - timedelta(minutes=1),
    )
    for _code, things, prefix in province.sides():
        reader = province.actors[f"{prefix}clerk"]
        things.update(
            alert_id=RightsAlert.objects.filter(reader_id=reader.person_id).latest("pk").pk,
            case_id=case.pk,
            quarter=review.quarter,
            grant_id=grant.pk,
            line_id=ReviewLine.objects.get(agency=things["agency_id"], post=reader.post_id).pk,
        )
