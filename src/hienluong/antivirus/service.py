"""Public Python API: scanning of attachments as other modules may use it. The exchange asks through its gate."""

from hienluong.antivirus.commands import refuse_packet, release_packet, rescan_packet, scan_packet
from hienluong.antivirus.queries import ScanCounts, closed_among, find_scan, scan_counts, search_scans

__all__ = [
    "ScanCounts",
    "closed_among",
    "find_scan",
    "refuse_packet",
    "release_packet",
    "rescan_packet",
    "scan_counts",
    "scan_packet",
    "search_scans",
]
