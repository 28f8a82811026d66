"""Forms of alerts, cases and break-glass."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.access.policy import GLASS_HOURS_MAX
from hienluong.access.things import kinds
from hienluong.directory.service import AskedForm


class DisputeForm(AskedForm):
    """What is wrong with a change of rights, and whether one's other sessions are to end."""

    note = forms.CharField(
        label=_("What is wrong"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Say what you know: who should have the right, or that you did not ask for it."),
    )
    end_sessions = forms.BooleanField(
        label=_("Sign me out everywhere else now"),
        required=False,
        help_text=_("Choose this if somebody else may be using your account."),
    )


class OutcomeForm(AskedForm):
    """What came of a case."""

    outcome = forms.CharField(
        label=_("What you found and did"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class AnswerForm(AskedForm):
    """The answer to a break-glass request."""

    note = forms.CharField(
        label=_("Note to the requester"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you do not approve."),
    )


class AskForm(AskedForm):
    """Which thing somebody asks to see by break-glass, why, on what legal basis, for how long."""

    kind = forms.ChoiceField(label=_("Kind"))
    object_id = forms.CharField(
        label=_("Identifier"),
        max_length=64,
        help_text=_("As the monitor or the ledger names it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why metadata are not enough. Do not quote the document."),
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The law, decision or order: number, notation, date, article."),
    )
    hours = forms.IntegerField(
        label=_("For how many hours"), min_value=1, max_value=GLASS_HOURS_MAX, initial=4
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - as declared above
        choice.choices = kinds()
