"""Ties a process to its parent: run as a script, it becomes a program that cannot outlive who started it.

It asks the kernel for a signal at the parent's death (prctl(2), PR_SET_PDEATHSIG; a change of user clears it,
hence after that), then becomes the program. A script, because code between fork and exec is not safe beside
threads; with the standard library only, because it runs before every child.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent(signal_number: int, parent: int) -> None:
    """Asks the kernel to send this process a signal when the parent ends; sends it now if that has happened already.

    The "parent" is the THREAD that started this process: start children from a thread that stays.
    """
    _prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def adopt_orphans() -> None:
    """Makes this process the parent of descendants whose own parent dies, so that it can end and bury them."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option})")


def main(arguments: list[str]) -> None:
    """Becomes the program: `SIGNAL PARENT UID GID PROGRAM [ARGUMENT …]`; UID -1 keeps the user."""
    signal_number, parent, uid, gid = (int(argument) for argument in arguments[:4])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.umask(0o077)
    die_with_parent(signal_number, parent)
    os.execv(arguments[4], arguments[4:])  # noqa: S606 - becoming the program is the purpose


if __name__ == "__main__":
    main(sys.argv[1:])
