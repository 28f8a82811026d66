"""What people fill in about a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import AskedForm
from hienluong.reasons.models import Reason


class ReasonForm(AskedForm):
    """A reason: what it is for, its code, its words, its source; an existing one keeps the first two."""

    act = forms.ChoiceField(label=_("What for"), choices=Reason.Act.choices)
    code = forms.CharField(
        label=_("Code"), max_length=40, help_text=_("Small letters, digits, hyphens: for agencies' systems.")
    )
    text_vi = forms.CharField(
        label=_("In Vietnamese"), max_length=200, help_text=_("The other agency reads it.")
    )
    text_en = forms.CharField(label=_("In English"), max_length=200)
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        required=False,
        help_text=_("The law it follows. Without one the reason is shown as provisional."),
    )

    def __init__(self, *args: Any, reason: Reason | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if reason is not None:
            del self.fields["act"], self.fields["code"]
            for name in ("text_vi", "text_en", "source"):
                self.initial[name] = getattr(reason, name)
