"""A real clamd with one signature of our own, the agencies' systems, and those who keep watch."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from tests.exchange.conftest import *  # noqa: F403 - its cast, whole
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers

from hienluong.kit.clamd import Clamd, ClamdUnreachable

CLAMD = Path("/usr/sbin/clamd")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE" + b"!$H+H*"
"""The test file of the antivirus makers (eicar.org), put together here so that no scanner takes this for it."""
SIGNATURE = "Eicar-Test-Signature"
STREAM_MAX = 2 * 1024 * 1024
READY_SECONDS = 20


@pytest.fixture(scope="session")
def daemon() -> Iterator[str]:
    """A clamd of Debian's on a socket of its own; gives its address.

    Debian's package brings no signatures and these specifications no network: the one it knows is written here.
    """
    if not CLAMD.exists():
        pytest.skip("clamd is not installed: apt-get install clamav-daemon")
    with tempfile.TemporaryDirectory(prefix="hl-clamd-") as place:
        base = Path(place)
        base.chmod(0o755)
        (base / "signatures").mkdir()
        (base / "signatures" / "eicar.ndb").write_text(f"{SIGNATURE}:0:*:{EICAR.hex()}\n")
        settings = base / "clamd.conf"
        settings.write_text(
            f"DatabaseDirectory {base}/signatures\nLocalSocket {base}/clamd.ctl\nForeground yes\n"
            f"StreamMaxLength {STREAM_MAX}\nMaxThreads 4\nConcurrentDatabaseReload no\n"
        )
        process = subprocess.Popen(
            [CLAMD, "--config-file", settings], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        address = f"unix:{base}/clamd.ctl"
        try:
            _wait_until_it_answers(process, address)
            yield address
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _wait_until_it_answers(process: subprocess.Popen[str], address: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            Clamd(address, 2).version()
        except ClamdUnreachable:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return


@pytest.fixture
def clamd(daemon: str, settings: Settings) -> str:
    """The daemon, with scanning on; gives its address."""
    settings.CLAMD = daemon
    settings.CLAMD_TIMEOUT_SECONDS = 10
    return daemon
