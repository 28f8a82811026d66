"""Changes of rows stand beside the act that made them, sealed in the log; what is done to them or to their triggers is named."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date

import pytest
from click.testing import CliRunner
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction
from django.test.utils import isolate_apps
from tests.ledger.conftest import CLERK, NOW

from hienluong.kit.jcs import canonical_json
from hienluong.ledger import guards, triggers
from hienluong.ledger import service as ledger
from hienluong.ledger.change_proofs import change_at
from hienluong.ledger.changes import Batch
from hienluong.ledger.cli import group
from hienluong.ledger.errors import ChangeUnknown, LedgerDamaged
from hienluong.ledger.models import Change, Entry, Guard, QueuedChange, Verification
from hienluong.reasons.models import Reason
from hienluong.tlog.tree import full_subtree, leaf_hash

pytestmark = pytest.mark.django_db(transaction=True)


def reason(code: str = "late", **values: object) -> Reason:
    """Returns a reason that is not stored yet."""
    facts = {"text_vi": "Quá hạn", "text_en": "Too late", "valid_from": date(2026, 1, 1)} | values
    return Reason(act=Reason.Act.REFUSE, code=code, **facts)


@contextmanager
def act(action: str = "reasons.add") -> Iterator[None]:
    """What is done inside is done by an act."""
    with transaction.atomic():
        yield
        ledger.record(actor=CLERK, action=action, subject="reason:1", details={}, now=NOW)


def sequence() -> None:
    ledger.sequence_waiting(now=NOW, sign=True)


def named() -> list[str]:
    return [fault.text() for fault in ledger.verify_ledger().faults]


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def late() -> Reason:
    """A reason that an act added, another that an act changed, both in the log."""
    one = reason()
    with act():
        one.save()
    sequence()
    with act("reasons.change"):
        other = reason("other")
        other.save()
        Reason.objects.filter(pk=other.pk).update(source="a law")
    sequence()
    assert named() == []
    return one


def test_change_stands_beside_the_act_of_its_transaction(late: Reason) -> None:
    changes = list(Change.objects.order_by("place").values_list("place", "op", "row_key", "act"))
    other = str(Reason.objects.get(code="other").pk)
    assert changes == [(0, "I", str(late.pk), 0), (1, "I", other, 2), (2, "U", other, 2)]
    assert [entry.action for entry in Entry.objects.order_by("index")] == [
        "reasons.add",
        "ledger.rows",
        "reasons.change",
        "ledger.rows",
    ]


def test_entry_of_a_batch_holds_the_root_over_lines_that_say_what_each_digest_is_of(late: Reason) -> None:
    details = json.loads(bytes(Entry.objects.get(index=3).entry))["details"]
    lines = [change_at(place).line for place in (1, 2)]
    assert details == Batch(1, 2, full_subtree([leaf_hash(line) for line in lines])).details()
    said = json.loads(lines[1])
    assert canonical_json(said) == lines[1]
    assert (said["table"], said["op"], said["act"]) == ("reasons_reason", "U", 2)
    digests = dict(zip(said["columns"], re.findall(".{32}", said["digests"]), strict=True))
    assert digests["source"] == hashlib.sha256(b"a law").hexdigest()[:32]
    assert digests["valid_to"] == "0" * 32


def test_line_of_a_change_is_canonical_whatever_the_row_is_called(late: Reason) -> None:
    name = 'a "quoted" \\ key\n\t\x01 Đồng Hới'
    Change.objects.filter(place=2).update(row_key=name, act=None)
    line = change_at(2).line
    assert canonical_json(json.loads(line)) == line
    assert json.loads(line)["row"] == name
    with pytest.raises(ChangeUnknown):
        change_at(99)


def test_update_that_changes_no_guarded_value_leaves_no_change(late: Reason) -> None:
    Reason.objects.filter(pk=late.pk).update(text_en="Too late")
    assert QueuedChange.objects.count() == 0


def test_emptied_table_and_changed_key_are_written_down_as_rows_that_went(late: Reason) -> None:
    with act():
        run("UPDATE reasons_reason SET id = gen_random_uuid() WHERE code = 'late'")
        run("TRUNCATE reasons_reason CASCADE")
    assert sorted(QueuedChange.objects.values_list("op", flat=True)) == ["D", "D", "D", "U"]
    assert named() == []


def test_change_waits_with_its_entry_when_the_batch_is_full(late: Reason) -> None:
    for code in ("one", "two", "three"):
        with act():
            reason(code).save()
    ledger.sequence_waiting(now=NOW, sign=True, batch=1)
    assert named() == []
    assert not Change.objects.filter(act=None).exists()


def test_change_of_a_restored_database_is_not_taken_for_that_of_an_old_entry_with_its_number(
    late: Reason,
) -> None:
    with act():
        reason("new").save()
    run("UPDATE ledger_queuedchange SET began_at = began_at + interval '1 day'")
    sequence()
    assert [one.partition(":")[2] for one in named()] == [" it was inserted by no act."]


def test_plain_sql_is_named_before_and_after_it_was_put_in_order(late: Reason) -> None:
    run("UPDATE reasons_reason SET text_vi = 'Khác', source = 'x' WHERE id = %s", late.pk)
    wanted = [f"Row reasons_reason/{late.pk}: text_vi, source was changed by no act."]
    assert named() == wanted
    sequence()
    assert named() == wanted


def test_every_fault_is_counted_and_a_hundred_named(late: Reason) -> None:
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        Reason.objects.bulk_create([reason(f"r{one}") for one in range(130)])
    report = ledger.verify_ledger()
    assert (report.count, len(report.faults)) == (130, 100)


COPIED = (
    "INSERT INTO ledger_change (place, id, act, guard, row_key, op, digests) "
    "SELECT {place}, {place}, act, guard, row_key, op, digests FROM ledger_change WHERE place = 2"
)


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        (
            "UPDATE ledger_change SET digests = substr(digests, 2) || '\\x07' WHERE place = 1",
            [
                "Change 1: it is not what the log took up; it now says that row reasons_reason/KEY was changed."
            ],
        ),
        (
            "UPDATE ledger_change SET act = 0 WHERE place = 2",
            [
                "Change 2: it is not what the log took up; it now says that row reasons_reason/KEY was changed."
            ],
        ),
        (
            "UPDATE ledger_change SET act = 0, leaf = sha256('x') WHERE place = 2",
            ["Changes 1–2: they are not those that entry 3 holds the root of; one was changed."],
        ),
        (
            "UPDATE ledger_change SET op = 'U', leaf = NULL WHERE place = 1",
            ["Changes 1–2: they are not those that entry 3 holds the root of; one was changed."],
        ),
        (
            "UPDATE ledger_change SET leaf = sha256('x') WHERE place = 2",
            ["Change 2: it and the hash that is stored beside it do not belong together."],
        ),
        ("DELETE FROM ledger_change WHERE place = 1", ["Change 1: it was deleted."]),
        (
            COPIED.format(place=3),
            ["Change 3: it was inserted without the sequencer."],
        ),
        (
            COPIED.format(place=-1),
            ["Change -1: it was inserted without the sequencer."],
        ),
        (
            "UPDATE ledger_guard SET columns[2] = 'x' WHERE table_name = 'reasons_reason' AND until IS NULL",
            [
                "Change 0: it is not what the log took up; it now says that row reasons_reason/KEY was changed.",
                "Change 1: it is not what the log took up; it now says that row reasons_reason/KEY was changed.",
                "Change 2: it is not what the log took up; it now says that row reasons_reason/KEY was changed.",
                "Table reasons_reason: it is not guarded.",
            ],
        ),
        (
            "ALTER TABLE reasons_reason DISABLE TRIGGER ledger_guard",
            ["Table reasons_reason: its triggers are missing, switched off or not ours."],
        ),
        (
            "DROP TRIGGER ledger_guard_truncate ON reasons_reason",
            ["Table reasons_reason: its triggers are missing, switched off or not ours."],
        ),
        (
            "CREATE RULE nothing AS ON INSERT TO ledger_queuedchange DO INSTEAD NOTHING",
            ["Table ledger_queuedchange: it has a trigger or a rule that is not ours."],
        ),
    ],
)
def test_what_is_done_to_changes_guards_and_triggers_is_named(
    late: Reason, statement: str, wanted: list[str]
) -> None:
    with transaction.atomic():
        run(statement)
        assert [re.sub("[0-9a-f-]{36}", "KEY", one) for one in named()] == wanted
        transaction.set_rollback(True)


def test_trigger_function_that_was_replaced_is_named_and_set_right_by_the_next_migration(
    late: Reason,
) -> None:
    guard = Guard.objects.get(table_name="reasons_reason", until=None)
    run(
        f"CREATE OR REPLACE FUNCTION ledger_guard_{guard.pk}() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NULL; END'"
    )
    assert named() == ["Table reasons_reason: its triggers are missing, switched off or not ours."]
    reason("unseen").save()
    triggers.install(now=NOW)
    assert [one.split(":")[1] for one in named()] == [" it was inserted past the application."]


def test_sequencer_takes_up_nothing_once_changes_at_the_end_are_missing(late: Reason) -> None:
    Change.objects.filter(place=2).delete()
    with act():
        reason("new").save()
    with pytest.raises(LedgerDamaged):
        sequence()
    assert QueuedChange.objects.count() == 1


def test_rows_are_written_down_when_a_guard_begins_with_an_act_that_says_so(late: Reason) -> None:
    guard = Guard.objects.get(table_name="reasons_reason", until=None)
    Guard.objects.filter(pk=guard.pk).update(columns=guard.columns[:-1], forms=guard.forms[:-1])
    triggers.install(now=NOW)
    assert list(QueuedChange.objects.values_list("op", flat=True)) == ["B", "B"]
    sequence()
    said = json.loads(bytes(Entry.objects.get(action="ledger.guard").entry))
    assert (said["subject"], said["details"]["rows"]) == ("table:reasons_reason", 2)
    with act():
        late.delete()
    Guard.objects.filter(pk=guard.pk).update(columns=guard.columns, forms=guard.forms)
    assert named() == []


def test_migrations_may_change_a_guarded_table_and_what_was_wrong_before_is_kept(late: Reason) -> None:
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        run("UPDATE reasons_reason SET source = 'x'")
    triggers.suspend({"reasons"}, now=NOW)
    run("UPDATE reasons_reason SET text_en = 'migrated'")
    triggers.install(now=NOW)
    sequence()
    said = json.loads(bytes(Entry.objects.get(action="ledger.suspend-guard").entry))
    assert said["details"]["differing"] == 2
    assert Verification.objects.get().faults == 2
    assert named() == []


def test_table_that_is_guarded_no_more_loses_its_trigger_and_the_log_says_so(
    late: Reason, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = guards.tables()["reasons_reason"]
    monkeypatch.delitem(guards._tables, table.name)
    triggers.install(now=NOW)
    late.delete()
    assert QueuedChange.objects.count() == 0
    monkeypatch.setitem(guards._tables, table.name, table)
    triggers.install(now=NOW)
    sequence()
    assert named() == []
    assert Entry.objects.filter(action="ledger.end-guard", subject="table:reasons_reason").count() == 1


def test_explained_changes_are_taken_as_they_are_and_later_ones_are_named_again(late: Reason) -> None:
    run("UPDATE reasons_reason SET source = 'by hand' WHERE code = 'late'")
    with transaction.atomic():
        run("SET LOCAL session_replication_role = replica")
        run("DELETE FROM reasons_reason WHERE code = 'other'")
        reason("put").save()
    assert len(named()) == 3
    done = CliRunner().invoke(
        group, ["explain-changes", "--reason", "Ticket 4711: mended by hand"], obj=nullcontext
    )
    assert done.exit_code == 0, done.output
    assert "1 changes" in done.output
    assert "2 rows" in done.output
    assert named() == []
    said = json.loads(bytes(Entry.objects.get(action="ledger.explain-changes").entry))
    assert said["details"]["reason"] == "Ticket 4711: mended by hand"
    Reason.objects.filter(code="late").update(source="again")
    assert len(named()) == 1


@pytest.mark.parametrize("text", ["", "  ", "x" * 501])
def test_explanation_without_a_reason_of_fitting_length_is_refused(text: str) -> None:
    result = CliRunner().invoke(group, ["explain-changes", "--reason", text], obj=nullcontext)
    assert result.exit_code == 1
    assert "500" in result.output


def test_left_out_column_that_does_not_exist_is_an_error_at_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="no such field"):
        guards._read(Reason, {"colour": "there is none"})


@isolate_apps("hienluong.ledger")
def test_column_of_a_type_that_is_not_known_is_an_error_at_the_start() -> None:
    class Strange(models.Model):  # noqa: DJ008 - never shown
        span = models.DurationField()

        class Meta:
            app_label = "ledger"

    with pytest.raises(ImproperlyConfigured, match="no form is known for the type interval"):
        guards._read(Strange, {})


def test_changes_after_a_batch_whose_entry_is_gone_are_still_compared(late: Reason) -> None:
    Entry.objects.filter(index=1).delete()
    Change.objects.filter(place=2).update(op="I")
    assert [one.split(":")[0] for one in named()] == ["Entry 1", "Change 2"]
