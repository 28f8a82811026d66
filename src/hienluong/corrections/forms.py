"""What people fill in to take a document back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.corrections.models import Recall
from hienluong.directory.service import Actor, AgencyField, AskedForm, today
from hienluong.exchange.service import Delivery
from hienluong.reasons import service as reasons


class KeyedForm(AskedForm):
    """A form whose sending twice does its work once: it carries its own key."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4().hex)


class RecallForm(KeyedForm):
    """A document asked back: from whom, and why."""

    one_of = ("reason", "note")

    recipients = forms.MultipleChoiceField(
        label=_("Ask back from"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one recipient.")},
    )
    reason = forms.ChoiceField(label=_("Reason"), required=False)
    note = forms.CharField(
        label=_("The reason in words"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where no reason is chosen above. The other agency reads it."),
    )

    def __init__(self, actor: Actor, offered: Sequence[Delivery], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = reasons.reasons(actor, on=today(), act=reasons.Reason.Act.ASK_BACK)
        choices = [("", _("another reason, written below")), *((row.code, row.text) for row in rows)]
        listed = [(row.recipient.code, row.recipient.name or row.recipient.code) for row in offered]
        for name, values in (("reason", choices), ("recipients", listed)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
            field.choices = values
        if len(listed) == 1:
            self.initial["recipients"] = [listed[0][0]]

    def clean(self) -> dict[str, Any]:
        """Wants a reason: of the list, or in words."""
        cleaned = super().clean() or {}
        if not cleaned.get("reason") and not (cleaned.get("note") or "").strip():
            self.add_error("note", _("Give the reason."))
        return cleaned


class RevocationForm(KeyedForm):
    """Why a document is revoked."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The other agencies read it."),
    )


class CorrectionForm(KeyedForm):
    """The agency that should have got the document."""

    to = AgencyField(
        label=_("The right agency"),
        max_length=60,
        help_text=_("Begin to type the name or the code, then choose."),
        widget=forms.TextInput(attrs={"list": "agency-codes", "autocomplete": "off", "spellcheck": "false"}),
    )
    note = forms.CharField(
        label=_("Note for the agency that got it by mistake"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RecallFilter(forms.Form):
    """Narrows the list of recalls."""

    side = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[("", _("all")), ("sent", _("asked back by us")), ("received", _("asked back from us"))],
    )
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("all")), *Recall.State.choices]
    )

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.recalls` takes them; what is not valid does not filter."""
        self.is_valid()
        state = self.cleaned_data.get("state") or ""
        return {"side": self.cleaned_data.get("side") or "", "states": [state] if state else []}
