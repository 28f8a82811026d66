"""Canonical JSON: one sequence of bytes for one value, to be hashed and signed (RFC 8785, JCS).

Restricted to what the house signs: text, whole numbers, true, false, null, lists and objects. Numbers with a
fraction are refused, so that no signature depends on how a language prints them; write them as text.
"""

import json
from typing import Any

LARGEST_INTEGER = 2**53 - 1
"""Beyond it, a reader that keeps numbers as IEEE 754 doubles would read another number (RFC 8785, 3.1)."""


def canonical_json(value: object) -> bytes:
    """Returns the canonical form of a value as UTF-8 bytes (RFC 8785).

    Args:
        value: str, int, bool, None, list or dict with str keys, nested as wanted.

    Raises:
        TypeError: a value of another type (a float, say) or a key that is not text; its place is named.
        ValueError: a whole number beyond 2^53 - 1, or text with a lone surrogate; its place is named.
    """
    ordered = _ordered(value, "")
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")


def _ordered(value: object, pointer: str) -> Any:
    """Returns the value with every object's keys in the order of their UTF-16 code units (RFC 8785, 3.2.3)."""
    if isinstance(value, str):
        if not value.isascii():
            _utf16(value, pointer)
    elif isinstance(value, dict):
        return {key: _ordered(value[key], f"{pointer}/{key}") for key in _sorted_keys(value, pointer)}
    elif isinstance(value, list):
        return [_ordered(item, f"{pointer}/{index}") for index, item in enumerate(value)]
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError(f"The number at '{pointer}' is beyond 2^53 - 1; write it as text.")
    elif value is not None:
        raise TypeError(
            f"The value at '{pointer}' is a {type(value).__name__}; canonical JSON takes str, int, bool, None, "
            "list and dict only (write a fraction as text)."
        )
    return value


def _sorted_keys(value: dict[Any, Any], pointer: str) -> list[Any]:
    if all(isinstance(key, str) and key.isascii() for key in value):
        return sorted(value)
    return sorted(value, key=lambda key: _utf16(key, pointer))


def _utf16(text: object, pointer: str) -> bytes:
    if not isinstance(text, str):
        raise TypeError(f"A key in the object at '{pointer}' is a {type(text).__name__}; keys are text.")
    try:
        return text.encode("utf-16-be")
    except UnicodeEncodeError as error:
        raise ValueError(f"The text at '{pointer}' holds half a character (a lone surrogate).") from error
