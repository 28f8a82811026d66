"""Makes sequencers to be killed: for each line it reads it forks one that sequences without rest, and prints its number.

Django is made ready once; each sequencer has a connection of its own.
"""

from __future__ import annotations

import os
import signal
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "hienluong.config.settings"
django.setup()

from django.conf import settings  # noqa: E402 - Django must be ready
from django.db import connection  # noqa: E402 - Django must be ready

from hienluong.kit import clock  # noqa: E402 - Django must be ready
from hienluong.ledger import service as ledger  # noqa: E402 - Django must be ready


def sequence() -> None:
    """Sequences and signs until it is killed."""
    while True:
        ledger.sequence_waiting(now=clock.now(), sign=True)


settings.LEDGER_KEY = os.environ["LEDGER_KEY"]
settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = os.environ["LEDGER_DATABASE"]
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _line in sys.stdin:
    child = os.fork()
    if child == 0:
        sequence()
    sys.stdout.write(f"{child}\n")
    sys.stdout.flush()
