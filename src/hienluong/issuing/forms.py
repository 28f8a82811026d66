"""The forms on the pages of documents to be issued."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from hienluong.composing import service as composing
from hienluong.composing.service import ManyFilesField, ManyFilesInput
from hienluong.directory.service import Actor, AgencyPickerForm, AskedForm, Post, day_field, today
from hienluong.exchange.service import PRIORITIES
from hienluong.issuing import queries
from hienluong.issuing.models import Authority, Document, Step
from hienluong.issuing.places import MOST_MM
from hienluong.issuing.policy import Right
from hienluong.recipients import service as recipients

TITLES = {
    "sign": _("Waits for my signature"),
    "number": _("To number"),
    "seal": _("To seal"),
    "issue": _("To issue"),
    "mine": _("Handed in by me"),
    "returned": _("Returned"),
    "issued": _("Issued"),
    "all": _("All"),
}


DONE = {
    Step.PREPARED: _("Document handed in"),
    Step.NUMBERED: _("Number and date given"),
    Step.SIGNED: _("Signed by the person"),
    Step.SEALED: _("Signed by the agency"),
    Step.ISSUED: _("Issued"),
    Step.RETURNED: _("Returned"),
    Step.GIVEN_UP: _("Given up"),
}


class HandInForm(AskedForm):
    """A document to be issued, and who signs it by which right."""

    type_name = forms.CharField(
        label=_("Type of document"), max_length=100, widget=forms.TextInput(attrs={"list": "document-types"})
    )
    subject = forms.CharField(label=_("Subject"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    notation = forms.CharField(
        label=_("Notation"), max_length=30, help_text=_("Without the number, for example QĐ-UBND.")
    )
    signed_as = forms.ChoiceField(
        label=_("Who signs"),
        help_text=_("The head, and whoever holds a written delegation today (Decree 30/2020, art. 13)."),
    )
    file = forms.FileField(
        label=_("The document as PDF"),
        help_text=_("The final text, not signed yet. Leave room for number and day, or have them in it."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf"}),
    )
    attachments = ManyFilesField(
        label=_("Files beside it"),
        required=False,
        help_text=_("Annexes in files of their own. PDFs get the agency's signature, others go as they are."),
        widget=ManyFilesInput(attrs={"multiple": True}),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signers = queries.signers(actor, today())
        field = self.fields["signed_as"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [
            (_value(post, right), _words(post, right)) for post, rights in self._signers for right in rights
        ]

    @property
    def nobody_signs(self) -> bool:
        """Whether nobody has the right to sign for the agency today."""
        return not self._signers

    @property
    def signer(self) -> tuple[Post, Right]:
        """The post and the right that were chosen; only for a valid form."""
        wanted = self.cleaned_data["signed_as"]
        return next(
            (post, right)
            for post, rights in self._signers
            for right in rights
            if _value(post, right) == wanted
        )

    @property
    def document_file(self) -> tuple[str, bytes]:
        """Name and bytes of the PDF; only for a valid form."""
        return _named(self.cleaned_data["file"])

    @property
    def files_beside(self) -> list[tuple[str, bytes]]:
        """Names and bytes of the files beside it; only for a valid form."""
        return [_named(one) for one in self.cleaned_data["attachments"]]


class ResubmitForm(AskedForm):
    """What is handed in again after it came back."""

    subject = forms.CharField(label=_("Subject"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(
        label=_("The corrected document as PDF"),
        required=False,
        help_text=_("Without one, the file that was handed in before is taken again."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf"}),
    )
    attachments = ManyFilesField(
        label=_("Files beside it"),
        required=False,
        help_text=_("Without any, those that there are stay."),
        widget=ManyFilesInput(attrs={"multiple": True}),
    )

    @property
    def document_file(self) -> tuple[str, bytes] | None:
        """Name and bytes of the PDF, None where none was chosen; only for a valid form."""
        chosen = self.cleaned_data.get("file")
        return _named(chosen) if chosen else None

    @property
    def files_beside(self) -> list[tuple[str, bytes]] | None:
        """Names and bytes of the files beside it, None where none was chosen; only for a valid form."""
        return [_named(one) for one in self.cleaned_data["attachments"]] or None


def _named(upload: UploadedFile[bytes]) -> tuple[str, bytes]:
    return upload.name or "", cast("bytes", upload.read())


def _value(post: Post, right: Right) -> str:
    return f"{post.pk}:{right.authority}:{right.delegation.pk if right.delegation else ''}"


def _words(post: Post, right: Right) -> str:
    words = f"{post.person.full_name}, {post.title} – {Authority(right.authority).label}"
    return f"{words}: {right.delegation.document_number}" if right.delegation else words


class NumberForm(composing.NumberForm):
    """Number and date."""

    dated_on = day_field(_("Date of the document"))
    in_file = forms.BooleanField(
        label=_("Number and date are in the file already"),
        required=False,
        help_text=_("Else they are written into the places that the first page leaves for them."),
    )

    def __init__(self, actor: Actor, document: Document, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"dated_on": today(), "number": document.number})
        super().__init__(actor, *args, from_book=not document.number, **kwargs)
        if document.number:
            self.fields["number"].disabled = True
            self.fields["number"].help_text = _("The number stays with the document.")


class PlaceForm(AskedForm):
    """Where something goes on the page, in millimetres from its upper left corner."""

    page = forms.IntegerField(label=_("Page"), min_value=1, max_value=500)
    left = forms.FloatField(label=_("From the left, mm"), min_value=0, max_value=MOST_MM)
    top = forms.FloatField(label=_("From the top, mm"), min_value=0, max_value=MOST_MM)
    width = forms.FloatField(label=_("Width, mm"), min_value=2, max_value=MOST_MM)
    height = forms.FloatField(label=_("Height, mm"), min_value=2, max_value=MOST_MM)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.update({"step": "0.1", "inputmode": "decimal"})
        self.fields["page"].widget.attrs["step"] = "1"


def _priorities() -> list[tuple[int, str]]:
    return [(code, capfirst(str(name))) for code, (name, _tone) in PRIORITIES.items()]


class IssueForm(AgencyPickerForm):
    """To whom a document is issued, and how."""

    way = forms.ChoiceField(
        label=_("How it is issued"),
        choices=[
            ("send", _("Send it over the axis")),
            ("none", _("Issue it without sending (paper, by hand, posted up)")),
        ],
        initial="send",
        widget=forms.RadioSelect,
    )
    to_groups = forms.MultipleChoiceField(
        label=_("Groups of recipients"), required=False, widget=forms.CheckboxSelectMultiple
    )
    priority = forms.TypedChoiceField(label=_("Priority"), choices=_priorities, coerce=int, initial=0)
    due_on = day_field(_("Answer by"), required=False)
    also_on_paper = forms.BooleanField(label=_("A paper copy is sent as well"), required=False)
    not_secret = forms.BooleanField(
        label=_("This document is not a state secret"),
        required=False,
        help_text=_("Secret documents never travel by this route (Decision 28/2018/QĐ-TTg, art. 1.2)."),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        field = self.fields["to_groups"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(str(one.group.pk), one.group.name) for one in recipients.groups(actor)]
        if not field.choices:
            del self.fields["to_groups"]

    def clean(self) -> dict[str, Any]:
        """Checks that what is sent has recipients and was declared not secret."""
        cleaned = super().clean() or {}
        if cleaned.get("way") == "send":
            named = cleaned.get("codes") or cleaned.get("other_codes") or cleaned.get("to_groups")
            if not named and not self.has_error("other_codes"):
                self.add_error("codes", _("Choose at least one recipient."))
            if not cleaned.get("not_secret"):
                self.add_error(
                    "not_secret",
                    _("Declare that the document is not a state secret. If it is one, do not send it here."),
                )
        return cleaned

    @property
    def groups(self) -> list[str]:
        """The names of the groups chosen; only for a valid form."""
        chosen = set(self.cleaned_data.get("to_groups") or [])
        field = self.fields.get("to_groups")
        return [str(name) for key, name in getattr(field, "choices", []) if key in chosen]

    def given(self) -> dict[str, Any]:
        """Returns what the command is given; only for a valid form."""
        value = self.cleaned_data
        return {
            "send": value["way"] == "send",
            "recipients": [code for code, _name in self.picked],
            "groups": [UUID(one) for one in value.get("to_groups") or []],
            "priority": value["priority"],
            "due_on": value["due_on"],
            "also_on_paper": value["also_on_paper"],
            "declared_not_secret": bool(value["not_secret"]),
        }


def lists_for(actor: Actor, waiting: queries.Waiting) -> Sequence[tuple[str, str, int | None]]:
    """Returns the lists an actor is offered: name, title, and how many wait in it."""
    counts = {
        "sign": waiting.to_sign,
        "number": waiting.to_number,
        "seal": waiting.to_seal,
        "issue": waiting.to_issue,
    }
    own = ("number", "seal", "issue") if actor.role == "clerk" else ()
    names = ("sign", *own, "mine", "returned", "issued", "all")
    return [(name, str(TITLES[name]), counts.get(name)) for name in names]
