"""Pure decisions about codes and about who may send for whom."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings

from hienluong.directory.models import Agency, AgencyCode
from hienluong.kit.vietnamese import fold

QD20_CODE = re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,6})*", re.ASCII)
"""Level 1 first, at most 35 characters (Decision 20/2020/QĐ-TTg); groups of six are our bound, no rule was found."""

QCVN102_CODE = re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}", re.ASCII)
"""Four groups, level 1 last, 13 characters (QCVN 102:2016/BTTTT; Decision 28/2018/QĐ-TTg art. 10.2.a)."""

QCVN102_SHORT_CODE = re.compile(r"([0-9]{1,3}\.){1,3}[A-Z][0-9A-Z]{2}", re.ASCII)
"""The same without leading groups of zeros, as it circulates: 28.22.H17."""

CODE_MAX_LENGTH = 35

SANDBOX_PREFIX = "SBX"
"""First group of the sandbox's codes. Level 1 of a real code is a letter and two digits, so no real code has it."""

SANDBOX_CODE = re.compile(r"SBX\.[0-9A-Z]{1,12}", re.ASCII)


def is_well_formed(code: str, scheme: str) -> bool:
    """Returns whether a new code has the form of its scheme. Codes on the wire are looser: read them, do not check."""
    form = _FORMS[AgencyCode.Scheme(scheme)]
    return len(code) <= CODE_MAX_LENGTH and form.fullmatch(code) is not None


_FORMS = {
    AgencyCode.Scheme.QD20: QD20_CODE,
    AgencyCode.Scheme.QCVN102: QCVN102_CODE,
    AgencyCode.Scheme.SANDBOX: SANDBOX_CODE,
}


def is_sandbox_code(code: str) -> bool:
    """Returns whether a code is one of the sandbox, known or not: no such code ever leads to a real agency."""
    groups = [group.strip() for group in fold(code).upper().split(".")]
    return SANDBOX_PREFIX in (groups[0], groups[-1])


def is_province_code(code: str, province_codes: Iterable[str] | None = None) -> bool:
    """Returns whether a code is the province's own or of a unit below it, in either scheme.

    Decision 20/2020 puts the province's code first (H50.12.01), QCVN 102 last (000.00.19.H50). A code that has it
    at either end counts as the province's: the question decides who may speak for it.

    Args:
        code: an agency code as written, in any case.
        province_codes: the level-1 codes of the province; None means the setting PROVINCE_CODES.
    """
    own = {name.upper() for name in (settings.PROVINCE_CODES if province_codes is None else province_codes)}
    groups = [
        group.strip() for group in fold(code).upper().split(".")
    ]  # look-alike letters do not get round it
    return groups[0] in own or groups[-1] in own


def scheme_of(code: str) -> str:
    """Returns the scheme that a code on the wire belongs to by its form; unknown forms count as the present one."""
    plain = code.upper()
    if QCVN102_CODE.fullmatch(plain) or QCVN102_SHORT_CODE.fullmatch(plain):
        return str(AgencyCode.Scheme.QCVN102)
    return str(AgencyCode.Scheme.QD20)


def kind_by_code(code: str) -> str:
    """Returns the kind of agency that a code on the wire suggests: only level 1 tells (G central, H province)."""
    groups = [group for group in code.upper().split(".") if group.strip("0")]
    if len(groups) == 1 and groups[0][:1] in ("G", "H"):
        return str(Agency.Kind.CENTRAL if groups[0][0] == "G" else Agency.Kind.PROVINCE)
    return str(Agency.Kind.OTHER)


def agency_search_key(names: Iterable[str], codes: Iterable[str]) -> str:
    """Returns the folded names and codes, each once, in one text; "UBND" stands beside the words it is short for."""
    spoken = [
        text for name in names for text in (name, name.replace("Ủy ban nhân dân", "UBND")) if text.strip()
    ]
    return " | ".join(dict.fromkeys(fold(text) for text in (*spoken, *codes)))
