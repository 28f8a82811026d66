"""Public Python API of the systems: their keys and tokens, rights to send for others, the sandbox."""

from hienluong.systems.commands import (
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
from hienluong.systems.idempotency import once, sweep_kept_answers
from hienluong.systems.models import AgencySystem, SendingRight
from hienluong.systems.policy import may_send_for
from hienluong.systems.queries import Ending, ending_systems
from hienluong.systems.tally import note_deprecated_call, note_refusal, sweep_counts
from hienluong.systems.tokens import SystemBearer, system_by_token

__all__ = [
    "AgencySystem",
    "Ending",
    "SendingRight",
    "SystemBearer",
    "end_sending_right",
    "end_system",
    "end_system_secret",
    "ending_systems",
    "grant_sending_right",
    "grant_sending_rights",
    "may_send_for",
    "note_deprecated_call",
    "note_refusal",
    "once",
    "open_sandbox",
    "register_system",
    "rotate_system_secret",
    "set_system_networks",
    "sweep_counts",
    "sweep_kept_answers",
    "system_by_token",
    "tell_of_ending_secrets",
]
