"""Writes: taking evidence along, answering a written request, checking what was received. Each is an act with an entry of its own."""

from hienluong.evidence.commands.bundles import export_entries, export_packet
from hienluong.evidence.commands.requests import answer_request
from hienluong.evidence.commands.signatures import PartChecked, check_packet

__all__ = [
    "PartChecked",
    "answer_request",
    "check_packet",
    "export_entries",
    "export_packet",
]
