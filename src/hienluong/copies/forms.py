"""The forms on the pages of copies."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.composing.service import books_of
from hienluong.copies.commands import Handed
from hienluong.copies.models import Copy, Kind
from hienluong.directory.service import Actor, AskedForm, day_field, today
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


class NumberForm(AskedForm):
    """The number in the register."""

    book = forms.ChoiceField(
        label=_("Book of numbers"), required=False, help_text=_("The next number is taken when you confirm.")
    )
    number = forms.CharField(label=_("Number"), max_length=11, required=False, help_text=_("For example 15."))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        books = books_of(actor, today().year)
        if not books:
            del self.fields["book"]
            self.fields["number"].required = True
            return
        field = cast("forms.ChoiceField", self.fields["book"])
        words = _("%(series)s: next is %(number)s")
        offered = [(one.series, words % {"series": one.series, "number": one.next}) for one in books]
        field.choices = [("", _("none: I type the number")), *offered]

    def clean(self) -> dict[str, Any]:
        """Checks that there is either a number or a book."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("number")) == bool(cleaned.get("book")) and not self.has_error("number"):
            self.add_error("number", _("Give the number, or choose the book that gives it."))
        return cleaned


class ReasonForm(AskedForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))


class AnswerForm(AskedForm):
    """The file of signatures that the signer wrote."""

    file = forms.FileField(
        label=_("File of signatures"), help_text=_("signatures.json, as the signer wrote it.")
    )


def title_of(one: Copy) -> str:
    """Returns the words by which people know a copy: its kind, and of what."""
    return f"{one.get_kind_display()} {one.of_reference}".strip()
