"""Attachments are scanned by ClamAV before they are handed to recipients; what is infected is kept apart.

Off unless HIENLUONG_CLAMD names the daemon. Stands above the exchange, whose drainer asks it (docs/decisions/0023).
"""
