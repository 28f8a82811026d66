"""What a report says to people: sentences for its codes, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from hienluong.kit.clock import in_vietnam
from hienluong.signing.formats.images import Ink
from hienluong.signing.formats.report import FileReport, Reason, SignatureReport, Verdict
from hienluong.signing.models import SigningCertificate, TrustedAuthority
from hienluong.signing.queries.certificates import Registered, State, alarm_days

VERDICTS: Final = {
    Verdict.VALID: _("Valid: the signatures of the file hold."),
    Verdict.INVALID: _("Not valid: the signatures of the file do not hold."),
    Verdict.INDETERMINATE: _("Not enough evidence to conclude whether the signatures of the file hold."),
    Verdict.UNSIGNED: _("The file is not signed."),
}
OF_ONE: Final = {
    Verdict.VALID: _("Valid"),
    Verdict.INVALID: _("Not valid"),
    Verdict.INDETERMINATE: _("Not conclusive"),
    Verdict.UNSIGNED: _("Not signed"),
}
REASONS: Final = {
    Reason.ALTERED: _("What was signed was altered afterwards."),
    Reason.BROKEN: _("The signature was not made with the key of this certificate."),
    Reason.UNREADABLE: _("The file is broken or is not what it claims to be."),
    Reason.ENCRYPTED: _("The file is encrypted; remove its password and check it again."),
    Reason.TOO_LARGE: _("The file is larger than what is checked at once."),
    Reason.TOO_COSTLY: _(
        "Checking the file takes more time or memory than one file may take; it may have been made to harm."
    ),
    Reason.CHANGED: _(
        "After this signature the document was changed in a way that the signature does not allow."
    ),
    Reason.PARTIAL: _("The signature is over a part of the file only."),
    Reason.REVOKED: _(
        "The certificate was revoked, and nothing proves that the signature is older than that."
    ),
    Reason.AUTHORITY_REVOKED: _("The certificate of the authority that issued it was revoked."),
    Reason.REVOCATION_UNKNOWN: _(
        "Whether the certificate was revoked is not known yet; check again in some minutes."
    ),
    Reason.EXPIRED: _("The certificate has ended, and nothing proves that it was good when it signed."),
    Reason.NOT_YET_VALID: _("The certificate was not valid yet at that moment."),
    Reason.AUTHORITY_UNKNOWN: _("The authority that issued the certificate is not in the trust list."),
    Reason.CERTIFICATE_UNFIT: _("The certificate is not for signing documents."),
    Reason.CERTIFICATE_MISSING: _("The signature names no certificate."),
    Reason.WEAK: _("The signature uses an algorithm that is no longer safe."),
    Reason.TIME_UNPROVEN: _("Nothing proves when the signature was made."),
    Reason.STAMP_WRONG: _("The time-stamp does not hold."),
    Reason.STAMPS_CONTRADICT: _("The time-stamps contradict each other."),
    Reason.DEMONSTRATION: _(
        "It was signed under the authority of a demonstration, which has no legal force."
    ),
    Reason.CONTENT_MISSING: _("The signature stands beside its file; give the file, too."),
    Reason.FORM_UNKNOWN: _("The signature is of a kind that is not checked here."),
    Reason.UNDECIDED: _("The certificate could not be checked."),
}
CHANGES: Final = {
    "none": _("Nothing was changed after it."),
    "validation-data": _("After it, only evidence and time-stamps were added."),
    "forms-and-signatures": _(
        "After it, further signatures were added or form fields filled in, as is allowed."
    ),
    "annotations": _("After it, comments were added, as is allowed."),
    "other": _("After it, the document was changed."),
}
WARNINGS: Final = {
    "pdf-untidy": _("The PDF does not keep to its standard everywhere; it was read all the same."),
    "more-signatures": _("The file holds more signatures than were checked."),
}
_BADGES: Final = {
    Verdict.VALID: "good",
    Verdict.INVALID: "bad",
    Verdict.INDETERMINATE: "progress",
    Verdict.UNSIGNED: "neutral",
}
_NOTES: Final = {
    Verdict.VALID: "success",
    Verdict.INVALID: "error",
    Verdict.INDETERMINATE: "warning",
    Verdict.UNSIGNED: "info",
}
LEGAL_FORCE: Final = _("DEMONSTRATION: no legal force.")


def sentences(report: FileReport) -> list[str]:
    """Returns what a report says, a sentence or two a line, in the language in force."""
    return list(_of_file(report))


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One signature for a page: who, in a word whether it holds, why not, and what else is known."""

    title: str
    tone: str
    says: str
    reasons: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """A file for a page; files that travel in it follow as files of their own."""

    name: str
    sha256: str
    tone: str
    says: str
    lines: tuple[str, ...]
    signatures: tuple[SignatureView, ...]


