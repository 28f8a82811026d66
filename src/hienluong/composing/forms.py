"""The form on which a document is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import SEEK_END
from typing import Any, BinaryIO, Literal, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hienluong.composing.numbering import NUMBER_MOST, Book, book_for, books_of
from hienluong.composing.queries import KeptFile
from hienluong.directory.service import Actor, AgencyPickerForm, AskedForm, today
from hienluong.edxml.attachments import fault_of
from hienluong.edxml.media_types import HEAD_BYTES, TAIL_BYTES, detect_media_type
from hienluong.exchange.service import PRIORITIES, Attached, Change, Draft, Packet
from hienluong.files.errors import AttachmentTooLarge
from hienluong.kit.errors import HienluongError, fill
from hienluong.recipients import service as recipients
from hienluong.recipients.service import ExpandedGroup, RecipientGroup

BASE64_GROWTH = 1.4  # four letters for three bytes, in lines


class NumberForm(AskedForm):
    """A number: of a book of the agency, or as typed."""

    book = forms.ChoiceField(
        label=_("Book of numbers"), required=False, help_text=_("The next number is taken when you confirm.")
    )
    number = forms.CharField(
        label=_("Number"), max_length=NUMBER_MOST, required=False, help_text=_("For example 15.")
    )

    def __init__(self, actor: Actor, *args: Any, from_book: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_books(self, books_of(actor, today().year) if from_book else [])

    def clean(self) -> dict[str, Any]:
        """Checks that there is either a number or a book."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("number")) == bool(cleaned.get("book")) and not self.has_error("number"):
            self.add_error("number", _("Give the number, or choose the book that gives it."))
        return cleaned


def _offer_books(form: forms.Form, books: Sequence[Book]) -> None:
    """Offers books beside the number; without any, it is typed."""
    form.fields["number"].required = not books
    if not books:
        del form.fields["book"]
        return
    field = form.fields["book"]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - so are all that offer books
    shown = [
        (one.series, _("%(series)s: next is %(number)s") % {"series": one.series, "number": one.next})
        for one in books
    ]
    field.choices = [("", _("none: I type the number")), *shown]


