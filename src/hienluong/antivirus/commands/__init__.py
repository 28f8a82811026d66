"""Writes: one file per subject, one transaction per command."""

from hienluong.antivirus.commands.decisions import refuse_packet, release_packet, rescan_packet
from hienluong.antivirus.commands.scans import scan_packet

__all__ = ["refuse_packet", "release_packet", "rescan_packet", "scan_packet"]
