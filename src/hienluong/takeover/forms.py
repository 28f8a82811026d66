"""What is asked when a system is taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import day_field
from hienluong.mailbox.service import DocumentSearch
from hienluong.takeover.formats.registers import FIELDS
from hienluong.takeover.models import Difference, Direction

FIELD_NAMES: Mapping[str, Any] = {
    "reference": _("Number and notation in one column"),
    "number": _("Number"),
    "notation": _("Notation"),
    "dated_on": _("Date of the document"),
    "registered_on": _("Day of arrival or sending"),
    "arrival_number": _("Arrival number"),
    "type_name": _("Type"),
    "subject": _("Subject"),
    "party": _("Sender or recipients"),
    "party_code": _("Code of the agency"),
    "signer": _("Signer"),
    "document_id": _("Document id"),
}
DIFFERENCE_NAMES: Mapping[str, Any] = {
    **{str(kind): label for kind, label in Difference.Kind.choices},
    **FIELD_NAMES,
    "agency": _("Agency"),
}
SYSTEM_HINT = _("The earlier system's name, as people know it; it is shown at every document.")


class RegisterForm(forms.Form):
    """A register to be taken over."""

    file = forms.FileField(label=_("File"), help_text=_("CSV (UTF-8) or XLSX, at most 200 MB."))
    direction = forms.ChoiceField(label=_("Register of"), choices=Direction.choices)
    system = forms.CharField(label=_("Earlier system"), max_length=100, help_text=SYSTEM_HINT)
    profile = forms.ChoiceField(label=_("Columns"), required=False)

    def __init__(self, profiles: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, profiles)


class ArchiveForm(forms.Form):
    """Packets to be taken over."""

    file = forms.FileField(
        label=_("File"), help_text=_("A ZIP archive with .edxml files, in folders or not; at most 4 GB.")
    )
    system = forms.CharField(label=_("Earlier system"), max_length=100, help_text=SYSTEM_HINT)


class ColumnsForm(forms.Form):
    """Which column of a register holds what."""

    skip_wrong_rows = forms.BooleanField(
        label=_("Leave wrong rows out and take the others"),
        required=False,
        help_text=_("Otherwise one wrong row stops the whole file."),
    )
    save_as = forms.CharField(
        label=_("Keep these columns as"),
        required=False,
        max_length=100,
        help_text=_("A name by which further files of the same system are read alike."),
    )

    def __init__(self, heading: Sequence[str], columns: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("not in this file")), *((text, text) for text in dict.fromkeys(heading) if text)]
        asked = {
            name: forms.ChoiceField(
                label=label, required=False, choices=choices, initial=columns.get(name, "")
            )
            for name, label in FIELD_NAMES.items()
        }
        self.fields = {**asked, **self.fields}

    def columns(self) -> dict[str, str]:
        """Returns the heading by our field."""
        return {name: self.cleaned_data[name] for name in FIELDS if self.cleaned_data.get(name)}


class CompareForm(forms.Form):
    """Two systems to be compared."""

    file = forms.FileField(
        label=_("Register of the earlier system"), help_text=_("CSV (UTF-8) or XLSX, at most 200 MB.")
    )
    direction = forms.ChoiceField(label=_("Register of"), choices=Direction.choices)
    first_day = day_field(_("First day"))
    last_day = day_field(_("Last day"), hint=_("Day/month/year; two weeks are usual, 62 days the most."))
    profile = forms.ChoiceField(label=_("Columns"), required=False)

    def __init__(self, profiles: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, profiles)


class BookForm(forms.Form):
    """From which number a book continues."""

    series = forms.CharField(
        label=_("Series"),
        max_length=100,
        help_text=_("Which documents share the numbers, as the head of the agency decided: “Công văn”, say."),
    )
    year = forms.IntegerField(label=_("Year"), min_value=1945, max_value=2200)
    number = forms.IntegerField(
        label=_("Next number"),
        min_value=1,
        max_value=999_999,
        help_text=_("The one after the last that was given."),
    )


class TakeForm(forms.Form):
    """A number to be taken."""

    series = forms.CharField(max_length=100)
    year = forms.IntegerField(min_value=1945, max_value=2200)
    purpose = forms.CharField(label=_("For"), required=False, max_length=300)


class TakenSearch(DocumentSearch):
    """Narrows what was taken over."""

    direction = forms.ChoiceField(
        label=_("Register of"), required=False, choices=[("", _("everything")), *Direction.choices]
    )

    def query(self) -> dict[str, Any]:
        """Returns the filters as `queries.documents` takes them."""
        criteria = self.criteria()
        return {"criteria": criteria, "direction": self.cleaned_data.get("direction") or ""}


def _offer(form: forms.Form, profiles: Sequence[str]) -> None:
    field = form.fields["profile"]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
    field.choices = [("", _("by the names in its heading")), *((name, name) for name in profiles)]
