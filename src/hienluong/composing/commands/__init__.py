"""Acts on documents that are being written, and their sending under the number of a book."""

from hienluong.composing.commands.drafts import Saved, Written, clear_drafts, discard_draft, save_draft
from hienluong.composing.commands.numbered import send_numbered

__all__ = ["Saved", "Written", "clear_drafts", "discard_draft", "save_draft", "send_numbered"]
