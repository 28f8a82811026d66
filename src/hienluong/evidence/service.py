"""Public Python API of evidence: what other modules may call."""

from hienluong.evidence.commands import answer_request, export_entries, export_packet
from hienluong.evidence.queries.entries import entries_of_packet, entry_view, search
from hienluong.evidence.queries.looks import own_looks
from hienluong.evidence.queries.receipts import proof_of_entry, proven_receipt

__all__ = [
    "answer_request",
    "entries_of_packet",
    "entry_view",
    "export_entries",
    "export_packet",
    "own_looks",
    "proof_of_entry",
    "proven_receipt",
    "search",
]
