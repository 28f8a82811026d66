"""Who may do what in identity; the predicates are those of the directory."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Post, declare, has_role, is_person, is_platform, may_administer

_Role = Post.Role

declare("identity.manage_systems", may_administer, _("manage agencies' systems"))
declare("identity.grant_sending", may_administer, _("grant the right to send for another agency"))
declare("identity.hand_out_sign_in", may_administer, _("hand out a one-time sign-in"))
declare("identity.answer_alerts", is_person, _("confirm or report changes of rights that one is alerted of"))
declare("identity.handle_cases", may_administer, _("look into changes of rights that were reported as wrong"))
declare("identity.manage_accounts", may_administer, _("close accounts and open them again"))
declare(
    "identity.view_roles",
    has_role(_Role.ADMINISTRATOR, _Role.AUDITOR) | is_platform,
    _("see which role may do what"),
)
declare(
    "identity.view_review",
    has_role(_Role.ADMINISTRATOR, _Role.AUDITOR, _Role.HEAD) | is_platform,
    _("see access reviews: heads their own agency's part"),
)
declare(
    "identity.decide_review",
    has_role(_Role.ADMINISTRATOR, _Role.HEAD),
    _("decide in access reviews: heads about their own agency"),
)
declare("identity.run_reviews", may_administer, _("open, carry out and finish access reviews"))
declare(
    "identity.request_glass",
    has_role(_Role.ADMINISTRATOR, _Role.OPERATOR, _Role.AUDITOR),
    _("ask to see the content of one packet by break-glass"),
)
declare(
    "identity.approve_glass",
    has_role(_Role.ADMINISTRATOR, _Role.AUDITOR),
    _("approve another person's break-glass request"),
)
declare(
    "identity.view_glass",
    has_role(_Role.ADMINISTRATOR, _Role.OPERATOR, _Role.AUDITOR),
    _("see break-glass requests and the looks taken"),
)
