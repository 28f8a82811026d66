"""Who may do what about systems; the predicates are those of the directory."""

from django.utils.translation import gettext_lazy as _
from rules.predicates import Predicate

from hienluong.directory.service import Actor, Agency, declare, has_role, is_system, may_administer
from hienluong.systems.models import AgencySystem

_at_work = has_role("clerk", "head", "deputy", "officer")


def _tests_with(actor: Actor, system: AgencySystem | None) -> bool:
    return (
        system is not None
        and system.agency.in_sandbox
        and actor.agency_id is not None
        and system.agency.sandbox.owner_id == actor.agency_id
    )


def _works_for(actor: Actor, agency: Agency | None) -> bool:
    return agency is not None and actor.agency_id == agency.pk and not agency.in_sandbox


tests_with = Predicate(_tests_with, name="tests_with")
"""The object is a sandbox system that was opened for the actor's agency."""

works_for = Predicate(_works_for, name="works_for")
"""The object is the real agency that the actor acts for."""

declare(
    "systems.view_systems",
    may_administer | has_role("auditor", "clerk", "head", "deputy", "officer"),
    _("see agencies' systems: people of an agency its own, administrators and auditors all"),
)
declare(
    "systems.manage_systems",
    may_administer | (_at_work & tests_with),
    _("manage agencies' systems and their secrets"),
)
declare(
    "systems.open_sandbox",
    may_administer | (_at_work & works_for),
    _("open a sandbox system for the agency's developers"),
)
declare("systems.grant_sending", may_administer, _("grant the right to send for another agency"))
declare("systems.call_api", is_system, _("ask the API who one is"))
