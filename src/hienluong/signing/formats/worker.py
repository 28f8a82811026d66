"""Looks at strangers' files: a process that has everything loaded, and forks for each file one that may use only so much.

It is started by `bounded.py` and talks over its standard streams in frames (length, then that many bytes). What it is asked is
pickled, since the asker is ours; what it answers is JSON, since a file may have taken the process over.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, NoReturn

from asn1crypto import x509

from hienluong.signing.errors import DocumentUnsignable
from hienluong.signing.formats.contents import certificates_of
from hienluong.signing.formats.positions import lines_of
from hienluong.signing.formats.trust import Knowledge, Trust
from hienluong.signing.formats.validation import Limits, kind_of, validate

HEAD: Final = struct.Struct(">Q")
ANSWER_MOST: Final = 64 * 1024 * 1024
_IN, _OUT = 0, 1


@dataclass(frozen=True, slots=True)
class Allowance:
    """What looking at one file may use.

    Attributes:
        seconds: of a processor.
        patience: seconds until it is given up, however little it computes.
        memory: bytes of address space, of the process as it is loaded included.
    """

    seconds: int = 20
    patience: float = 45.0
    memory: int = 1536 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """A file whose signatures are to be checked."""

    content: bytes
    signed: bytes | None
    name: str
    now: datetime
    limits: Limits
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Text:
    """A PDF whose lines are to be found."""

    content: bytes
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class Believed:
    """A trust list with what is known, in DER."""

    signers: tuple[bytes, ...]
    stampers: tuple[bytes, ...]
    demonstration: bool
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    certificates: tuple[bytes, ...]

    @classmethod
    def of(cls, trust: Trust) -> Believed:
        """Returns a trust list in DER."""
        known = trust.knowledge

        def der(certificates: tuple[x509.Certificate, ...]) -> tuple[bytes, ...]:
            return tuple(one.dump() for one in certificates)

        return cls(
            der(trust.signers),
            der(trust.stampers),
            trust.demonstration,
            known.crls,
            known.ocsps,
            der(known.certificates),
        )

    def trust(self) -> Trust:
        """Returns the trust list."""

        def loaded(ders: tuple[bytes, ...]) -> tuple[x509.Certificate, ...]:
            return tuple(x509.Certificate.load(one) for one in ders)

        knowledge = Knowledge(self.crls, self.ocsps, loaded(self.certificates))
        return Trust(loaded(self.signers), loaded(self.stampers), self.demonstration, knowledge)


def main() -> None:
    """Answers until nobody asks any more."""
    gc.collect()
    gc.freeze()
    while (asked := read_frame(_IN)) is not None:
        job = pickle.loads(asked)  # noqa: S301 - the asker is the process that started this one
        child = os.fork()
        if child == 0:
            _look(job)
        _pid, status = os.waitpid(child, 0)
        if status != 0:
            why = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            spent = "time" if why == signal.SIGXCPU else "died"
            write_frame(_OUT, json.dumps({"failed": spent}).encode())


def _look(job: Check | Text) -> NoReturn:
    """Looks at one file, in a process of its own that ends with it."""
    allowance = job.allowance
    resource.setrlimit(resource.RLIMIT_CPU, (allowance.seconds, allowance.seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (allowance.memory, allowance.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    looks: dict[type, Callable[[Any], dict[str, Any]]] = {Check: _check, Text: _text}
    try:
        answer = json.dumps(looks[type(job)](job)).encode()
        write_frame(_OUT, answer)
    except MemoryError:
        write_frame(_OUT, b'{"failed": "memory"}')
    except BaseException:  # noqa: BLE001 - whatever it was, the process that forked this one says that it died
        os._exit(1)
    os._exit(0)


def _check(job: Check) -> dict[str, Any]:
    kind = kind_of(job.content)
    small = len(job.content) <= job.limits.file_bytes
    found = [base64.b64encode(one.dump()).decode() for one in (certificates_of(job.content) if small else ())]
    write_frame(_OUT, json.dumps({"kind": kind, "certificates": found}).encode())
    believed = read_frame(_IN)
    if believed is None:
        os._exit(1)
    trust = pickle.loads(believed).trust()  # noqa: S301 - as above
    report = validate(job.content, trust, now=job.now, name=job.name, signed=job.signed, limits=job.limits)
    return report.as_json()


def _text(job: Text) -> dict[str, Any]:
    try:
        lines, pages = lines_of(job.content)
    except DocumentUnsignable as problem:
        return {"unsignable": str(problem.params.get("reason", ""))}
    return {"lines": [asdict(one) for one in lines], "pages": [asdict(one) for one in pages]}


def read_frame(descriptor: int, most: int | None = None) -> bytes | None:
    """Returns the next frame; None where the other side has ended.

    Raises:
        ValueError: it is larger than it may be.
    """
    head = _exactly(descriptor, HEAD.size)
    if head is None:
        return None
    (length,) = HEAD.unpack(head)
    if most is not None and length > most:
        raise ValueError("the answer is too large")
    return _exactly(descriptor, length)


def write_frame(descriptor: int, content: bytes) -> None:
    """Writes a frame."""
    left = memoryview(HEAD.pack(len(content)) + content)
    while left:
        left = left[os.write(descriptor, left) :]


def _exactly(descriptor: int, length: int) -> bytes | None:
    content = bytearray()
    while len(content) < length:
        piece = os.read(descriptor, min(length - len(content), 1 << 20))
        if not piece:
            return None
        content += piece
    return bytes(content)


if __name__ == "__main__":
    # Under this name its classes would be others than those that are unpickled.
    from hienluong.signing.formats.worker import main as _main

    sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - for as long as the process lives
    _main()
