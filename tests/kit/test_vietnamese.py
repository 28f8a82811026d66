"""Vietnamese text has one stored form, a search key that ignores diacritics, and a sort key in dictionary order."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.kit.vietnamese import fold, normalise, sort_key

VIETNAMESE_LETTERS = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
)
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
vietnamese_texts = st.text(VIETNAMESE_LETTERS + VIETNAMESE_LETTERS.upper() + " 0123456789-/")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Quảng Trị", "quang tri"),
        ("ĐÔNG HÀ", "dong ha"),
        ("Ðông Hà", "dong ha"),  # typed with the Icelandic letter
        ("Hướng Hoá", "huong hoa"),
        ("Hướng Hóa", "huong hoa"),
        ("15/QĐ–UBND", "15/qd-ubnd"),  # the dash that word processors put in
        ("  Uỷ ban\u00a0nhân\tdân ", "uy ban nhan dan"),
        ("Café № 5", "cafe no 5"),
        ("ＶＮＰＴ", "vnpt"),
        ("", ""),
    ],
)
def test_fold_gives_the_ascii_key_people_search_by(text: str, key: str) -> None:
    assert fold(text) == key
    assert fold(unicodedata.normalize("NFD", text)) == key


@given(vietnamese_texts)
def test_fold_of_any_vietnamese_text_is_lower_case_ascii(text: str) -> None:
    assert fold(text).isascii()
    assert fold(text) == fold(text.upper()) == fold(text.lower())


@given(st.text())
def test_fold_and_normalise_of_their_own_result_change_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(st.characters()))  # lone surrogates too: JSON can carry them
def test_normalise_gives_text_that_a_database_can_store(text: str) -> None:
    stored = normalise(text)

    assert "\x00" not in stored
    assert stored.encode().decode() == stored
    assert stored == " ".join(stored.split())


def test_normalise_composes_letters_and_keeps_case_and_marks() -> None:
    assert normalise("Quảng  Trị\n\ufeff") == "Quảng Trị"


def test_sort_key_puts_the_letters_of_the_alphabet_in_their_order() -> None:
    alphabet = list("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")

    shuffled = sorted(alphabet)

    assert shuffled != alphabet
    assert sorted(shuffled, key=sort_key) == alphabet


def test_sort_key_puts_a_letter_before_its_marked_sister_whatever_follows() -> None:
    assert sorted(["ân", "ăn", "azz", "đa", "dzz"], key=sort_key) == ["azz", "ăn", "ân", "dzz", "đa"]


@pytest.mark.parametrize("vowel", list("aăâeêioôơuưy"))
def test_sort_key_orders_the_tones_ngang_huyen_hoi_nga_sac_nang(vowel: str) -> None:
    in_order = [unicodedata.normalize("NFC", "b" + vowel + tone) for tone in TONES]

    keys = [sort_key(word) for word in in_order]

    assert all(before < after for before, after in pairwise(keys)), keys


@pytest.mark.parametrize(
    "in_order",
    [
        ["ba", "bà", "bả", "bã", "bá", "bạ", "ban"],  # letters before tones: any ba before ban
        ["ác", "ách", "ang", "ảnh"],
        ["hài", "hãi", "hại"],
        ["cha", "cha mẹ", "chà xát", "chan"],  # syllable by syllable
        ["a", "A", "a b"],  # the small letter first, and only to break ties
        ["xã 2", "Xã 2", "Xã 2 B", "xã 10", "Xã 10"],
        ["01/QĐ-UBND", "2/QĐ-UBND", "15/QĐ-UBND", "100/QĐ-UBND"],
        ["Cam Lộ", "Cửa Việt", "Đakrông", "Đông Hà", "Gio Linh", "Hải Lăng", "Hướng Hóa", "Vĩnh Linh"],
        ["", "a"],
        ["zz", "Жук"],
    ],
)
def test_sort_key_orders_as_a_dictionary_does(in_order: list[str]) -> None:
    keys = [sort_key(text) for text in in_order]

    assert all(before < after for before, after in pairwise(keys)), keys


def test_sort_key_of_old_and_new_tone_placement_is_equal() -> None:
    assert sort_key("hoà thuỷ") == sort_key("hòa thủy")


@given(st.text())
def test_sort_key_of_any_text_is_ascii_and_does_not_depend_on_composition(text: str) -> None:
    assert sort_key(text).isascii()
    assert sort_key(unicodedata.normalize("NFD", text)) == sort_key(unicodedata.normalize("NFC", text))


@given(st.integers(0, 10**30), st.integers(0, 10**30))
def test_sort_key_orders_numbers_by_value(one: int, other: int) -> None:
    assert (sort_key(f"Xã {one}") < sort_key(f"Xã {other}")) == (one < other)
