"""Forms about webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import AskedForm, day_field
from hienluong.systems.service import AgencySystem
from hienluong.webhooks import policy

KINDS = [
    (policy.PACKET_DELIVERED, _("a packet has come into the mailbox")),
    (policy.STATUS_RECORDED, _("a status of a document was recorded")),
    (policy.DELIVERY_FAILED, _("a delivery failed for good")),
]
OPERATOR_KINDS = [
    (policy.ALARM_RAISED, _("an alarm of the platform was raised, or still stands")),
    (policy.ALARM_CLEARED, _("an alarm of the platform is over")),
]
STATES = [
    ("live", _("in use or stopped")),
    ("failing", _("failing")),
    ("stopped", _("stopped after failures")),
    ("ended", _("ended")),
]


class WebhookFilter(forms.Form):
    """Narrows the list of webhooks."""

    state = forms.ChoiceField(label=_("Show"), required=False, choices=STATES)

    def chosen(self) -> str:
        """Returns the state that was chosen; what is not valid does not filter."""
        self.is_valid()
        return str(self.cleaned_data.get("state") or "live")


def _kinds() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("What it hears of"),
        choices=KINDS,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Choose at least one kind of event.")},
    )


def _offer_alarms(form: forms.Form, *, alarms: bool) -> None:
    """Offers the platform's own events too, to whoever may grant them."""
    field = form.fields["kinds"]
    assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
    field.choices = [*KINDS, *(OPERATOR_KINDS if alarms else ())]


class KindsForm(AskedForm):
    """The kinds of events that a webhook hears of."""

    kinds = _kinds()

    def __init__(self, *args: Any, alarms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_alarms(self, alarms=alarms)


class OnceForm(AskedForm):
    """A form whose answer shows a secret: sent twice, it does its work once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4().hex)


class RegisterForm(OnceForm):
    """A new webhook of a system."""

    system = forms.ChoiceField(label=_("System"))
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_(
            "An https address of the system; it must answer a challenge before anything else is sent to it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
    kinds = _kinds()

    def __init__(self, systems: Sequence[AgencySystem], *args: Any, alarms: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_alarms(self, alarms=alarms)
        self.systems = {str(one.pk): one for one in systems}
        field = self.fields["system"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(key, f"{one.name}, {one.agency.name}") for key, one in self.systems.items()]

    def clean_system(self) -> AgencySystem:
        """Returns the system that was chosen."""
        return self.systems[self.cleaned_data["system"]]


class RotateForm(OnceForm):
    """What becomes of the former secret."""

    former = forms.ChoiceField(
        label=_("The former secret"), widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["former"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        days = {"days": settings.SECRET_OVERLAP_DAYS}
        field.choices = [
            ("usual", _("signs for %(days)d days more, beside the new one") % days),
            ("now", _("ends at once: the receiver refuses messages until the new one is entered there")),
        ]
        field.initial = "usual"


class ReplayForm(AskedForm):
    """Which messages are sent again."""

    which = forms.ChoiceField(
        label=_("What is sent again"),
        choices=[
            ("failed", _("what failed")),
            ("time", _("everything of the days below, delivered or not")),
        ],
        initial="failed",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    since = day_field(_("First day"), required=False)
    until = day_field(_("Last day"), required=False)

    def clean(self) -> dict[str, Any]:
        """Checks that days were given where they were chosen."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if cleaned.get("which") == "time" and not since and not self.has_error("since"):
            self.add_error("since", _("Enter the day."))
        if since and until and until < since:
            self.add_error("until", _("The end lies after the beginning."))
        return cleaned
