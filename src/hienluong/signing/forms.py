"""What is asked of whoever wants a file checked."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CheckForm(forms.Form):
    """A file, and the one that a signature beside it is over."""

    file = forms.FileField(
        label=_("File to check"),
        help_text=_("A PDF, an XML file, an edXML packet, or a signature in a file of its own (.p7s)."),
        allow_empty_file=True,
    )
    signed_file = forms.FileField(
        label=_("The file that was signed"),
        required=False,
        help_text=_("Only for a signature in a file of its own."),
        allow_empty_file=True,
    )
