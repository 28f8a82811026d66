"""Public Python API of identity: sign-in of people and systems, the systems and their rights to send for others."""

from hienluong.identity.accounts import create_one_time_sign_in, sweep_expired, use_one_time_sign_in
from hienluong.identity.commands import (
    end_sending_right,
    end_system,
    end_system_secret,
    grant_sending_right,
    grant_sending_rights,
    open_sandbox,
    register_system,
    rotate_system_secret,
    set_system_networks,
    tell_of_ending_secrets,
)
from hienluong.identity.models import AgencySystem
from hienluong.identity.policy import may_send_for
from hienluong.identity.tally import note_deprecated_call, note_refusal
from hienluong.identity.tokens import SystemBearer, system_by_token

__all__ = [
    "AgencySystem",
    "SystemBearer",
    "create_one_time_sign_in",
    "end_sending_right",
    "end_system",
    "end_system_secret",
    "grant_sending_right",
    "grant_sending_rights",
    "may_send_for",
    "note_deprecated_call",
    "note_refusal",
    "open_sandbox",
    "register_system",
    "rotate_system_secret",
    "set_system_networks",
    "sweep_expired",
    "system_by_token",
    "tell_of_ending_secrets",
    "use_one_time_sign_in",
]
