"""What identity keeps: one file per subject."""

from hienluong.identity.models.accounts import OneTimeSignIn
from hienluong.identity.models.systems import (
    AgencySystem,
    SandboxAgency,
    SendingRight,
    SystemSecret,
    SystemTally,
)

__all__ = [
    "AgencySystem",
    "OneTimeSignIn",
    "SandboxAgency",
    "SendingRight",
    "SystemSecret",
    "SystemTally",
]
