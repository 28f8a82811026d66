"""What people fill in: a status to report, a reason."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Actor, today
from hienluong.exchange import policy
from hienluong.reasons import service as reasons


class ReportForm(forms.Form):
    """A status to report about a document."""

    arrival_number = forms.CharField(
        label=_("Arrival number"),
        max_length=10,
        help_text=_("The number in your agency's register of incoming documents."),
    )
    staff = forms.CharField(
        label=_("Assigned to"), max_length=100, help_text=_("The unit or person who handles it.")
    )
    reason = forms.ChoiceField(label=_("Reason"), required=False)
    note = forms.CharField(
        label=_("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, actor: Actor, status: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4().hex)
        offered = reasons.reasons(actor, on=today(), act=status) if status in policy.NEEDS_NOTE else []
        self._offered = {one.code: one.text for one in offered}
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)  # noqa: S101 - declared above
        reason.choices = [("", _("another reason, written below")), *self._offered.items()]
        if not offered:
            del self.fields["reason"]
        if status != policy.REGISTERED:
            del self.fields["arrival_number"]
        if status != policy.ASSIGNED:
            del self.fields["staff"]
        note = self.fields["note"]
        if status in policy.NEEDS_NOTE:
            note.label, note.help_text = _("Reason"), _("The other agency reads it.")
            if offered:
                note.label = _("The reason in words")
                note.help_text = _("Needed where no reason is chosen above. The other agency reads it.")
        self.one_of = ("reason", "note") if status in policy.NEEDS_NOTE else ()

    def clean(self) -> dict[str, Any]:
        """Wants a reason where the status does: of the list, or in words."""
        cleaned = super().clean() or {}
        said = cleaned.get("reason") or (cleaned.get("note") or "").strip()
        if self.one_of and not said:
            self.add_error("note", _("Give the reason."))
        return cleaned

    @property
    def reason_words(self) -> str:
        """The words of the reason that was chosen, "" where there is none."""
        return self._offered.get(self.data.get("reason", ""), "")

    def report(self) -> dict[str, str]:
        """Returns reason, note and staff as `report_status` takes them; the arrival number stands first in the note."""
        note = self.cleaned_data["note"]
        if number := self.cleaned_data.get("arrival_number"):
            note = f"Số đến: {number}. {note}".strip()  # the other agency reads Vietnamese
        return {
            "note": note,
            "reason": self.cleaned_data.get("reason", ""),
            "staff": self.cleaned_data.get("staff", ""),
        }
