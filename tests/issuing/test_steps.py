"""Whatever is tried in whatever order, nothing is sealed that no authorised person signed, and nothing issued that is not sealed."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from house import House, decision
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Post
from hienluong.issuing import commands, queries
from hienluong.issuing.errors import AuthorityMissing, NumberFixed, StepRefused
from hienluong.issuing.models import Authority, Document, Step
from hienluong.issuing.policy import STEPS, competence, rights_of
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError
from hienluong.signing import service as signing
from hienluong.staff import service as staff
from hienluong.staff.models import Delegation

pytestmark = pytest.mark.django_db
EXPECTED = (StepRefused, NumberFixed, PermissionMissing, AuthorityMissing)


def _machine(house: House) -> type[RuleBasedStateMachine]:  # noqa: C901 - one rule per act
    class Way(RuleBasedStateMachine):
        """One document, whoever does what with it."""

        def __init__(self) -> None:
            super().__init__()
            self.numbers: set[str] = set()
            self.row: Any = None

        @initialize()
        def begin(self) -> None:
            count = Document.objects.count()
            self.document = house.hand_in(subject=f"Việc {count}")
            self.number = str(count + 100)

        def _try(self, act: Any, *args: Any, **given: Any) -> None:
            with suppress(*EXPECTED):
                act(*args, **given)

        @property
        def now(self) -> Document:
            return Document.objects.get(pk=self.document.pk)

        @rule()
        def numbered(self) -> None:
            self._try(house.number, self.document, self.number)

        @rule()
        def signed(self) -> None:
            self._try(house.sign, self.document)

        @rule()
        def signed_by_another(self) -> None:
            self._try(house.sign, self.document, "deputy")

        @rule()
        def sealed(self) -> None:
            self._try(house.seal, self.document)

        @rule()
        def issued(self) -> None:
            self._try(house.issue, self.document)

        @rule()
        def returned(self) -> None:
            given = {"actor": house.clerk, "document_id": self.document.pk, "now": clock.now()}
            self._try(commands.return_document, reason="lỗi", **given)

        @precondition(lambda self: self.now.step == Step.RETURNED)
        @rule()
        def handed_in_again(self) -> None:
            given = {"actor": house.officer, "document_id": self.document.pk, "now": clock.now()}
            self._try(commands.resubmit_document, file=("moi.pdf", decision()), **given)

        @invariant()
        def order_is_kept(self) -> None:
            if not hasattr(self, "document"):
                return
            now = self.now
            passed = [one.step for one in queries.passages_of(now)]
            assert passed[0] == Step.PREPARED
            for before, after in pairwise(passed):
                assert after in STEPS[before], f"{before} → {after}"
            if now.number:
                self.numbers.add(now.number)
            assert len(self.numbers) <= 1, "a number stays with its document"
            if now.step in (Step.SIGNED, Step.SEALED, Step.ISSUED):
                assert now.signed_by_id == house.posts["head"].person_id
                assert now.signed_certificate == house.rows["head"].sha256
            if now.step == Step.SEALED:
                report = signing.validate_file(house.clerk, queries.file_bytes(now), now=clock.now())
                signers = [one.certificate.sha256 for one in report.signatures if one.certificate]
                assert signers == [house.rows["head"].sha256, house.rows["seal"].sha256]

    return Way


@pytest.mark.timeout(240)
@pytest.mark.parametrize("examples", [3, pytest.param(60, marks=pytest.mark.prove)])
def test_no_way_leads_past_a_step(house: House, examples: int) -> None:
    run_state_machine_as_test(
        _machine(house),
        settings=settings(
            max_examples=examples,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def _post(house: House, name: str, **changes: Any) -> Post:
    post = house.posts[name]
    for key, value in changes.items():
        setattr(post, key, value)
    return post


def test_rights_follow_posts_and_written_delegations(house: House) -> None:
    agency = house.agency.pk

    def of(post: Post, given: list[Delegation]) -> list[str]:
        return [str(one.authority) for one in rights_of(post, agency, given)]

    assert of(house.posts["head"], []) == ["own", "tm"]
    assert of(_post(house, "head", title="Quyền Giám đốc"), []) == ["q"]
    assert of(_post(house, "head", title="Q. Giám đốc"), []) == ["q"]
    assert of(house.posts["deputy"], []) == []
    assert of(house.posts["deputy"], [house.kt]) == ["kt", "tm_kt"]
    tl = Delegation(pk=7, kind="tl", giver=house.posts["head"], taker=house.posts["officer"])
    tuq = Delegation(pk=8, kind="tuq", giver=house.posts["head"], taker=house.posts["officer"])
    handed_on = Delegation(
        pk=9, kind="kt", giver=house.posts["officer"], taker=house.posts["clerk"], basis=tl
    )
    assert of(house.posts["officer"], [tl]) == ["tl"]
    assert of(house.posts["officer"], [tuq]) == ["tuq"]
    assert of(house.posts["clerk"], [handed_on]) == ["tl"], "a TL. handed on as KT. is signed by order"
    assert rights_of(house.posts["deputy"], house.actors["stranger"].agency_id, [house.kt]) == []


@pytest.mark.parametrize(
    ("authority", "line"),
    [
        ("own", ""),
        ("tm", "TM. ỦY BAN NHÂN DÂN"),
        ("tm_kt", "TM. ỦY BAN NHÂN DÂN, KT. CHỦ TỊCH"),
        ("q", "Q."),
        ("kt", "KT. CHỦ TỊCH"),
        ("tl", "TL. CHỦ TỊCH"),
        ("tuq", "TUQ. CHỦ TỊCH"),
    ],
)
def test_line_above_the_post_is_written_as_the_decree_has_it(authority: str, line: str) -> None:
    assert competence(authority, "Chủ tịch", "Ủy ban nhân dân") == line
    assert Authority(authority).label


def test_refusals_say_what_to_do(house: House) -> None:
    staff.revoke_delegation(actor=house.head, delegation=house.kt, reason="thôi", now=clock.now())
    with pytest.raises(HienluongError) as refusal:
        house.hand_in(signer="deputy")
    assert "Trần Minh Châu" in str(refusal.value)
