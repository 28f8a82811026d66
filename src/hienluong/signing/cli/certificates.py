"""The commands `hienluong signing certificate …`: the register of signing certificates."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.clock import in_vietnam
from hienluong.kit.cursors import all_rows
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group("certificate", help=_("Who signs with which certificate."))
def certificate() -> None:
    """Holds the commands about the register."""


@certificate.command(
    "add",
    help=_(
        "Register a certificate of an agency: of a key in the file of keys, or of a device; or of a person’s device.\n\n"
        "A device signs once its holder has tested it, signed in.\n\n"
        "Example: hienluong signing certificate add H50.S01 --key so-noi-vu --image seal.png"
    ),
)
@click.argument("agency")
@click.option("--key", "key_name", default="", help=_("The name of the key in the file of keys."))
@click.option(
    "--certificates",
    type=_file,
    default=None,
    help=_("Of a device: its certificate and those above it. Of a key: those above it."),
)
@click.option("--image", type=_file, default=None, help=_("The seal: PNG with a transparent ground."))
@click.option(
    "--person", default="", help=_("The e-mail address of whose device it is; without it the agency’s.")
)
@click.option("--for-systems", is_flag=True, help=_("Systems of the agency may seal with the key, too."))
@on_server
def add(
    *,
    actor: Actor,
    now: datetime,
    agency: str,
    key_name: str,
    certificates: Path | None,
    image: Path | None,
    person: str,
    for_systems: bool,
) -> Answer:
    """Registers a certificate."""
    from hienluong.directory.service import agency_by_code  # noqa: PLC0415 - needs Django
    from hienluong.signing.service import (  # noqa: PLC0415 - the same
        bring_certificate,
        holder,
        register_agency_key,
        set_image,
    )

    found = agency_by_code(agency)
    if found is None:
        raise click.BadParameter(agency)
    if not key_name and certificates is None:
        raise click.UsageError(_("Give --key or --certificates."))
    if key_name and person:
        raise click.UsageError(_("Choose one of --key and --person: keys of the file are agencies’."))
    content = certificates.read_bytes() if certificates else b""
    if key_name:
        row = register_agency_key(
            actor=actor,
            agency=found.agency,
            key_name=key_name,
            content=content,
            for_systems=for_systems,
            now=now,
        )
    else:
        of = holder(found.agency, email=person) if person else None
        row = bring_certificate(actor=actor, agency=found.agency, content=content, holder=of, now=now)
    if image is not None:
        set_image(actor=actor, certificate_id=row.pk, png=image.read_bytes(), now=now)
    return {"id": row.pk, "sha256": row.sha256}, [f"{row.pk}  {row.sha256[:16]}  {row.holder_name}"]


@certificate.command(
    "list",
    help=_(
        "List the register, what ends first first.\n\nExample: hienluong signing certificate list --search “nội vụ”"
    ),
)
@click.option("--search", default="", help=_("Words of the holder’s name, or the fingerprint."))
@click.option("--ended", is_flag=True, help=_("Those that have ended."))
@on_server
def list_certificates(*, actor: Actor, now: datetime, search: str, ended: bool) -> Answer:
    """Lists the register."""
    from hienluong.signing.service import certificates  # noqa: PLC0415 - needs Django

    found = list(all_rows(lambda after: certificates(actor, now=now, text=search, ended=ended, after=after)))
    value = [
        {
            "id": one.row.pk,
            "holder": one.row.owner_name,
            "certificate_name": one.row.holder_name,
            "sha256": one.row.sha256,
            "place": one.row.place,
            "state": one.state,
            "authorities": one.way.names,
            "not_after": one.row.not_after,
        }
        for one in found
    ]
    lines = [
        f"{one.row.pk}  {in_vietnam(one.row.not_after):%Y-%m-%d}  {one.state:<9} {one.row.place:<7} {one.row.owner_name}"
        for one in found
    ]
    return value, lines or [_("Nothing is registered.")]


@certificate.command(
    "end",
    help=_(
        "End a certificate in the register: nothing is signed with it here any more.\n\n"
        "Example: hienluong signing certificate end 0199… --reason “Mất thiết bị”"
    ),
)
@click.argument("certificate_id", type=click.UUID)
@click.option("--reason", required=True, help=_("Why."))
@on_server
def end(*, actor: Actor, now: datetime, certificate_id: UUID, reason: str) -> Answer:
    """Ends a certificate."""
    from hienluong.signing.service import end_certificate  # noqa: PLC0415 - needs Django

    row = end_certificate(actor=actor, certificate_id=certificate_id, reason=reason, now=now)
    return {"id": row.pk}, [f"{row.sha256[:16]}  {row.holder_name}"]
