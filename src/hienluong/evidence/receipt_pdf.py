"""A receipt, or the proof of one entry, as a page to be printed, in Vietnamese and English, with a QR code.

The code holds the whole proof behind the `#` of the public page's address: a browser never sends that part, so what is
scanned is checked there and stays there. A proof too large for a code is left to its file.
"""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from hienluong.evidence import labels
from hienluong.evidence.names import names_of
from hienluong.evidence.queries.receipts import Proven
from hienluong.kit.clock import in_vietnam

CODE_MOST = 2_300
"""Characters of an address that a code still holds so that telephones read it from paper; the standard allows 2,953."""
_MARGIN, _NAMES, _CODE = 20 * mm, 52 * mm, 84 * mm
_INK, _SOFT = HexColor("#182433"), HexColor("#5b6777")


@dataclass(frozen=True, slots=True)
class _Fact:
    """A line of the page: what it is called, in English for gettext, and what it says; both languages where they differ."""

    name: str
    value: str


def receipt_pdf(proven: Proven, *, now: datetime) -> bytes:
    """Returns the page: receipt or entry, whether a checkpoint covers it, and the code that leads to its verification.

    Args:
        proven: the entry; with a receipt it is that receipt's page.
        now: the moment, which stands at its foot.
    """
    _register()
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, lang="vi")
    title = _("Receipt of the axis") if proven.receipt else _("Entry of the ledger")
    canvas.setTitle(_both(title))
    canvas.setAuthor(settings.PUBLIC_URL)
    page = _Page(canvas)
    page.heading(title)
    for fact in _facts(proven):
        page.fact(fact)
    page.code(proof_address(proven), covered=proven.proof is not None)
    page.foot(now)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def proof_address(proven: Proven) -> str:
    """Returns the address of the public page, with the proof behind the `#` where there is one and it fits."""
    page = f"{settings.PUBLIC_URL}/log/"
    if proven.proof is None:
        return page
    body, signatures = proven.proof.checkpoint.rsplit("\n\n", 1)
    without_witnesses = f"{body}\n\n{signatures.splitlines()[0]}\n"  # the log's own signature stands first
    for checkpoint in (proven.proof.checkpoint, without_witnesses):
        address = f"{page}#p={_squeezed(replace(proven.proof, checkpoint=checkpoint).text())}"
        if len(address) <= CODE_MOST:
            return address
    return page


def _squeezed(text: str) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packer.compress(text.encode()) + packer.flush()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _facts(proven: Proven) -> Iterator[_Fact]:
    entry, receipt = proven.entry, proven.receipt
    if receipt:
        yield _Fact(_("Receipt"), str(receipt["receipt"]))
        yield _Fact(_("Packet"), str(receipt["packet"]))
        yield _Fact(_("Document id"), str(receipt["document_id"]))
        yield _Fact(_("Sender"), str(receipt["sender"]))
        yield _Fact(_("Recipients"), _recipients(receipt["recipients"]))
        yield _Fact(_("Accepted by the axis"), _moment(datetime.fromisoformat(receipt["accepted_at"])))
        yield _Fact(_("Size of the file, bytes"), str(receipt["size"]))
        yield _Fact(_("SHA-256 of the file"), str(receipt["sha256"]))
    else:
        names = names_of([entry.subject])
        yield _Fact(
            _("What was done"), _in_both(lambda: labels.action_words(entry.action, refused=entry.refused))
        )
        yield _Fact(_("About"), " ".join(filter(None, (names.get(entry.subject), f"({entry.subject})"))))
        yield _Fact(_("By"), entry.actor.get("name", "") or "–")
        yield _Fact(_("When"), _moment(entry.at))
    yield _Fact(_("Entry of the ledger"), str(entry.id))
    if proven.proof is not None and proven.cover.signed_at is not None:
        size = proven.cover.size
        yield _Fact(_("Place in the log"), f"{proven.proof.index} / {size}")
        yield _Fact(_("Checkpoint signed"), _moment(proven.cover.signed_at))
    elif proven.cover.expected_at is not None:
        yield _Fact(_("Under a checkpoint by"), _moment(proven.cover.expected_at))


def _recipients(rows: Sequence[dict[str, Any]]) -> str:
    shown = "; ".join(f"{row['name']} ({row['code']})" for row in rows[:6])
    return f"{shown}; … ({len(rows)})" if len(rows) > 6 else shown  # noqa: PLR2004 - a page has room for so many


def _moment(at: datetime) -> str:
    return f"{in_vietnam(at):%d/%m/%Y %H:%M:%S} (UTC+7)"


def _in_both(words: Any) -> str:
    with override("vi"):
        vietnamese = str(words())
    with override("en"):
        return " / ".join(dict.fromkeys((vietnamese, str(words()))))


