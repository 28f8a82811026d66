"""Runs the main job on real input through the public API, as three agencies' own systems would: `make demo`.

Sở Nội vụ sends a letter with a PDF to two communes and one agency outside. One commune registers it and works it
off, the other refuses it with a reason; the agency outside waits for its route. Every state and every hop is compared
with what it must be; the exit code is 1 if anything differs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from hienluong.client.service import Credentials, ExchangeClient, RequestRefused
from hienluong.config.account import become_owner
from hienluong.config.errors import CommandFailed
from hienluong.config.initialise import ready_demonstration
from hienluong.config.installation import Installation, chosen_data_dir
from hienluong.demo.letter import issued_letter
from hienluong.demo.server import served
from hienluong.edxml.attachments import attach, list_attachments
from hienluong.edxml.content import Content
from hienluong.edxml.packet import (
    Business,
    Code,
    DocumentHeader,
    DocumentPacket,
    DocumentType,
    Organ,
    OtherInfo,
    PromulgationInfo,
    SignerInfo,
    StaffInfo,
    TraceHeader,
    TraceHeaderList,
)
from hienluong.edxml.reader import read_packet
from hienluong.edxml.wire_values import WireDate, WireTime
from hienluong.edxml.writer import write_packet
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError, fill
from hienluong.kit.terminal import translate as _

SYSTEMS = "demo-systems.json"
OUTSIDE = "G09"
NOTATION = "SNV-VP"
CARRIED_WITHIN = 30.0
REGISTERS: Final = (
    ("01", "Phần mềm đã nhận văn bản"),
    ("03", "Số đến: {arrival}"),
    ("04", "Chuyển Phòng Văn hóa - Xã hội"),
    ("05", "Đang cử người tham dự"),
    ("06", "Đã cử người tham dự"),
)
REFUSES: Final = (
    ("01", "Phần mềm đã nhận văn bản"),
    ("02", "Văn bản gửi nhầm: xã đã tập huấn trong đợt trước"),
)
TAKEN: Final = ["mailbox delivered", "mailbox fetched", "mailbox confirmed"]
Facts = Mapping[str, Any]
Found = TypeVar("Found")


@dataclass
class Protocol:
    """Tells what happens, with its time, and keeps what differs from what must be."""

    say: Callable[[str], None]
    differences: int = 0
    compared: int = 0
    began: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)

    def tell(self, text: str, **values: object) -> None:
        """Prints one step: the time in Vietnam, the milliseconds since the step before, the text."""
        passed = 1000 * (time.monotonic() - self.last)
        self.last = time.monotonic()
        now = clock.in_vietnam(clock.now())
        self.say(f"{now:%H:%M:%S}.{now.microsecond // 1000:03d}  {passed:>6.0f} ms  {fill(_(text), values)}")

    def expect(self, what: str, found: object, expected: object, **values: object) -> None:
        """Compares what was found with what must be."""
        self.compared += 1
        name = fill(_(what), values)
        if found == expected:
            self.say(f"{'':>12}  {'':>9}  ✓ {name}")
            return
        self.differences += 1
        difference = fill(_("expected {expected}, found {found}"), {"expected": expected, "found": found})
        self.say(f"{'':>12}  {'':>9}  ✗ {name}: {difference}")

    def wait_for(self, what: str, look: Callable[[], Found | None]) -> Found:
        """Looks until something is there.

        Raises:
            CommandFailed: it is not there in time.
        """
        until = time.monotonic() + CARRIED_WITHIN
        while (found := look()) is None:
            if time.monotonic() > until:
                raise CommandFailed(step=_(what), reason=f"nothing within {CARRIED_WITHIN:.0f} s")
            time.sleep(0.05)
        return found


@dataclass(frozen=True)
class Office:
    """An agency with its own system."""

    code: str
    name: str
    client: ExchangeClient


class Demonstration:
    """One run: the letter, its way to three recipients, and the statuses on their way back."""

    def __init__(self, protocol: Protocol, sender: Office, registrar: Office, refuser: Office) -> None:
        self._protocol = protocol
        self._sender = sender
        self._registrar = registrar
        self._refuser = refuser
        self._packets: dict[UUID, str] = {}

    def run(self) -> None:
        """Plays all steps."""
        number = self._next_number()
        file, pdf = self._write(number)
        receipt = self._send(file, number)
        packet = UUID(receipt["packet"])
        self._send_again(file, receipt)
        entries = {
            office.code: self._receive(office, packet, file, pdf)
            for office in (self._registrar, self._refuser)
        }
        self._register(entries[self._registrar.code], number)
        self._refuse(entries[self._refuser.code])
        self._look_at_others(entries[self._registrar.code])
        self._receive_statuses(packet)
        self._compare_journey(packet)
        self._print_hops()

    def _next_number(self) -> str:
        """Returns the next number in the sender's register, as its own system would keep it."""
        numbers = [item["packet"]["code_number"] for item in self._sender.client.sent(NOTATION, limit=100)]
        return f"{max((int(number) for number in numbers if number.isdecimal()), default=0) + 1:02d}"

    def _write(self, number: str) -> tuple[bytes, bytes]:
        """Returns the edXML file that the sender's system writes, and the PDF in it."""
        now = clock.now()
        day = clock.in_vietnam(now).date()
        pdf = issued_letter(number, day)
        parts = (attach(f"{number}-{NOTATION}.pdf", Content.from_bytes(pdf)),)
        receivers = [self._registrar.code, self._refuser.code, OUTSIDE]
        names = {code: str(self._sender.client.agency(code)["name"]) for code in receivers}
        packet = DocumentPacket(
            header=DocumentHeader(
                sender=Organ(organ_id=self._sender.code, organ_name=self._sender.name),
                receivers=tuple(Organ(organ_id=code, organ_name=name) for code, name in names.items()),
                document_id=f"{self._sender.code},{day:%Y/%m/%d},{number}/{NOTATION}",
                code=Code(number=number, notation=NOTATION),
                promulgation=PromulgationInfo(place="Quảng Trị", date=WireDate.of(day)),
                document_type=DocumentType(type_name="Công văn"),
                subject="V/v tập huấn nghiệp vụ công tác văn thư năm 2026",
                signer=SignerInfo(position="Giám đốc", full_name="Lê Quang Ánh"),
                other=OtherInfo(priority="0", page_amount="1"),
            ),
            trace=TraceHeaderList(
                hops=(TraceHeader(organ_id=self._sender.code, timestamp=WireTime.of(now)),),
                business=Business(kind_code="0", paper="0", staff=(StaffInfo(staff="Nguyễn Thị Hạnh"),)),
            ),
            manifest=list_attachments(parts),
            attachments=parts,
        )
        file = write_packet(packet)
        self._protocol.tell(
            "{sender} issues letter {number}/{notation}: a PDF of {pdf} bytes in an edXML file of {size} bytes.",
            sender=self._sender.name,
            number=number,
            notation=NOTATION,
            pdf=len(pdf),
            size=len(file),
        )
        return file, pdf

    def _hand_in(self, file: bytes) -> dict[str, Any]:
        return self._sender.client.send_packet(
            file, not_secret=True, idempotency_key=f"demonstration-{hash_of(file)}"
        )

    def _send(self, file: bytes, number: str) -> dict[str, Any]:
        receipt = self._hand_in(file)
        self._packets[UUID(receipt["packet"])] = f"{number}/{NOTATION}"
        self._protocol.tell("It is handed in: packet {packet}, receipt {receipt}.", **receipt)
        states = {one["code"]: one["state"] for one in receipt["recipients"]}
        expected = {self._registrar.code: "waiting", self._refuser.code: "waiting", OUTSIDE: "unrouted"}
        self._protocol.expect(
            "two recipients wait for delivery, the one outside for a route", states, expected
        )
        self._protocol.expect("the axis took the file as it is", receipt["sha256"], hash_of(file))
        return receipt

    def _send_again(self, file: bytes, receipt: Facts) -> None:
        again = self._hand_in(file)
        self._protocol.tell("The same file is handed in again: receipt {receipt}.", **again)
        self._protocol.expect("it is the first receipt", again, receipt)

    def _receive(self, office: Office, packet: UUID, file: bytes, pdf: bytes) -> int:
        """Lets a commune take the letter from its mailbox; returns its entry."""
        entry = self._protocol.wait_for("delivery", lambda: _entry_of(office, packet))
        self._protocol.tell("{name} finds it in its mailbox, entry {entry}.", name=office.name, entry=entry)
        fetched = office.client.fetch(entry)
        sent, arrived = read_packet(file), read_packet(fetched.content)
        if not (isinstance(sent, DocumentPacket) and isinstance(arrived, DocumentPacket)):
            raise CommandFailed(step="fetch", reason="what arrived is no document")
        hops = [hop.organ_id for hop in arrived.trace.hops] if arrived.trace else []
        self._protocol.expect("fetched: the PDF is the one sent", [_sole_file(arrived)], [pdf])
        self._protocol.expect("what the sender wrote is unchanged", arrived.header, sent.header)
        self._protocol.expect(
            "one trace was added, the axis's own", (hops[:-1], len(hops)), ([self._sender.code], 2)
        )
        state = [office.client.confirm(entry)["state"] for _time in range(2)]
        self._protocol.expect("confirmed, and confirmed again", state, ["confirmed", "confirmed"])
        return entry

    def _register(self, entry: int, number: str) -> None:
        for code, note in REGISTERS:
            self._report(self._registrar, entry, code, note.format(arrival=f"{100 + int(number)}"))

    def _refuse(self, entry: int) -> None:
        (arrived, first), (refused, reason) = REFUSES
        self._report(self._refuser, entry, arrived, first)
        self._protocol.expect(
            "a refusal without a reason is not taken",
            self._refusal(lambda: self._refuser.client.report_status(entry, refused)),
            (422, "exchange.status-refused"),
        )
        self._report(self._refuser, entry, refused, reason)

    def _report(self, office: Office, entry: int, code: str, note: str) -> None:
        receipt = office.client.report_status(entry, code, note=note, staff="Văn thư")
        self._packets[UUID(receipt["packet"])] = f"{code} {office.code}"
        self._protocol.tell("{name} reports {code}: {note}", name=office.name, code=code, note=note)

    def _look_at_others(self, entry: int) -> None:
        self._protocol.expect(
            "nobody fetches from another agency's mailbox",
            self._refusal(lambda: self._refuser.client.fetch(entry)),
            (404, "exchange.delivery-not-found"),
        )

    @staticmethod
    def _refusal(act: Callable[[], object]) -> tuple[int, str] | None:
        try:
            act()
        except RequestRefused as refusal:
            return refusal.status, str(refusal.document.get("code"))
        return None

    def _receive_statuses(self, packet: UUID) -> None:
        """Lets the sender take all statuses from its own mailbox, in order."""
        expected = {
            self._registrar.code: [code for code, _note in REGISTERS],
            self._refuser.code: [code for code, _note in REFUSES],
        }
        wanted = {str(one) for one in self._packets if one != packet}

        def all_there() -> list[Facts] | None:
            found: list[Facts] = [
                one for one in self._sender.client.inbox(kind="status") if one["packet"]["id"] in wanted
            ]
            return found if len(found) == len(wanted) else None

        entries = self._protocol.wait_for("statuses", all_there)
        self._protocol.tell(
            "{name} finds {count} statuses in its mailbox.", name=self._sender.name, count=len(entries)
        )
        seen: dict[str, list[str]] = {}
        for entry in entries:
            seen.setdefault(entry["packet"]["sender_code"], []).append(entry["packet"]["status_code"])
            self._sender.client.fetch(entry["id"])
            self._sender.client.confirm(entry["id"])
        self._protocol.expect("they came in the order in which they were reported", seen, expected)
        for one in (str(packet_id) for packet_id in self._packets if packet_id != packet):
            hops = [_step(hop) for hop in self._sender.client.trace(UUID(one))["hops"]]
            label = self._packets[UUID(one)]
            self._protocol.expect(
                "the way of status {label}", hops, ["mailbox accepted", *TAKEN], label=label
            )

    def _compare_journey(self, packet: UUID) -> None:
        journey = self._sender.client.trace(packet)
        self._protocol.tell("{name} looks where its letter stands:", name=self._sender.name)
        for row in journey["deliveries"]:
            standing = "{recipient_code} {recipient_name}: {state} {business_state}".format(**row)
            self._protocol.say(f"{'':>12}  {'':>9}  → {standing}".rstrip())
        states = {
            row["recipient_code"]: (row["state"], row["business_state"]) for row in journey["deliveries"]
        }
        self._protocol.expect(
            "where the letter stands with each recipient",
            states,
            {
                self._registrar.code: ("confirmed", "06"),
                self._refuser.code: ("confirmed", "02"),
                OUTSIDE: ("unrouted", ""),
            },
        )
        self._protocol.expect("every hop was in order", all(hop["in_order"] for hop in journey["hops"]), True)
        steps: dict[str, list[str]] = {}
        for hop in journey["hops"]:
            steps.setdefault(hop["party"], []).append(_step(hop))
        self._protocol.expect(
            "its way, agency by agency",
            steps,
            {
                self._sender.code: ["trace trace", "mailbox accepted"],
                self._registrar.name: [*TAKEN, *(f"business {code}" for code, _note in REGISTERS)],
                self._refuser.name: [*TAKEN, *(f"business {code}" for code, _note in REFUSES)],
            },
        )
        own = [row["recipient_code"] for row in self._refuser.client.trace(packet)["deliveries"]]
        self._protocol.expect("a recipient follows its own delivery only", own, [self._refuser.code])

    def _print_hops(self) -> None:
        """Prints every hop of every packet in the order of time."""
        rows: list[tuple[str, Sequence[str]]] = []
        for packet, label in self._packets.items():
            for hop in self._sender.client.trace(packet)["hops"]:
                at = clock.in_vietnam(datetime.fromisoformat(hop["at"])) if hop["at"] else None
                time_shown = f"{at:%H:%M:%S.%f}"[:-3] if at else hop["at_written"][-8:]
                shown = (time_shown, label, hop["plane"], hop["step"], hop["party"], hop["note"])
                rows.append((at.isoformat() if at else "", shown))
        head: Sequence[str] = [_("Time"), _("Packet"), _("Plane"), _("Step"), _("Agency"), _("Note")]
        table: list[Sequence[str]] = [head, *(row for _at, row in sorted(rows, key=lambda one: one[0]))]
        widths = [max(len(row[column]) for row in table) for column in range(len(head))]
        self._protocol.say("")
        for row in table:
            self._protocol.say(
                "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            )
        self._protocol.say("")
        facts = {
            "hops": len(rows),
            "packets": len(self._packets),
            "seconds": f"{time.monotonic() - self._protocol.began:.1f}",
        }
        self._protocol.say(fill(_("{packets} packets, {hops} hops, {seconds} s."), facts))


def hash_of(content: bytes) -> str:
    """Returns the SHA-256 of a file as the receipts write it."""
    return Content.from_bytes(content).sha256


def _entry_of(office: Office, packet: UUID) -> int | None:
    entries = office.client.inbox(kind="edoc")
    return next((int(one["id"]) for one in entries if one["packet"]["id"] == str(packet)), None)


def _sole_file(packet: DocumentPacket) -> bytes:
    return b"".join(part.content.read() for part in packet.attachments)


def _step(hop: Facts) -> str:
    return f"{hop['plane']} {hop['step']}"


def _offices(installation: Installation, url: str, stack: ExitStack) -> list[Office]:
    """Signs in as the three systems, with the credentials that the demonstration keeps among its secrets."""
    known = json.loads(installation.secret(SYSTEMS))
    offices = []
    for key in ("home-affairs", "dong-hoi", "khe-sanh"):
        credentials = Credentials(known[key]["client_id"], known[key]["client_secret"], SYSTEMS)
        client = stack.enter_context(ExchangeClient(url, credentials))
        me = client.me()
        offices.append(Office(me["agency_code"], me["agency_name"], client))
    return offices


def demonstrate(say: Callable[[str], None]) -> int:
    """Runs the demonstration and returns the exit code: 0, or 1 when anything differs from what must be."""
    path = chosen_data_dir("demonstration")
    become_owner(path)
    installation = ready_demonstration(path, say=lambda line: say(_(line)))
    with ExitStack() as stack:
        url = stack.enter_context(served(installation, say))
        protocol = Protocol(say)
        try:
            sender, registrar, refuser = _offices(installation, url, stack)
            protocol.tell("Three agencies' systems have signed in at {url}.", url=url)
            Demonstration(protocol, sender, registrar, refuser).run()
        except HienluongError as problem:
            say(f"✗ {' '.join(problem.explain(_).split())}")
            return 1
    facts = {"compared": protocol.compared, "differences": protocol.differences}
    if protocol.differences:
        say(fill(_("{differences} of {compared} comparisons DIFFER."), facts))
        return 1
    say(fill(_("All {compared} comparisons hold."), facts))
    return 0
