"""The auditor's pages: entries searched and followed, one verified in place; an agency's auditor sees the agency's."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from personas import DONG_HOI, FINANCE, HOME_AFFAIRS, KHE_SANH, System, problem, queries_of

import hienluong
from hienluong.directory.models import Person
from hienluong.directory.service import Actor
from hienluong.evidence.cli import group
from hienluong.evidence.labels import ACTIONS
from hienluong.evidence.queries import entries
from hienluong.exchange.models import Packet
from hienluong.kit import clock
from hienluong.ledger import service as ledger
from hienluong.ledger.disclosure import _wanted
from hienluong.ledger.models import Entry
from hienluong.ledger.service import Wanted
from hienluong.tlog.change_proof import ChangeProof, verify_change

pytestmark = pytest.mark.django_db
Grow = Callable[[], int]
CHANGE_NOT_FOUND = "evidence.change-not-found"
PLATFORM = Actor.platform("specification")


def rows(browser: Client, query: str = "") -> list[str]:
    """Returns what the list of entries says was done, top row first."""
    page = browser.get(f"/evidence/{query}")
    assert page.status_code == 200
    return re.findall(r'data-label="What was done"><span>([^<]*)', page.content.decode())


def test_auditor_of_the_province_finds_entries_by_what_who_act_and_day(
    auditor: Client, packet: Packet, home_affairs: System, grow: Grow
) -> None:
    grow()
    assert rows(auditor, f"?subject=packet:{packet.pk}") == [
        "The recipient fetched the packet",
        "Put into the recipient’s mailbox",
        "Put into the recipient’s mailbox",
        "The axis accepted the packet",
    ]
    assert rows(auditor, f"?subject={packet.pk}") == rows(auditor, f"?subject=packet:{packet.pk}")
    assert rows(auditor, f"?actor=system:{home_affairs.actor.id}") == ["The axis accepted the packet"]
    assert set(rows(auditor, "?action=exchange.packet-delivered")) == {"Put into the recipient’s mailbox"}
    tomorrow = f"{clock.in_vietnam(clock.now()) + timedelta(days=1):%d/%m/%Y}"
    assert rows(auditor, f"?since={tomorrow}") == []
    today = f"{clock.in_vietnam(clock.now()):%d/%m/%Y}"
    assert len(rows(auditor, f"?since={today}&until={today}&subject=packet:{packet.pk}")) == 4


def test_filter_that_means_nothing_is_said_beside_its_field(auditor: Client) -> None:
    page = auditor.get("/evidence/?subject=nobody-of-that-name")
    assert page.status_code == 422
    assert "Nothing of that name is known here." in page.content.decode()
    assert auditor.get("/evidence/?since=32/13/2026").status_code == 422


def test_auditor_of_an_agency_sees_its_own_entries_only(
    visit: Callable[..., Client], packet: Packet, grow: Grow
) -> None:
    browser = visit(DONG_HOI, "auditor")
    grow()
    assert rows(browser, f"?subject=packet:{packet.pk}") == ["The recipient fetched the packet"]
    accepted = packet.transmissions.get().receipt["ledger_entry"]
    assert browser.get(f"/evidence/entries/{accepted}/").status_code == 404
    assert browser.get(f"/evidence/packets/{packet.pk}/").status_code == 200
    stranger = visit(FINANCE, "auditor")
    assert rows(stranger, f"?subject=packet:{packet.pk}") == []
    assert stranger.get(f"/evidence/packets/{packet.pk}/").status_code == 404


@pytest.mark.parametrize("role", ["clerk", "head", "operator", "administrator"])
def test_who_is_no_auditor_searches_nothing_and_the_refusal_is_recorded(
    visit: Callable[..., Client], role: str, grow: Grow
) -> None:
    assert visit(HOME_AFFAIRS, role).get("/evidence/").status_code == 403
    grow()
    assert Entry.objects.filter(action="evidence.view_entries").count() == 1


def test_entry_is_verified_in_place_step_by_step(auditor: Client, packet: Packet, grow: Grow) -> None:
    accepted = packet.transmissions.get().receipt["ledger_entry"]
    early = auditor.get(f"/evidence/entries/{accepted}/").content.decode()
    assert "No checkpoint covers it yet" in early
    grow()
    page = auditor.get(f"/evidence/entries/{accepted}/").content.decode()
    assert "It stands in the log" in page
    assert page.count("agrees") == 2
    assert packet.subject not in page, "auditors see metadata, never what a document says"


def test_entry_that_was_changed_behind_the_back_does_not_hold(
    auditor: Client, packet: Packet, grow: Grow
) -> None:
    grow()
    accepted = packet.transmissions.get().receipt["ledger_entry"]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_entry SET entry = replace(encode(entry, 'escape'), 'done', 'nope')::bytea WHERE id = %s",
            [accepted],
        )
    page = auditor.get(f"/evidence/entries/{accepted}/").content.decode()
    assert "It does not hold" in page
    assert "It stands in the log" not in page


def test_search_costs_the_same_however_many_entries_there_are(auditor: Client, grow: Grow) -> None:
    def fill(count: int) -> None:
        acts = [ledger.Act("exchange.part-read", f"packet:{uuid4()}", {}) for _ in range(count)]
        ledger.record_many(actor=PLATFORM.ref, acts=acts, now=clock.now())
        grow()

    fill(5)
    auditor.get("/evidence/")  # the session is noted down
    few = queries_of(lambda: auditor.get("/evidence/?action=exchange.part-read"))
    fill(60)
    assert queries_of(lambda: auditor.get("/evidence/?action=exchange.part-read")) == few
    page = auditor.get("/evidence/?action=exchange.part-read").content.decode()
    assert page.count('data-label="What was done"') == entries.PAGE
    further = re.search(r'href="(/evidence/\?[^"]*before=[^"]*)" rel="next"', page)
    assert further
    assert (
        auditor.get(further[1].replace("&amp;", "&")).content.decode().count("An attachment was read") >= 15
    )


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "ledger_entry_time"),
        (Wanted(subject="packet:7"), "ledger_entry_subject"),
        (Wanted(actor="system:7"), "ledger_entry_actor"),
        (Wanted(action="exchange.part-read"), "ledger_entry_action"),
        (Wanted(agency=uuid4()), "ledger_entry_agency"),
    ],
)
def test_search_goes_by_an_index_and_never_through_the_log(wanted: Wanted, index: str) -> None:
    with (
        connection.cursor() as cursor
    ):  # enough for the planner to see a difference, of many subjects and few of each
        cursor.execute(
            "INSERT INTO ledger_entry (index, id, sequenced_at, queued_at, actor, action, subject, agency, salt, leaf, entry) "
            "SELECT n, gen_random_uuid(), now(), now(), 'person:' || n, 'act.' || n % 90, 'packet:' || n, "
            "gen_random_uuid(), '', '', '' FROM generate_series(1000001, 1004000) n"
        )
        cursor.execute("ANALYZE ledger_entry")
    plan = _wanted(wanted).order_by("-queued_at", "-index")[:51].explain()
    assert index in plan
    assert "Sort" not in plan, "read in the order of the index, and no further than the page"


def test_person_whose_entries_an_auditor_reads_can_read_that(
    auditor: Client, visit: Callable[..., Client], grow: Grow
) -> None:
    visit(KHE_SANH, name="Lê Văn Cẩn")
    grow()
    person = Person.objects.get(full_name="Lê Văn Cẩn")
    assert "A post was given" in rows(auditor, f"?subject=person:{person.pk}") + rows(auditor)
    grow()
    seen = Entry.objects.filter(subject=f"person:{person.pk}", action="evidence.person-seen")
    assert seen.count() == 1


def test_every_act_that_the_code_records_has_words() -> None:
    named = re.compile(r'(?:action=|Act\(\s*)"([a-z]+\.[a-z_-]+)"')
    sources = Path(hienluong.__file__).parent.rglob("*.py")
    acts = {name for path in sources for name in named.findall(path.read_text(encoding="utf-8"))}
    assert len(acts) > 60
    assert acts - set(ACTIONS) == set(), "src/hienluong/evidence/labels.py: say it in words"


def test_agency_that_acted_and_auditors_get_the_proof_of_each_row_it_changed_and_nobody_else(
    auditor: Client,
    visit: Callable[..., Client],
    packet: Packet,
    home_affairs: System,
    dong_hoi: System,
    grow: Grow,
) -> None:
    accepted = packet.transmissions.get().receipt["ledger_entry"]
    assert home_affairs.get(f"/entries/{accepted}/changes").json() == {"items": []}
    grow()
    # In a specification all acts are one transaction, whose changes stand beside its last act.
    entry_id = Entry.objects.get(action="exchange.packet-fetched").id
    shown = dong_hoi.get(f"/entries/{entry_id}/changes?limit=500").json()["items"]
    [row] = [one for one in shown if one["table"] == "exchange_packet" and one["op"] == "I"]
    assert (row["row"], len(row["digests"]["id"])) == (str(packet.pk), 32)
    address = f"/entries/{entry_id}/changes/{row['place']}/proof"
    answer = dong_hoi.get(address)
    assert answer["Content-Type"].startswith("text/plain")
    proof = ChangeProof.read(answer.content.decode())
    assert verify_change(proof, ledger.verifier()).size == proof.batch.index + 1
    assert proof.said["row"] == str(packet.pk)
    assert home_affairs.get(f"/entries/{entry_id}/changes").json() == {"items": []}
    for system, path in ((home_affairs, address), (dong_hoi, f"/entries/{entry_id}/changes/1000000/proof")):
        assert (system.get(path).status_code, problem(system.get(path))["code"]) == (404, CHANGE_NOT_FOUND)
    page = auditor.get(f"/evidence/entries/{entry_id}/").content.decode()
    assert "Rows that it changed" in page
    assert auditor.get(f"/evidence{address.removesuffix('/proof')}.change-proof").content == answer.content
    assert visit(FINANCE, "auditor").get(f"/evidence/entries/{entry_id}/").status_code == 404


def run(*arguments: str) -> Any:
    return CliRunner().invoke(group, [*arguments, "--json"], obj=nullcontext)


def test_command_line_finds_takes_along_prints_and_answers(
    packet: Packet, grow: Grow, tmp_path: Path
) -> None:
    grow()
    found = run("entries", "--subject", f"packet:{packet.pk}")
    assert found.exit_code == 0, found.output
    assert [one["action"] for one in json.loads(found.stdout)][-1] == "exchange.packet-accepted"
    bundle, paper = tmp_path / "b.zip", tmp_path / "e.pdf"
    assert run("bundle", "--subject", str(packet.pk), "--output", str(bundle)).exit_code == 0
    assert zipfile.is_zipfile(bundle)
    accepted = packet.transmissions.get().receipt["ledger_entry"]
    assert run("paper", accepted, "--output", str(paper)).exit_code == 0
    assert paper.read_bytes().startswith(b"%PDF")
    assert run("looks", "nobody-here", "--request", "Đơn 1").exit_code == 1
