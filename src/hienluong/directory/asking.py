"""Asks, lets the answers be checked, and acts: the three steps of every page that changes something; takes files in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hienluong.directory.forms import RefusableForm, typed
from hienluong.directory.queries import FoundAgency, agency_by_code, today
from hienluong.kit.errors import Conflict, HienluongError, InvalidInput, NotFound, TooLarge

DAY = timedelta(days=1)
Text = str | Promise
Fact = tuple[Text, Text]


class AskedForm(RefusableForm):
    """A form whose answers are shown for checking before anything is done."""

    def answers(self) -> Iterator[tuple[str | Promise, str]]:
        """Yields (question, answer in words) for everything that was answered; only for a valid form."""
        for field in self.visible_fields():
            value = self.cleaned_data.get(field.name)
            if value in (None, "", False, []):
                continue
            yield field.label, self._words(field.field, value)

    @staticmethod
    def _words(field: forms.Field, value: Any) -> str:
        if isinstance(value, date):
            return date_format(value, "SHORT_DATE_FORMAT")
        if value is True:
            return gettext("yes")
        if isinstance(value, FoundAgency):
            return value.agency.name
        if isinstance(field, forms.ChoiceField):
            chosen = value if isinstance(value, list) else [value]
            named = {str(key): str(name) for key, name in _flat(field.choices)}
            return "; ".join(named.get(str(one), str(one)) for one in chosen)
        return str(value)

    def refuse(self, refusal: HienluongError) -> None:
        """Shows why a command refused, beside the fields it named."""
        if isinstance(refusal, InvalidInput) and refusal.errors:
            self.take(refusal)
        else:
            self.add_error(None, refusal.explain(gettext))


class ReasonForm(AskedForm):
    """Why something is done, in so many characters at most."""

    def __init__(self, *args: Any, most: int = 1000, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = forms.Textarea(attrs={"rows": 3})
        self.fields["reason"] = forms.CharField(label=_("Reason"), max_length=most, widget=rows)


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    for key, name in choices:
        if isinstance(name, list | tuple):
            yield from name
        else:
            yield key, name


class AgencyField(forms.CharField):
    """An agency by any code it ever had; its value is where the code leads today."""

    def clean(self, value: Any) -> FoundAgency | None:
        """Returns the agency."""
        typed_code = super().clean(value)
        if not typed_code:
            return None
        found = agency_by_code(typed_code)
        if found is None:
            raise forms.ValidationError(
                gettext("No agency has or ever had this code: %(codes)s.") % {"codes": typed_code}
            )
        if found.ended(today()):
            raise forms.ValidationError(gettext("This agency has ended."))
        return found


def day_field(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    """Returns the field for one day, typed as the page shows days."""
    return forms.DateField(
        label=label, required=required, help_text=hint or _("Day/month/year."), widget=typed(forms.DateInput)
    )


def day_after(last_day: date | None) -> date | None:
    """Returns the first day that something is no more, from its last day as people write it."""
    return last_day + DAY if last_day and last_day < date.max else last_day


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked and how it is put to people.

    Attributes:
        title: of the page.
        submit: the words on the button that acts.
        back: the address of the page it is about.
        lead: one sentence under the title.
        facts: what is known already, as (name, value).
        warning: what to know before acting.
        agencies: codes and names to choose from by typing.
        tone: of the button that acts; "danger" for what cannot be undone.
        template: of the page that asks.
        about: the name of the page it is about, where no section of the menu leads there.
    """

    title: Text
    submit: Text
    back: str
    lead: Text = ""
    facts: Sequence[Fact] = ()
    warning: Text = ""
    agencies: Sequence[tuple[str, str]] = ()
    tone: str = "primary"
    template: str = "directory/ask.html"
    about: Text = ""


def ask(
    request: HttpRequest,
    form: AskedForm,
    question: Question,
    act: Callable[[dict[str, Any]], tuple[str, str]],
) -> HttpResponse:
    """Shows the form, then the answers to check, then acts; a refusal is shown with everything still filled in.

    `act` is given the answers, and returns what to say and where to go.
    """
    context: dict[str, Any] = {"form": form, "question": question}
    step = request.POST.get("step", "")
    if request.method != "POST" or not form.is_valid() or step == "edit":
        status = 422 if form.is_bound and step != "edit" else 200
        return render(request, question.template, context, status=status)
    if step != "send":
        return render(request, "directory/ask_check.html", context)
    try:
        said, target = act(form.cleaned_data)
    except (InvalidInput, Conflict, NotFound) as refusal:
        form.refuse(refusal)
        return render(request, question.template, context, status=refusal.status)
    messages.success(request, said)
    return redirect(target)


def take_file(
    request: HttpRequest, form: forms.Form, template: str, stage: Callable[..., str]
) -> HttpResponse:
    """Shows a form that asks for a `file`, and goes on once it was staged; a refusal is shown at the file.

    `stage` is given `source`, `file_name` and the other answers, and returns where to go.
    """
    if form.is_valid():
        given = dict(form.cleaned_data)
        file = given.pop("file")
        try:
            target = stage(source=cast("BinaryIO", file.file), file_name=file.name or "", **given)
        except (InvalidInput, Conflict, NotFound, TooLarge) as refusal:
            form.add_error("file", refusal.explain(gettext))
        else:
            return redirect(target)
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


def pager(
    request: HttpRequest, following: str | None, *filters: str, cursor: str = "after"
) -> dict[str, str]:
    """Returns the addresses of the first and the next page, with the filters kept, and of the list without any.

    `cursor` is the name that the place in the list has in the address.
    """
    query = request.GET.copy()
    was_further = query.pop(cursor, None)
    first = f"{request.path}?{query.urlencode()}"
    if following:
        query[cursor] = following
    filtered = any(request.GET.get(name) for name in filters)
    return {
        "first": first if was_further else "",
        "next": f"{request.path}?{query.urlencode()}" if following else "",
        "reset": request.path if filtered else "",
    }
