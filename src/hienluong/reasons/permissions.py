"""Who may see and keep the list of reasons."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, has_role, is_person, is_platform, is_system, may_administer

declare(
    "reasons.view_reasons",
    is_person | is_system | is_platform,
    _("see the reasons that can be given for refusing, asking back and keeping documents"),
)
declare("reasons.manage_reasons", may_administer | has_role("operator"), _("keep the list of reasons"))
