"""The forms on the pages of copies."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.copies.commands import Handed
from hienluong.copies.models import Copy, Kind
from hienluong.directory.service import AskedForm, day_field
from hienluong.kit.ids import as_uuid

_PDF = forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf"})


class HandInForm(AskedForm):
    """A document to be copied, and what the register says of it."""

    kind = forms.ChoiceField(label=_("Kind of copy"), choices=Kind.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label=_("The document as PDF"),
        help_text=_(
            "A scan of the paper, in colour and with at least 200 dpi, or the electronic document itself; signatures in it stay."
        ),
        widget=_PDF,
    )
    pages = forms.CharField(
        label=_("Pages of the extract"),
        max_length=200,
        required=False,
        help_text=_("For an extract only: 1, 3-5. Those pages alone become the copy."),
    )
    of_reference = forms.CharField(
        label=_("Number and notation"), max_length=50, required=False, help_text=_("For example 15/QĐ-UBND.")
    )
    of_date = day_field(_("Date of the document"), required=False)
    of_agency = forms.CharField(label=_("Issuing agency"), max_length=200)
    of_type = forms.CharField(
        label=_("Type of document"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"list": "document-types"}),
    )
    of_subject = forms.CharField(label=_("Subject"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    made_for = forms.CharField(
        label=_("Made for"),
        max_length=300,
        required=False,
        help_text=_("Who receives the copy, if that is to stand in the register."),
    )

    def handed(self, key: str) -> Handed:
        """Returns what is handed in; only for a valid form."""
        given: dict[str, Any] = dict(self.cleaned_data)
        file = given.pop("file")
        return Handed(
            **{**given, "kind": Kind(given["kind"])},
            file=(file.name or "", cast("bytes", file.read())),
            key=as_uuid(key),
        )


def title_of(one: Copy) -> str:
    """Returns the words by which people know a copy: its kind, and of what."""
    return f"{one.get_kind_display()} {one.of_reference}".strip()
