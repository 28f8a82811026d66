"""Who may do what about webhooks: they belong to a system, and the system's agency answers for them."""

from django.utils.translation import gettext_lazy as _
from rules.predicates import Predicate

from hienluong.directory.service import Actor, declare, has_role, is_system, may_administer
from hienluong.systems.service import AgencySystem


def _answers_for(actor: Actor, system: AgencySystem | None) -> bool:
    if system is None or actor.agency_id is None:
        return False
    agency = system.agency
    return actor.agency_id == (agency.sandbox.owner_id if agency.in_sandbox else agency.pk)


def _is_itself(actor: Actor, system: AgencySystem | None) -> bool:
    return system is not None and actor.id == system.pk


answers_for = Predicate(_answers_for, name="answers_for")
"""The object is a system of the actor's agency, or one of the sandbox that was opened for it."""

is_itself = Predicate(_is_itself, name="is_itself")
"""The object is the system that acts."""

_manages = may_administer | (has_role("head", "clerk") & answers_for) | (is_system & is_itself)

declare(
    "webhooks.view_webhooks",
    may_administer | has_role("auditor", "operator", "clerk", "head", "deputy", "officer") | is_system,
    _(
        "see webhooks: people of an agency and its systems their own, administrators, auditors and operators all"
    ),
)
declare("webhooks.manage_webhooks", _manages, _("register webhooks, change their secrets, end them"))
declare("webhooks.grant_alarms", may_administer, _("let a webhook hear of the platform's own alarms"))
declare("webhooks.replay_messages", _manages | has_role("operator"), _("send messages of a webhook again"))
