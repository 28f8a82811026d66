"""What is asked of whoever wants a file checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import AgencyField, AskedForm, Question, day_field
from hienluong.kit.errors import InvalidInput
from hienluong.signing.models import TrustedAuthority
from hienluong.signing.pages.device import signatures_of


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


class FilePage:
    """A form on a page that asks for a file."""

    question: Question


class CertificateForm(FilePage, forms.Form):
    """A certificate of a person's own device, which may be asked for it."""

    from_device = True

    file = forms.FileField(
        label=_("Your certificate"),
        help_text=_(
            "PEM, DER (.cer, .crt) or PKCS#7 (.p7b), with the certificates of the authorities above it. Never the key."
        ),
    )


class AgencyCertificateForm(FilePage, AskedForm):
    """A certificate of an agency or of a person there: of a key of this installation, or of a device."""

    agency = AgencyField(
        label=_("Agency"), help_text=_("The code of the agency, for example H50.S01."), max_length=40
    )
    person = forms.EmailField(
        label=_("E-mail address of the person"),
        required=False,
        help_text=_(
            "Of whose device it is, somebody with a post of the agency that signs; empty: the agency’s own."
        ),
    )
    key_name = forms.ChoiceField(
        label=_("Key"),
        required=False,
        help_text=_(
            "A key of this installation signs by itself when a clerk seals; operators name it in the file of keys."
        ),
    )
    for_systems = forms.BooleanField(
        label=_("Systems of the agency may seal with it, too"),
        required=False,
        help_text=_(
            "Only with a key of this installation; what no authorised person signed is never sealed."
        ),
    )
    file = forms.FileField(
        label=pgettext_lazy("signature", "Certificate"),
        required=False,
        help_text=_(
            "Of a device: its certificate and those above it. Of a key: those above it, if its file has none."
        ),
    )

    def __init__(self, key_names: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, name) for name in key_names]
        self.fields["key_name"].choices = [("", _("On a device")), *names]  # type: ignore[attr-defined] # a choice field

    def clean(self) -> dict[str, Any]:
        """Requires the certificate of a device; keys of this installation are agencies'."""
        given = super().clean() or {}
        if given.get("key_name") and given.get("person"):
            self.add_error(
                "person", gettext("Keys of this installation are agencies’: leave one of the two empty.")
            )
        if not given.get("key_name") and not given.get("file") and "file" not in self.errors:
            self.add_error("file", gettext("Give the certificate of the device."))
        return given


class ImageForm(FilePage, forms.Form):
    """The image that shows on the page."""

    file = forms.FileField(
        label=_("Image"),
        help_text=_("PNG with a transparent ground, at most 2 MB (Decree 30/2020, Appendix I)."),
    )


class AnswerForm(FilePage, AskedForm):
    """What the signer wrote; once valid, `signatures` are the ids and signatures in it."""

    file = forms.FileField(
        label=_("File of signatures"), help_text=_("The file that the signer wrote (signatures.json).")
    )
    signatures: Sequence[tuple[str, bytes]] = ()

    def clean_file(self) -> object:
        """Reads ids and signatures."""
        try:
            self.signatures = signatures_of(self.cleaned_data["file"])
        except InvalidInput as problem:
            raise forms.ValidationError([one.text(gettext) for one in problem.errors]) from problem
        return self.cleaned_data["file"]


class AuthorityForm(FilePage, forms.Form):
    """Certificates of authorities, and what they are believed for."""

    file = forms.FileField(label=_("Certificates of authorities"), help_text=_("PEM, DER or PKCS#7 (.p7b)."))
    purpose = forms.ChoiceField(
        label=_("Believed for"), choices=TrustedAuthority.Purpose.choices, widget=forms.RadioSelect
    )
    taken_from = forms.CharField(
        label=pgettext_lazy("signature", "Source"),
        max_length=500,
        help_text=_("Where the file comes from: an address, a letter."),
    )
    valid_from = day_field(_("Believed from"))
