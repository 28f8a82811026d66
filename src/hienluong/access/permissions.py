"""Who may answer alerts, run and decide reviews, ask for and approve break-glass."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Post, declare, has_role, is_person, is_platform, may_administer

_Role = Post.Role

declare("access.answer_alerts", is_person, _("confirm or report changes of rights that one is alerted of"))
declare("access.handle_cases", may_administer, _("look into changes of rights that were reported as wrong"))
declare(
    "access.view_roles",
    has_role(_Role.ADMINISTRATOR, _Role.AUDITOR) | is_platform,
    _("see which role may do what"),
)
declare(
    "access.view_review",
    has_role(_Role.ADMINISTRATOR, _Role.AUDITOR, _Role.HEAD) | is_platform,
    _("see access reviews: heads their own agency's part"),
)
declare(
    "access.decide_review",
    has_role(_Role.ADMINISTRATOR, _Role.HEAD),
    _("decide in access reviews: heads about their own agency"),
)
declare("access.run_reviews", may_administer, _("open, carry out and finish access reviews"))
declare(
    "access.request_glass",
    has_role(_Role.ADMINISTRATOR, _Role.OPERATOR, _Role.AUDITOR),
    _("ask to see the content of one packet by break-glass"),
)
declare(
    "access.approve_glass",
    has_role(_Role.ADMINISTRATOR, _Role.AUDITOR),
    _("approve another person's break-glass request"),
)
declare(
    "access.view_glass",
    has_role(_Role.ADMINISTRATOR, _Role.OPERATOR, _Role.AUDITOR),
    _("see break-glass requests and the looks taken"),
)