class ManyFilesInput(forms.ClearableFileInput):
    """A file control that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several uploaded files; each is checked by its own size."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """Returns the files chosen, perhaps none."""
        chosen = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(one, initial) for one in chosen if one]


def _over_limit(refusal: HienluongError) -> str:
    """Returns what to say of an upload that was refused while it was read."""
    if isinstance(refusal, AttachmentTooLarge):
        megabytes = settings.ATTACHMENT_MAX_BYTES // 1024 // 1024
        return gettext("%(name)s is larger than %(limit)d MB.") % {**refusal.params, "limit": megabytes}
    return fill(gettext(refusal.detail), refusal.params)


def _fault_in(name: str, source: BinaryIO) -> str:
    """Returns what is wrong with a file by its content, "" when nothing is."""
    head = source.read(HEAD_BYTES)
    source.seek(max(0, source.seek(0, SEEK_END) - TAIL_BYTES))
    media_type = detect_media_type(head, source.read())
    source.seek(0)
    fault = fault_of(name, size=len(head), media_type=media_type)
    return fill(gettext(fault[0]), fault[1]) if fault else ""


def sound_files(
    uploads: Iterable[UploadedFile[bytes]], refused: Iterable[HienluongError]
) -> tuple[list[tuple[str, BinaryIO]], list[str]]:
    """Returns the uploads that may be sent, and what is wrong with the others and those refused while they were read."""
    sound, faults = [], [_over_limit(refusal) for refusal in refused]
    for upload in uploads:
        name, source = upload.name or "", cast("BinaryIO", upload.file)
        if fault := _fault_in(name, source):
            faults.append(fault)
        else:
            sound.append((name, source))
    return sound, faults


@dataclass(frozen=True, slots=True)
class Changing:
    """The document that a new one updates (2) or replaces (3), and the codes of the agencies it went to."""

    kind: Literal[2, 3]
    packet: Packet
    codes: list[str]

    @property
    def is_update(self) -> bool:
        """Whether it is updated, not replaced."""
        return self.kind == Packet.Business.UPDATE.value


@dataclass(frozen=True, slots=True)
class OfferedGroup:
    """A group of recipients that can be ticked, how many agencies are in it today, and whether it is."""

    group: RecipientGroup
    count: int
    chosen: bool


def _priorities() -> list[tuple[int, str]]:
    """Returns the priorities as choices, in the language in force."""
    return [(code, capfirst(str(name))) for code, (name, _tone) in PRIORITIES.items()]


class SendForm(AgencyPickerForm):
    """A new document. Lengths are those of Decree 30/2020, App. VI, Part II."""

    to_groups = forms.MultipleChoiceField(
        label=_("Groups of recipients"),
        required=False,
        help_text=_("The members are settled when you send; you see them before."),
        widget=forms.CheckboxSelectMultiple,
    )
    type_name = forms.CharField(
        label=_("Type of document"), max_length=100, widget=forms.TextInput(attrs={"list": "document-types"})
    )
    number = forms.CharField(label=_("Number"), max_length=11, help_text=_("For example 15."))
    book = forms.ChoiceField(
        label=_("Book of numbers"),
        required=False,
        help_text=_(
            "The next number is taken when you send; with neither, the type of document says the book."
        ),
    )
    notation = forms.CharField(label=_("Notation"), max_length=30, help_text=_("For example QĐ-UBND."))
    issued_on = forms.DateField(
        label=_("Date of the document"),
        help_text=_("Day/month/year, for example 24/11/2025."),
        widget=forms.DateInput(attrs={"autocomplete": "off"}),
    )
    place = forms.CharField(label=_("Place of issue"), max_length=50, required=False)
    subject = forms.CharField(label=_("Subject"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    signer_name = forms.CharField(label=_("Signed by"), max_length=50)
    signer_position = forms.CharField(label=_("Post of the signer"), max_length=100, required=False)
    signer_competence = forms.CharField(
        label=_("Signing authority"),
        max_length=100,
        required=False,
        help_text=_("For example TM. UBND, KT. CHỦ TỊCH."),
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=_priorities,
        coerce=int,
        initial=0,
    )
    due_on = forms.DateField(label=_("Answer by"), required=False, help_text=_("Day/month/year."))
    also_on_paper = forms.BooleanField(label=_("A paper copy is sent as well"), required=False)
    attachments = ManyFilesField(
        label=_("Attachments"),
        required=False,
        help_text=_("The signed document first, then its annexes. Several files may be chosen."),
        widget=ManyFilesInput(attrs={"multiple": True, "data-chosen": "chosen-files"}),
    )
    not_secret = forms.BooleanField(
        label=_("This document is not a state secret"),
        help_text=_("Secret documents never travel by this route (Decision 28/2018/QĐ-TTg, art. 1.2)."),
        error_messages={
            "required": _(
                "Declare that the document is not a state secret. If it is one, do not send it here."
            )
        },
    )
    change_reason = forms.CharField(
        label=_("Reason for the change"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    also_replaced = forms.CharField(
        label=_("Other documents that it replaces"),
        required=False,
        max_length=5_000,
        help_text=_("Their document ids, one per line; a document's page shows its id."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )

    def __init__(
        self,
        actor: Actor,
        *args: Any,
        chosen: Sequence[KeptFile] = (),
        ticked: Collection[str] = (),
        faults: Sequence[str] = (),
        changing: Changing | None = None,
        answers: Mapping[str, list[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(actor, *args, **kwargs)
        self.changing = changing
        if changing is None:
            del self.fields["change_reason"]
        else:
            self._begin_with(changing)
        if changing is None or changing.is_update:
            del self.fields["also_replaced"]
        self.numbered_by: Book | None = None
        _offer_books(self, books_of(self.actor, today().year))
        if answers is not None:
            self._go_on_with(answers)
        self.chosen = [(file, file.file_id.hex in ticked) for file in chosen]
        self._lost = {*ticked} - {file.file_id.hex for file in chosen}
        self._faults = faults
        self._groups = recipients.groups(actor)
        field = self.fields["to_groups"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(str(one.group.pk), one.group.name) for one in self._groups]
        self.fields["attachments"].widget.attrs["data-limit"] = settings.ATTACHMENT_MAX_BYTES
        self.fields["attachments"].widget.attrs["data-too-large"] = _("over the limit")

    def _begin_with(self, changing: Changing) -> None:
        """Begins with the document that is changed and the agencies that have it."""
        packet = changing.packet
        self.initial.update(self.listed_and_other(changing.codes))
        for name in ("type_name", "subject", "priority"):
            self.initial.setdefault(name, getattr(packet, name))
        self.initial.setdefault("notation", packet.code_notation)
        if changing.is_update:
            self.initial.setdefault("number", packet.code_number)
            self.initial.setdefault("issued_on", packet.promulgated_on)

    def _go_on_with(self, answers: Mapping[str, list[str]]) -> None:
        """Begins with what was written before; what was emptied stays empty."""
        for name, field in self.fields.items():
            if name in DRAFTED:
                texts = answers.get(name, [])
                several = isinstance(field, forms.MultipleChoiceField)
                self.initial[name] = texts if several else next(iter(texts), "")

    @property
    def kept(self) -> list[KeptFile]:
        """The files that are sent along."""
        return [file for file, is_ticked in self.chosen if is_ticked]

    def _settle_number(self, cleaned: dict[str, Any]) -> None:
        """Settles which book gives the number, unless one was typed."""
        issued_on = cleaned.get("issued_on")
        if "book" not in self.fields or issued_on is None or self.has_error("number"):
            return
        number, series = cleaned.get("number"), cleaned.get("book")
        if number:
            if series:
                self.add_error("number", _("Leave the number empty, or choose no book."))
            return
        books = books_of(self.actor, issued_on.year)
        if series:
            self.numbered_by = next((one for one in books if one.series == series), None)
        else:
            self.numbered_by = book_for(books, cleaned.get("type_name", ""))
        if self.numbered_by is None and series:
            self.add_error("book", _("This book gives no numbers in the year of the document."))
        elif self.numbered_by is None:
            self.add_error("number", _("Give the number, or choose the book that gives it."))

    def _change(self) -> Change | None:
        """Returns what the document changes; an update adds and removes the receivers that differ."""
        changing, value = self.changing, self.cleaned_data
        if changing is None:
            return None
        others = [line.strip() for line in value.get("also_replaced", "").splitlines() if line.strip()]
        documents = dict.fromkeys([changing.packet.document_id, *others])
        return Change(
            kind=changing.kind,
            documents=list(documents),
            reason=value["change_reason"],
            added=self.added if changing.is_update else (),
            removed=self.removed if changing.is_update else (),
        )

    @property
    def added(self) -> list[str]:
        """Codes of the agencies picked that do not have the document changed; only for a valid form."""
        had = self.changing.codes if self.changing else []
        return [code for code, _name in self.picked if code not in had]

    @property
    def removed(self) -> list[str]:
        """Codes of the agencies that have the document changed and were not picked; only for a valid form."""
        picked = {code for code, _name in self.picked}
        return [code for code in (self.changing.codes if self.changing else []) if code not in picked]

    @property
    def offered(self) -> list[OfferedGroup]:
        """The groups to choose from."""
        ticked = self["to_groups"].value() or []
        return [OfferedGroup(one.group, one.count, str(one.group.pk) in ticked) for one in self._groups]

    def clean_attachments(self) -> list[UploadedFile[bytes]]:
        """Checks the files that were chosen, now and before; each was checked by its content when it came."""
        if self._lost:
            self.add_error("attachments", _("The attachments are no longer kept. Choose the files again."))
        for fault in self._faults:
            self.add_error("attachments", fault)
        if not self.kept and not self.has_error("attachments"):
            raise forms.ValidationError(_("Attach the document itself."))
        if sum(file.size for file in self.kept) * BASE64_GROWTH > settings.PACKET_MAX_BYTES:
            raise forms.ValidationError(
                _("The attachments together are too large: at most %(limit)d MB."),
                params={"limit": int(settings.PACKET_MAX_BYTES / BASE64_GROWTH) // 1024 // 1024},
            )
        return []

    def clean(self) -> dict[str, Any]:
        """Checks that somebody receives the document, and settles who is in the groups at this moment."""
        cleaned = super().clean() or {}
        self._settle_number(cleaned)
        named = cleaned.get("codes") or cleaned.get("other_codes") or cleaned.get("to_groups")
        if not named and not self.has_error("other_codes") and not self.has_error("to_groups"):
            self.add_error("codes", _("Choose at least one recipient."))
        ids = [UUID(one) for one in cleaned.get("to_groups") or []]
        self.expanded: list[ExpandedGroup] = []
        try:
            self.expanded = recipients.expand_groups(self.actor, ids)
        except HienluongError as refusal:
            self.add_error("to_groups", refusal.explain(gettext))
        for one in self.expanded:
            if not one.agencies:
                self.add_error(
                    "to_groups",
                    forms.ValidationError(
                        _("Nobody in “%(name)s” can receive it."), params={"name": one.group.name}
                    ),
                )
        return cleaned

    @property
    def recipients_count(self) -> int:
        """How many agencies receive the document, each counted once; only for a valid form."""
        named = {code.upper() for code, _name in self.picked}
        grouped = {
            getattr(agency, "primary_code", "").upper() for one in self.expanded for agency in one.agencies
        }
        return len(named | grouped)

    def draft(self) -> Draft:
        """Returns the document to send, with the bytes of its files; only for a valid form.

        Raises:
            FileNotHeld, FileGone: a file that was chosen is gone, or damaged.
        """
        value = self.cleaned_data
        return Draft(
            recipients=[code for code, _name in self.picked],
            groups=[one.group.pk for one in self.expanded],
            type_name=value["type_name"],
            number=value["number"],
            notation=value["notation"],
            issued_on=value["issued_on"],
            subject=value["subject"],
            place=value["place"],
            signer_name=value["signer_name"],
            signer_position=value["signer_position"],
            signer_competence=value["signer_competence"],
            priority=value["priority"],
            due_on=value["due_on"],
            also_on_paper=value["also_on_paper"],
            attachments=[Attached(file.name, file.content()) for file in self.kept],
            change=self._change(),
        )


DRAFTED = frozenset({*SendForm.base_fields} - {"attachments", "not_secret"})
"""The fields that a draft keeps. Files are kept beside it; that it is no secret is declared anew by whoever sends."""
