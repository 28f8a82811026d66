"""Forms of signing in, of alerts and cases, of accounts and of break-glass."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hienluong.identity.policy import GLASS_HOURS_MAX
from hienluong.identity.things import kinds
from hienluong.kit.errors import HienluongError, InvalidInput


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types for it
    """User name and password. What was typed as the user name stays when something is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["remember"]
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.label = _("User name"), _("Password")
        name.widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )
        password.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        password.help_text = ""

    def clean(self) -> dict[str, Any]:
        """Checks the credentials; the session ends with the browser, since office computers are shared."""
        cleaned: dict[str, Any] = super().clean()
        cleaned["remember"] = False
        return cleaned


class _RefusableForm(forms.Form):
    """A form that shows what a command refused at the fields it named."""

    def take(self, refusal: HienluongError) -> None:
        """Puts each refused value beside its field, and anything else above the form."""
        if isinstance(refusal, InvalidInput) and refusal.errors:
            for error in refusal.errors:
                name = error.pointer.strip("/")
                self.add_error(name if name in self.fields else None, error.text(gettext))
        else:
            self.add_error(None, refusal.explain(gettext))


class DisputeForm(_RefusableForm):
    """What is wrong with a change of rights, and whether one's other sessions are to end."""

    note = forms.CharField(
        label=_("What is wrong"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Say what you know: who should have the right, or that you did not ask for it."),
    )
    end_sessions = forms.BooleanField(
        label=_("Sign me out everywhere else now"),
        required=False,
        help_text=_("Choose this if somebody else may be using your account."),
    )


class OutcomeForm(_RefusableForm):
    """What came of a case."""

    outcome = forms.CharField(
        label=_("What you found and did"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class AnswerForm(_RefusableForm):
    """The answer to a break-glass request."""

    note = forms.CharField(
        label=_("Note to the requester"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed when you do not approve."),
    )


class AccountFilter(forms.Form):
    """Narrows the list of accounts."""

    q = forms.CharField(label=_("Name or user name"), required=False, max_length=100)
    show = forms.ChoiceField(
        label=_("Accounts"),
        required=False,
        choices=[("", _("all")), ("open", _("open")), ("closed", _("closed"))],
    )


class AskForm(_RefusableForm):
    """Which thing somebody asks to see by break-glass, why, on what legal basis, for how long."""

    kind = forms.ChoiceField(label=_("What"))
    object_id = forms.CharField(
        label=_("Its number"),
        max_length=64,
        help_text=_("As the monitor or the ledger names it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Why metadata are not enough. Do not write content into it."),
    )
    legal_basis = forms.CharField(
        label=_("Legal basis"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The law, decision or order: number, notation, date, article."),
    )
    hours = forms.IntegerField(
        label=_("For how many hours"), min_value=1, max_value=GLASS_HOURS_MAX, initial=4
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - as declared above
        choice.choices = kinds()
