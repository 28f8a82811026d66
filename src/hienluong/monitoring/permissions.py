"""Who may watch the platform, and who may act on what failed. Metadata only, never content (docs/decisions/0019)."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rules.predicates import Predicate

from hienluong.directory.service import Actor, declare, has_role, is_platform


def _is_operators_system(actor: Actor) -> bool:
    return actor.kind == "system" and not actor.sandbox and str(actor.id) in settings.OPERATOR_SYSTEMS


is_operators_system = Predicate(_is_operators_system, name="is_operators_system")
"""The actor is one of the systems that the settings name as the operators' own; none unless they do."""

_operates = has_role("operator") | is_platform | is_operators_system

declare(
    "monitoring.view_monitor",
    _operates | has_role("administrator", "auditor"),
    _("watch the axis: metadata, never content"),
)
declare("monitoring.retry_deliveries", _operates, _("try failed deliveries again"))
declare("monitoring.give_again", _operates, _("give packets again that a recipient's system has lost"))
declare("monitoring.manage_alarms", _operates, _("set limits of alarms, silence them"))
declare("monitoring.make_token", is_platform, _("make the token that opens the metrics"))
