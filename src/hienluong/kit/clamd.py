"""Asks ClamAV's daemon whether bytes are malware, over its socket (clamd(8): zVERSION, zINSTREAM).

Whatever is no clear answer is an error: silence never counts as clean. Bytes go in pieces; nothing is held.
"""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hienluong.kit.errors import HienluongError, Unavailable
from hienluong.kit.errors import gettext_noop as _

_LENGTH = struct.Struct("!L")
_LONGEST_ANSWER = 4096
_FOUND = re.compile(r"stream: (?P<signature>.+) FOUND")


class ClamdUnreachable(Unavailable):
    """The daemon does not answer, or not as clamd does."""

    code = "clamd.unreachable"
    title = _("ClamAV does not answer")
    detail = _("ClamAV at {address} does not answer: {reason}.")
    kept = _("What waits to be scanned waits on.")
    todo = _("Start clamav-daemon, and check HIENLUONG_CLAMD.")


class ClamdRefused(HienluongError):
    """The daemon answered that it could not scan these bytes."""

    code = "clamd.refused"
    title = _("ClamAV could not scan the file")
    detail = _("ClamAV said: {answer}.")
    todo = _("Where it is a size limit, raise StreamMaxLength and MaxFileSize in clamd.conf.")


@dataclass(frozen=True, slots=True)
class Clamd:
    """The daemon at an address.

    Attributes:
        address: "unix:/path/of/the/socket" or "tcp:host:port".
        timeout: seconds for each step of a conversation.
    """

    address: str
    timeout: float

    def version(self) -> str:
        """Returns what the daemon says of itself: program, number and date of its signatures.

        Raises:
            ClamdUnreachable: it does not answer.
        """
        with self._talking() as line:
            line.sendall(b"zVERSION\0")
            answer = _answer_on(line)
        if not answer.startswith("ClamAV"):
            raise ClamdUnreachable(address=self.address, reason=answer[:200] or "no answer")
        return answer

    def scan(self, chunks: Iterable[bytes]) -> str | None:
        """Returns the name of the signature that the bytes match, None where clamd found nothing.

        Raises:
            ClamdUnreachable: it does not answer.
            ClamdRefused: it could not scan them, for their size as a rule.
        """
        with self._talking() as line:
            try:
                line.sendall(b"zINSTREAM\0")
                for chunk in chunks:
                    if chunk:  # a piece of no bytes would be the end
                        line.sendall(_LENGTH.pack(len(chunk)) + chunk)
                line.sendall(_LENGTH.pack(0))
            except (BrokenPipeError, ConnectionResetError):
                pass  # beyond its limit clamd stops reading; what it says of that is still to be read
            answer = _answer_on(line)
        if answer == "stream: OK":
            return None
        if found := _FOUND.fullmatch(answer):
            return found["signature"]
        if answer.endswith("ERROR"):
            raise ClamdRefused(answer=answer[:200])
        raise ClamdUnreachable(address=self.address, reason=answer[:200] or "it hung up")

    @contextmanager
    def _talking(self) -> Iterator[socket.socket]:
        """Gives a connection for one conversation; what goes wrong with it has one name."""
        try:
            with self._connect() as line:
                yield line
        except OSError as problem:
            raise ClamdUnreachable(
                address=self.address, reason=problem.strerror or str(problem) or type(problem).__name__
            ) from problem

    def _connect(self) -> socket.socket:
        kind, _colon, where = self.address.partition(":")
        if kind == "unix":
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(self.timeout)
            try:
                line.connect(where)
            except OSError:
                line.close()
                raise
            return line
        host, _colon, port = where.rpartition(":")
        if kind != "tcp" or not port.isdecimal():
            raise OSError("HIENLUONG_CLAMD is neither unix:/path nor tcp:host:port")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=self.timeout)


def _answer_on(line: socket.socket) -> str:
    """Returns the answer, which ends with a zero byte; "" for one that was cut."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER and (data := line.recv(1024)):
        answer += data
    if not answer.endswith(b"\0"):
        return ""
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
