"""Pure decisions: who needs a second factor."""

from __future__ import annotations

from collections.abc import Collection


def second_factor_missing(
    acting: str | None, held: Collection[str], protected: Collection[str], *, has_one: bool
) -> bool:
    """Returns whether a session opened without a second factor must come by one before a page opens.

    Somebody who holds a protected post and has no second factor sets one up before anything else; with one, only
    acting in the protected post asks for it.

    Args:
        acting: the role acted in.
        held: the roles the person holds today.
        protected: the roles that ask for a second factor.
        has_one: whether the account has a second factor.
    """
    if acting in protected:
        return True
    return not has_one and bool(set(held) & set(protected))
