"""Forms about keeping and destroying."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import AskedForm
from hienluong.retention.policy import LONGEST_MONTHS, REASON_MAX


class PeriodForm(AskedForm):
    """For how long a kind of document is kept, from which day on, and on what that rests."""

    type_name = forms.CharField(
        label=_("Kind of document"),
        max_length=100,
        required=False,
        help_text=_(
            "As documents name it, for example Công văn. Empty: every kind without a period of its own."
        ),
    )
    months = forms.IntegerField(
        label=_("Months"),
        required=False,
        min_value=1,
        max_value=LONGEST_MONTHS,
        help_text=_("From acceptance on. Empty: kept for good."),
    )
    valid_from = forms.DateField(label=_("For documents accepted from"), help_text=_("Day/month/year."))
    source = forms.CharField(
        label=_("What it rests on"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "The law or decision: number, notation, date, article. Without one it is shown as provisional."
        ),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = today


class EndPeriodForm(AskedForm):
    """From which day on a period no longer applies."""

    valid_to = forms.DateField(
        label=_("For documents accepted from"),
        help_text=_(
            "Day/month/year. They fall under the period of every other kind; without one they are kept until somebody "
            "says for how long."
        ),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_to"].initial = today


class ReasonForm(AskedForm):
    """Why somebody does it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A case, an inspection, an order: number and date. It stands in the ledger."),
    )


class NoteForm(AskedForm):
    """What there is to say about it."""

    note = forms.CharField(
        label=_("Note"), max_length=REASON_MAX, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeclineForm(AskedForm):
    """Why a disposal is declined."""

    note = forms.CharField(label=_("Reason"), max_length=REASON_MAX, widget=forms.Textarea(attrs={"rows": 3}))
