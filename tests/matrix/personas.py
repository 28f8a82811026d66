"""Who knocks at the doors, by name. Every door of `routes/` says what becomes of each of them.

People of the unrelated agency are called `other_clerk`, `other_head` …: the same roles, so that what they are refused is
refused for the agency and not for the role.
"""

from __future__ import annotations

AGENCY = ("clerk", "head", "deputy", "officer", "secrecy_officer")
"""Roles of those who work with an agency's documents."""

WATCHERS = ("operator", "auditor", "administrator")
"""Roles that watch over the platform. They hold their posts at our agency: even there they read no document."""

ROLES = (*AGENCY, *WATCHERS)
STRANGERS = tuple(f"other_{role}" for role in AGENCY)

NOBODY = {
    "visitor": "is not signed in",
    "closed": "had an account; it was closed while the browser was open",
}
IDLE = {
    "postless": "has an account and never had a post",
    "former": "was our clerk until yesterday",
}
HALF_WAY = {
    "unproven": "is an administrator whose session has shown no second factor",
    "newcomer": "is a clerk who has not yet changed the password that an administrator set",
}
PROGRAMS = {
    "system": "is our agency's",
    "other_system": "is the unrelated agency's",
    "behalf_system": "is a third agency's, with a written right to send for ours and the unrelated one",
    "sandbox_system": "is a test agency's, behind the wall of the sandbox",
    "ended_system": "was ours; it has ended, and its token has not run out",
    "stray_system": "is ours and calls from a network that is not entered for it",
    "person_token": "holds a token of single sign-on: an officer's, and no system's",
}
PEOPLE = (*NOBODY, *IDLE, *HALF_WAY, *ROLES, *STRANGERS)
PERSONAS = (*PEOPLE, *PROGRAMS)
ACTING = (*ROLES, *STRANGERS)
"""People who act in a post."""


def role_of(persona: str) -> str:
    """Returns what a persona is at its agency: a role, or "system"."""
    return persona.removeprefix("other_")


def is_other(persona: str) -> bool:
    """Returns whether a persona belongs to the unrelated agency."""
    return persona.startswith("other_")
