"""Forms about agencies: narrowing the list, each act on an agency.

An agency is named by a code, never picked from a list: there may be a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from hienluong.directory import queries
from hienluong.directory.models import Agency, AgencyCode
from hienluong.kit.errors import FieldError

_DAY_HINT = _("Day/month/year.")
_STATES = (
    (queries.IN_FORCE, pgettext_lazy("agency", "in force")),
    (queries.PROVISIONAL, _("with a provisional code")),
    (queries.ENDED, _("ended")),
)


class AgencyFilter(forms.Form):
    """Narrows the list of agencies."""

    q = forms.CharField(label=_("Name, former name or code"), max_length=200, required=False)
    place = forms.ChoiceField(
        label=_("Place"), required=False, choices=[("", _("everywhere")), *Agency.Place.real()]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("all kinds")), *Agency.Kind.choices]
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=_STATES)

    def query(self) -> dict[str, Any]:
        """Returns what `search_agencies` takes; a value that is no choice counts as not given."""
        self.is_valid()
        given = self.cleaned_data
        return {
            "text": given.get("q", ""),
            "place": given.get("place") or None,
            "kind": given.get("kind") or None,
            "state": given.get("state") or queries.IN_FORCE,
        }


class AgencyField(forms.CharField):
    """An agency, named by any of its codes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, **options)

    def clean(self, value: Any) -> Agency | None:
        """Returns the agency that the code leads to today."""
        code = super().clean(value)
        if not code:
            return None
        found = queries.agency_by_code(code)
        if found is None:
            raise forms.ValidationError(gettext("No agency has the code %(code)s.") % {"code": code})
        return found.agency


class AgencyListField(forms.CharField):
    """Several agencies, one code per line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[Agency]:
        """Returns the agencies, each once."""
        codes = super().clean(value).replace(",", " ").replace(";", " ").split()
        found = queries.agencies_by_codes(codes)
        if unknown := [code for code in codes if code not in found]:
            raise forms.ValidationError(
                gettext("No agency has these codes: %(codes)s.") % {"codes": ", ".join(unknown[:20])}
            )
        return list({found[code].agency.pk: found[code].agency for code in codes}.values())


def _day(label: Any, hint: Any = _DAY_HINT) -> forms.DateField:
    return forms.DateField(label=label, help_text=hint, widget=forms.DateInput(attrs={"autocomplete": "off"}))


class AgencyForm(forms.Form):
    """A form about one agency that shows its answers to be checked, and what a command refused."""

    def answers(self) -> Iterator[tuple[str, str]]:
        """Yields (question, answer) of everything that was answered."""
        for field in self:
            value = self.cleaned_data.get(field.name)
            if value in (None, "", [], False):
                continue
            yield str(field.label), self._shown(field.name, value)

    def _shown(self, name: str, value: Any) -> str:
        if isinstance(value, date):
            return date_format(value, "SHORT_DATE_FORMAT", use_l10n=True)
        if isinstance(value, list):
            return "; ".join(str(one) for one in value)
        if value is True:
            return gettext("yes")
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            return str(dict(choices)[value])
        return str(value)

    def take(self, errors: list[FieldError]) -> None:
        """Puts each refused value beside its field."""
        for error in errors:
            name = error.pointer.strip("/")
            self.add_error(name if name in self.fields else None, error.text(gettext))


class ParticularsForm(AgencyForm):
    """What has no history: the English name, the kind, how the agency is reached."""

    english_name = forms.CharField(label=_("English name"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Agency.Kind.choices)
    address = forms.CharField(label=_("Address"), max_length=500, required=False)
    email = forms.EmailField(label=_("Mail address"), max_length=100, required=False)
    telephone = forms.CharField(label=_("Telephone"), max_length=60, required=False)
    fax = forms.CharField(label=_("Fax"), max_length=60, required=False)
    website = forms.CharField(label=_("Website"), max_length=200, required=False)


class NewAgencyForm(ParticularsForm):
    """A new agency or internal unit."""

    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=200)
    valid_from = _day(_("In force from"))
    place = forms.ChoiceField(label=_("Place"), choices=Agency.Place.real())
    parent = AgencyField(
        label=_("Stands under"), required=False, help_text=_("A code of the agency above; empty for the top.")
    )
    code = forms.CharField(
        label=_("Code by Decision 20/2020"),
        max_length=35,
        required=False,
        help_text=_(
            "Empty if no published code exists: an agency of the province then gets a provisional one."
        ),
    )
    field_order = ("name", "english_name", "kind", "place", "parent", "valid_from", "code")


class RenameForm(AgencyForm):
    """Another name from a day on."""

    name = forms.CharField(label=_("New name"), max_length=200)
    english_name = forms.CharField(label=_("English name"), max_length=200, required=False)
    on = _day(_("From the day"))


class MoveForm(AgencyForm):
    """Another place in the tree from a day on."""

    parent = AgencyField(
        label=_("Stands under"), required=False, help_text=_("A code of the agency above; empty for the top.")
    )
    on = _day(_("From the day"))


class MergeForm(AgencyForm):
    """Merging into a successor; several at once."""

    successor = AgencyField(label=_("Merges into"), help_text=_("A code of the agency that takes over."))
    on = _day(_("First day it no longer exists"), _("Day/month/year; may lie ahead."))
    others = AgencyListField(
        label=_("Others that merge with it"), required=False, help_text=_("One code per line.")
    )


class SplitForm(AgencyForm):
    """Ending in favour of several successors."""

    successors = AgencyListField(label=_("Its tasks go to"), help_text=_("One code per line."))
    mail_to = AgencyField(
        label=_("Receives what is still addressed to it"), help_text=_("One of them, by its code.")
    )
    on = _day(_("First day it no longer exists"), _("Day/month/year; may lie ahead."))


class EndForm(AgencyForm):
    """Ending without a successor."""

    on = _day(_("First day it no longer exists"), _("Day/month/year; may lie ahead."))


class CodeForm(AgencyForm):
    """A published code."""

    code = forms.CharField(label=_("Code"), max_length=35)
    scheme = forms.ChoiceField(label=_("Scheme"), choices=AgencyCode.Scheme.choices)
    valid_from = _day(_("In force from"))
    primary = forms.BooleanField(label=_("Write this one on the wire from now on"), required=False)
