"""Public Python API of the mailbox: what other modules may call."""

from hienluong.mailbox.forms import DocumentSearch
from hienluong.mailbox.look_up import look_up
from hienluong.mailbox.offers import Found, Hit, add_to_search
from hienluong.mailbox.queries import Waiting, waiting

__all__ = ["DocumentSearch", "Found", "Hit", "Waiting", "add_to_search", "look_up", "waiting"]
