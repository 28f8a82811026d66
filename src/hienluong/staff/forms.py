"""What people fill in about people: particulars, posts, leaves, hand-overs, delegations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hienluong.directory.service import (
    NAME_LIMIT,
    TELEPHONE_LIMIT,
    TITLE_LIMIT,
    UNIT_LIMIT,
    AgencyField,
    AskedForm,
    Post,
    agency_by_code,
    day_field,
)
from hienluong.staff.models import Delegation


class PeopleFilter(forms.Form):
    """Narrows the list of people."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        help_text=_("Name, telephone, mail or agency; without diacritics too."),
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("all")), *Post.Role.choices])
    account = forms.ChoiceField(
        label=_("Account"),
        required=False,
        choices=[
            ("", _("all")),
            ("open", pgettext_lazy("account", "open")),
            ("closed", pgettext_lazy("account", "closed")),
            ("none", pgettext_lazy("account", "none")),
        ],
    )
    agency = forms.CharField(label=_("Agency code"), required=False, max_length=35)

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.search_people` takes them; what is not valid does not filter."""
        self.is_valid()
        given = self.cleaned_data
        found = agency_by_code(given["agency"]) if given.get("agency") else None
        return {
            "text": given.get("q") or "",
            "role": given.get("role") or None,
            "account": given.get("account") or None,
            "agency": found.agency.pk if found else None,
        }


class PersonForm(AskedForm):
    """A person's particulars."""

    full_name = forms.CharField(label=_("Full name"), max_length=NAME_LIMIT)
    email = forms.EmailField(label=_("Mail address"), required=False)
    telephone = forms.CharField(label=_("Telephone"), required=False, max_length=TELEPHONE_LIMIT)


class NewPersonForm(PersonForm):
    """A person who is not known yet."""

    username = forms.CharField(
        label=_("User name"),
        required=False,
        max_length=150,
        help_text=_("To sign in with; leave it empty for somebody without an account."),
    )


class PostForm(AskedForm):
    """A post at an agency."""

    agency = AgencyField(
        label=_("Agency code"),
        max_length=60,
        help_text=_("Type the code, or choose from the list by name."),
        widget=forms.TextInput(attrs={"list": "agency-codes", "autocomplete": "off", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Post.Role.choices, help_text=_("The role decides what one may do.")
    )
    title = forms.CharField(
        label=_("Title"), max_length=TITLE_LIMIT, help_text=_("For example Phó Giám đốc.")
    )
    unit = forms.CharField(
        label=_("Office"), max_length=UNIT_LIMIT, required=False, help_text=_("For example Phòng Tổ chức.")
    )
    leads_unit = forms.BooleanField(label=_("Leads this office"), required=False)
    valid_from = day_field(_("First day"))
    last_day = day_field(_("Last day"), required=False, hint=_("Day/month/year; empty if it is not known."))


class EndForm(AskedForm):
    """When something ends."""

    last_day = day_field(
        _("Last day"), required=False, hint=_("Day/month/year; empty to end it at once, from this moment on.")
    )


class AccountForm(AskedForm):
    """An account for somebody without one."""

    username = forms.CharField(label=_("User name"), max_length=150)


class ImportForm(forms.Form):
    """A table of people."""

    table = forms.FileField(label=_("CSV file"), help_text=_("UTF-8, headings in the first row."))


class _ChoosingForm(AskedForm):
    """A form with a list of posts or people to choose from."""

    def offer(
        self, name: str, posts: Sequence[Post], *, by_person: bool = False, nobody: str | Promise = ""
    ) -> None:
        """Fills a choice with posts, or with the people who hold them, as (id, name — title)."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared below
        rows = {
            str(post.person_id if by_person else post.pk): f"{post.person.full_name} — {post.title}"
            + (f", {post.unit}" if post.unit else "")
            for post in posts
        }
        field.choices = [("", nobody or _("choose")), *rows.items()]


class HandOverForm(_ChoosingForm):
    """Who takes over a post, and from when."""

    successor = forms.ChoiceField(
        label=_("Successor at the agency"), required=False, help_text=_("Who holds another post there.")
    )
    username = forms.CharField(
        label=_("Or the user name of somebody from elsewhere"), required=False, max_length=150
    )
    from_day = day_field(_("First day of the successor"))

    def clean(self) -> dict[str, Any]:
        """Checks that one successor is named."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("successor")) == bool(cleaned.get("username")):
            self.add_error("successor", _("Name one successor."))
        return cleaned


class LeaveForm(_ChoosingForm):
    """When the holder of a post is away, and who stands in."""

    valid_from = day_field(_("First day away"))
    last_day = day_field(_("Last day away"))
    stand_in = forms.ChoiceField(
        label=_("Who stands in"),
        required=False,
        help_text=_("Acts in this post while the leave lasts, and is named with the absent one."),
    )


class DelegationForm(_ChoosingForm):
    """A written delegation, as the document says it."""

    taker = forms.ChoiceField(label=_("Who is to sign"))
    kind = forms.ChoiceField(label=_("Signing authority"), choices=Delegation.Kind.choices)
    basis = forms.ChoiceField(
        label=_("Handed on from"),
        required=False,
        help_text=_("Only where a TL. is handed on to a deputy, as KT."),
    )
    scope = forms.CharField(
        label=_("What may be signed"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    document_number = forms.CharField(
        label=_("Document that delegates"),
        max_length=60,
        help_text=_("Number and notation, for example 15/QĐ-SNV."),
    )
    document_date = day_field(_("Date of the document"))
    reference = forms.CharField(
        label=_("Where the document is"),
        required=False,
        max_length=200,
        help_text=_("Id of its packet, or an address."),
    )
    valid_from = day_field(_("First day"))
    last_day = day_field(_("Last day"), required=False, hint=_("Day/month/year; compulsory for TUQ."))

    def offer_bases(self, bases: Sequence[Delegation]) -> None:
        """Fills the delegations that may be handed on; without any, the question is not asked."""
        field = self.fields["basis"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        rows = [(str(row.pk), f"{row.document_number}: {row.scope[:80]}") for row in bases]
        field.choices = [("", _("no, it is the giver's own right")), *rows]
        if not rows:
            field.widget = forms.HiddenInput()
