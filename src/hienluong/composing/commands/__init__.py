"""Acts on documents that are being written."""

from hienluong.composing.commands.drafts import Saved, Written, clear_drafts, discard_draft, save_draft

__all__ = ["Saved", "Written", "clear_drafts", "discard_draft", "save_draft"]
