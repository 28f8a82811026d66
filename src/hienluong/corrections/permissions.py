"""Who may take documents back, and who sees what was taken back."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, has_role, is_system

declare(
    "corrections.take_back_document",
    has_role("clerk") | is_system,
    _("ask documents back, revoke them, correct a wrong recipient"),
)
declare(
    "corrections.view_recalls",
    has_role("clerk", "head", "deputy", "officer") | is_system,
    _("see what the agency asked back and what was asked back from it"),
)
