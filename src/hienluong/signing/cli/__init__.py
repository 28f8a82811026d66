"""The commands `hienluong signing …`: check and sign files, the trust list, revocations.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.clock import VIETNAM, in_vietnam
from hienluong.kit.pkcs11 import URI_SCHEME
from hienluong.kit.server_command import day
from hienluong.kit.terminal import language
from hienluong.kit.terminal import translate as _
from hienluong.signing.cli.certificates import certificate
from hienluong.signing.cli.device import device

if TYPE_CHECKING:
    from hienluong.directory.service import Actor
    from hienluong.signing.service import Placed, SigningKey

_file = click.Path(path_type=Path, dir_okay=False, exists=True)
_new_file = click.Path(path_type=Path, dir_okay=False)
_PURPOSES = ("public-service", "public", "time-stamps")
_LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")


@click.group(help=_("Digital signatures.\n\nExample: hienluong signing validate document.pdf"))
def group() -> None:
    """Holds the commands about signatures."""


group.add_command(certificate)
group.add_command(device)


@group.command(
    "validate",
    help=_(
        "Check the signatures of a file: PDF, a signature beside a file, XML, an edXML packet.\n\n"
        "Example: hienluong signing validate document.pdf --online"
    ),
)
@click.argument("file", type=_file)
@click.option("--signed", type=_file, default=None, help=_("The file that the signature beside it is over."))
@click.option(
    "--online", is_flag=True, help=_("Ask the authorities first whether certificates were revoked.")
)
@click.option("--at", type=day, default=None, help=_("Another day for which it is asked."))
@click.option("--require-valid", is_flag=True, help=_("End with exit code 1 unless all signatures hold."))
@on_server
def validate(
    *,
    actor: Actor,
    now: datetime,
    file: Path,
    signed: Path | None,
    online: bool,
    at: datetime | None,
    require_valid: bool,
) -> Answer:
    """Checks a file."""
    from django.utils.translation import override  # noqa: PLC0415 - needs Django

    from hienluong.signing.errors import SignaturesNotValid  # noqa: PLC0415 - the same
    from hienluong.signing.service import Verdict, sentences, validate_file  # noqa: PLC0415 - the same

    report = validate_file(
        actor,
        file.read_bytes(),
        now=now,
        signed=signed.read_bytes() if signed else None,
        at=datetime.combine(at.date(), time(23, 59, 59), VIETNAM) if at else None,
        online=online,
    )
    if require_valid and report.verdict is not Verdict.VALID:
        raise SignaturesNotValid(name=file.name, verdict=report.verdict, reasons=list(report.reasons))
    with override(language()):
        lines = sentences(report)
    return {**report.as_json(), "sentences": lines}, lines


@group.command(
    "sign",
    help=_(
        "Sign a file with a key of PKCS#12 or in a module (PKCS#11).\n\n"
        "A PDF and XML are signed inside; any other file beside it (.p7s).\n\n"
        "Example: hienluong signing sign letter.pdf --key clerk.p12 --password-file secret --level B-LT --output signed.pdf"
    ),
)
@click.argument("file", type=_file)
@click.option(
    "--key", required=True, help=_("A file of PKCS#12, or pkcs11:token=…;object=…?module-path=…&pin-source=…")
)
@click.option("--password-file", type=_file, default=None, help=_("The password of the file of PKCS#12."))
@click.option(
    "--certificates", type=_file, default=None, help=_("Certificates of a key in a module, its own first.")
)
@click.option(
    "--level", type=click.Choice(_LEVELS), default="B-T", show_default=True, help=_("How far it reaches.")
)
@click.option("--for", "on_behalf_of", default="", help=_("Whom the signer signs for, for the ledger."))
@click.option("--reason", default="", help=_("As it stands in the PDF."))
@click.option(
    "--image", type=_file, default=None, help=_("The image that shows: PNG with a transparent ground.")
)
@click.option(
    "--as-seal", is_flag=True, help=_("The image is the agency’s seal: over the left third of the signature.")
)
@click.option(
    "--attachment-of",
    default="",
    help=_("It is an attachment: number and notation of its document stand at the top right, with the time."),
)
@click.option(
    "--copy",
    default="",
    help=_("It is an electronic copy of this kind (SAO Y, SAO LỤC, TRÍCH SAO); whom --for names made it."),
)
@click.option("--name", default="", help=_("The signer’s name as it stands on the page, to find the place."))
@click.option("--post", default="", help=_("The signer’s post as it stands on the page."))
@click.option("--output", type=_new_file, required=True, help=_("The file to write."))
@on_server
def sign(
    *,
    actor: Actor,
    now: datetime,
    file: Path,
    key: str,
    password_file: Path | None,
    certificates: Path | None,
    level: str,
    on_behalf_of: str,
    reason: str,
    image: Path | None,
    as_seal: bool,
    attachment_of: str,
    copy: str,
    name: str,
    post: str,
    output: Path,
) -> Answer:
    """Signs a file."""
    from hienluong.signing.service import (  # noqa: PLC0415 - needs Django
        Level,
        attachment_lines,
        copy_lines,
        placed_text,
        sign_document,
    )

    if sum(map(bool, (image, attachment_of, copy))) > 1:
        raise click.UsageError(_("Choose one of --image, --attachment-of and --copy."))
    if copy and not on_behalf_of:
        raise click.UsageError(_("--copy needs --for: the agency that made the copy."))
    content, placed = file.read_bytes(), None
    if image:
        placed = _placed(actor, content, image, name, post, as_seal=as_seal)
    elif attachment_of or copy:
        lines = attachment_lines(attachment_of, now) if attachment_of else copy_lines(copy, on_behalf_of, now)
        placed = placed_text(actor, content, lines)
    signed = sign_document(
        actor=actor,
        content=content,
        key=_key(key, password_file, certificates),
        level=Level(level),
        now=now,
        on_behalf_of=on_behalf_of,
        reason=reason,
        placed=placed,
    )
    output.write_bytes(signed.content)
    value = {"file": str(output), "form": signed.form, "level": signed.level, "sha256": signed.sha256}
    return value, [_("Written: {path}").format(path=output)]


@group.group("trust", help=_("Whose certificates are believed."))
def trust() -> None:
    """Holds the commands about the trust list."""


@trust.command(
    "import",
    help=_(
        "Put authorities into the trust list, from PEM, DER or PKCS#7.\n\n"
        "Example: hienluong signing trust import root.p7b --purpose public-service --source https://ca.gov.vn"
    ),
)
@click.argument("file", type=_file)
@click.option("--purpose", type=click.Choice(_PURPOSES), required=True, help=_("What they are believed for."))
@click.option("--source", required=True, help=_("Where the file comes from: an address, a letter."))
@click.option(
    "--from", "valid_from", type=day, default=None, help=_("From which day on; today if not given.")
)
@on_server
def import_trust(
    *, actor: Actor, now: datetime, file: Path, purpose: str, source: str, valid_from: datetime | None
) -> Answer:
    """Puts authorities into the trust list."""
    from hienluong.signing.models import TrustedAuthority  # noqa: PLC0415 - needs Django
    from hienluong.signing.service import import_authorities  # noqa: PLC0415 - the same

    added = import_authorities(
        actor=actor,
        content=file.read_bytes(),
        purpose=TrustedAuthority.Purpose(purpose),
        source=source,
        valid_from=(valid_from or in_vietnam(now)).date(),
        now=now,
    )
    value = [{"name": one.name, "sha256": one.sha256} for one in added]
    return value, [f"{one.sha256}  {one.name}" for one in added] or [
        _("All of them are in the list already.")
    ]


@trust.command(
    "list", help=_("List the authorities that are believed today.\n\nExample: hienluong signing trust list")
)
@on_server
def list_trust(*, actor: Actor, now: datetime) -> Answer:
    """Lists the trust list."""
    from hienluong.signing.service import authorities  # noqa: PLC0415 - needs Django

    rows = authorities(actor, now=now)
    value = [
        {
            "name": one.name,
            "sha256": one.sha256,
            "purpose": one.purpose,
            "source": one.source,
            "valid_from": one.valid_from,
            "not_after": one.not_after,
        }
        for one in rows
    ]
    lines = [f"{one.purpose:<15} {one.sha256[:16]}  {one.not_after:%Y-%m-%d}  {one.name}" for one in rows]
    return value, lines or [_("The trust list is empty: no signature can be found to hold.")]


@trust.command(
    "end",
    help=_(
        "Take an authority out of the trust list.\n\n"
        "Example: hienluong signing trust end 3f9a1c2b77de --reason “Thông báo số 12, ngày 25/11/2026”"
    ),
)
@click.argument("fingerprint")
@click.option("--reason", required=True, help=_("Why."))
@on_server
def end_trust(*, actor: Actor, now: datetime, fingerprint: str, reason: str) -> Answer:
    """Takes an authority out of the trust list."""
    from hienluong.signing.service import end_authority  # noqa: PLC0415 - needs Django

    rows = end_authority(actor=actor, fingerprint=fingerprint, reason=reason, now=now)
    return [str(one.pk) for one in rows], [f"{one.purpose:<15} {one.name}" for one in rows]


@group.command(
    "refresh",
    help=_("Fetch lists of revoked certificates that are due.\n\nExample: hienluong signing refresh"),
)
@on_server
def refresh(*, actor: Actor, now: datetime) -> Answer:
    """Fetches what is due."""
    from hienluong.signing.service import refresh_revocations  # noqa: PLC0415 - needs Django

    outcomes = refresh_revocations(actor=actor, now=now)
    value = [{"url": one.url, "until": one.until, "problem": one.problem} for one in outcomes]
    lines = [f"{one.url}  {one.problem or one.until or ''}" for one in outcomes]
    return value, lines or [_("Nothing is due.")]


def _key(key: str, password_file: Path | None, certificates: Path | None) -> SigningKey:
    from hienluong.signing.formats.keys import read_certificates  # noqa: PLC0415 - needs Django
    from hienluong.signing.service import MemoryKey, TokenKey  # noqa: PLC0415 - the same

    if key.startswith(URI_SCHEME):
        own, *chain = read_certificates(certificates.read_bytes()) if certificates else [None]
        return TokenKey(key, own, [one for one in chain if one is not None])
    password = password_file.read_text(encoding="utf-8").strip() if password_file else ""
    try:
        return MemoryKey.from_pkcs12(Path(key).read_bytes(), password)
    except OSError as problem:
        raise click.BadParameter(f"{key}: {problem.strerror}") from problem


def _placed(actor: Actor, content: bytes, image: Path, name: str, post: str, *, as_seal: bool) -> Placed:
    from hienluong.signing.service import Placed, image_look, places  # noqa: PLC0415 - needs Django

    person, seal = places(actor, content, name=name, post=post)
    place = seal if as_seal else person
    return Placed(place.page, place.box, image_look(image.read_bytes(), place.box))
