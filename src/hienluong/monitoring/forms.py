"""Forms of the monitoring."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hienluong.directory.service import AskedForm, day_field
from hienluong.monitoring.causes import BY_CODE, CAUSES
from hienluong.monitoring.conditions import Condition

UNITS = {
    "minutes": _("In minutes."),
    "hours": _("In hours."),
    "days": _("In days; it is bad below this."),
    "percent": _("In per cent."),
    "": _("A number; more than this is bad."),
}


class FailureFilter(forms.Form):
    """Narrows the list of failures."""

    cause = forms.ChoiceField(
        label=_("Cause"),
        required=False,
        choices=[("", _("all")), *((cause.code, cause.title) for cause in CAUSES)],
    )
    to = forms.CharField(
        label=_("Code of the recipient"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "H50.…"}),
    )

    def chosen(self) -> tuple[str, str]:
        """Returns the cause and the recipient's code that were chosen; what is not valid does not filter."""
        self.is_valid()
        cause = str(self.cleaned_data.get("cause") or "")
        return cause if cause in BY_CODE else "", str(self.cleaned_data.get("to") or "").strip()


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("Kept in the ledger: what was repaired, or who asked for it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, for the record.")},
    )


class ReasonForm(AskedForm):
    """Why something is done."""

    reason = _reason()


class RetryForm(ReasonForm):
    """Why all of a cause, of a recipient, or of both is tried again."""

    cause = forms.CharField(widget=forms.HiddenInput, required=False)
    to = forms.CharField(widget=forms.HiddenInput, required=False)


class AgainForm(AskedForm):
    """Whose packets are given again, which, and why."""

    to = forms.CharField(
        label=_("Recipient"),
        max_length=60,
        help_text=_("The code of the agency whose system has lost them."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "spellcheck": "false",
                "list": "agency-codes",
                "placeholder": "H50.…",
            }
        ),
        error_messages={"required": _("Give the agency's code.")},
    )
    since = day_field(
        _("From"), required=False, hint=_("The day from which packets are missing there. Day/month/year.")
    )
    until = day_field(_("Up to and including"), required=False)
    packet = forms.UUIDField(
        label=_("One packet only"),
        required=False,
        help_text=_("Its identifier, instead of the days."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = _reason()

    def clean(self) -> dict[str, Any]:
        """Checks that either days or a packet are given."""
        given: dict[str, Any] = super().clean() or {}
        since, until, packet = given.get("since"), given.get("until"), given.get("packet")
        if self.errors:
            return given
        if packet and (since or until):
            self.add_error("packet", _("Give a packet or days, not both."))
        elif not packet and not since:
            self.add_error("since", _("Give the days, or one packet."))
        elif not packet and not until:
            self.add_error("until", _("Give the last day too."))
        elif since and until and until < since:
            self.add_error("until", _("The end lies after the beginning."))
        return given


class LimitForm(AskedForm):
    """When a condition is bad, and how often its alarm is said again."""

    value = forms.IntegerField(label=_("Limit"), min_value=0, max_value=1_000_000)
    watched = forms.ChoiceField(
        label=_("Alarm"),
        choices=[("yes", _("is raised")), ("no", _("is never raised"))],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    repeat_hours = forms.IntegerField(label=_("Repeat after (hours)"), min_value=1, max_value=168)
    reason = _reason()

    def __init__(self, condition: Condition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].help_text = UNITS[condition.unit]


def _silences() -> list[tuple[str, str]]:
    """Returns how long an alarm may be silenced, in the language of who asks."""
    hours = [(str(n), ngettext("%(hours)d hour", "%(hours)d hours", n) % {"hours": n}) for n in (1, 4, 8)]
    days = [(str(24 * n), ngettext("%(days)d day", "%(days)d days", n) % {"days": n}) for n in (1, 3, 7, 30)]
    return hours + days


class SilenceForm(AskedForm):
    """For how long nobody is told, and why."""

    hours = forms.ChoiceField(
        label=_("For how long"),
        choices=_silences,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    reason = _reason()