def _both(text: str) -> str:
    return _in_both(lambda: gettext(text))


@cache
def _register() -> None:
    for name in ("Regular", "SemiBold"):
        font = files(__package__).joinpath("data", f"BeVietnamPro-{name}.ttf").read_bytes()
        pdfmetrics.registerFont(TTFont(f"BeVietnamPro-{name}", io.BytesIO(font)))


class _Page:
    """One sheet, filled from its head."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._top = A4[1] - _MARGIN

    def _write(
        self, x: float, text: str, *, size: float = 9.5, bold: bool = False, ink: HexColor = _INK
    ) -> None:
        self._canvas.setFont(f"BeVietnamPro-{'SemiBold' if bold else 'Regular'}", size)
        self._canvas.setFillColor(ink)
        self._canvas.drawString(x, self._top, text)

    def heading(self, title: str) -> None:
        """Writes the title in both languages."""
        with override("vi"):
            first = gettext(title)
        with override("en"):
            second = gettext(title)
        self._top -= 4 * mm
        self._write(_MARGIN, first, size=19, bold=True)
        self._top -= 6.5 * mm
        self._write(_MARGIN, second, size=11, ink=_SOFT)
        self._top -= 4 * mm
        self._canvas.setStrokeColor(_SOFT)
        self._canvas.line(_MARGIN, self._top, A4[0] - _MARGIN, self._top)
        self._top -= 6 * mm

    def fact(self, fact: _Fact) -> None:
        """Writes a name, in Vietnamese and below it in English, and its value beside them."""
        with override("vi"):
            first = gettext(fact.name)
        with override("en"):
            second = gettext(fact.name)
        start = self._top
        for line in _wrapped(fact.value, A4[0] - 2 * _MARGIN - _NAMES):
            self._write(_MARGIN + _NAMES, line)
            self._top -= 4.4 * mm
        low, self._top = self._top, start
        self._write(_MARGIN, first, bold=True)
        self._top -= 3.8 * mm
        self._write(_MARGIN, second, size=7.5, ink=_SOFT)
        self._top = min(low, self._top - 4.4 * mm) - 1.2 * mm

    def code(self, address: str, *, covered: bool) -> None:
        """Draws the code and says what it is for."""
        holds = "#" in address
        what = (
            _("Scan it to check this entry in your browser; nothing is sent.")
            if holds
            else _("The code leads to the public page of the log; the proof is in its file.")
            if covered
            else _("No checkpoint covers the entry yet. The code leads to the public page of the log.")
        )
        self._top -= 2 * mm
        code = QRCode(None, QRErrorCorrectLevel.L)
        code.addData(address)
        code.make()
        count = code.getModuleCount()
        side = _CODE if holds else _CODE / 2
        step = side / count
        self._canvas.setFillColor(HexColor("#000000"))
        for row in range(count):
            column = 0
            while column < count:  # neighbouring modules as one rectangle: fewer seams, a tenth of the size
                width = 0
                while column + width < count and code.isDark(row, column + width):
                    width += 1
                if width:
                    self._canvas.rect(
                        _MARGIN + column * step,
                        self._top - (row + 1) * step,
                        width * step,
                        step,
                        stroke=0,
                        fill=1,
                    )
                column += width or 1
        beside = _MARGIN + side + 8 * mm
        after = self._top - side - 6 * mm
        self._top -= 4 * mm
        for language in ("vi", "en"):
            with override(language):
                text = gettext(what)
            for line in _wrapped(text, A4[0] - _MARGIN - beside):
                self._write(beside, line, bold=language == "vi", ink=_INK if language == "vi" else _SOFT)
                self._top -= 4.6 * mm
            self._top -= 2 * mm
        for line in _wrapped(address.split("#", maxsplit=1)[0], A4[0] - _MARGIN - beside):
            self._write(beside, line, ink=_SOFT)
            self._top -= 4.6 * mm
        self._top = min(self._top, after)

    def foot(self, now: datetime) -> None:
        """Says when the page was made."""
        self._top = 12 * mm
        made = _both(_("Made at"))
        self._write(_MARGIN, f"{made}: {_moment(now)}", size=7.5, ink=_SOFT)


def _wrapped(text: str, width: float, *, size: float = 9.5) -> Iterator[str]:
    """Yields the text in lines that fit; what has no spaces is cut where it must be."""
    line = ""
    for word in text.split(" "):
        rest = word
        joined = f"{line} {rest}".strip()
        if _wide(joined, size) <= width:
            line = joined
            continue
        if line:
            yield line
        while _wide(rest, size) > width:
            cut = next(end for end in range(len(rest), 0, -1) if _wide(rest[:end], size) <= width)
            yield rest[:cut]
            rest = rest[cut:]
        line = rest
    yield line


def _wide(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, "BeVietnamPro-Regular", size))
