"""Forms about evidence."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import AskedForm, day_field
from hienluong.evidence.labels import EXCHANGE, HOUSE, PEOPLE
from hienluong.evidence.policy import REASON_MAX
from hienluong.evidence.queries.entries import subject_named
from hienluong.kit.clock import VIETNAM
from hienluong.kit.errors import NotFound
from hienluong.ledger.service import Wanted

_AS_WRITTEN = _("A packet number, a person’s user name, or kind:id.")


class SubjectField(forms.CharField):
    """What an entry is about, or who acted; its value is kind:id."""

    def clean(self, value: str | None) -> str:
        """Returns it as kind:id; "" where nothing is given."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            return subject_named(text)
        except NotFound as problem:
            raise forms.ValidationError(_("Nothing of that name is known here.")) from problem


class EntryFilter(forms.Form):
    """Narrows the entries of the ledger."""

    subject = SubjectField(label=_("About what"), required=False, max_length=80, help_text=_AS_WRITTEN)
    actor = SubjectField(
        label=_("By whom"), required=False, max_length=80, help_text=_("A user name, or kind:id.")
    )
    action = forms.ChoiceField(label=_("What was done"), required=False)
    since = day_field(_("First day"), required=False)
    until = day_field(_("Last day"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own
        groups = ((_("Documents"), EXCHANGE), (_("People and rights"), PEOPLE), (_("The platform"), HOUSE))
        choices = [
            (
                title,
                sorted(
                    ((name, str(words)) for name, words in acts.items()), key=lambda one: one[1].casefold()
                ),
            )
            for title, acts in groups
        ]
        self.fields["action"].choices = [("", _("anything")), *choices]  # type: ignore[attr-defined]  # of a ChoiceField

    def wanted(self) -> Wanted | None:
        """Returns which entries are looked for; None: something that was typed is none, and stands beside its field."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        return Wanted(
            subject=given.get("subject") or "",
            actor=given.get("actor") or "",
            action=given.get("action") or "",
            since=datetime.combine(since, time(), VIETNAM) if since else None,
            until=datetime.combine(until + timedelta(days=1), time(), VIETNAM) if until else None,
        )


class RequestForm(AskedForm):
    """The letter in which a person asks who has looked at their data."""

    request = forms.CharField(
        label=_("The person’s letter"),
        max_length=REASON_MAX,
        help_text=_("Number and date. It stands in the ledger, and the person reads that you looked."),
    )
