"""Giving packets again that a recipient's system has lost."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from hienluong.directory.service import Fact, Question, acting_actor, ask, day_after, require
from hienluong.kit import clock
from hienluong.monitoring import commands, queries
from hienluong.monitoring.commands.again import AT_ONCE, GivenAgain
from hienluong.monitoring.forms import AgainForm


@require_http_methods(["GET", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Asks whose packets, which and why; says how many they are; then gives them again."""
    actor, now = require(acting_actor(request), "monitoring.give_again"), clock.now()
    form = AgainForm(request.POST or None)
    recipient, facts, count = None, list[Fact](), 0
    if form.is_valid():
        recipient = queries.recipient_by_code(actor, form.cleaned_data["to"])
        if recipient is None or recipient.agency_id is None:
            form.add_error("to", _("No agency of this code has a mailbox here."))
        else:
            count = queries.count_fetched(actor, recipient, now=now, **_which(form.cleaned_data))
            facts = [(gettext_lazy("Mailbox"), recipient.name), (gettext_lazy("Packets"), str(count))]

    def act(given: dict[str, Any]) -> tuple[str, str]:
        done = commands.give_again(
            actor=actor,
            recipient=recipient.pk if recipient else 0,
            reason=given["reason"],
            now=now,
            **_which(given),
        )
        return _said(done), reverse("monitoring:monitor")

    warning = ""
    if count > AT_ONCE:
        warning = _("Only the oldest %(most)d go at once; ask again within a day for the rest.") % {
            "most": AT_ONCE
        }
    elif facts and not count:
        warning = _("Nothing of this can be given again: look at the days, and at what is in the mailbox.")
    question = Question(
        gettext_lazy("Give packets again"),
        gettext_lazy("Give them again"),
        reverse("monitoring:monitor"),
        lead=_(
            "For an agency whose system has lost what it had fetched. It finds the packets as it finds new ones; "
            "statuses, deadlines and the senders are left alone."
        ),
        facts=facts,
        warning=warning,
        agencies=queries.mailboxes(actor),
    )
    return ask(request, form, question, act)


def _which(given: dict[str, Any]) -> dict[str, Any]:
    """Returns what was chosen as the command takes it: whole days, or one packet."""
    if given["packet"]:
        return {"since": None, "until": None, "packet_id": given["packet"]}
    return {
        "since": _begin(given["since"]),
        "until": _begin(day_after(given["until"])),
        "packet_id": None,
    }


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), clock.VIETNAM) if day else None


def _said(done: GivenAgain) -> str:
    count = len(done.delivery_ids)
    if not count and not done.gone:
        return _(
            "Nothing had to be given again: what was chosen lies in the mailbox, or was given within a day."
        )
    said = ngettext(
        "%(count)d packet lies in the mailbox again.", "%(count)d packets lie in the mailbox again.", count
    ) % {"count": count}
    if done.gone:
        said += " " + _("%(count)d cannot be given: the copy was destroyed or is closed.") % {
            "count": done.gone
        }
    if done.more:
        said += " " + _("There are more: ask again for the rest.")
    return said
