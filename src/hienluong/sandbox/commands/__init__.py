"""What the sandbox's partner does; it acts as an agency's system, and the ledger is written by what it calls."""

from hienluong.sandbox.commands.echo import answer_as_echo
from hienluong.sandbox.commands.purge import purge_sandbox

__all__ = ["answer_as_echo", "purge_sandbox"]
