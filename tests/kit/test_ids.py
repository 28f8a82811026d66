"""Identifiers grow with time, secrets are long, reference numbers can be read out."""

import re
from datetime import UTC, datetime

import pytest

from hienluong.kit.ids import (
    REFERENCE_ALPHABET,
    as_number,
    as_uuid,
    new_id,
    new_secret,
    short_code,
    timing_safe_equal,
)


def test_new_ids_are_uuid_version_7_in_order_of_creation() -> None:
    ids = [new_id() for _ in range(500)]

    assert all(one.version == 7 for one in ids)
    assert len(set(ids)) == 500
    assert ids == sorted(ids)


def test_new_id_begins_with_the_time_in_milliseconds() -> None:
    before = datetime.now(UTC).timestamp()
    milliseconds = new_id().int >> 80

    assert int(before * 1000) <= milliseconds <= datetime.now(UTC).timestamp() * 1000


def test_new_secret_is_url_safe_and_holds_the_bytes_asked_for() -> None:
    assert re.fullmatch(r"[\w-]{43}", new_secret())
    assert len(new_secret(64)) == 86
    assert new_secret() != new_secret()


def test_timing_safe_equal_compares_text_and_bytes_of_any_kind() -> None:
    assert timing_safe_equal("bí mật", "bí mật")
    assert timing_safe_equal("abc", b"abc")
    assert not timing_safe_equal("bí mật", "bi mat")
    assert not timing_safe_equal("\ud800", "abc")


def test_short_code_has_two_groups_of_letters_that_nobody_misreads() -> None:
    codes = {short_code() for _ in range(200)}

    assert len(codes) == 200
    assert all(
        re.fullmatch(f"[{REFERENCE_ALPHABET}]{{4}}-[{REFERENCE_ALPHABET}]{{4}}", code) for code in codes
    )
    assert not set("01ILOU") & set(REFERENCE_ALPHABET)


def test_id_from_outside_is_read_or_none() -> None:
    known = new_id()
    assert as_uuid(str(known)) == known
    assert as_uuid("") is as_uuid("7") is None


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "²", str(2**63), "9" * 5000])
def test_text_that_no_row_can_have_as_its_number_is_none(text: str) -> None:
    assert as_number(text) is None
    assert as_number(str(2**63 - 1)) == 2**63 - 1
