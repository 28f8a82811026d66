"""Changes of rights and looks by break-glass in words; names of people are those of the moment of the change."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from hienluong.access.models import RightsChange
from hienluong.directory.service import Post
from hienluong.kit.errors import fill
from hienluong.kit.errors import gettext_noop as _

_Kind = RightsChange.Kind
SENTENCES = {
    _Kind.POST_ASSIGNED: _("{person} got the post “{title}” ({role}) at {agency}."),
    _Kind.POST_ENDED: _("The post “{title}” ({role}) of {person} at {agency} ended."),
    _Kind.ACCOUNT_OPENED: _("An account “{account}” was opened for {person}."),
    _Kind.ACCOUNT_CLOSED: _("The account “{account}” of {person} was closed."),
    _Kind.ACCOUNT_REOPENED: _("The account “{account}” of {person} was opened again."),
    _Kind.ACCOUNT_RESET: _("A new way to sign in to the account “{account}” of {person} was handed out."),
    _Kind.FACTORS_RESET: _("The second factors of the account “{account}” of {person} were taken away."),
    _Kind.STAND_IN_NAMED: _(
        "{person} stands in for {absent} from {first_day} to {last_day}: {title} at {agency}."
    ),
    _Kind.STAND_IN_ENDED: _("{person} stands in for {absent} no more: {title} at {agency}."),
    _Kind.DELEGATION_GRANTED: _("{giver} delegated to {person}: {title} at {agency}."),
    _Kind.DELEGATION_ENDED: _("The delegation from {giver} to {person} ended: {title} at {agency}."),
    _Kind.SYSTEM_REGISTERED: _("The system “{system}” of {agency} may call the API."),
    _Kind.SYSTEM_KEY_CHANGED: _("The system “{system}” of {agency} got another key."),
    _Kind.SYSTEM_NETWORKS: _("The system “{system}” of {agency} may call from other networks."),
    _Kind.SYSTEM_ENDED: _("The system “{system}” of {agency} may call the API no more."),
    _Kind.SENDING_GRANTED: _("The system “{system}” of {agency} may send for {other}."),
    _Kind.SENDING_ENDED: _("The system “{system}” of {agency} may no more send for {other}."),
    _Kind.SIGN_ON_REGISTERED: _("People may sign on to the system “{system}” of {agency}."),
    _Kind.SIGN_ON_KEY_CHANGED: _("The sign-on of the system “{system}” of {agency} got another key."),
    _Kind.SIGN_ON_ENDED: _("Nobody signs on to the system “{system}” of {agency} any more."),
}
ANY_OUTSIDE = _("any agency outside the province")


LOOKS = {"page": _("the page of the document"), "attachment": _("attachment {number}")}


def look_name(what: str) -> str:
    """Returns what a look showed in words: `page`, or `attachment` and its position; anything else as it stands."""
    kind, _space, position = what.partition(" ")
    number = int(position) + 1 if position.isdecimal() else ""
    return fill(gettext(LOOKS[kind]), {"number": number}) if kind in LOOKS else what


def sentence(change: RightsChange) -> str:
    """Returns what was changed as one sentence in the language in force."""
    facts = dict(change.facts)
    if facts.get("role"):
        facts["role"] = str(Post.Role(facts["role"]).label)
    if "other" in facts and not facts["other"]:
        facts["other"] = gettext(ANY_OUTSIDE)
    return fill(gettext(SENTENCES[_Kind(change.kind)]), facts)


def quarter_name(quarter: str) -> str:
    """Returns a quarter written 2026-Q4 as people write it: Q4/2026, quý 4/2026."""
    year, number = quarter.split("-Q")
    return pgettext("quarter", "Q{number}/{year}").format(number=number, year=year)
