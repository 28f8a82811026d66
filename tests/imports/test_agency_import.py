"""Files of agencies are checked, imported whole or not at all, kept, and undone while nothing depends on them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from hienluong.directory import commands, queries
from hienluong.directory import service as directory
from hienluong.directory.errors import (
    ExtensionMissing,
    PermissionMissing,
)
from hienluong.directory.models import (
    Agency,
    AgencyCode,
    FormerName,
    FormerParent,
    RemovedAgency,
)
from hienluong.directory.search_extension import ensure_extension
from hienluong.directory.service import Actor
from hienluong.imports import commands as imports
from hienluong.imports import queries as imported
from hienluong.imports.errors import ImportFileRefused, ImportFileTooLarge, ImportInUse, ImportNotPossible
from hienluong.imports.formats.records import MAX_BYTES, FileUnreadable
from hienluong.imports.models import AgencyImport
from hienluong.kit.spreadsheets import csv_chunks
from hienluong.ledger.models import QueuedEntry
from hienluong.systems import service as systems

pytestmark = pytest.mark.django_db
Province = Callable[[str], Agency]
Bring = Callable[..., AgencyImport]
TODAY = date(2026, 11, 24)


@pytest.fixture
def bring(province: Province, platform: Actor, now: datetime) -> Bring:
    """Imports a table (text) or rows of the national directory (a list)."""
    province("H50")

    def import_file(content: str | list[dict[str, Any]], **more: Any) -> AgencyImport:
        table = isinstance(content, str)
        data = (
            content.encode()
            if isinstance(content, str)
            else json.dumps({"status": "OK", "data": content}).encode()
        )
        options: dict[str, Any] = {
            "actor": platform,
            "file_name": "danh-ba.csv" if table else "danh-ba.json",
            "format": "csv" if table else "national",
            "effective_on": TODAY,
            "now": now,
            **more,
        }
        directory.forget()
        return imports.import_agencies(source=io.BytesIO(data), **options)

    return import_file


def _row(number: int, code: str, name: str, pid: int | str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": f"n{number}",
        "pid": f"n{pid}" if pid else "",
        "code": code,
        "name": name,
        "mail": "",
        **more,
    }


def _faults(refusal: pytest.ExceptionInfo[ImportFileRefused]) -> list[str]:
    return [error.pointer for error in refusal.value.errors]


def _state() -> dict[str, list[Any]]:
    """Returns everything an import may touch, but the numbers of changes."""
    fields = [field.attname for field in Agency._meta.concrete_fields if field.attname != "change_number"]
    return {
        "agencies": sorted(Agency.objects.values_list(*fields), key=str),
        "codes": sorted(AgencyCode.objects.values_list()),
        "names": sorted(FormerName.objects.values_list()),
        "parents": sorted(FormerParent.objects.values_list()),
    }


# --- what comes in --------------------------------------------------------------------------------------------------


def test_table_creates_agencies_under_those_of_the_file_and_those_known(
    bring: Bring, province: Province
) -> None:
    done = bring("code,name,parent,kind\nH50.90.1,Chi cục Đê điều,H50.90,\nH50.90,Sở Mới,h50,department\n")
    directory.forget()

    assert done.counts == {
        "rows": 2, "created": 2, "renamed": 0, "moved": 0, "recoded": 0, "ended": 0, "changed": 0,
        "unchanged": 0, "left_out": 0, "wrong": 0,
    }  # fmt: skip
    below, above = province("H50.90.1"), province("H50.90")
    assert (below.parent, above.parent) == (above, province("H50"))
    assert (above.kind, above.place, below.kind) == ("department", "province", "other")
    assert not AgencyCode.objects.get(code="H50.90").provisional


def test_national_list_names_the_whole_country(bring: Bring, province: Province) -> None:
    bring(
        [
            _row(1, "G99", "Bộ Mới"),
            _row(2, "G99.1", "Cục Một", 1, oldCode="000.00.01.G99"),
            _row(3, "H99", "UBND tỉnh"),
        ]
    )
    directory.forget()

    ministry, bureau = province("G99"), province("000.00.01.G99")
    assert (ministry.kind, ministry.place) == ("central", "outside")
    assert (bureau.parent, bureau.kind) == (ministry, "other")
    assert province("H99").kind == "province"
    assert AgencyCode.objects.get(code="000.00.01.G99").scheme == "qcvn102"


def test_known_agency_is_renamed_and_moved_and_its_history_kept(
    bring: Bring, province: Province, platform: Actor
) -> None:
    agency = province("H50.S01")
    done = bring("code,name,parent,email\nH50.S01,Sở Nội vụ mới,H50.VP,snv@quangtri.gov.vn\n")
    agency.refresh_from_db()

    assert (done.counts["renamed"], done.counts["moved"], done.counts["created"]) == (1, 1, 0)
    assert (agency.name, agency.parent, agency.email) == (
        "Sở Nội vụ mới",
        province("H50.VP"),
        "snv@quangtri.gov.vn",
    )
    assert [one.name for one in queries.former_names(agency)] == ["Sở Nội vụ tỉnh Quảng Trị"]
    assert agency.former_parents.get().parent == province("H50")
    assert queries.search_agencies(platform, "noi vu moi").items == [agency]
    assert queries.search_agencies(platform, "noi vu tinh quang tri").items == [agency]


def test_published_code_beside_the_provisional_one_takes_its_place(bring: Bring, province: Province) -> None:
    agency = province("H50.S01")
    national = [_row(5, "H50.19", "Sở Nội vụ tỉnh Quảng Trị", oldCode="H50.S01")]
    done = bring(national)
    directory.forget()

    assert done.counts["recoded"] == 1
    found = directory.agency_by_code("H50.S01")
    assert found is not None
    assert (found.agency, found.primary_code) == (agency, "H50.19")
    assert bring(national).counts["unchanged"] == 1


def test_import_of_published_codes_replaces_every_provisional_one(
    bring: Bring, platform: Actor, now: datetime
) -> None:
    bring("code,name\nH50.901,Sở Mới\n")
    given = [{"current_code": "H50.S01", "scheme": "qd20", "code": "H50.12", "valid_from": "2026-12-01"}]
    directory.import_agency_codes(actor=platform, rows=given, now=now)

    assert queries.search_agencies(platform, "h50.12").items[0].name == "Sở Nội vụ tỉnh Quảng Trị"


def test_delta_takes_the_newest_version_and_ends_what_was_deleted(
    bring: Bring, province: Province, platform: Actor
) -> None:
    def delta(*rows: dict[str, Any]) -> AgencyImport:
        return bring(list(rows), format="national_delta", file_name="delta.json")

    delta(
        _row(1, "H98", "Tên một", version=1),
        _row(1, "H98", "Tên hai", version=2),
        _row(2, "H98.1", "Phòng", 1, version=1, isAgency=0),
    )
    directory.forget()
    assert (province("H98").name, province("H98.1").kind) == ("Tên hai", "unit")

    old = delta(_row(1, "H98", "Tên một", version=1))
    assert (old.counts["left_out"], old.counts["renamed"]) == (1, 0)

    gone = delta(
        _row(2, "H98.1", "Phòng", 1, version=2, deleted=1),
        _row(9, "H97", "Chưa từng có", deleted=1, version=1),
    )
    assert (gone.counts["ended"], gone.counts["left_out"]) == (1, 1)
    assert Agency.objects.get(national_id="n2").valid_to == TODAY
    assert delta(_row(2, "H98.1", "Sống lại", 1, version=3)).counts["left_out"] == 1


def test_ended_agency_in_a_list_stays_ended(
    bring: Bring, province: Province, platform: Actor, now: datetime
) -> None:
    commands.end_agency(actor=platform, agency_id=province("H50.S13").pk, on=TODAY, now=now)
    done = bring("code,name\nH50.S13,Sở đã hết\n")

    assert (done.counts["left_out"], done.counts["renamed"]) == (1, 0)


# --- what is wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([_row(1, "H98", "a"), _row(2, "h98", "b")], ["/2/code"]),
        ([_row(1, "H98", "a"), _row(1, "H97", "b")], ["/2/id"]),
        ([_row(1, "H98", "a"), _row(2, "H97", "b", oldCode="H98")], ["/2/code"]),
        ([_row(1, "H50.S01", "a", oldCode="H50.S02")], ["/1/code"]),
        ([_row(1, "H50.S01", "a"), _row(2, "H98", "b", oldCode="H50.S01")], ["/2/code"]),
        ([_row(1, "H50", "a"), _row(2, "H46", "b")], ["/2/code"]),
        ([_row(1, "H98", "a", 77)], ["/1/pid"]),
        ([_row(1, "H98", "a", 77), _row(2, "H98.1", "b", 1), _row(3, "H98.1.1", "c", 2)], ["/1/pid", "/2/pid", "/3/pid"]),
        ([_row(1, "H98", "a", 3), _row(2, "H97", "b", 1), _row(3, "H96", "c", 2)], ["/1/pid", "/2/pid", "/3/pid"]),
        ([_row(1, "H98", "a", 2), _row(2, "H97", "b", 1), _row(3, "H96", "c", 1), _row(4, "H95", "d")], ["/1/pid", "/2/pid", "/3/pid"]),
    ],
    ids=["code twice", "id twice", "older code taken", "codes of two", "older code of another row", "two codes of one",
         "parent unknown", "parent wrong", "circle", "under a circle"],
)  # fmt: skip
def test_wrong_rows_are_named_and_nothing_is_imported(
    rows: list[dict[str, Any]], wrong: list[str], bring: Bring
) -> None:
    before = _state()
    with pytest.raises(ImportFileRefused) as refusal:
        bring(rows)

    assert _faults(refusal) == wrong
    assert all(error.text() for error in refusal.value.errors)
    assert _state() == before
    assert not AgencyImport.objects.exists()


def test_moves_of_one_file_that_close_a_circle_with_what_is_known_are_refused(
    bring: Bring, province: Province
) -> None:
    bring("code,name,parent\nH50.1,Một,H50\nH50.1.1,Hai,H50.1\nH50.1.1.1,Ba,H50.1.1\n")
    with pytest.raises(ImportFileRefused) as refusal:
        bring("code,name,parent\nH50.1,Một,H50.1.1.1\n")
    assert _faults(refusal) == ["/1/parent"]


def test_wrong_rows_are_left_out_when_asked_and_the_others_imported(bring: Bring) -> None:
    done = bring(
        [
            _row(1, "H98", "a"),
            _row(2, "", "b"),
            _row(3, "H98.3", "c", 77),
            _row(4, "H98.4", "d", 3),
            _row(5, "H98.5", "e", 1),
        ],
        skip_wrong_rows=True,
    )

    assert (done.counts["created"], done.counts["wrong"], done.counts["rows"]) == (2, 3, 5)
    assert [error.pointer for error in imported.import_errors(done)] == ["/2/code", "/3/pid", "/4/pid"]
    assert set(AgencyCode.objects.filter(code__startswith="H98").values_list("code", flat=True)) == {
        "H98",
        "H98.5",
    }


def test_file_larger_than_the_limit_is_refused_before_it_is_read(
    platform: Actor, now: datetime, tmp_path: Path
) -> None:
    with (tmp_path / "large.csv").open("w+b") as source, pytest.raises(ImportFileTooLarge):
        source.truncate(MAX_BYTES + 1)
        imports.stage_import(
            actor=platform, source=source, file_name="large.csv", format="csv", effective_on=TODAY, now=now
        )


def test_file_without_rows_is_refused(bring: Bring) -> None:
    with pytest.raises(ImportFileRefused):
        bring("code,name\n")
    with pytest.raises(FileUnreadable):
        bring("không phải bảng")


# --- dry run, keeping, undoing --------------------------------------------------------------------------------------


def test_dry_run_says_what_would_change_and_changes_nothing(bring: Bring) -> None:
    before = _state()
    QueuedEntry.objects.all().delete()
    would = bring("code,name,parent\nH98,Mới,\nH50.S01,Tên khác,H50.VP\n", dry_run=True)

    assert (would.counts["created"], would.counts["renamed"], would.counts["moved"]) == (1, 1, 1)
    assert would.findings["renamed"][0]["name_before"] == "Sở Nội vụ tỉnh Quảng Trị"
    assert would.findings["moved"][0]["parent"].startswith("Văn phòng")
    assert _state() == before
    assert not AgencyImport.objects.exists()
    assert not QueuedEntry.objects.exists()


def test_every_import_is_kept_with_its_files_hash_and_counts(bring: Bring, platform: Actor) -> None:
    done = bring("code,name\nH98,Mới\n")

    (row,) = imported.agency_imports(platform).items
    assert row == done
    assert bytes(row.sha256).hex() == "".join(f"{byte:02x}" for byte in bytes(done.sha256))
    assert (row.size, row.state, row.requested_by) == (
        len("code,name\nH98,Mới\n".encode()),
        "applied",
        "specification",
    )
    entry = QueuedEntry.objects.get(action="imports.import_agencies")
    assert bytes(row.sha256).hex() in bytes(entry.entry).decode()


def test_undone_import_leaves_everything_as_it_was(bring: Bring, platform: Actor, now: datetime) -> None:
    before = _state()
    done = bring(
        [
            _row(1, "H50.19", "Sở Nội vụ mới", 2, oldCode="H50.S01", mail="a@b.vn"),
            _row(2, "H50.VP", "Văn phòng Ủy ban nhân dân tỉnh Quảng Trị"),
            _row(3, "H98", "Mới"),
            _row(4, "H98.1", "Mới hơn", 3),
        ]
    )
    assert _state() != before
    created = set(Agency.objects.filter(national_id__in=["n3", "n4"]).values_list("pk", flat=True))

    undone = imports.undo_import(actor=platform, import_id=done.pk, now=now)

    assert _state() == before
    assert (undone.state, undone.undone_by) == ("undone", "specification")
    assert set(RemovedAgency.objects.values_list("pk", flat=True)) == created
    with pytest.raises(ImportNotPossible):
        imports.undo_import(actor=platform, import_id=done.pk, now=now)
    connection.check_constraints()


def test_import_whose_agency_was_changed_later_is_not_undone(
    bring: Bring, province: Province, platform: Actor, now: datetime
) -> None:
    done = bring("code,name\nH50.S01,Tên khác\n")
    commands.change_agency(
        actor=platform, agency_id=province("H50.S01").pk, particulars={"address": "Đông Hà"}, now=now
    )

    with pytest.raises(ImportInUse) as refusal:
        imports.undo_import(actor=platform, import_id=done.pk, now=now)
    assert "Tên khác" in str(refusal.value)


@pytest.mark.parametrize("use", ["system", "child", "person", "later import"])
def test_import_whose_agency_is_in_use_is_not_undone(
    use: str, bring: Bring, province: Province, platform: Actor, now: datetime, employ: Callable[..., Any]
) -> None:
    done = bring("code,name\nH50.98,Cơ quan mới\n")
    directory.forget()
    agency = province("H50.98")
    if use == "system":
        systems.register_system(actor=platform, agency=agency, name="Phần mềm", now=now)
    elif use == "child":
        commands.create_agency(
            actor=platform, name="Phòng", kind="unit", valid_from=TODAY, parent_id=agency.pk, now=now
        )
    elif use == "person":
        employ("Lê Văn Tám", ("H50.98", "clerk"))
    else:
        bring("code,name,parent\nH50.98.1,Bên dưới,H50.98\n")
    before = _state()

    with pytest.raises(ImportInUse):
        imports.undo_import(actor=platform, import_id=done.pk, now=now)
    assert _state() == before


# --- on the pages: staged, checked, confirmed -----------------------------------------------------------------------


@pytest.fixture
def stage(
    province: Province, acting: Callable[..., Actor], now: datetime
) -> Callable[..., tuple[Actor, AgencyImport]]:
    """Hands a table in as an administrator."""

    def hand_in(text: str, **more: Any) -> tuple[Actor, AgencyImport]:
        actor = acting("H50", "administrator")
        row = imports.stage_import(
            actor=actor,
            source=io.BytesIO(text.encode()),
            file_name="a.csv",
            format="csv",
            effective_on=TODAY,
            now=now,
            **more,
        )
        return actor, row

    return hand_in


def test_staged_file_is_checked_confirmed_and_imported_once(
    stage: Callable[..., tuple[Actor, AgencyImport]], province: Province, now: datetime
) -> None:
    actor, row = stage("code,name\nH50.98,Cơ quan mới\n")
    with pytest.raises(ImportNotPossible):
        imports.confirm_import(actor=actor, import_id=row.pk, now=now)
    for _ in range(2):
        checked = imports.check_import(import_id=row.pk, now=now)
        assert (checked.state, checked.counts["created"]) == ("checked", 1)
    assert not AgencyCode.objects.filter(code="H50.98").exists()

    imports.confirm_import(actor=actor, import_id=row.pk, now=now)
    for _ in range(2):
        assert imports.apply_import(import_id=row.pk, now=now).state == "applied"
    directory.forget()

    assert province("H50.98").name == "Cơ quan mới"
    imports.undo_import(actor=actor, import_id=row.pk, now=now)
    assert not AgencyCode.objects.filter(code="H50.98").exists()


def test_staged_file_with_wrong_rows_is_refused_with_what_is_wrong(
    stage: Callable[..., tuple[Actor, AgencyImport]], now: datetime
) -> None:
    for text in ("code,name\nH50.98,\n", "không phải bảng", "code,name\nH50.98,x\nH50.98,y\n"):
        _, row = stage(text)
        checked = imports.check_import(import_id=row.pk, now=now)
        assert checked.state == "refused", text
        assert imported.import_errors(checked)


def test_discarded_file_imports_nothing(
    stage: Callable[..., tuple[Actor, AgencyImport]], now: datetime
) -> None:
    actor, row = stage("code,name\nH50.98,x\n")
    imports.check_import(import_id=row.pk, now=now)
    imports.discard_import(actor=actor, import_id=row.pk, now=now)

    assert imports.apply_import(import_id=row.pk, now=now).state == "discarded"
    with pytest.raises(ImportNotPossible):
        imports.confirm_import(actor=actor, import_id=row.pk, now=now)


def test_clerk_hands_no_file_in(acting: Callable[..., Actor], now: datetime) -> None:
    actor = acting("H50", "clerk")
    with pytest.raises(PermissionMissing):
        imports.stage_import(
            actor=actor, source=io.BytesIO(b""), file_name="a", format="csv", effective_on=TODAY, now=now
        )
    with pytest.raises(PermissionMissing):
        imported.agency_imports(actor)


# --- exported, it comes in again ------------------------------------------------------------------------------------


def test_exported_list_imported_again_changes_only_that_codes_count_as_published(
    bring: Bring, platform: Actor, tmp_path: Path
) -> None:
    table = csv_chunks(queries.TABLE_HEADING, queries.agency_table(queries.matching_agencies(platform)))
    text = b"".join(table).decode("utf-8-sig")
    done = bring(text)

    assert (
        done.counts["created"] == done.counts["renamed"] == done.counts["moved"] == done.counts["wrong"] == 0
    )
    assert bring(text).counts["unchanged"] == done.counts["rows"]


# --- the database's part --------------------------------------------------------------------------------------------


def test_missing_right_to_make_the_extension_is_said_with_what_to_do() -> None:
    ensure_extension(connection, "pg_trgm")  # it is there: nothing is asked of the role
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE pauper")
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        cursor.execute("SET LOCAL ROLE pauper")
        with pytest.raises(ExtensionMissing) as refusal:
            ensure_extension(connection, "pg_trgm")
        transaction.set_rollback(True)
    assert "permission denied" in str(refusal.value)
    assert "CREATE EXTENSION pg_trgm" in str(refusal.value)


def test_search_uses_the_index_of_pieces(bring: Bring, platform: Actor) -> None:
    lines = [f"T{n // 90:02}.{n % 90:02},Đơn vị số {n} về việc {n * 7919 % 1000}" for n in range(3000)]
    bring("code,name\n" + "\n".join(lines))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE directory_agency")
        cursor.execute("SET LOCAL enable_seqscan = off")
        for text in ("don vi so 2999", "t07.03"):
            query, params = (
                queries.matching_agencies(platform, text)
                .order_by("sort_key", "pk")[:51]
                .query.sql_with_params()
            )
            cursor.execute(f"EXPLAIN {query}", params)
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "directory_agency_search" in plan or "directory_agency_in_order" in plan, plan
            assert "Seq Scan on directory_agency " not in plan, plan


def test_changes_are_followed_without_gaps(bring: Bring, platform: Actor, now: datetime) -> None:
    start = queries.agency_changes(platform, limit=1000)
    assert not start.more
    done = bring("code,name\nH98,Một\nH97,Hai\n")
    first = queries.agency_changes(platform, since=start.cursor, limit=1)
    second = queries.agency_changes(platform, since=first.cursor, limit=10)
    assert first.more
    assert {one.agencies[0][0].name for one in (first, second)} == {"Một", "Hai"}

    imports.undo_import(actor=platform, import_id=done.pk, now=now)
    after = queries.agency_changes(platform, since=second.cursor)
    assert {row.code for row in after.removed} == {"H98", "H97"}
    assert after.agencies == []
    assert queries.agency_changes(platform, since=after.cursor).cursor == after.cursor


def test_effective_day_never_lies_ahead(bring: Bring) -> None:
    assert bring("code,name\nH98,Một\n", effective_on=TODAY + timedelta(days=9)).effective_on == TODAY
