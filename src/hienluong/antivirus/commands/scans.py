"""Scans the attachments of a packet: claim, talk to the daemon outside any transaction, write what it said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from hienluong.antivirus import policy
from hienluong.antivirus.models import Engine, Finding, Scan
from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.edxml.reader import read_attachments
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Packet
from hienluong.files import service as files
from hienluong.files.errors import FileNotHeld
from hienluong.kit.clamd import Clamd, ClamdUnreachable
from hienluong.kit.errors import HienluongError
from hienluong.kit.errors import gettext_noop as _
from hienluong.ledger import service as ledger
from hienluong.notices import service as notices
from hienluong.notices.service import Reader

SCANNER = Actor.platform("antivirus")
FOUND_LINK = "/antivirus/{packet}/"

notices.declare_text(
    "antivirus.found", _("Malware in a packet from {sender}: {signature}. It is kept apart; decide about it.")
)
notices.declare_text(
    "antivirus.not_sent", _("Document {document} is not delivered: malware was found in it ({signature}).")
)
notices.declare_text(
    "antivirus.found_late",
    _(
        "Malware was found in document {document}, which was delivered before: {signature}. Nobody can download it any "
        "more; delete the copies that you have."
    ),
)
notices.declare_text(
    "antivirus.unscannable", _("A packet from {sender} cannot be scanned and waits: {reason}")
)
notices.declare_text(
    "antivirus.silent", _("ClamAV does not answer; documents with attachments wait: {reason}")
)


@dataclass(frozen=True, slots=True)
class _Found:
    position: int
    signature: str
    sha256: str
    size: int
    media_type: str


def scan_packet(*, packet_id: UUID, now: datetime) -> str:
    """Scans one packet that waits for it and returns its state afterwards.

    Put off before it begins, so that what ends the process comes again later. A daemon that does not answer changes
    nothing: the packet waits on, and the operators are told once.
    """
    attempts = _claim(packet_id, now)
    if not attempts:
        return policy.WAITING
    clamd = Clamd(settings.CLAMD, settings.CLAMD_TIMEOUT_SECONDS)
    try:
        engine = clamd.version()
        found = _look(clamd, packet_id)
    except ClamdUnreachable as problem:
        _note_silence(packet_id, problem, now)
        return policy.WAITING
    except HienluongError as problem:  # beyond clamd's limits, or an operator must restore the file first
        _settle(packet_id, policy.UNSCANNABLE, engine, [], str(problem), now)
        return policy.UNSCANNABLE
    state = policy.INFECTED if found else policy.CLEAN
    _settle(packet_id, state, engine, found, "", now)
    return state


@transaction.atomic
def _claim(packet_id: UUID, now: datetime) -> int:
    """Puts the scan off and returns which attempt this is; 0 where another worker has it."""
    scan = (
        Scan.objects.select_for_update(skip_locked=True)
        .filter(packet=packet_id, state=policy.WAITING, due_at__lte=now)
        .first()
    )
    if scan is None:
        return 0
    scan.attempts += 1
    scan.due_at = policy.next_attempt(scan.attempts, now)
    scan.save(update_fields=["attempts", "due_at"])
    return scan.attempts


def _look(clamd: Clamd, packet_id: UUID) -> list[_Found]:
    """Returns what clamd finds in the attachments, unpacked as their recipients read them.

    Raises:
        ClamdUnreachable, ClamdRefused: see `kit.clamd`.
        FileNotHeld, FileGone: nobody holds the file any more, or it is damaged.
    """
    holder, file_id = _any_copy(packet_id)
    found = []
    for position, part in enumerate(read_attachments(files.stream_for(holder=holder, file_id=file_id))):
        content = part.content
        signature = clamd.scan(content.chunks())
        if signature is not None:
            found.append(_Found(position, signature, content.sha256, content.size, content.media_type))
    return found


def _any_copy(packet_id: UUID) -> tuple[UUID, UUID]:
    """Returns (holder, file) of a copy that somebody still holds; all say the same."""
    file_ids = exchange.files_of(packet_id)
    for file_id in file_ids:
        for holder in files.holders_of(file_id):
            return holder, file_id
    raise FileNotHeld(file_id=file_ids[0] if file_ids else packet_id)


@transaction.atomic
def _settle(
    packet_id: UUID, state: str, engine: str, found: list[_Found], trouble: str, now: datetime
) -> None:
    """Writes what came of a scan and lets the drainer look again; whoever must know is told."""
    scan = Scan.objects.select_for_update(of=["self"]).select_related("packet").get(packet=packet_id)
    if state not in policy.SCANS[scan.state]:
        return  # decided meanwhile
    scan.state, scan.due_at, scan.scanned_at = state, None, now
    scan.engine, scan.trouble = engine[:200], trouble
    scan.save()
    scan.findings.all().delete()
    Finding.objects.bulk_create(
        Finding(
            scan=scan,
            position=one.position,
            signature=one.signature[:300],
            sha256=bytes.fromhex(one.sha256),
            size=one.size,
            media_type=one.media_type[:120],
        )
        for one in found
    )
    _note_engine(answers=True, version=engine, problem="", now=now)
    exchange.wake_packet(packet_id=packet_id, now=now)
    if state != policy.CLEAN:
        _tell(scan, state, found, trouble, now)
    ledger.record(
        actor=SCANNER.ref,
        action=f"antivirus.packet-{state}",
        subject=f"packet:{packet_id}",
        details={
            "found": [{"position": one.position, "signature": one.signature[:300]} for one in found],
            "engine": engine[:200],
            "trouble": trouble[:300],
        },
        now=now,
    )


def _tell(scan: Scan, state: str, found: list[_Found], trouble: str, now: datetime) -> None:
    packet = scan.packet
    operators = [Reader(*person) for person in directory.operators_to_tell()]
    signature = ", ".join(sorted({one.signature for one in found}))
    link = notices.link_at(FOUND_LINK.format(packet=packet.pk), now)
    if state == policy.UNSCANNABLE:
        if not scan.swept:  # nobody waits for a stored one; it stands in the list
            values = {"sender": packet.sender_name, "reason": trouble}
            notices.tell(readers=operators, code="antivirus.unscannable", values=values, link=link, now=now)
        return
    values = {"sender": packet.sender_name, "signature": signature}
    notices.tell(readers=operators, code="antivirus.found", values=values, link=link, now=now)
    have_it = _who_has(packet)
    agencies = have_it | ({packet.sender_id} if packet.sender_id else set())
    people = directory.people_to_tell(agencies, ["clerk"])
    notices.tell(
        readers=[Reader(*person) for agency in people.values() for person in agency],
        code="antivirus.found_late" if have_it else "antivirus.not_sent",
        values={"document": f"{packet.code_number}/{packet.code_notation}", "signature": signature},
        link=notices.link_at(f"/exchange/packets/{packet.pk}/", now),
        now=now,
    )


def _who_has(packet: Packet) -> set[UUID]:
    """Returns the agencies whose mailbox the packet has reached."""
    reached = Delivery.objects.filter(packet=packet, state__in=exchange.policy.IN_MAILBOX)
    return set(reached.exclude(recipient__agency=None).values_list("recipient__agency", flat=True))


@transaction.atomic
def _note_silence(packet_id: UUID, problem: ClamdUnreachable, now: datetime) -> None:
    reason = str(problem.params.get("reason", problem))
    Scan.objects.filter(packet=packet_id, state=policy.WAITING).update(trouble=str(problem))
    if _note_engine(answers=False, version="", problem=reason, now=now):
        notices.tell(
            readers=[Reader(*person) for person in directory.operators_to_tell()],
            code="antivirus.silent",
            values={"reason": reason},
            link=notices.link_at("/antivirus/", now),
            now=now,
        )
        ledger.record(
            actor=SCANNER.ref,
            action="antivirus.engine-silent",
            subject="antivirus:engine",
            details={"reason": reason[:300]},
            now=now,
        )


def _note_engine(*, answers: bool, version: str, problem: str, now: datetime) -> bool:
    """Notes how the daemon is; returns whether that is news."""
    known = Engine.objects.filter(pk=1).values_list("answers", "version").first()
    if known == (answers, version[:200]) or (known is not None and not answers and not known[0]):
        return False
    before = Engine.objects.select_for_update().filter(pk=1).first()
    news = before is None or before.answers != answers
    Engine.objects.update_or_create(
        pk=1,
        defaults={
            "answers": answers,
            "since": now if news or before is None else before.since,
            "version": version[:200],
            "problem": problem,
        },
    )
    return news
