"""Public Python API of identity: sign-in of people, their accounts and sessions."""

from hienluong.identity.accounts import (
    client_address,
    create_one_time_sign_in,
    sweep_expired,
    use_one_time_sign_in,
)
from hienluong.identity.commands import (
    close_account,
    end_own_other_sessions,
    end_sessions,
    end_sign_on_client,
)
from hienluong.identity.models import AccountClosure, SignOnClient
from hienluong.identity.queries import AccountCounts, account_counts, with_sign_in_facts

__all__ = [
    "AccountClosure",
    "AccountCounts",
    "SignOnClient",
    "account_counts",
    "client_address",
    "close_account",
    "create_one_time_sign_in",
    "end_own_other_sessions",
    "end_sessions",
    "end_sign_on_client",
    "sweep_expired",
    "use_one_time_sign_in",
    "with_sign_in_facts",
]
