"""Who may read which entries, prove them, take them along, and who may see who looked at whose data."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, has_role, is_person, is_platform, is_system, may_administer

declare(
    "evidence.view_entries",
    has_role("auditor") | is_platform,
    _("search and verify entries of the ledger: auditors of the province all, others those of their agency"),
)
declare(
    "evidence.view_receipts",
    has_role("clerk", "head", "deputy", "officer", "secrecy_officer", "auditor") | is_system | is_platform,
    _("see the evidence of packets that the agency sent or received: receipts, proofs"),
)
declare(
    "evidence.export_bundle",
    has_role("clerk", "head", "deputy", "auditor") | is_platform,
    _("take evidence along as one file"),
)
declare("evidence.view_own_looks", is_person, _("see who has looked at one's own data"))
declare(
    "evidence.view_looks",
    may_administer,
    _("see who has looked at a person's data, when that person asks in writing"),
)
