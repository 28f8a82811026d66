"""Choosing agencies in a form: ticks in a list, or codes typed. Documents and groups of recipients are addressed so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.directory.actors import Actor
from hienluong.directory.models import Agency
from hienluong.directory.queries import agencies_in_reach, primary_codes, search_agencies

LISTED_AGENCIES = 200

NAMED = 5
"""So many of the ticked are named beside their number; `picker.js` has it too."""


@dataclass(frozen=True, slots=True)
class AgencySort:
    """Agencies of one sort that can be chosen, in Vietnamese order: (code, name)."""

    title: str
    choices: list[tuple[str, str]]


class AgencyPickerForm(forms.Form):
    """Asks for agencies; the component `c-agency-picker` shows it.

    Attributes:
        sorts: what the list offers, by sort.
        listed_all: whether the list holds every agency in force.
    """

    codes = forms.MultipleChoiceField(
        label=_("Recipients"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other_codes = forms.CharField(
        label=_("Other recipients, by code"),
        required=False,
        help_text=_("One code per line, of any scheme: for agencies that are not in the list."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )

    def __init__(self, actor: Actor, *args: Any, with_own: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.sorts = _sorts(actor, with_own=with_own)
        self.listed_all = sum(len(sort.choices) for sort in self.sorts) < LISTED_AGENCIES - 1
        self._listed = [(code, name) for sort in self.sorts for code, name in sort.choices]
        field = self.fields["codes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = self._listed

    def clean_other_codes(self) -> list[str]:
        """Returns the codes typed; each must lead to an agency."""
        typed = [
            line.strip(" ,;") for line in self.cleaned_data["other_codes"].replace(";", "\n").splitlines()
        ]
        codes = list(dict.fromkeys(code for code in typed if code))
        found = agencies_in_reach(codes, sandbox=self.actor.sandbox)
        unknown = [code for code in codes if code not in found]
        if unknown:
            raise forms.ValidationError(
                _("No agency has or ever had this code: %(codes)s."), params={"codes": ", ".join(unknown)}
            )
        self.typed_agencies = [(found[code].code, found[code].agency.name) for code in codes]
        return codes

    @property
    def picked(self) -> list[tuple[str, str]]:
        """The agencies chosen and typed, as (code, name); only for a valid form."""
        chosen = set(self.cleaned_data["codes"])
        listed = [(code, name) for code, name in self._listed if code in chosen]
        return listed + [(code, name) for code, name in self.typed_agencies if code not in chosen]

    @property
    def ticked(self) -> str:
        """How many are ticked and the first of their names, as the page's script keeps telling it: `2 — A; B`."""
        codes = set(self["codes"].value() or ())
        names = [name for code, name in self._listed if code in codes]
        if not names:
            return "0"
        return f"{len(names)} — {'; '.join([*names[:NAMED], *(['…'] if len(names) > NAMED else [])])}"

    def listed_and_other(self, codes: Sequence[str]) -> dict[str, Any]:
        """Returns the initial answers that stand for these codes: ticks where they are listed, typed otherwise."""
        listed = {code for code, _name in self._listed}
        return {
            "codes": [code for code in codes if code in listed],
            "other_codes": "\n".join(code for code in codes if code not in listed),
        }


def _sorts(actor: Actor, *, with_own: bool) -> list[AgencySort]:
    """Returns the agencies in force grouped by their sort, the actor's own only where asked for: two queries."""
    agencies = search_agencies(actor, limit=LISTED_AGENCIES).items
    codes = primary_codes(agency.pk for agency in agencies)
    sorts: dict[str, list[tuple[str, str]]] = {kind: [] for kind in Agency.Kind.values}
    for agency in agencies:
        if agency.pk in codes and (with_own or agency.pk != actor.agency_id):
            sorts[agency.kind].append((codes[agency.pk], agency.name))
    return [AgencySort(str(Agency.Kind(kind).label), rows) for kind, rows in sorts.items() if rows]
