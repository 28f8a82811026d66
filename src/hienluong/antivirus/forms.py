"""Forms about what is kept apart for malware."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import AskedForm


class ReasonForm(AskedForm):
    """Why somebody decides as they do."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The sender's clerks read it, and it stands in the ledger. Do not quote the document."),
    )


class ShowForm(forms.Form):
    """Which packets the list shows."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("to be decided")),
            ("waiting", _("waiting to be scanned")),
            ("decided", _("decided")),
        ],
    )

    def chosen(self) -> str:
        """Returns what was chosen."""
        return str(self.cleaned_data["show"]) if self.is_valid() else ""
