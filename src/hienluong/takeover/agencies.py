"""Whose documents these are: the agency that the actor acts for, or the one that the command line names."""

from __future__ import annotations

from hienluong.directory.service import Actor, Agency, agency_by_code, agency_by_id
from hienluong.takeover.errors import AgencyNotNamed


def agency_for(actor: Actor, code: str = "") -> Agency:
    """Returns the actor's own agency; for the platform, which has none, the one with this code.

    Raises:
        AgencyNotNamed: nobody here has the code.
    """
    if actor.agency_id is not None:
        own = agency_by_id(actor.agency_id)
        assert own is not None  # noqa: S101 - an actor's agency is there
        return own
    found = agency_by_code(code) if code else None
    if found is None or found.agency.place == Agency.Place.OUTSIDE:
        raise AgencyNotNamed(agency=code or "–")
    return found.agency
