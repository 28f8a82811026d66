"""What is asked on the pages of the face itself."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """The search over everything."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200)

    def text(self) -> str:
        """Returns what is looked for; nothing where it is too long to be a search."""
        return str(self.cleaned_data["q"]).strip() if self.is_valid() else ""
