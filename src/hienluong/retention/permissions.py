"""Who may do what about keeping and destroying: each agency answers for its own copies."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, has_role, is_platform, is_system, may_administer

declare(
    "retention.view_retention",
    has_role("clerk", "head", "deputy", "officer", "auditor", "secrecy_officer") | may_administer | is_system,
    _("see periods, legal holds and disposals: of the own agency; administrators and auditors all"),
)
declare("retention.manage_periods", may_administer, _("say for how long kinds of documents are kept"))
declare(
    "retention.manage_holds",
    has_role("head", "deputy", "administrator", "auditor") | is_platform,
    _("place and lift legal holds: heads on their agency's copy, administrators and auditors on every copy"),
)
declare(
    "retention.propose_disposal",
    has_role("clerk", "head", "deputy"),
    _("propose what is over its time for destruction"),
)
declare(
    "retention.approve_disposal",
    has_role("head", "deputy"),
    _("approve a disposal that somebody else of the agency proposed"),
)
