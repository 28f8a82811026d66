"""Keys of several fields, and the patterns that find them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.kit.search_key import NOTHING, number_pattern, patterns, search_key, words_of

KEY = search_key("08/QĐ-UBND", "Quyết định", "Về việc phòng, chống bão số 10", "Ủy ban nhân dân tỉnh H50")


def _like(key: str, pattern: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("%")), key, re.DOTALL) is not None


def _finds(text: str, key: str = KEY) -> bool:
    return all(_like(key, pattern) for pattern in patterns(text))


@pytest.mark.parametrize(
    "text",
    [
        "8/QĐ-UBND",
        "08/qd-ubnd",
        "bao so 10",
        "BÃO",
        "10 bão",
        "uyban nhan".replace("uyban", "uy ban"),
        "hong chon",
        "H50",
        "8",
    ],
)
def test_words_are_found_in_any_order_without_diacritics(text: str) -> None:
    assert _finds(text)


@pytest.mark.parametrize("text", ["80", "0", "ong", "QĐ-SNV", "bão số 9", "d"])
def test_numbers_and_short_words_are_found_from_their_beginning_only(text: str) -> None:
    assert _finds(text) is (text in {"ong", "d"})


def test_text_without_letters_and_digits_finds_nothing_and_no_text_finds_all() -> None:
    assert patterns(" / ! ") == [NOTHING, NOTHING] or patterns("/") == [NOTHING]
    assert not _finds("//")
    assert patterns("   ") == []


@pytest.mark.parametrize(
    ("number", "found"), [("8", True), ("08", True), ("008", True), ("80", False), ("", False), ("qd", False)]
)
def test_number_is_the_whole_number_with_or_without_zeros(number: str, found: bool) -> None:
    assert _like(KEY, number_pattern(number)) is found


@given(st.text(max_size=60), st.text(max_size=60))
def test_every_word_of_a_field_finds_its_key(first: str, second: str) -> None:
    key = search_key(first, second)
    assert key.count("\n") == 1
    for word in words_of(f"{first} {second}").split()[:12]:
        assert _finds(word, key)


@given(st.text(max_size=200))
def test_patterns_hold_no_wildcard_that_was_typed(text: str) -> None:
    assert all(pattern.strip("%").count("%") + pattern.count("_") == 0 for pattern in patterns(text))
