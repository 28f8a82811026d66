"""Time-stamps (RFC 3161) of an authority that OpenSSL plays: what holds is kept, and `openssl ts -verify` agrees; what lies is refused."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django import Settings
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
from tests.ledger.authority import TimeStampAuthority
from tests.ledger.conftest import Book

from hienluong.kit import clock
from hienluong.kit.http import PeerRefused, PeerUnreachable
from hienluong.ledger import service as ledger
from hienluong.ledger.cli import group
from hienluong.ledger.errors import TimestampRefused, TimestampsOff
from hienluong.ledger.models import TimeStamp
from hienluong.ledger.verification import verify_log

Make = Callable[..., TimeStampAuthority]


@pytest.fixture
def make(tmp_path: Path, settings: Settings) -> Iterator[Make]:
    """Makes authorities, and sets the last one made as ours."""
    made: list[TimeStampAuthority] = []
    settings.LEDGER_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    settings.LEDGER_PORTS = range(1024, 65536)

    def one(**how: bool) -> TimeStampAuthority:
        place = tmp_path / f"authority{len(made)}"
        place.mkdir()
        made.append(TimeStampAuthority(place, **how))
        settings.TSA_URL, settings.TSA_CA_FILE = made[-1].url, str(made[-1].anchors)
        return made[-1]

    yield one
    for authority in made:
        authority.close()


@pytest.fixture
def book(book: Book) -> Book:
    """A ledger whose clock is the real one, with a checkpoint."""
    book.now = clock.now() - timedelta(minutes=2)
    book.grow(3)
    return book


def openssl_agrees(place: Path, size: int, anchors: Path) -> bool:
    command = [
        "openssl",
        "ts",
        "-verify",
        "-data",
        place / f"{size}.checkpoint",
        "-in",
        place / f"{size}.tsr",
    ]
    done = subprocess.run([*command, "-CAfile", anchors], capture_output=True, text=True, check=False)
    return done.returncode == 0 and "Verification: OK" in done.stdout


def test_newest_checkpoint_is_stamped_and_openssl_agrees(book: Book, make: Make, tmp_path: Path) -> None:
    authority = make()
    found = ledger.stamp(now=book.now)
    assert found is not None
    assert (found.size, found.authority) == (3, "CN=Authority of a test")
    assert abs(found.stamped_at - book.now) < timedelta(minutes=2)
    place = tmp_path / "stamps"
    told = CliRunner().invoke(group, ["timestamps", "--export", str(place)], obj=nullcontext)
    assert told.exit_code == 0, told.output
    assert "CN=Authority of a test" in told.output
    assert (place / "3.checkpoint").read_text(encoding="utf-8") == ledger.published().note
    assert openssl_agrees(place, 3, authority.anchors)
    (place / "3.checkpoint").write_text("another\n", encoding="utf-8")
    assert not openssl_agrees(place, 3, authority.anchors)
    assert verify_log().faults == []


def test_checkpoint_is_stamped_once_an_hour_and_only_when_the_log_grew(book: Book, make: Make) -> None:
    authority = make()
    begin = book.now
    assert ledger.stamp(now=book.now) is not None
    assert ledger.stamp(now=book.now) is None
    book.grow()
    assert ledger.stamp(now=book.now) is None, "the last one is young"
    assert ledger.stamp(now=book.now, at_once=True) is not None
    assert ledger.stamp_waiting_since() is None
    book.grow()
    assert ledger.stamp_waiting_since() == book.now
    TimeStamp.objects.update(received_at=begin - timedelta(hours=1))
    assert ledger.stamp(now=book.now) is not None
    assert authority.asked == 3


def test_nothing_is_asked_before_an_authority_is_set(book: Book, settings: Settings) -> None:
    assert ledger.stamp(now=book.now) is None
    assert ledger.stamp_waiting_since() is None
    refused = CliRunner().invoke(group, ["timestamps", "--stamp"], obj=nullcontext)
    assert (refused.exit_code, "HIENLUONG_TSA_URL" in refused.output) == (1, True)
    assert (
        CliRunner().invoke(group, ["timestamps"], obj=nullcontext).output == "There are no time-stamps yet.\n"
    )
    settings.TSA_URL, settings.TSA_CA_FILE = "https://tsa.example.vn", "/nowhere/ca.pem"
    with pytest.raises(TimestampsOff):
        ledger.stamp(now=book.now)


def _another(data: bytes) -> bytes:
    return TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()


def test_token_over_another_checkpoint_or_with_another_nonce_is_refused(book: Book, make: Make) -> None:
    authority = make()
    note = ledger.published().note.encode()
    for request, reason in [
        (_another(b"another"), "Nonce mismatch"),
        (_another(note), "Nonce mismatch"),
        (b"nonsense", "."),
    ]:
        authority.mend = lambda _request, request=request: request
        with pytest.raises(TimestampRefused, match=reason):
            ledger.stamp(now=book.now)

    def over_another(request: bytes) -> bytes:
        """Asks the right nonce for another imprint: both stand in the request as they are."""
        import hashlib  # noqa: PLC0415 - only here

        return request.replace(hashlib.sha256(note).digest(), hashlib.sha256(b"another").digest())

    authority.mend = over_another
    with pytest.raises(TimestampRefused, match="Mismatch between messages"):
        ledger.stamp(now=book.now)
    assert not TimeStamp.objects.exists()


@pytest.mark.parametrize(("how", "reason"), [({"expired": True}, "certificate"), ({"purpose": False}, ".")])
def test_token_of_who_may_not_stamp_is_refused(
    book: Book, make: Make, how: dict[str, bool], reason: str
) -> None:
    make(**how)
    with pytest.raises(TimestampRefused, match=reason):
        ledger.stamp(now=book.now)


def test_token_of_an_authority_that_nobody_trusts_is_refused(
    book: Book, make: Make, settings: Settings
) -> None:
    trusted, other = make(), make()
    settings.TSA_CA_FILE = str(trusted.anchors)
    with pytest.raises(TimestampRefused, match="certificate"):
        ledger.stamp(now=book.now)
    settings.TSA_CA_FILE = str(other.anchors)
    assert ledger.stamp(now=book.now) is not None


def test_token_of_another_time_is_refused(book: Book, make: Make) -> None:
    make()
    with pytest.raises(TimestampRefused, match="its time is"):
        ledger.stamp(now=book.now - timedelta(hours=2))


def test_authority_that_is_down_is_told_and_asked_again(book: Book, make: Make) -> None:
    authority = make()
    authority.status = 503
    with pytest.raises(PeerRefused):
        ledger.stamp(now=book.now)
    authority.close()
    with pytest.raises(PeerUnreachable):
        ledger.stamp(now=book.now)
    assert ledger.stamp_waiting_since() == ledger.published().signed_at
    make()
    assert ledger.stamp(now=book.now) is not None


def test_forged_time_stamps_are_named_by_the_verification(book: Book, make: Make, settings: Settings) -> None:
    make()
    ledger.stamp(now=book.now)
    row = TimeStamp.objects.get()
    TimeStamp.objects.update(stamped_at=row.stamped_at - timedelta(days=1))
    assert [one.text() for one in verify_log().faults] == [
        "Time-stamp of checkpoint 3: what is stored beside it (stamped_at) was changed."
    ]
    answer = bytearray(bytes(row.answer))
    answer[-5] ^= 1
    TimeStamp.objects.update(stamped_at=row.stamped_at, answer=bytes(answer))
    assert [one.text().split(":")[0] for one in verify_log().faults] == ["Time-stamp of checkpoint 3"]
    book.grow()
    TimeStamp.objects.update(answer=row.answer, size=ledger.published().size)
    assert [one.text().split(":")[0] for one in verify_log().faults] == [
        f"Time-stamp of checkpoint {ledger.published().size}"
    ]


def test_time_stamps_that_nobody_can_check_any_more_are_neither_passed_nor_a_crash(
    book: Book, make: Make, settings: Settings, tmp_path: Path
) -> None:
    kept = make().anchors
    ledger.stamp(now=book.now)
    settings.TSA_URL = ""
    assert verify_log().faults == [], "who is asked no more is still believed"
    (tmp_path / "none.pem").touch()
    for file in ("", "/nowhere/ca.pem", str(tmp_path / "none.pem")):
        settings.TSA_CA_FILE = file
        [fault] = verify_log().faults
        assert fault.text().startswith("Time-stamps up to checkpoint 3: nobody can say whether they hold")
        assert "HIENLUONG_TSA_CA_FILE" in fault.text()
    later = make().anchors
    [fault] = verify_log().faults
    assert fault.text().startswith("Time-stamp of checkpoint 3: it was not given for it by who is trusted")
    (tmp_path / "both.pem").write_bytes(kept.read_bytes() + later.read_bytes())
    settings.TSA_CA_FILE = str(tmp_path / "both.pem")
    assert verify_log().faults == []
