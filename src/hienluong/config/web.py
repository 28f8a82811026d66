"""The web server: granian runs the WSGI application in worker processes that do not outlive their main process."""

from __future__ import annotations

import functools
import gc
import importlib
import logging
import os
import shutil
import signal
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from hienluong.config import lifeline
from hienluong.config.installation import Installation, number_setting

GRACE_SECONDS = 5
"""How long requests under way may take to end when the server stops."""


def load_application(main_process: int, target: str) -> Any:
    """Returns the WSGI application, in a worker process; ties the worker to the main process first.

    granian's workers share the port (SO_REUSEPORT): one left behind would go on taking requests.
    """
    lifeline.die_with_parent(signal.SIGKILL, main_process)
    module, _, name = target.partition(":")
    gc.disable()
    application = getattr(importlib.import_module(module), name)
    gc.collect()
    gc.freeze()  # the program itself never becomes garbage: the collector need not look at it again and again
    gc.enable()
    return application


def _is_no_mistake(record: logging.LogRecord) -> bool:
    """Leaves out one warning of granian: it counts the threads that wait as threads that compute."""
    return "Python threads, which seems quite high" not in record.getMessage()


def _share_counts(installation: Installation) -> None:
    """Gives the worker processes one directory for their counts of requests, empty: counters begin anew with us."""
    place = installation.run / "requests"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700, parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(place)


def main() -> None:
    """Serves until SIGTERM."""
    logging.getLogger("_granian").addFilter(_is_no_mistake)
    installation = Installation.load_complete()
    _share_counts(installation)
    Granian(
        "hienluong.config.wsgi:application",
        address=installation.listen_host,
        port=installation.listen_port,
        interface=Interfaces.WSGI,
        workers=number_setting("HIENLUONG_WEB_WORKERS", 2, least=1),
        # Requests that wait for news, and large files that are read slowly, have threads beside those that work:
        # waiting can never use these up.
        blocking_threads=number_setting("HIENLUONG_WEB_THREADS", 4, least=1)
        + number_setting("HIENLUONG_LONG_POLL_PLACES", 12)
        + number_setting("HIENLUONG_DOWNLOAD_PLACES", 8),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
    ).serve(target_loader=functools.partial(load_application, os.getpid()))


if __name__ == "__main__":
    main()
