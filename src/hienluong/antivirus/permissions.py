"""Who may do what about quarantined attachments: metadata only, the content is opened by nobody."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, has_role, is_platform

declare(
    "antivirus.view_quarantine",
    has_role("operator", "administrator", "auditor") | is_platform,
    _("see what is kept apart for malware: metadata, never content"),
)
declare(
    "antivirus.decide_quarantine",
    has_role("operator") | is_platform,
    _("release or refuse what is kept apart for malware"),
)
