"""Writes: one file per subject, one transaction per command."""

from hienluong.antivirus.commands.decisions import refuse_packet, release_packet, rescan_packet
from hienluong.antivirus.commands.scans import scan_packet
from hienluong.antivirus.commands.sweep import restart_sweep, sweep_stored

__all__ = [
    "refuse_packet",
    "release_packet",
    "rescan_packet",
    "restart_sweep",
    "scan_packet",
    "sweep_stored",
]
