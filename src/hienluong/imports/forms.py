"""What is asked when a file is handed in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.imports.models import AgencyImport


class ImportForm(forms.Form):
    """A file of agencies."""

    file = forms.FileField(label=_("File"), help_text=_("At most 200 MB."))
    format = forms.ChoiceField(label=_("Format"), choices=AgencyImport.Format.choices)
    effective_on = forms.DateField(
        label=_("Changes count from"),
        help_text=_("Day/month/year."),
        widget=forms.DateInput(attrs={"autocomplete": "off"}),
    )
    skip_wrong_rows = forms.BooleanField(
        label=_("Leave wrong rows out and import the others"),
        required=False,
        help_text=_("Otherwise one wrong row stops the whole file."),
    )
