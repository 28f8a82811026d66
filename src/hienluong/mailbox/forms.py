"""What people look for among the documents that came in and those they sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import day_field
from hienluong.exchange.service import Packet, policy
from hienluong.kit.criteria import Criteria

_OPENED = (policy.FETCHED, policy.CONFIRMED)
# What each view shows: its title, the states of the mailbox plane, and those of the business plane (empty: any).
MAILBOX_VIEWS: dict[str, tuple[str | Promise, tuple[str, ...], tuple[str, ...]]] = {
    "new": (_("New"), (policy.DELIVERED,), ()),
    "to_register": (_("To be entered in the register"), _OPENED, ("", policy.ARRIVED)),
    "asked_back": (_("Asked back by the sender"), policy.ALL_STATES, (policy.ASKED_BACK,)),
    "rejected": (_("Refused by our system"), (policy.REJECTED,), ()),
}
CRITERIA = ("number", "notation", "subject", "agency", "dated_from", "dated_to")
"""What stands beside the free words, folded away until one of them is used."""


class DocumentSearch(forms.Form):
    """The one form of all searches among documents; what is not valid does not narrow, and is said."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        help_text=_("Number, subject, agency; words in any order, without diacritics too."),
    )
    number = forms.CharField(label=_("Number"), required=False, max_length=30)
    notation = forms.CharField(label=_("Notation"), required=False, max_length=60)
    subject = forms.CharField(label=_("Subject"), required=False, max_length=200)
    agency = forms.CharField(label=_("Agency"), required=False, max_length=200)
    dated_from = day_field(_("Dated from"), required=False)
    dated_to = day_field(_("Dated to"), required=False)

    def clean(self) -> dict[str, Any]:
        """Says so where the dates are the wrong way round."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("dated_from"), cleaned.get("dated_to")
        if first and last and first > last:
            self.add_error("dated_to", _("This is before the day the search begins with."))
        return cleaned

    def criteria(self) -> Criteria:
        """Returns what is looked for."""
        self.is_valid()
        given = {name: self.cleaned_data.get(name) or None for name in CRITERIA}
        return Criteria(
            text=self.cleaned_data.get("q") or "",
            **{name: value for name, value in given.items() if value is not None},
        )

    def by_field(self) -> list[forms.BoundField]:
        """Returns the questions that stand beside the free words."""
        return [self[name] for name in CRITERIA]

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return any(self.data.get(name) for name in self.fields)

    @property
    def unfolded(self) -> bool:
        """Whether one of the criteria beside the free words was given, so that they are not folded away."""
        return any(self.data.get(name) for name in CRITERIA)

    def filters(self) -> Mapping[str, str]:
        """Returns what was given, by name: as another list takes it, and as an address says it."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}


class InboxSearch(DocumentSearch):
    """Narrows what came in; the agency is the sender."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].label = _("Sender")

    def query(self) -> dict[str, Any]:
        """Returns the filters as `exchange.inbox` takes them."""
        criteria = self.criteria()
        show = self.cleaned_data.get("show") or ""
        no_view: tuple[str | Promise, tuple[str, ...], tuple[str, ...]] = ("", policy.ALL_STATES, ())
        _title, states, business = MAILBOX_VIEWS.get(show, no_view)
        return {
            "states": states,
            "business_states": business,
            "kind": self.cleaned_data.get("kind") or Packet.Kind.DOCUMENT.value,
            "criteria": criteria,
        }


class SentSearch(DocumentSearch):
    """Narrows what was sent; the agency is any of its recipients."""

    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("documents")), (Packet.Kind.STATUS.value, _("status reports"))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].label = _("Recipient")
        self.fields["q"].help_text = _("Number, subject; words in any order, without diacritics too.")

    def query(self) -> dict[str, Any]:
        """Returns the filters as `exchange.sent` takes them."""
        criteria = self.criteria()
        return {
            "kind": self.cleaned_data.get("kind") or Packet.Kind.DOCUMENT.value,
            "criteria": criteria,
        }
