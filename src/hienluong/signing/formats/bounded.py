"""Strangers' files, looked at in another process that may use so much time and memory; whatever comes, there is a report.

A process that has everything loaded (`worker.py`) forks for each file: starting one anew would take a second. Two of them at
most are kept by each process that asks; who comes third waits.
"""

from __future__ import annotations

import atexit
import base64
import hashlib
import json
import os
import pickle
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final

from asn1crypto import x509

from hienluong.signing.errors import DocumentUnsignable
from hienluong.signing.formats.appearance import Box
from hienluong.signing.formats.positions import Line
from hienluong.signing.formats.report import FileReport, Reason, Verdict
from hienluong.signing.formats.trust import Trust
from hienluong.signing.formats.validation import Limits
from hienluong.signing.formats.worker import (
    ANSWER_MOST,
    HEAD,
    Allowance,
    Believed,
    Check,
    Text,
    write_frame,
)

KEPT: Final = 2
_COMMAND: Final = (sys.executable, "-I", "-m", "hienluong.signing.formats.worker")
_KNOWN: Final = ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ")
"""What of the environment the other process needs; nothing that is a secret."""


class _Exceeded(Exception):
    """A file asked for more than it may; its name says of what."""


def check(
    content: bytes,
    believe: Callable[[Sequence[x509.Certificate]], Trust],
    *,
    now: datetime,
    name: str = "",
    signed: bytes | None = None,
    limits: Limits | None = None,
    allowance: Allowance | None = None,
) -> FileReport:
    """Returns what is found about the signatures of a file, as `validation.validate` does, in another process.

    Args:
        content: the file.
        believe: given the certificates that travel in it, returns whom to believe and what is known about them.
        now: the moment for which it is asked.
        name: of the file.
        signed: the file that a signature beside it is over.
        limits: how large it may be.
        allowance: how much looking at it may use.
    """
    job = Check(content, signed, name, now, limits or Limits(), allowance or Allowance())
    try:
        with _worker(job.allowance) as worker:
            worker.tell(job)
            trust = believe(_certificates(worker.answer()))
            worker.tell(Believed.of(trust))
            return _report(worker.answer(last=True))
    except _Exceeded:
        digest = hashlib.sha256(content).hexdigest()
        return FileReport(
            name, "other", len(content), digest, now, Verdict.INDETERMINATE, reasons=(Reason.TOO_COSTLY,)
        )


def lines(pdf: bytes, *, allowance: Allowance | None = None) -> tuple[list[Line], list[Box]]:
    """Returns the lines of text of a PDF and the boxes of its pages, as `positions.lines_of` does, in another process.

    Raises:
        DocumentUnsignable: the file cannot be read, is encrypted, has no pages, or takes too much to be read.
    """
    job = Text(pdf, allowance or Allowance())
    try:
        with _worker(job.allowance) as worker:
            worker.tell(job)
            found = worker.answer()
    except _Exceeded as problem:
        raise DocumentUnsignable(reason="reading its text takes too much time or memory") from problem
    if "unsignable" in found:
        raise DocumentUnsignable(reason=found["unsignable"])
    boxes = [Box(**one) for one in found["pages"]]
    return [Line(**{**one, "box": Box(**one["box"])}) for one in found["lines"]], boxes


def _certificates(found: dict[str, Any]) -> list[x509.Certificate]:
    """Returns the certificates that travel in a file.

    Raises:
        _Exceeded: it is no answer of ours.
    """
    try:
        return [x509.Certificate.load(base64.b64decode(one)) for one in found["certificates"]]
    except (ValueError, TypeError, KeyError) as problem:
        raise _Exceeded("answer") from problem


def _report(found: dict[str, Any]) -> FileReport:
    """Returns the report.

    Raises:
        _Exceeded: it is no answer of ours.
    """
    try:
        return FileReport.from_json(found)
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise _Exceeded("answer") from problem


class _Worker:
    """The other process; one file at a time."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _KNOWN if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - a program of ours, no shell
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            start_new_session=True,
        )
        assert self._process.stdin is not None  # noqa: S101 - they were asked for
        assert self._process.stdout is not None  # noqa: S101 - the same
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._waiting = select.poll()
        self._waiting.register(self._from, select.POLLIN)
        self.until = 0.0

    def tell(self, what: object) -> None:
        """Sends what the process waits for.

        Raises:
            _Exceeded: the process is gone.
        """
        try:
            write_frame(self._to, pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL))
        except OSError as problem:
            raise _Exceeded("died") from problem

    def answer(self, *, last: bool = False) -> dict[str, Any]:
        """Returns the answer.

        Args:
            last: whether it was told something meanwhile, of which a part may lie there still if it failed.

        Raises:
            _Exceeded: time or memory did not suffice, or the process is gone.
        """
        (length,) = HEAD.unpack(self._read(HEAD.size))
        if length > ANSWER_MOST:
            raise _Exceeded("answer")
        try:
            found = json.loads(self._read(length))
        except (ValueError, RecursionError) as problem:
            raise _Exceeded("answer") from problem
        if not isinstance(found, dict) or "failed" in found:
            raise _Exceeded("spent") if last else _Failed("spent")
        return found

    def end(self) -> None:
        """Ends the process and what it forked."""
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    @property
    def alive(self) -> bool:
        """Returns whether the process is there."""
        return self._process.poll() is None

    def _read(self, length: int) -> bytes:
        content = bytearray()
        while len(content) < length:
            left = self.until - time.monotonic()
            if left <= 0 or not self._waiting.poll(left * 1000):
                raise _Exceeded("patience")
            piece = os.read(self._from, min(length - len(content), 1 << 20))
            if not piece:
                raise _Exceeded("died")
            content += piece
        return bytes(content)


class _Failed(_Exceeded):
    """The process that looked at the file is gone, the one that forked it is there for the next."""


class _Pool:
    """The processes that this one keeps."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()  # the one that was used last first
        for _ in range(KEPT):
            self.idle.put(None)  # a place in which none was started yet


_pool: _Pool | None = None
_making = threading.Lock()


@contextmanager
def _worker(allowance: Allowance) -> Iterator[_Worker]:
    """Gives a process for one file; one that cannot be relied on afterwards is ended.

    Raises:
        _Exceeded: both are busy for longer than a file may take.
    """
    pool = _ours()
    try:
        kept = pool.idle.get(timeout=allowance.patience)
    except queue.Empty as problem:
        raise _Exceeded("patience") from problem
    worker = None
    try:
        if kept is not None and not kept.alive:
            kept.end()  # its pipes are open still
            kept = None
        worker = kept or _Worker()
        worker.until = time.monotonic() + allowance.patience
        yield worker
        kept = worker
    except _Failed:
        kept = worker
        raise
    except BaseException:
        if worker is not None:
            worker.end()
        kept = None
        raise
    finally:
        pool.idle.put(kept)


def _ours() -> _Pool:
    """Returns the processes of this process: one that was forked has none of its own yet."""
    global _pool  # noqa: PLW0603 - one for each process
    with _making:
        if _pool is None or _pool.pid != os.getpid():
            _pool = _Pool()
            atexit.register(_end_all, _pool)
        return _pool


def _end_all(pool: _Pool) -> None:
    if pool.pid != os.getpid():
        return
    with suppress(queue.Empty):
        while True:
            worker = pool.idle.get_nowait()
            if worker is not None:
                worker.end()
