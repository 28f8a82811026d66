"""Who may do what on the axis. Administrators see metadata, never content (decision 11)."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, has_role, is_system

declare("exchange.send_packet", has_role("clerk") | is_system, _("send documents and statuses"))
declare(
    "exchange.view_mailbox",
    has_role("clerk", "head", "deputy", "officer", "secrecy_officer") | is_system,
    _("see the agency's mailbox and what it sent, with the content"),
)
declare(
    "exchange.confirm_delivery",
    has_role("clerk") | is_system,
    _("fetch and confirm packets, report statuses"),
)
declare(
    "exchange.view_monitor",
    has_role("operator", "administrator", "auditor"),
    _("watch the axis: metadata, never content"),
)
declare("exchange.retry_delivery", has_role("operator"), _("try failed deliveries again"))
declare(
    "exchange.quarantine_packet",
    has_role("secrecy_officer", "clerk"),
    _("take a packet out that may hold a state secret"),
)
declare(
    "exchange.destroy_packet",
    has_role("secrecy_officer"),
    _("see a quarantined packet and destroy it everywhere"),
)
