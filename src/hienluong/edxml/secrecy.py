"""Finds marks of secrecy in texts: secret documents never travel on the axis (Decision 28/2018/QĐ-TTg art. 1.2).

edXML has no field for secrecy, so the marks of the stamp are looked for. All marks, series and ordinary words are
parameters, to be configured; the defaults are the three levels of the law on state secrets and common compounds.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

DEFAULT_MARKERS = ("MẬT", "TỐI MẬT", "TUYỆT MẬT")

DEFAULT_ORDINARY = (
    "BẢO MẬT",
    "BÍ MẬT",
    "CƠ MẬT",
    "MẬT DANH",
    "MẬT ĐỘ",
    "MẬT KHẨU",
    "MẬT MÃ",
    "MẬT ONG",
    "MẬT THIẾT",
)
"""Compounds that are no mark even in capitals, as in a title "QUY CHẾ BẢO MẬT THÔNG TIN"."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_GAP = r"[\s._*-]{0,3}"  # "M Ậ T", "M.Ậ.T"
_SEPARATORS = re.compile(r"[/\s.,\-–—()]+")
_AROUND = " \t\r\n\"'()[]{}<>«»“”.,:;*_-–—!|/"


class FoundIn(StrEnum):
    """Where a mark was found."""

    TEXT = "text"
    NOTATION = "notation"


@dataclass(frozen=True, slots=True)
class Finding:
    """A mark of secrecy. It names the mark and the place, never the text: that enters no log.

    Attributes:
        marker: the mark or series as configured.
        found_in: a text or the notation.
        position: which of the texts given, from 0; 0 for the notation.
    """

    marker: str
    found_in: FoundIn
    position: int


def find_secrecy_markers(
    texts: Iterable[str],
    *,
    markers: Sequence[str] = DEFAULT_MARKERS,
    notation_series: Sequence[str] = (),
    notation: str = "",
    ordinary: Sequence[str] = DEFAULT_ORDINARY,
) -> list[Finding]:
    """Returns the marks of secrecy found, at most one of each for each text, the longest first.

    A mark counts as whole words in capitals, as on a stamp, also with spaces between its letters and in decomposed
    Unicode; or when it is the whole text, in any case. "mật khẩu" or "bảo mật" in running text is none.

    Args:
        texts: subject, summary, file names, first page … of one document.
        markers: the marks, in capitals.
        notation_series: groups of a notation that are kept for secret documents; none is prescribed by a source.
        notation: the document's notation, as "12/QĐ-UBND".
        ordinary: compounds in capitals in which a mark is no mark.
    """
    ordered, compounds = _prepared(tuple(markers), tuple(ordinary))
    findings = [
        Finding(marker, FoundIn.TEXT, position)
        for position, text in enumerate(texts)
        for marker in _marks_in(_plain(text), ordered, compounds)
    ]
    groups = set(_SEPARATORS.split(_plain(notation)))
    findings += [
        Finding(series, FoundIn.NOTATION, 0) for series in notation_series if _plain(series) in groups
    ]
    return findings


def _marks_in(text: str, markers: tuple[str, ...], compounds: tuple[str, ...]) -> Iterator[str]:
    whole = " ".join(text.strip(_AROUND).split()).upper()
    compound_spans = [match.span() for one in compounds for match in _pattern(one).finditer(text)]
    taken: list[tuple[int, int]] = []
    for marker in markers:
        spans = [match.span() for match in _pattern(marker).finditer(text)]
        # "MẬT" within "TỐI MẬT" is that mark; within "BẢO MẬT" it is none. A longer mark is never a compound.
        hidden = taken if marker not in _syllables(compounds) else [*taken, *compound_spans]
        free = [
            span for span in spans if not any(start <= span[0] and span[1] <= end for start, end in hidden)
        ]
        taken += free
        if free or whole == marker:
            yield marker


@cache
def _syllables(compounds: tuple[str, ...]) -> frozenset[str]:
    return frozenset(syllable for compound in compounds for syllable in compound.split())


@cache
def _prepared(markers: tuple[str, ...], ordinary: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the marks, the longest first, and the compounds as they are compared; both are settings."""
    ordered = sorted((_plain(marker) for marker in markers), key=len, reverse=True)
    return tuple(ordered), tuple(_plain(compound) for compound in ordinary)


@cache
def _pattern(words: str) -> re.Pattern[str]:
    spelled = (_GAP.join(re.escape(letter) for letter in word) for word in words.split())
    return re.compile(rf"(?<![^\W_]){_GAP.join(spelled)}(?![^\W_])")


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
