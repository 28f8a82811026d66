"""Public Python API of identity: sign-in of people and systems, accounts, the systems and their rights to send for others."""

from hienluong.identity.accounts import create_one_time_sign_in, sweep_expired, use_one_time_sign_in
from hienluong.identity.commands import (
    close_account,
    end_own_other_sessions,
    end_sending_right,
    end_sessions,
    end_system,
    grant_sending_right,
    register_system,
    rotate_system_secret,
)
from hienluong.identity.models import AccountClosure, AgencySystem, SendingRight
from hienluong.identity.policy import may_send_for
from hienluong.identity.queries import with_sign_in_facts
from hienluong.identity.tokens import SystemBearer, system_by_token

__all__ = [
    "AccountClosure",
    "AgencySystem",
    "SendingRight",
    "SystemBearer",
    "close_account",
    "create_one_time_sign_in",
    "end_own_other_sessions",
    "end_sending_right",
    "end_sessions",
    "end_system",
    "grant_sending_right",
    "may_send_for",
    "register_system",
    "rotate_system_secret",
    "sweep_expired",
    "system_by_token",
    "use_one_time_sign_in",
    "with_sign_in_facts",
]
