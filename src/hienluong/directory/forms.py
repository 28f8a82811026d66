"""Forms of the directory's pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import CalendarDay
from hienluong.kit.errors import InvalidInput

_HOURS = _("Hours and minutes of 24, for example 13:30.")


def typed(widget: type[forms.DateInput | forms.TimeInput]) -> forms.Widget:
    """Returns a plain text field: the browser's own picker writes dates in its own language, not in the page's."""
    return widget(attrs={"autocomplete": "off"})


class RefusableForm(forms.Form):
    """A form that shows what a command refused at the fields it named."""

    def take(self, refusal: InvalidInput) -> None:
        """Puts each refused value beside its field."""
        for error in refusal.errors:
            name = error.pointer.strip("/")
            self.add_error(name if name in self.fields else None, error.text(gettext))


class CalendarDayForm(RefusableForm):
    """One day that is not as its weekday says."""

    day = forms.DateField(label=_("Day"), help_text=_("Day/month/year."), widget=typed(forms.DateInput))
    kind = forms.ChoiceField(label=_("Kind of day"), choices=CalendarDay.Kind.choices)
    name = forms.CharField(label=_("Name of the day"), max_length=120)
    source = forms.CharField(
        label=_("Decision"), max_length=200, help_text=_("The document that says so: number, notation, date.")
    )


class WorkingHoursForm(RefusableForm):
    """The working hours of public offices from a day on."""

    valid_from = forms.DateField(
        label=_("In force from"), help_text=_("Day/month/year."), widget=typed(forms.DateInput)
    )
    morning_from = forms.TimeField(label=_("Morning from"), help_text=_HOURS, widget=typed(forms.TimeInput))
    morning_to = forms.TimeField(label=_("Morning to"), widget=typed(forms.TimeInput))
    afternoon_from = forms.TimeField(label=_("Afternoon from"), widget=typed(forms.TimeInput))
    afternoon_to = forms.TimeField(label=_("Afternoon to"), widget=typed(forms.TimeInput))
    source = forms.CharField(
        label=_("Decision"), max_length=200, help_text=_("The document that says so: number, notation, date.")
    )
