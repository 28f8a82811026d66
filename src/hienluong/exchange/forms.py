"""What people fill in: searches, a document to send, a status to report."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Actor, today
from hienluong.exchange import policy
from hienluong.exchange.models import Packet
from hienluong.reasons import service as reasons

_OPENED = (policy.FETCHED, policy.CONFIRMED)
# What each view shows: its title, the states of the mailbox plane, and those of the business plane (empty: any).
MAILBOX_VIEWS: dict[str, tuple[str | Promise, tuple[str, ...], tuple[str, ...]]] = {
    "new": (_("New"), (policy.DELIVERED,), ()),
    "to_register": (_("To be entered in the register"), _OPENED, ("", policy.ARRIVED)),
    "asked_back": (_("Asked back by the sender"), tuple(sorted(policy.IN_MAILBOX)), (policy.ASKED_BACK,)),
    "rejected": (_("Refused by our system"), (policy.REJECTED,), ()),
}


class InboxFilter(forms.Form):
    """Narrows the mailbox."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        help_text=_("Sender, number, subject; without diacritics too."),
    )
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("everything")),
            *((name, title) for name, (title, *_planes) in MAILBOX_VIEWS.items()),
        ],
    )
    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("documents")), (Packet.Kind.STATUS.value, _("status reports"))],
    )

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.inbox` takes them; what is not valid does not filter."""
        self.is_valid()
        show = self.cleaned_data.get("show") or ""
        _title, states, business = MAILBOX_VIEWS.get(show, ("", tuple(sorted(policy.IN_MAILBOX)), ()))
        return {
            "states": states,
            "business_states": business,
            "kind": self.cleaned_data.get("kind") or Packet.Kind.DOCUMENT.value,
            "text": self.cleaned_data.get("q") or "",
        }


class SentFilter(forms.Form):
    """Narrows what was sent."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        help_text=_("Number, subject; without diacritics too."),
    )
    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("documents")), (Packet.Kind.STATUS.value, _("status reports"))],
    )

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.sent` takes them."""
        self.is_valid()
        return {
            "kind": self.cleaned_data.get("kind") or Packet.Kind.DOCUMENT.value,
            "text": self.cleaned_data.get("q") or "",
        }


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
        reason.choices = [("", _("in my own words")), *self._offered.items()]
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
                note.label = _("In your own words")
                note.help_text = _("Choose a reason, or write one here. The other agency reads it.")
        self._wants_reason = status in policy.NEEDS_NOTE

    def clean(self) -> dict[str, Any]:
        """Wants a reason where the status does: of the list, or in words."""
        cleaned = super().clean() or {}
        said = cleaned.get("reason") or (cleaned.get("note") or "").strip()
        if self._wants_reason and not said:
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


class ReasonForm(forms.Form):
    """A reason, for an act that needs nothing else."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
