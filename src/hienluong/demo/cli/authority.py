"""The commands `hienluong signing demonstration …`: its authority, and the devices of its people; no real installation has either."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.errors import HienluongError
from hienluong.kit.events import publish
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor
    from hienluong.signing.events import DemonstrationReady
    from hienluong.signing.formats.device import Wanted

_file = click.Path(path_type=Path, dir_okay=False, exists=True)
_new_file = click.Path(path_type=Path, dir_okay=False)
LOOK_AGAIN: Final = 5.0
"""Seconds until a port that another demonstration has is tried again."""
PAGES_WAITED_FOR: Final = 60.0
"""Seconds."""


def add_to(group: click.Group) -> None:
    """Adds the commands about the demonstration's authority to those of signing."""
    group.add_command(demonstration)


@click.group(help=_("The demonstration’s authority; what it issues has no legal force."))
def demonstration() -> None:
    """Holds the commands about the demonstration's authority."""


@demonstration.command(
    "make",
    help=_(
        "Make the authority and believe it, in a demonstration only.\n\n"
        "Example: hienluong signing demonstration make"
    ),
)
@on_server
def make_demonstration(*, actor: Actor, now: datetime) -> Answer:
    """Makes the authority."""
    from hienluong.demo.making import make_demonstration_authority  # noqa: PLC0415 - needs Django

    authority = make_demonstration_authority(actor=actor, now=now)
    return {"url": authority.url}, [
        _("The demonstration’s authority is believed here: {url}").format(url=authority.url)
    ]


@demonstration.command(
    "issue",
    help=_(
        "Issue a certificate with its key as PKCS#12.\n\n"
        "Example: hienluong signing demonstration issue “Nguyễn Văn An” --organisation “Sở Nội vụ” --output an.p12 --password-file secret"
    ),
)
@click.argument("name")
@click.option("--organisation", default="", help=_("On whose behalf."))
@click.option("--title", default="", help=_("The post."))
@click.option("--password-file", type=_file, required=True, help=_("The password of the file to write."))
@click.option("--output", type=_new_file, required=True, help=_("The file to write."))
@on_server
def issue_demonstration(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    organisation: str,
    title: str,
    password_file: Path,
    output: Path,
) -> Answer:
    """Issues a certificate."""
    from hienluong.demo.authority import Subject  # noqa: PLC0415 - needs Django
    from hienluong.demo.making import make_demonstration_authority  # noqa: PLC0415 - the same

    authority = make_demonstration_authority(actor=actor, now=now)
    password = password_file.read_text(encoding="utf-8").strip()
    content, serial = authority.issue_pkcs12(Subject(name, organisation, title=title), password, now=now)
    output.write_bytes(content)
    return {"file": str(output), "serial": serial}, [_("Written: {path}").format(path=output)]


@demonstration.command(
    "revoke",
    help=_("Revoke a certificate.\n\nExample: hienluong signing demonstration revoke 7a3f…"),
)
@click.argument("serial")
@on_server
def revoke_demonstration(*, actor: Actor, now: datetime, serial: str) -> Answer:
    """Revokes a certificate."""
    from hienluong.demo.making import make_demonstration_authority  # noqa: PLC0415 - needs Django

    try:
        number = int(serial, 16)
    except ValueError as problem:
        raise click.BadParameter(serial) from problem
    make_demonstration_authority(actor=actor, now=now).revoke(number, now=now)
    return {"serial": serial}, [_("Revoked: {serial}").format(serial=serial)]


@demonstration.command(
    "serve",
    help=_(
        "Answer OCSP, lists of revoked certificates and time-stamps, and sign as the devices of the demonstration’s people, until it is ended.\n\n"
        "Example: hienluong signing demonstration serve"
    ),
)
@on_server
def serve_demonstration(*, actor: Actor, now: datetime) -> Answer:
    """Serves the authority and the devices."""
    from django.conf import settings  # noqa: PLC0415 - needs Django
    from django.db import connections  # noqa: PLC0415 - the same

    from hienluong.demo.authority_server import make_server  # noqa: PLC0415 - the same
    from hienluong.demo.holders import ensure_holders  # noqa: PLC0415 - the same
    from hienluong.demo.making import make_demonstration_authority  # noqa: PLC0415 - the same
    from hienluong.kit import clock  # noqa: PLC0415 - the same
    from hienluong.signing.events import DemonstrationReady  # noqa: PLC0415 - the same
    from hienluong.signing.formats.device import AgentServer, Device, fingerprint  # noqa: PLC0415 - the same

    authority = make_demonstration_authority(actor=actor, now=now)
    keys = {fingerprint(key): key for key in ensure_holders(authority, now=now)}
    devices = Device(keys.values(), _agree)
    connections.close_all()
    address = urlsplit(settings.SIGNING_DEVICE_URL)
    own = urlsplit(settings.PUBLIC_URL)
    origins = {
        settings.PUBLIC_URL,
        *(f"http://{host}:{own.port or 80}" for host in ("127.0.0.1", "localhost")),
    }
    answers = threading.Event()
    served: list[tuple[int, Callable[[int], ThreadingHTTPServer], threading.Event]] = [
        (settings.DEMO_AUTHORITY_PORT, lambda port: make_server(authority, port, clock.now), answers),
        (address.port or 80, lambda port: AgentServer(devices, port, origins), threading.Event()),
    ]
    click.echo(_("The demonstration’s authority answers at {url}").format(url=authority.url), err=True)
    click.echo(_("The devices of its people sign at {url}").format(url=settings.SIGNING_DEVICE_URL), err=True)
    threads = [threading.Thread(target=_serve, args=one, daemon=True) for one in served]
    with suppress(KeyboardInterrupt):
        for thread in threads:
            thread.start()
        answers.wait()
        _wait_for_pages(own.hostname or "127.0.0.1", own.port or 80)
        _tell(DemonstrationReady(lambda sha256, digest: keys[sha256].sign_digest(digest), clock.now()))
        connections.close_all()
        for thread in threads:
            thread.join()
    return {"url": authority.url}, []


def _wait_for_pages(host: str, port: int) -> None:
    """Waits until the pages answer, a minute at most: their start comes first where there are few processors."""
    until = time.monotonic() + PAGES_WAITED_FOR
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        try:
            connection.request("HEAD", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.5)
        else:
            return
        finally:
            connection.close()


def _tell(event: DemonstrationReady) -> None:
    """Tells the modules above; what one of them cannot do ends nothing here."""
    try:
        publish(event)
    except HienluongError as problem:
        click.echo(f"{problem.code}: {problem}", err=True)


def _serve(port: int, make: Callable[[int], ThreadingHTTPServer], answers: threading.Event) -> None:
    told = False
    while True:
        try:
            server = make(port)
        except OSError as problem:
            if not told:
                click.echo(f"127.0.0.1:{port}: {problem.strerror}", err=True)
                told = True
            time.sleep(LOOK_AGAIN)
        else:
            answers.set()  # whoever connects now is answered
            server.serve_forever()


def _agree(origin: str, batch: Sequence[Wanted]) -> bool:
    for one in batch:
        click.echo(f"{origin}: {one.title} — {one.digest.hex()[:16]}…", err=True)
    return True
