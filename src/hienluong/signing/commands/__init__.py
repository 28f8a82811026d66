"""Writes: one file per subject, one transaction per command."""

from hienluong.signing.commands.alarms import warn_of_ends, warn_of_old_revocations
from hienluong.signing.commands.certificates import (
    bring_certificate,
    end_certificate,
    prove_certificate,
    register_agency_key,
    register_own_certificate,
    set_image,
)
from hienluong.signing.commands.remote import complete_signature, prepare_signature, sweep_prepared
from hienluong.signing.commands.sign import sign_document
from hienluong.signing.commands.trust import end_authority, import_authorities, refresh_revocations
from hienluong.signing.commands.with_certificate import prepare_with, sign_for_agency, sign_with

__all__ = [
    "bring_certificate",
    "complete_signature",
    "end_authority",
    "end_certificate",
    "import_authorities",
    "prepare_signature",
    "prepare_with",
    "prove_certificate",
    "refresh_revocations",
    "register_agency_key",
    "register_own_certificate",
    "set_image",
    "sign_document",
    "sign_for_agency",
    "sign_with",
    "sweep_prepared",
    "warn_of_ends",
    "warn_of_old_revocations",
]
