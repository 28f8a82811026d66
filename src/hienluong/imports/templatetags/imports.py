"""Says in words what an import of agencies does."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hienluong.imports.models import AgencyImport
from hienluong.kit.errors import FieldError

register = template.Library()

_COUNTS = {
    "created": _("new"),
    "renamed": _("renamed"),
    "moved": _("moved"),
    "recoded": _("with another code"),
    "ended": _("ended by it"),
    "changed": _("other changes"),
    "unchanged": _("unchanged"),
    "left_out": _("no news, or ended here"),
    "wrong": _("wrong rows"),
}
_TONES = {
    AgencyImport.State.CHECKING: "progress",
    AgencyImport.State.APPLYING: "progress",
    AgencyImport.State.CHECKED: "info",
    AgencyImport.State.REFUSED: "bad",
    AgencyImport.State.APPLIED: "good",
}


@register.filter
def import_count(name: str) -> str | Promise:
    """Returns what a count of an import counts."""
    return _COUNTS[name]


@register.filter
def import_tone(state: str) -> str:
    """Returns the tone of an import's state."""
    return _TONES.get(AgencyImport.State(state), "neutral")


@register.filter
def error_row(error: FieldError) -> str:
    """Returns the row an error is in, empty for the whole file."""
    return error.pointer.split("/")[1] if error.pointer else "–"


@register.filter
def error_column(error: FieldError) -> str:
    """Returns the column an error is in."""
    return error.pointer.split("/")[2] if error.pointer else "–"


@register.filter
def error_text(error: FieldError) -> str:
    """Returns what is wrong, in the reader's language."""
    return error.text(gettext)


@register.filter
def sha256_hex(row: AgencyImport) -> str:
    """Returns the hash of the file in hexadecimal."""
    return bytes(row.sha256).hex()
