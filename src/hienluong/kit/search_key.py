"""Search keys of several fields: written once, looked for by words, served by an index of trigrams.

A key holds one line per field, each the field's words without diacritics with a space on both sides. So a pattern can
begin at the beginning of a word and name the field it is looked for in, and every pattern gives an index of trigrams
(PostgreSQL's pg_trgm) something to find, even one of two letters.
"""

from __future__ import annotations

import re

from hienluong.kit.vietnamese import fold

_WORD = re.compile(r"[^\W_]+")
_ANYWHERE_FROM = 3
MOST_TERMS = 12
NOTHING = "\x01"
"""A pattern that no key matches: what was asked for has no letter and no digit."""


def words_of(text: str) -> str:
    """Returns the words of a text without diacritics, with single spaces: "08/QĐ-UBND" gives "8 qd ubnd".

    Numbers lose their leading zeros, since the same number is written with and without them (Decree 30/2020, App. I).
    """
    words = _WORD.findall(fold(text))
    return " ".join((word.lstrip("0") or "0") if word.isdecimal() else word for word in words)


def search_key(*fields: str) -> str:
    """Returns the key of the fields, one line for each."""
    return "\n".join(f" {words_of(field)} " for field in fields)


def patterns(text: str) -> list[str]:
    """Returns a LIKE pattern for every term of a text; a key that matches all of them holds what is looked for.

    A term is what stands between spaces. One of a single word of three letters and more is found anywhere in a word;
    a shorter one, one that begins with a digit, and one of several words ("15/QĐ-UBND") from the beginning of a word.
    A text without any term gives no pattern, one with nothing that can be looked for `NOTHING`.
    """
    found = []
    for term in text.split()[:MOST_TERMS]:
        words = words_of(term)
        if words:
            anywhere = len(words) >= _ANYWHERE_FROM and words.isalpha()
            found.append(f"%{words}%" if anywhere else f"% {words}%")
    return found if found or not text.strip() else [NOTHING]


def number_pattern(number: str) -> str:
    """Returns the LIKE pattern of a key whose first field begins with this number."""
    words = words_of(number)
    return f" {words} %" if words else NOTHING
