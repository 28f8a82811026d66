"""Writes: taking evidence along, answering a written request. Each is an act with an entry of its own."""

from hienluong.evidence.commands.bundles import export_entries, export_packet
from hienluong.evidence.commands.requests import answer_request

__all__ = ["answer_request", "export_entries", "export_packet"]