def views_of(report: FileReport) -> list[FileView]:
    """Returns a report for a page, in the language in force: the file, then those that travel in it."""
    lines = [gettext("Checked at %(at)s.") % {"at": moment(report.checked_at)}]
    lines += [gettext(LEGAL_FORCE)] if report.demonstration else []
    if not report.signatures and not report.files:
        lines += [reason_text(reason) for reason in report.reasons]
    lines += [gettext(WARNINGS[code]) for code in report.warnings]
    signatures = tuple(
        SignatureView(
            _title(one),
            _BADGES[one.verdict],
            gettext(OF_ONE[one.verdict]),
            tuple(reason_text(reason) for reason in one.reasons),
            (*_posts(one), *_facts_of(one, report.checked_at), *_form(one)),
        )
        for one in report.signatures
    )
    own = FileView(
        report.name,
        report.sha256,
        _NOTES[report.verdict],
        _verdict_of(report),
        tuple(lines),
        signatures,
    )
    return [own, *(view for file in report.files for view in views_of(file))]


def _verdict_of(report: FileReport) -> str:
    """Returns what a file comes to; of one that cannot be read nobody knows whether there are signatures."""
    unread = report.verdict is Verdict.INVALID and not report.signatures and not report.files
    return gettext("Not valid: the file cannot be read.") if unread else gettext(VERDICTS[report.verdict])


def reason_text(reason: Reason) -> str:
    """Returns the sentence of a reason, in the language in force."""
    return gettext(REASONS[reason])


def _of_file(report: FileReport, indent: str = "") -> Iterator[str]:
    name = f"{report.name}: " if report.name else ""
    yield f"{indent}{name}{_verdict_of(report)}"
    if report.demonstration:
        yield f"{indent}{gettext(LEGAL_FORCE)}"
    if not report.signatures and not report.files:
        yield from (f"{indent}  {reason_text(reason)}" for reason in report.reasons)
    for code in report.warnings:
        yield f"{indent}  {gettext(WARNINGS[code])}"
    for number, one in enumerate(report.signatures, start=1):
        yield f"{indent}{number}. {_who(one)}"
        yield from (f"{indent}   {line}" for line in of_signature(one, report.checked_at))
    for file in report.files:
        yield from _of_file(file, f"{indent}  ")


def of_signature(one: SignatureReport, checked_at: datetime) -> Iterator[str]:
    """Yields what is said of one signature or time-stamp, without who signed.

    Args:
        one: what was found.
        checked_at: when, from which ages are counted.
    """
    yield f"{gettext(OF_ONE[one.verdict])}."
    yield from (reason_text(reason) for reason in one.reasons)
    yield from _facts_of(one, checked_at)


def moment(at: datetime) -> str:
    """Returns a moment in Vietnamese time."""
    return f"{in_vietnam(at):%d/%m/%Y %H:%M:%S} (UTC+7)"


def _facts_of(one: SignatureReport, checked_at: datetime) -> Iterator[str]:
    if one.kind == "signature" and one.claimed_at is not None:
        yield gettext("The signer says: signed at %(at)s.") % {"at": moment(one.claimed_at)}
    if one.proved_at is not None:
        authority = one.stamp.authority if one.stamp else ""
        facts = {"authority": authority or "–", "at": moment(one.proved_at)}
        yield gettext("A time-stamp of %(authority)s proves that it was there at %(at)s.") % facts
    elif one.stamp is not None and one.kind == "signature":
        why = " ".join(reason_text(reason) for reason in one.stamp.reasons)
        yield gettext("Its time-stamp cannot be relied on: %(why)s") % {"why": why}
    yield from _revocation(one, checked_at)
    if one.changes:
        yield gettext(CHANGES[one.changes])
    if one.path:
        yield gettext("Certificate issued by: %(path)s.") % {"path": " ← ".join(one.path)}


def _who(one: SignatureReport) -> str:
    if one.certificate is None:
        return gettext("A signature without a certificate (%(form)s).") % {"form": one.form}
    holder = one.certificate.holder
    facts = {
        "name": holder.name,
        "form": " ".join(filter(None, (one.form, one.level))),
        "for": ", ".join(filter(None, (holder.title, holder.unit, holder.organisation))),
    }
    if one.kind == "time-stamp":
        return gettext("Time-stamp over the document by %(name)s.") % facts
    if facts["for"] and holder.organisation != holder.name:
        return gettext("Signed by %(name)s, %(for)s (%(form)s).") % facts
    return gettext("Signed by %(name)s (%(form)s).") % facts


