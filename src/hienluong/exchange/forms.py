"""What people fill in: searches, a document to send, a status to report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Agency
from hienluong.exchange import drafts, policy
from hienluong.exchange.drafts import DraftExpired, KeptFile
from hienluong.exchange.labels import PRIORITIES
from hienluong.exchange.models import Packet
from hienluong.exchange.service import Attached, Draft

# The 29 administrative document types of Decree 30/2020/NĐ-CP, art. 7, as they are written on the wire. Legal
# normative documents have other names, so the field takes any.
DOCUMENT_TYPES = (
    "Nghị quyết (cá biệt)",
    "Quyết định (cá biệt)",
    "Chỉ thị",
    "Quy chế",
    "Quy định",
    "Thông cáo",
    "Thông báo",
    "Hướng dẫn",
    "Chương trình",
    "Kế hoạch",
    "Phương án",
    "Đề án",
    "Dự án",
    "Báo cáo",
    "Biên bản",
    "Tờ trình",
    "Hợp đồng",
    "Công văn",
    "Công điện",
    "Bản ghi nhớ",
    "Bản thỏa thuận",
    "Giấy ủy quyền",
    "Giấy mời",
    "Giấy giới thiệu",
    "Giấy nghỉ phép",
    "Phiếu gửi",
    "Phiếu chuyển",
    "Phiếu báo",
    "Thư công",
)
BASE64_GROWTH = 1.4  # four letters for three bytes, in lines
LISTED_AGENCIES = 200

_OPENED = (policy.FETCHED, policy.CONFIRMED)
# What each view shows: its title, the states of the mailbox plane, and those of the business plane (empty: any).
MAILBOX_VIEWS: dict[str, tuple[str | Promise, tuple[str, ...], tuple[str, ...]]] = {
    "new": (_("New"), (policy.DELIVERED,), ()),
    "to_register": (_("To be entered in the register"), _OPENED, ("", policy.ARRIVED)),
    "asked_back": (_("Asked back by the sender"), tuple(sorted(policy.IN_MAILBOX)), (policy.ASKED_BACK,)),
    "rejected": (_("Refused by our system"), (policy.REJECTED,), ()),
}


class InboxFilter(forms.Form):
    """Narrows the mailbox."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        help_text=_("Sender, number, subject; without diacritics too."),
    )
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("everything")),
            *((name, title) for name, (title, *_planes) in MAILBOX_VIEWS.items()),
        ],
    )
    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("documents")), (Packet.Kind.STATUS.value, _("status reports"))],
    )

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.inbox` takes them; what is not valid does not filter."""
        self.is_valid()
        show = self.cleaned_data.get("show") or ""
        _title, states, business = MAILBOX_VIEWS.get(show, ("", tuple(sorted(policy.IN_MAILBOX)), ()))
        return {
            "states": states,
            "business_states": business,
            "kind": self.cleaned_data.get("kind") or Packet.Kind.DOCUMENT.value,
            "text": self.cleaned_data.get("q") or "",
        }


class SentFilter(forms.Form):
    """Narrows what was sent."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        help_text=_("Number, subject; without diacritics too."),
    )
    kind = forms.ChoiceField(
        label=_("What"),
        required=False,
        choices=[("", _("documents")), (Packet.Kind.STATUS.value, _("status reports"))],
    )

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.sent` takes them."""
        self.is_valid()
        return {
            "kind": self.cleaned_data.get("kind") or Packet.Kind.DOCUMENT.value,
            "text": self.cleaned_data.get("q") or "",
        }


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


@dataclass(frozen=True, slots=True)
class AgencyGroup:
    """Agencies of one sort that a document can be sent to, in Vietnamese order: (code, name)."""

    title: str
    choices: list[tuple[str, str]]


def _priorities() -> list[tuple[int, str]]:
    """Returns the priorities as choices, in the language in force."""
    return [(code, capfirst(str(name))) for code, (name, _tone) in PRIORITIES.items()]


class SendForm(forms.Form):
    """A new document. Lengths are those of Decree 30/2020, App. VI, Part II."""

    codes = forms.MultipleChoiceField(
        label=_("Recipients"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other_codes = forms.CharField(
        label=_("Other recipients, by code"),
        required=False,
        help_text=_("One code per line, of any scheme: for agencies that are not in the list."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    type_name = forms.CharField(
        label=_("Type of document"), max_length=100, widget=forms.TextInput(attrs={"list": "document-types"})
    )
    number = forms.CharField(label=_("Number"), max_length=11, help_text=_("For example 15."))
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
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, actor: Actor, *args: Any, slips: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.kept: list[KeptFile] = []
        self._slips = slips
        self.initial.setdefault("key", uuid4().hex)
        self.groups = _agency_groups(actor)
        self.listed_all = sum(len(group.choices) for group in self.groups) < LISTED_AGENCIES - 1
        self._choices = [(code, name) for group in self.groups for code, name in group.choices]
        self._set_choices("codes", self._choices)
        self.fields["attachments"].widget.attrs["data-limit"] = settings.ATTACHMENT_MAX_BYTES
        self.fields["attachments"].widget.attrs["data-too-large"] = _("over the limit")

    def _set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def clean_other_codes(self) -> list[str]:
        """Returns the codes typed; each must lead to an agency."""
        typed = [
            line.strip(" ,;") for line in self.cleaned_data["other_codes"].replace(";", "\n").splitlines()
        ]
        codes = list(dict.fromkeys(code for code in typed if code))
        found = directory.agencies_by_codes(codes)
        unknown = [code for code in codes if code not in found]
        if unknown:
            raise forms.ValidationError(
                _("No agency has or ever had this code: %(codes)s."), params={"codes": ", ".join(unknown)}
            )
        self.typed_agencies = [(found[code].code, found[code].agency.name) for code in codes]
        return codes

    def clean_attachments(self) -> list[UploadedFile[bytes]]:
        """Keeps the files chosen now beside those kept before, each within the limit."""
        self.kept = []
        uploads: list[UploadedFile[bytes]] = self.cleaned_data["attachments"]
        for slip in self._slips:
            try:
                self.kept.append(drafts.recall(actor=self.actor, slip=slip))
            except DraftExpired:
                self.add_error(
                    "attachments", _("The attachments are no longer kept. Choose the files again.")
                )
        limit = settings.ATTACHMENT_MAX_BYTES
        for upload in uploads:
            if (upload.size or 0) > limit:
                self.add_error(
                    "attachments",
                    forms.ValidationError(
                        _("%(name)s is larger than %(limit)d MB."),
                        params={"name": upload.name, "limit": limit // 1024 // 1024},
                    ),
                )
            else:
                self.kept.append(
                    drafts.keep(
                        actor=self.actor, name=upload.name or "", source=cast("BinaryIO", upload.file)
                    )
                )
        if not self.kept and not self.has_error("attachments"):
            raise forms.ValidationError(_("Attach the document itself."))
        if sum(file.size for file in self.kept) * BASE64_GROWTH > settings.PACKET_MAX_BYTES:
            raise forms.ValidationError(
                _("The attachments together are too large: at most %(limit)d MB."),
                params={"limit": int(settings.PACKET_MAX_BYTES / BASE64_GROWTH) // 1024 // 1024},
            )
        return []

    def clean(self) -> dict[str, Any]:
        """Checks that somebody receives the document."""
        cleaned = super().clean() or {}
        if not cleaned.get("codes") and not cleaned.get("other_codes") and not self.has_error("other_codes"):
            self.add_error("codes", _("Choose at least one recipient."))
        return cleaned

    @property
    def recipients(self) -> list[tuple[str, str]]:
        """The agencies chosen and typed, as (code, name); only for a valid form."""
        chosen = set(self.cleaned_data["codes"])
        listed = [(code, name) for code, name in self._choices if code in chosen]
        return listed + [(code, name) for code, name in self.typed_agencies if code not in chosen]

    def draft(self) -> Draft:
        """Returns the document to send, with the bytes of its files; only for a valid form.

        Raises:
            DraftExpired: a kept file is gone.
        """
        value = self.cleaned_data
        return Draft(
            recipients=[code for code, _name in self.recipients],
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
            attachments=[Attached(file.name, file.read()) for file in self.kept],
        )


def _agency_groups(actor: Actor) -> list[AgencyGroup]:
    """Returns the agencies in force, without the actor's own, grouped by their sort: two queries."""
    agencies = directory.search_agencies(actor, limit=LISTED_AGENCIES).agencies
    codes = directory.primary_codes(agency.pk for agency in agencies)
    groups: dict[str, list[tuple[str, str]]] = {kind: [] for kind in Agency.Kind.values}
    for agency in agencies:
        if agency.pk in codes and agency.pk != actor.agency_id:
            groups[agency.kind].append((codes[agency.pk], agency.name))
    return [AgencyGroup(str(Agency.Kind(kind).label), rows) for kind, rows in groups.items() if rows]


class ReportForm(forms.Form):
    """A status to report about a document."""

    arrival_number = forms.CharField(
        label=_("Arrival number"),
        max_length=10,
        help_text=_("The number in your agency's register of incoming documents."),
    )
    staff = forms.CharField(
        label=_("Assigned to"), max_length=100, help_text=_("The unit or person who handles it.")
    )
    note = forms.CharField(
        label=_("Note"), max_length=460, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, status: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", uuid4().hex)
        if status != policy.REGISTERED:
            del self.fields["arrival_number"]
        if status != policy.ASSIGNED:
            del self.fields["staff"]
        note = self.fields["note"]
        if status in policy.NEEDS_NOTE:
            note.label, note.required = _("Reason"), True
            note.help_text = _("The other agency reads it.")

    def report(self) -> dict[str, str]:
        """Returns note and staff as `report_status` takes them; the arrival number stands first in the note."""
        note = self.cleaned_data["note"]
        if number := self.cleaned_data.get("arrival_number"):
            note = f"Số đến: {number}. {note}".strip()  # the other agency reads Vietnamese
        return {"note": note, "staff": self.cleaned_data.get("staff", "")}


class ReasonForm(forms.Form):
    """A reason, for an act that needs nothing else."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
