"""A worker that is dead or hangs is told of by mail, by the supervisor of the node, once."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from tests.config.conftest import hienluong
from tests.config.test_supervisor import Served

from hienluong.config.installation import Installation

pytestmark = pytest.mark.faults
OPERATOR = "truc.van.hanh@quangtri.example.vn"


class Taker:
    """Takes mail."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.lock = threading.Lock()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keeps a mail."""
        with self.lock:
            self.taken.append(message_from_bytes(envelope.content or b""))  # type: ignore[arg-type]  # bytes, not decoded
        return "250 OK"

    def about(self, words: str) -> list[Message]:
        """Returns the mails to the operator whose subject holds the words."""
        with self.lock:
            return [
                one
                for one in self.taken
                if words in str(make_header(decode_header(one["Subject"]))) and one["To"] == OPERATOR
            ]


@pytest.fixture
def post_office() -> Iterator[tuple[Taker, int]]:
    """A mail server on this machine, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    taker = Taker()
    controller = Controller(taker, hostname="127.0.0.1", port=port)
    controller.start()
    yield taker, port
    controller.stop(no_assert=True)


def test_worker_that_hangs_is_told_of_by_mail_once(
    installation: Installation, post_office: tuple[Taker, int]
) -> None:
    (taker, port), installed = post_office, installation.path
    served = Served(
        installed,
        HIENLUONG_WATCH_SECONDS="1",
        HIENLUONG_MAIL_HOST="127.0.0.1",
        HIENLUONG_MAIL_PORT=str(port),
        HIENLUONG_MAIL_TLS="0",
    )
    try:
        for arguments in (
            ("staff", "person", "add", "Trần Văn Hạnh", "--username", "truc", "--email", OPERATOR),
            ("staff", "post", "give", "truc", "--agency", "H50.VP", "--role", "operator", "--title", "Trực"),
        ):
            made = hienluong(installed, *arguments)
            assert made.returncode == 0, made.stderr
        with psycopg.connect(installation.database_url(), autocommit=True) as database:
            served.wait(lambda: database.execute("SELECT 1 FROM procrastinate_workers").fetchone())
            (worker,) = served.children("config.cli worker")
            worker.send_signal(signal.SIGSTOP)
            # Ten minutes pass.
            database.execute(
                "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '10 minutes'"
            )
            served.wait(lambda: taker.about("tiến trình"), 30)
            worker.send_signal(signal.SIGCONT)
            # The job that mails, which the worker has now, finds nothing left of it.
            waits = "SELECT 1 FROM procrastinate_jobs WHERE task_name = 'notices.mail'"
            served.wait(lambda: not database.execute(waits).fetchone())
        assert len(taker.about("tiến trình")) == 1
    finally:
        served.end()
