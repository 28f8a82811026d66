"""Serves the demonstration: its authority, and the devices of its people; no real installation has either."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from http.server import ThreadingHTTPServer
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

LOOK_AGAIN: Final = 5.0
"""Seconds until a port that another demonstration has is tried again."""
PAGES_WAITED_FOR: Final = 60.0
"""Seconds."""


@click.command(
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

    from hienluong.kit import clock  # noqa: PLC0415 - the same
    from hienluong.signing.demo.holders import ensure_holders  # noqa: PLC0415 - the same
    from hienluong.signing.demo.server import make_server  # noqa: PLC0415 - the same
    from hienluong.signing.events import DemonstrationReady  # noqa: PLC0415 - the same
    from hienluong.signing.formats.device import AgentServer, Device, fingerprint  # noqa: PLC0415 - the same
    from hienluong.signing.service import make_demonstration_authority  # noqa: PLC0415 - the same

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