def _title(one: SignatureReport) -> str:
    """Returns who signed, alone; what a page says beside it stands in lines of its own."""
    if one.certificate is None:
        return gettext("A signature without a certificate")
    name = {"name": one.certificate.holder.name}
    if one.kind == "time-stamp":
        return gettext("Time-stamp over the document by %(name)s") % name
    return gettext("Signed by %(name)s") % name


def _posts(one: SignatureReport) -> Iterator[str]:
    holder = one.certificate.holder if one.certificate is not None else None
    if holder is not None and one.kind == "signature" and holder.organisation != holder.name:
        said = ", ".join(filter(None, (holder.title, holder.unit, holder.organisation)))
        if said:
            yield gettext("The certificate says: %(post)s.") % {"post": said}


def _form(one: SignatureReport) -> Iterator[str]:
    yield gettext("Form of the signature: %(form)s.") % {
        "form": " ".join(filter(None, (one.form, one.level)))
    }


def _revocation(one: SignatureReport, checked_at: datetime) -> Iterator[str]:
    found = one.revocation
    if found.status == "revoked" and found.revoked_at is not None:
        yield gettext("The certificate was revoked at %(at)s.") % {"at": moment(found.revoked_at)}
    elif found.status == "good" and found.as_of is not None:
        facts = {"at": moment(found.as_of), "age": _age(checked_at - found.as_of)}
        yield gettext("The certificate was not revoked as of %(at)s (%(age)s before this check).") % facts


def _age(span: timedelta) -> str:
    minutes = max(int(span.total_seconds() // 60), 0)
    hours = minutes // 60
    if minutes < 120:  # noqa: PLR2004 - two hours
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if hours < 48:  # noqa: PLR2004 - two days
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return ngettext("%(count)d day", "%(count)d days", hours // 24) % {"count": hours // 24}


STATES: Final[dict[State, tuple[str, str]]] = {
    "ended": ("neutral", _("ended here")),
    "over": ("bad", _("its time is over")),
    "unproved": ("progress", _("to be tested")),
    "ending": ("progress", _("ends soon")),
    "good": ("good", _("in use")),
}


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate of the register as pages show it.

    Attributes:
        row: the entry.
        tone, says: its state.
        left: how long it lasts; empty where that is of no interest.
        leads: whether it leads to the trust list.
        way: how, or that it does not.
    """

    row: SigningCertificate
    tone: str
    says: str
    left: str
    leads: bool
    way: str

    @property
    def ended(self) -> bool:
        """Whether it was ended here."""
        return self.row.ended_at is not None


def certificate_view(one: Registered) -> CertificateView:
    """Returns what pages say of a certificate, in the reader's language."""
    tone, says = STATES[one.state]
    if one.way.revoked:
        way = gettext("It was revoked.")
    elif one.way.names:
        way = " ← ".join(one.way.names)
    else:
        way = gettext(
            "It leads to no authority of the trust list: nobody here will find its signatures to hold."
        )
    left = _days(one.days_left) if one.state == "ending" else ""
    return CertificateView(one.row, tone, gettext(says), left, leads=bool(one.way.names), way=way)


@dataclass(frozen=True, slots=True)
class AuthorityView:
    """An authority of the trust list as pages show it."""

    row: TrustedAuthority
    tone: str
    says: str


def authority_view(row: TrustedAuthority, *, now: datetime) -> AuthorityView:
    """Returns what pages say of an authority, in the reader's language."""
    left = (row.not_after - now) // timedelta(days=1)
    if row.not_after <= now:
        return AuthorityView(row, "bad", gettext("its certificate has ended"))
    if left <= max(alarm_days(), default=0):
        return AuthorityView(row, "progress", _days(left))
    return AuthorityView(row, "good", gettext("believed"))


def ink_says(ink: Ink, *, is_agency: bool) -> str:
    """Returns what is said of the colour of an image; nothing where it is as the decree asks."""
    if is_agency and ink != "red":
        return gettext(
            "The image was saved. It is not red, as the decree asks of a seal (NĐ 30/2020, Appendix I)."
        )
    if not is_agency and ink != "blue":
        return gettext(
            "The image was saved. It is not blue, as the decree asks of a signature (NĐ 30/2020, Appendix I)."
        )
    return ""


def _days(left: int) -> str:
    return ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}
