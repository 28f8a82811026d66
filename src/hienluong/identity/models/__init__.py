"""What identity keeps: one file per subject."""

from hienluong.identity.models.accounts import OneTimeSignIn
from hienluong.identity.models.alerts import AccessCase, RightsAlert, RightsChange
from hienluong.identity.models.break_glass import BreakGlass, BreakGlassLook
from hienluong.identity.models.closures import AccountClosure
from hienluong.identity.models.reviews import AccessReview, ReviewLine
from hienluong.identity.models.systems import AgencySystem, SendingRight

__all__ = [
    "AccessCase",
    "AccessReview",
    "AccountClosure",
    "AgencySystem",
    "BreakGlass",
    "BreakGlassLook",
    "OneTimeSignIn",
    "ReviewLine",
    "RightsAlert",
    "RightsChange",
    "SendingRight",
]
