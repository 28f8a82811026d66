"""Canonical JSON gives one sequence of bytes for one value (RFC 8785)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hienluong.kit.jcs import LARGEST_INTEGER, canonical_json

values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def test_keys_are_sorted_by_utf_16_code_units_as_in_rfc_8785_section_3_2_3() -> None:
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }

    assert list(json.loads(canonical_json(value))) == [
        "\r",
        "1",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]


def test_text_is_escaped_as_in_rfc_8785_section_3_2_2_2() -> None:
    assert canonical_json("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/") == (
        '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'.encode()
    )
    assert canonical_json("\b\t\n\f\r\x7f\x1f") == b'"\\b\\t\\n\\f\\r\x7f\\u001f"'


def test_whitespace_is_left_out_and_literals_are_lower_case() -> None:
    assert canonical_json({"b": [True, False, None, -5], "a": {}}) == b'{"a":{},"b":[true,false,null,-5]}'


def test_vietnamese_text_is_plain_utf_8_and_not_normalised() -> None:
    assert canonical_json("Quảng Trị") == '"Quảng Trị"'.encode()
    assert canonical_json("i\u0323") != canonical_json("\u1ecb")


@given(values)
def test_canonical_form_reads_back_as_the_same_value_whatever_the_order_of_keys(value: object) -> None:
    written = canonical_json(value)

    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written
    if isinstance(value, dict):
        assert canonical_json(dict(reversed(value.items()))) == written


@pytest.mark.parametrize(
    ("value", "error", "place"),
    [
        ({"a": [1, 2.5]}, TypeError, "'/a/1' is a float"),
        ({"a": (1,)}, TypeError, "'/a' is a tuple"),
        ({1: "a"}, TypeError, "key in the object at '' is a int"),
        ({"n": 2**53}, ValueError, "'/n' is beyond"),
        (["\ud800"], ValueError, "'/0' holds half a character"),
        ({"\udfff": 1}, ValueError, "lone surrogate"),
    ],
)
def test_value_that_canonical_json_does_not_carry_is_refused_by_place(
    value: object, error: type[Exception], place: str
) -> None:
    with pytest.raises(error, match=place):
        canonical_json(value)


def test_largest_whole_numbers_are_carried() -> None:
    assert canonical_json([LARGEST_INTEGER, -LARGEST_INTEGER]) == b"[9007199254740991,-9007199254740991]"
