"""Forms of signing in, of second factors and of passwords."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, ReauthenticateForm
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm as AuthenticateByCodeForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from hienluong.identity.second_factor import take_code
from hienluong.kit.errors import HienluongError, InvalidInput

_rules = lazy(lambda: " ".join(str(text) for text in password_validators_help_texts()), str)


class RefusableForm(forms.Form):
    """A form that shows what a command refused at the fields it named."""

    def take(self, refusal: InvalidInput) -> None:
        """Puts each refused value beside its field."""
        for error in refusal.errors:
            name = error.pointer.strip("/")
            self.add_error(name if name in self.fields else None, error.text(gettext))


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth ships no types for it
    """User name and password. What was typed as the user name stays when something is wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["remember"]
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.label = _("User name"), _("Password")
        name.widget = forms.TextInput(
            attrs={"autocomplete": "username webauthn", "autocapitalize": "none", "spellcheck": "false"}
        )
        password.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
        password.help_text = ""

    def clean(self) -> dict[str, Any]:
        """Checks the credentials; the session ends with the browser, since office computers are shared."""
        cleaned: dict[str, Any] = super().clean()
        cleaned["remember"] = False
        return cleaned


def _code_field(form: forms.Form, label: Any, hint: Any) -> None:
    field = form.fields["code"]
    field.label, field.help_text = label, hint
    field.widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none"}
    )


class _CodeOnceForm(forms.Form):
    """A code of the app or a recovery code; a code of the app is taken once, whatever its period."""

    user: Any
    authenticator: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(
            self,
            _("Code"),
            _("Six digits from the app on your telephone, or one of your recovery codes."),
        )

    def clean_code(self) -> str:
        """Returns the code when it is right and was never used."""
        code: str = super().clean_code()  # type: ignore[misc]  # allauth's form stands beside this one
        if self.authenticator.type == Authenticator.Type.TOTP and not take_code(self.user, code):
            raise get_mfa_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_CodeOnceForm, AuthenticateByCodeForm):  # type: ignore[misc]  # allauth ships no types for it
    """The second step of signing in."""


class ConfirmCodeForm(_CodeOnceForm, ReauthenticateByCodeForm):  # type: ignore[misc]  # the same
    """Confirms with a code who is there."""


class ConfirmPasswordForm(ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types for it
    """Confirms with the password who is there."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["password"]
        field.label, field.help_text = _("Password"), ""
        field.widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class ActivateAppForm(ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no types for it
    """The first code of a new app proves that it has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _code_field(self, _("Code"), _("The six digits that the app shows now."))

    def clean_code(self) -> str:
        """Returns the code; it cannot be used again to sign in."""
        code: str = super().clean_code()
        take_code(self.user, code)
        return code


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types for it
    """A new passkey: always one that asks for the person (PIN, finger, face) and signs in without a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["passwordless"]
        name = self.fields["name"]
        name.label, name.max_length = _("Name of the passkey"), 60
        name.help_text = _("So that you recognise it in the list: “office computer”, “my telephone”.")

    def clean(self) -> dict[str, Any]:
        """Checks the credential; the device must have asked for the person."""
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = super().clean()
        return cleaned


class ChangePasswordForm(RefusableForm):
    """The present password and the new one, seen on request instead of typed twice."""

    present = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_rules(),  # type: ignore[no-untyped-call]  # Django's lazy text has no type
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, ask_present: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not ask_present:
            del self.fields["present"]

    def clean(self) -> dict[str, Any]:
        """Checks that the new password was typed alike twice."""
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("The two passwords differ."))
        return cleaned


class ForgottenPasswordForm(forms.Form):
    """Whose password was forgotten."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class SignOnClientForm(RefusableForm):
    """A system that people sign on to."""

    agency_code = forms.CharField(
        label=_("Code of the agency"), max_length=35, help_text=_("Whose system it is, for example H50.S01.")
    )
    name = forms.CharField(
        label=_("Name of the system"), max_length=100, help_text=_("People read it when they sign on.")
    )
    redirect_uris = forms.CharField(
        label=_("Addresses to return to"),
        widget=forms.Textarea(attrs={"rows": "3", "spellcheck": "false"}),
        help_text=_("One per line, exact, with https. Nobody is sent anywhere else."),
    )


class WaysForm(forms.Form):
    """By which ways somebody wants to be reminded."""

    mail = forms.BooleanField(label=_("by e-mail"), required=False)
    push = forms.BooleanField(label=_("in the browsers below"), required=False)


class BrowserForm(RefusableForm):
    """What a browser gives so that it can be woken; the script fills it in."""

    endpoint = forms.CharField(max_length=1000, widget=forms.HiddenInput)
    p256dh = forms.CharField(max_length=100, widget=forms.HiddenInput)
    auth = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def refuse(self, refusal: HienluongError) -> None:
        """Shows why the browser was not added; nobody can correct what it gave."""
        texts = [one.text(gettext) for one in refusal.errors] if isinstance(refusal, InvalidInput) else []
        for text in texts or [refusal.explain(gettext)]:
            self.add_error(None, text)
