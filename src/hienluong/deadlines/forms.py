"""What people fill in about deadlines: filters, a signed document that waits, why it is taken off the list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.deadlines.labels import STATES
from hienluong.deadlines.models import Clock
from hienluong.directory.service import AskedForm, day_field
from hienluong.exchange.service import PRIORITIES
from hienluong.kit.clock import VIETNAM


class ClockFilter(forms.Form):
    """Narrows an agency's list of deadlines."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=list(STATES.items()))
    duty = forms.ChoiceField(label=_("Duty"), required=False, choices=[("", _("all")), *Clock.Duty.choices])

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.clocks` takes them; what is not valid does not filter."""
        self.is_valid()
        return {
            "state": self.cleaned_data.get("state") or "overdue",
            "duty": self.cleaned_data.get("duty") or "",
        }


class SpanFilter(forms.Form):
    """The days over which what was done is counted."""

    since = day_field(_("From"), required=False)
    until = day_field(_("Up to and including"), required=False)

    def query(self) -> dict[str, Any]:
        """Returns the span as `queries.agencies` takes it; what is not valid does not bound."""
        self.is_valid()
        return {"since": self.cleaned_data.get("since"), "until": self.cleaned_data.get("until")}


class AnnouncementForm(AskedForm):
    """A document that was signed and waits to be sent."""

    number = forms.CharField(label=_("Number"), max_length=90)
    notation = forms.CharField(
        label=_("Notation"), max_length=90, help_text=_("As on the document: QĐ-UBND, SNV-VP …")
    )
    day = day_field(_("Date of signing"))
    time = forms.TimeField(
        label=_("Time of signing"),
        help_text=_("Hours and minutes, 24 h: 14:30."),
        widget=forms.TimeInput(format="%H:%M", attrs={"class": "form-control", "inputmode": "numeric"}),
    )
    priority = forms.TypedChoiceField(label=_("Priority"), coerce=int, initial=0, choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["priority"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - declared above
        field.choices = [(degree, name) for degree, (name, _tone) in PRIORITIES.items()]

    def signed_at(self) -> datetime:
        """Returns when the document was signed, in the Vietnamese zone; only for a valid form."""
        return datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"], VIETNAM)


class CancellationForm(AskedForm):
    """Why a signed document will not be sent over the axis."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
