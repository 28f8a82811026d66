"""Who sees which deadlines, and who says that a document was signed."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, has_role, is_system, may_administer

_agency = has_role("clerk", "head", "deputy", "officer") | is_system
watches = may_administer | has_role("auditor", "operator")
"""Sees the deadlines of all agencies: by number, never by subject."""

declare(
    "deadlines.view_deadlines",
    _agency | watches,
    _(
        "see deadlines: people of an agency and its systems their own, administrators, auditors and operators all"
    ),
)
declare("deadlines.view_agencies", watches, _("see how all agencies keep to their deadlines"))
declare(
    "deadlines.announce_document",
    has_role("clerk") | is_system,
    _("note signed documents that wait to be sent, and take them off the list"),
)
