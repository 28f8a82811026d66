"""Serves django-pyas2 beside the product: own environment, granian with two workers, the product's PostgreSQL."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg

from benchmarks.province import REPOSITORY, Province
from hienluong.config.postgres import embedded

ENVIRONMENT = REPOSITORY / ".venv" / "peer"
WORKERS = 2
START_SECONDS = 30.0
NUMBER_PLACE = "<000000000000@benchmark>"
"""The Message-ID of a message, which its signature does not cover: a sending writes its own number over it."""
TAKEN = "Disposition: automatic-action/MDN-sent-automatically; processed\r\n"
"""What the receipt of a message says that was taken without fault (RFC 4130, 7.4)."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A django-pyas2 that is served: the port on 127.0.0.1, and a message per size."""

    port: int
    messages: Mapping[str, bytes]


@contextmanager
def served(province: Province, packets: Mapping[str, bytes]) -> Iterator[Peer]:
    """Serves django-pyas2 while the block runs, on a database of its own in the province's PostgreSQL.

    Args:
        province: whose PostgreSQL and disk it uses.
        packets: edXML by the name of its size; each is signed once.

    Raises:
        RuntimeError: it did not come up.
    """
    place = province.data.parent / "as2"
    place.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY),
        "DJANGO_SETTINGS_MODULE": "benchmarks.as2.settings",
        "AS2_DATABASE": _database(province),
        "AS2_DATA_DIR": str(place),
    }
    made = subprocess.run(
        [ENVIRONMENT / "bin" / "python", "-m", "benchmarks.as2.prepare"],
        input=json.dumps({name: base64.b64encode(one).decode() for name, one in packets.items()}),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=place,
    )
    if made.returncode:
        raise RuntimeError(made.stderr)
    messages = {name: _request(one) for name, one in json.loads(made.stdout).items()}
    program = str(ENVIRONMENT / "bin" / "granian")
    command = [program, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += [
        "--workers",
        str(WORKERS),
        "--blocking-threads",
        "4",
        "--no-access-log",
        "--log-level",
        "warning",
    ]
    target = ["--factory", "django.core.wsgi:get_wsgi_application"]
    server = psutil.Popen([*command, *target], env=environment, cwd=place)
    try:
        _wait_until_it_answers(server, port)
        yield Peer(port, messages)
    finally:
        with suppress(psutil.Error):
            server.terminate()
        server.wait(timeout=30)


def _database(province: Province) -> str:
    owner = province.installation.database_url()
    with psycopg.connect(embedded(province.installation).url(), autocommit=True) as server:
        server.execute(f'CREATE DATABASE as2 OWNER "{urlsplit(owner).username}" TEMPLATE template0')
    with psycopg.connect(owner) as asked:
        host, port = asked.info.host, asked.info.port
        user, password = asked.info.user, asked.info.password
    return json.dumps({"NAME": "as2", "USER": user, "PASSWORD": password, "HOST": host, "PORT": port})


def _request(message: Mapping[str, Any]) -> bytes:
    """Returns the HTTP request that hands the message in, its number a place."""
    body = base64.b64decode(message["body"])
    headers = {**message["headers"], "Message-ID": NUMBER_PLACE}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = [
        "POST /as2receive HTTP/1.1",
        "Host: 127.0.0.1",
        f"Content-Length: {len(body)}",
        *lines,
        "",
        "",
    ]
    return "\r\n".join(head).encode() + body


def _wait_until_it_answers(server: psutil.Popen, port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("django-pyas2 does not come up")
