"""Who may take an earlier system over: an agency's clerks its own; administrators see that it was done, never what it says."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, has_role, is_platform, is_system, may_administer

declare(
    "takeover.view_documents",
    has_role("clerk", "head", "deputy", "officer") | is_system,
    _("see documents taken over from an earlier system, with the content"),
)
declare(
    "takeover.view_intakes",
    has_role("clerk", "head") | may_administer | has_role("operator", "auditor"),
    _("see what was taken over when: people of an agency their own, others all of it without content"),
)
declare(
    "takeover.manage_intakes",
    has_role("clerk") | is_platform,
    _("take over registers and packets of the agency, undo it, compare both systems"),
)
declare(
    "takeover.manage_numbers",
    has_role("clerk") | is_platform,
    _("say from which number a book continues"),
)
declare(
    "takeover.take_numbers",
    has_role("clerk") | is_system | is_platform,
    _("see the agency's books of numbers, and take the next number"),
)
