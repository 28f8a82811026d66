"""Writes of the axis; each is one transaction, takes its actor, and writes the ledger entry last."""

from hienluong.exchange.commands.accept import Receipt, accept_packet
from hienluong.exchange.commands.answer import (
    Fetched,
    PartRead,
    confirm_delivery,
    fetch_packet,
    open_entry,
    read_part,
    report_status,
)
from hienluong.exchange.commands.batches import (
    Batch,
    Confirmation,
    Refusal,
    confirm_deliveries,
    fetch_packets,
)
from hienluong.exchange.commands.break_glass import Opened, open_packet
from hienluong.exchange.commands.compose import Attached, Change, Draft, send_document
from hienluong.exchange.commands.deliver import ARRIVALS, drain_recipients, fail_packet
from hienluong.exchange.commands.retry import give_deliveries_again, retry_deliveries
from hienluong.exchange.commands.secrecy import destroy_packet, quarantine_packet, scan_packets
from hienluong.exchange.commands.withdrawal import (
    add_recipients,
    change_delivery,
    end_delivery,
)

__all__ = [
    "ARRIVALS",
    "Attached",
    "Batch",
    "Change",
    "Confirmation",
    "Draft",
    "Fetched",
    "Opened",
    "PartRead",
    "Receipt",
    "Refusal",
    "accept_packet",
    "add_recipients",
    "change_delivery",
    "confirm_deliveries",
    "confirm_delivery",
    "destroy_packet",
    "drain_recipients",
    "end_delivery",
    "fail_packet",
    "fetch_packet",
    "fetch_packets",
    "give_deliveries_again",
    "open_entry",
    "open_packet",
    "quarantine_packet",
    "read_part",
    "report_status",
    "retry_deliveries",
    "scan_packets",
    "send_document",
]
