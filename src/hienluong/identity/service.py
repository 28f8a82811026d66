"""Public Python API of identity: sign-in of people, their sessions."""

from hienluong.identity.accounts import (
    client_address,
    create_one_time_sign_in,
    sweep_expired,
    use_one_time_sign_in,
)
from hienluong.identity.commands import (
    end_sessions,
)

__all__ = [
    "client_address",
    "create_one_time_sign_in",
    "end_sessions",
    "sweep_expired",
    "use_one_time_sign_in",
]
