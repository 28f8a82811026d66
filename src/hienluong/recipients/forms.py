"""What people fill in about a group of recipients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hienluong.directory.service import Actor, Agency, AgencyPickerForm, AskedForm, agencies_by_codes, allowed
from hienluong.recipients.models import RecipientGroup

# An internal unit has no mailbox of its own.
_KINDS = [("", _("any")), *(kind for kind in Agency.Kind.choices if kind[0] != Agency.Kind.UNIT)]


class GroupForm(AgencyPickerForm, AskedForm):
    """A group of recipients: its name, and the agencies of a list or its rule."""

    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=200)
    reach = forms.ChoiceField(
        label=_("For whom"),
        choices=[("agency", _("my agency")), ("province", _("the whole province"))],
        widget=forms.RadioSelect,
        initial="agency",
    )
    kind = forms.ChoiceField(
        label=_("How members are known"),
        choices=RecipientGroup.Kind.choices,
        widget=forms.RadioSelect,
        initial=RecipientGroup.Kind.LISTED,
    )
    rule_place = forms.ChoiceField(label=_("Where"), choices=Agency.Place.real(), required=False)
    rule_kind = forms.ChoiceField(label=_("Sort of agency"), choices=_KINDS, required=False)

    def __init__(self, actor: Actor, *args: Any, group: RecipientGroup | None = None, **kwargs: Any) -> None:
        super().__init__(actor, *args, with_own=True, **kwargs)
        self.fields["codes"].label = _("Members")
        self.fields["other_codes"].label = _("Other members, by code")
        self.order_fields(["name", "reach", "kind", "rule_place", "rule_kind", "codes", "other_codes"])
        self.group = group
        if group is not None:
            for name in ("reach", "kind", "rule_place", "rule_kind"):
                del self.fields[name]
            self.initial["name"] = group.name
            if not self.asks_for_members:
                del self.fields["codes"], self.fields["other_codes"]
        elif not allowed(actor, "directory.manage_people"):
            del self.fields["reach"]

    @property
    def asks_for_members(self) -> bool:
        """Whether the group is, or may become, a list."""
        return self.group is None or self.group.kind == RecipientGroup.Kind.LISTED

    @property
    def is_rule(self) -> bool:
        """Whether a rule is asked for; only for a valid form."""
        return self.cleaned_data.get("kind") == RecipientGroup.Kind.RULE

    def clean(self) -> dict[str, Any]:
        """Checks that a list has members."""
        cleaned = super().clean() or {}
        wants_members = self.asks_for_members and cleaned.get("kind") != RecipientGroup.Kind.RULE
        if wants_members and not (cleaned.get("codes") or cleaned.get("other_codes") or self.errors):
            self.add_error("codes", _("Choose at least one agency."))
        return cleaned

    def members(self) -> list[Agency] | None:
        """Returns the agencies chosen, each where its code leads today; None where no list is asked for."""
        if not self.asks_for_members or self.is_rule:
            return None
        found = agencies_by_codes(code for code, _name in self.picked)
        return [one.agency for one in found.values()]

    def answers(self) -> Iterator[tuple[str | Promise, str]]:
        """Yields the answers in words; of a rule or a list only what belongs to it."""
        of_rule, of_list = {"rule_place", "rule_kind"}, {"codes", "other_codes"}
        labels = {
            str(self.fields[name].label) for name in (of_list if self.is_rule else of_rule) & set(self.fields)
        }
        if not self.is_rule:
            labels |= {str(self.fields[name].label) for name in of_list & set(self.fields)}
        yield from (row for row in super().answers() if str(row[0]) not in labels)
        if self.asks_for_members and not self.is_rule:
            yield self.fields["codes"].label or "", "; ".join(name for _code, name in self.picked)
