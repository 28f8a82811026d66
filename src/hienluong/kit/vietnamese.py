"""Vietnamese text: one written form, a search key without diacritics, and a sort key in dictionary order.

The order of letters and tones is that of Vietnamese dictionaries: Vũ Xuân Lương, "Quy tắc sắp xếp theo ABC",
Vietnam Lexicography Centre; the collation `vi` of the Unicode CLDR has the same letters and tones. Sorting is
done by our own key because the database may lack ICU: compare keys byte by byte (collation "C").
"""

import re
import unicodedata
from functools import lru_cache

_BREVE, _CIRCUMFLEX, _HORN = "\u0306", "\u0302", "\u031b"

_TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0301": "5", "\u0323": "6"}
"""Combining mark to its place among the tones huyền, hỏi, ngã, sắc, nặng; a syllable without mark (ngang) is 1."""

_VOWELS = frozenset("aeiouy")

_LETTERS = {
    ("a", _BREVE): "a|",  # ă
    ("a", _CIRCUMFLEX): "a||",  # â
    ("e", _CIRCUMFLEX): "e|",  # ê
    ("o", _CIRCUMFLEX): "o|",  # ô
    ("o", _HORN): "o||",  # ơ
    ("u", _HORN): "u|",  # ư
}
"""Letters with their own place in the alphabet: the bar sorts after every plain letter that may follow."""

# Icelandic eth and African d look like the Vietnamese letter and are typed for it.
_D_WITH_STROKE = str.maketrans("đĐðÐɖƉ", "dDdDdD")

_LIKE_ASCII = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u2032", "'"),
        **dict.fromkeys("\u201c\u201d\u2033", '"'),
        "\u2044": "/",
    }
)

_COMBINING = re.compile("[\u0300-\u036f]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\ud800-\udfff]|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
_BLOCK = re.compile(r"\d+|[^\W\d_]+")
_LONGEST_NUMBER = 99


def normalise(text: str) -> str:
    """Returns the text in its one stored form: Unicode NFC, single spaces, no invisible or control characters.

    Line breaks become spaces. Lone surrogates and NUL, which a database cannot store, are dropped.
    """
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Returns the search key of a text: lower case, no diacritics, đ as d, single spaces.

    Vietnamese and any accented Latin text becomes ASCII; old and new placement of tones (hoà, hòa) and composed
    or decomposed Unicode give the same key. Letters of other scripts stay, in lower case.
    """
    if text.isascii():
        return normalise(text).lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = _COMBINING.sub("", plain).translate(_D_WITH_STROKE).translate(_LIKE_ASCII)
    return normalise(plain)


@lru_cache(maxsize=4096)
def sort_key(text: str) -> str:
    """Returns an ASCII string whose byte order is the Vietnamese dictionary order of the texts.

    Syllable by syllable: first the letters a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z, then
    the tone in the order ngang, huyền, hỏi, ngã, sắc, nặng (rules 1, 2 and 4 of the source named above); texts that
    differ in capitals only put the small letter first (rule 3). Numbers sort by value: "Xã 2" before "Xã 10".
    Punctuation and spacing only part syllables. Letters of other scripts follow z by code point.
    """
    plain = unicodedata.normalize("NFKC", text)
    blocks = _BLOCK.findall(plain)
    key = " ".join(
        _number_key(block) if block.isdecimal() else _syllable_key(block.lower()) for block in blocks
    )
    letters = "".join(blocks)
    if letters == letters.lower():
        return key
    capitals = "".join("U" if letter.isupper() else "L" for letter in letters).rstrip("L")
    return f"{key} {capitals}"  # the space sorts before all else, so capitals only break ties


def _number_key(digits: str) -> str:
    """Returns a number's digits after their count, so that a longer number sorts after a shorter one."""
    value = "".join(str(unicodedata.decimal(digit)) for digit in digits).lstrip("0")
    return f"{min(len(value), _LONGEST_NUMBER):02}{value}"


@lru_cache(maxsize=4096)  # names are made of few syllables: long lists of them sort twice as fast
def _syllable_key(block: str) -> str:
    """Returns the letters of a block and after them its tones."""
    letters: list[str] = []
    tones: list[str] = []
    base = ""
    for mark in unicodedata.normalize("NFD", block):
        if not unicodedata.combining(mark):
            base = mark
            letters.append(_letter_key(mark))
        elif mark in _TONES:
            if base in _VOWELS:
                tones.append(_TONES[mark])
        elif letters:
            letters[-1] = _LETTERS.get((base, mark), letters[-1])
    return "".join(letters) + ("".join(tones) or "1")


def _letter_key(letter: str) -> str:
    if "a" <= letter <= "z":
        return letter
    if letter.translate(_D_WITH_STROKE) == "d":
        return "d|"
    return f"{{{ord(letter):06x}"
