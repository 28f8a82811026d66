"""What the page of the design shows: a form in every state, a chart, a map."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class SampleForm(forms.Form):
    """Every sort of question that pages ask."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"), help_text=gettext_lazy("What the document is about, in one sentence.")
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    way = forms.ChoiceField(
        label=gettext_lazy("Way"),
        choices=[("desk", gettext_lazy("at the desk")), ("post", gettext_lazy("through the post"))],
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=[("", gettext_lazy("choose")), ("cv", "Công văn"), ("qd", "Quyết định")],
    )
    agreed = forms.BooleanField(label=gettext_lazy("I have checked it"), required=False)


def samples(*, now: datetime) -> dict[str, Any]:
    """Returns what the components are shown with; made up, and the same for everybody."""
    wrong = SampleForm(
        {"subject": "", "way": "desk", "kind": "", "note": "Kính gửi Sở Nội vụ"}, auto_id="wrong_%s"
    )
    wrong.is_valid()
    return {
        "form": SampleForm(),
        "asked": SampleForm(auto_id="asked_%s"),
        "wrong": wrong,
        "tones": [
            ("neutral", _("closed")),
            ("info", _("new")),
            ("progress", _("on its way")),
            ("good", _("delivered")),
            ("bad", _("refused")),
        ],
        "now": now,
        "hours": [f"{hour:02}:00" for hour in range(24)],
        "series": [
            (_("Accepted"), [hour * (24 - hour) for hour in range(24)]),
            (_("Delivered"), [hour * (23 - hour) for hour in range(24)]),
        ],
        "points": [3, 5, 4, 8, 13, 12, 9],
        "shapes": [
            {"name": "Bắc", "outline": "M60 60H700V700H60Z", "href": "#map", "level": 0, "says": "0"},
            {"name": "Đông", "outline": "M720 60H1360V700H720Z", "href": "#map", "level": 1, "says": "4"},
            {"name": "Tây", "outline": "M60 720H700V1360H60Z", "href": "#map", "level": 2, "says": "18"},
            {"name": "Nam", "outline": "M720 720H1360V1360H720Z", "href": "#map", "level": 3, "says": "73"},
        ],
    }
