"""Forms about agencies' systems: registering, secrets, networks, the on-behalf list, the sandbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Agency
from hienluong.kit import clock
from hienluong.kit.errors import InvalidInput
from hienluong.systems.models import AgencySystem


class RefusableForm(forms.Form):
    """A form that shows what a command refused at the fields it named."""

    def take(self, refusal: InvalidInput) -> None:
        """Puts each refused value beside its field."""
        for error in refusal.errors:
            name = error.pointer.strip("/")
            self.add_error(name if name in self.fields else None, error.text(gettext))


def _day(label: Any, help_text: Any, *, required: bool = False) -> forms.DateField:
    """Returns a field for a day as people write it: the browser's own picker writes in its own language."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=required,
        widget=forms.DateInput(attrs={"autocomplete": "off"}),
    )


def end_of_day(day: date | None) -> datetime | None:
    """Returns the moment a day is over in Vietnam; None for no day."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), clock.VIETNAM)


class SystemFilter(forms.Form):
    """Narrows the list of systems."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        help_text=_("System, agency or client id; without diacritics too."),
    )
    state = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("live", _("in use")),
            ("ending", _("in use, a secret ends within 30 days")),
            ("sandbox", _("in the sandbox")),
            ("ended", _("ended")),
            ("all", _("all")),
        ],
    )

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.search_systems` takes them; what is not valid does not filter."""
        self.is_valid()
        return {
            "text": self.cleaned_data.get("q") or "",
            "state": self.cleaned_data.get("state") or "live",
        }


class NetworksField(forms.CharField):
    """Networks, one per line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def __init__(self) -> None:
        super().__init__(
            label=_("Networks it may call from"),
            required=False,
            help_text=_("One per line: a network like 203.113.0.0/16, or one address. Empty: from anywhere."),
        )

    def clean(self, value: str) -> list[str]:
        """Returns the lines that say something."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class OnceForm(RefusableForm):
    """A form whose answer shows a secret: sent twice, it does its work once."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4().hex)


class ForAgencyForm(OnceForm):
    """What is made for an agency, named by its code."""

    agency = forms.CharField(
        label=_("Agency"),
        max_length=60,
        help_text=_("Its code, of any scheme; type a part of the name to choose."),
        widget=forms.TextInput(attrs={"list": "agencies", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, actor: Actor | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        page = directory.search_agencies(actor, place=Agency.Place.PROVINCE, limit=200)
        codes = directory.primary_codes(agency.pk for agency in page.items)
        self.choices = [(codes[agency.pk], agency.name) for agency in page.items if agency.pk in codes]

    def clean_agency(self) -> Agency:
        """Returns the agency that the code leads to."""
        code = self.cleaned_data["agency"]
        found = directory.agencies_in_reach([code], sandbox=False).get(code)
        if found is None:
            raise forms.ValidationError(_("No agency has or ever had this code."))
        return found.agency


class RegisterForm(ForAgencyForm):
    """A new system of an agency."""

    name = forms.CharField(
        label=_("Name of the system"), max_length=100, help_text=_("As people of the agency call it.")
    )
    networks = NetworksField()
    secret_ends_on = _day(
        _("Last day of the secret"),
        _("Day/month/year. Empty: no end. Those in charge are told 30, 7 and 1 days before."),
    )


class RotateForm(OnceForm):
    """A new secret, and what becomes of the former one."""

    former = forms.ChoiceField(
        label=_("The former secret"), widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    former_ends_on = _day(_("Its last day"), _("Day/month/year; only if you chose a day."))
    ends_on = _day(
        _("Last day of the new secret"),
        _("Day/month/year. Empty: no end. Those in charge are told 30, 7 and 1 days before."),
    )

    def __init__(self, *args: Any, overlap: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        later = [
            (
                "usual",
                _("stays good for %(days)d days beside the new one") % {"days": settings.SECRET_OVERLAP_DAYS},
            ),
            ("day", _("stays good until a day that I choose")),
        ]
        now = ("now", _("ends at once: the system stops until the new one is entered there"))
        former = self.fields["former"]
        assert isinstance(former, forms.ChoiceField)  # noqa: S101 - declared above
        former.choices = [*later, now] if overlap else [now]
        former.initial = "usual" if overlap else "now"

    def clean(self) -> dict[str, Any]:
        """Checks that a day was given where one was chosen."""
        cleaned = super().clean() or {}
        missing = cleaned.get("former") == "day" and not cleaned.get("former_ends_on")
        if missing and not self.has_error("former_ends_on"):
            self.add_error("former_ends_on", _("Enter the day."))
        return cleaned

    def former_ends_at(self, now: datetime) -> datetime | None:
        """Returns when the former secret ends; None: after the usual time."""
        chosen = self.cleaned_data["former"]
        if chosen == "day":
            return end_of_day(self.cleaned_data["former_ends_on"])
        return now if chosen == "now" else None


class NetworksForm(RefusableForm):
    """Where a system may call from."""

    networks = NetworksField()


class SandboxForm(ForAgencyForm):
    """A sandbox system for the developers of an agency: one's own, or for administrators any."""

    name = forms.CharField(
        label=_("Name of the system"),
        max_length=100,
        help_text=_("For example the product and who develops it."),
    )

    def __init__(self, actor: Actor | None, *args: Any, any_agency: bool, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        if not any_agency:
            del self.fields["agency"]


class RightFilter(forms.Form):
    """Narrows the on-behalf list."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        help_text=_("System or agency; without diacritics too."),
    )
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", pgettext_lazy("right", "in force")), ("all", _("all, ended ones too"))],
    )

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.search_rights` takes them."""
        self.is_valid()
        return {
            "text": self.cleaned_data.get("q") or "",
            "in_force": self.cleaned_data.get("show") != "all",
        }


class GrantForm(RefusableForm):
    """The right to send for other agencies, for many in one act."""

    codes = forms.MultipleChoiceField(
        label=_("Agencies it may send for"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other_codes = forms.CharField(
        label=_("Other agencies, by code"),
        required=False,
        help_text=_("One code per line, of any scheme: a list can be pasted here."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    outside = forms.BooleanField(
        label=_("Any agency outside the province"),
        required=False,
        help_text=_("Only for an upstream axis that hands in what others sent."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What it is for."),
    )
    document = forms.CharField(
        label=_("Written basis"),
        max_length=60,
        help_text=_("Number and notation of the agreement or decision, for example 15/QĐ-UBND."),
    )
    document_date = _day(_("Date of that document"), _("Day/month/year."), required=True)
    valid_from = _day(_("First day"), _("Day/month/year. Empty: today."))
    last_day = _day(_("Last day"), _("Day/month/year. Empty: no end."))

    def __init__(self, actor: Actor | None, system: AgencySystem, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        page = directory.search_agencies(actor, place=Agency.Place.PROVINCE, limit=200)
        codes = directory.primary_codes(agency.pk for agency in page.items)
        self.groups: list[tuple[str, list[tuple[str, str]]]] = []
        for kind in Agency.Kind:
            rows = [
                (codes[agency.pk], agency.name)
                for agency in page.items
                if agency.kind == kind and agency.pk in codes and agency.pk != system.agency.pk
            ]
            if rows:
                self.groups.append((str(kind.label), rows))
        chosen = self.fields["codes"]
        assert isinstance(chosen, forms.MultipleChoiceField)  # noqa: S101 - declared above
        chosen.choices = [choice for _title, rows in self.groups for choice in rows]

    def clean_other_codes(self) -> list[str]:
        """Returns the codes typed; each must lead to an agency."""
        typed = self.cleaned_data["other_codes"].replace(";", "\n").replace(",", "\n").splitlines()
        codes = list(dict.fromkeys(line.strip() for line in typed if line.strip()))
        found = directory.agencies_in_reach(codes, sandbox=False)
        unknown = [code for code in codes if code not in found]
        if unknown:
            raise forms.ValidationError(
                _("No agency has or ever had this code: %(codes)s."), params={"codes": ", ".join(unknown)}
            )
        return codes

    def clean(self) -> dict[str, Any]:
        """Checks that somebody was chosen, and finds the agencies."""
        cleaned = super().clean() or {}
        codes = [*cleaned.get("codes", []), *cleaned.get("other_codes", [])]
        if not codes and not cleaned.get("outside") and not self.has_error("other_codes"):
            self.add_error("codes", _("Choose at least one agency."))
        found = directory.agencies_in_reach(codes, sandbox=False)
        self.agencies = list({row.agency.pk: row.agency for row in found.values()}.values())
        return cleaned

    def grant(self) -> dict[str, Any]:
        """Returns the answers as `grant_sending_rights` takes them; only for a valid form."""
        value = self.cleaned_data
        last_day = value["last_day"]
        return {
            "agencies": [*self.agencies, *([None] if value["outside"] else [])],
            "reason": value["reason"],
            "document": value["document"],
            "document_date": value["document_date"],
            "valid_from": value["valid_from"],
            "valid_to": last_day + timedelta(days=1) if last_day else None,
        }

    def take(self, refusal: InvalidInput) -> None:
        """Puts each refused value beside its field; those of the list and the end are named otherwise here."""
        names = {"/agencies": "/codes", "/valid_to": "/last_day"}
        super().take(
            InvalidInput(
                [replace(error, pointer=names.get(error.pointer, error.pointer)) for error in refusal.errors]
            )
        )
