"""Who may do what in identity; the predicates are those of the directory."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, may_administer

declare("identity.manage_systems", may_administer, _("manage agencies' systems"))
declare("identity.grant_sending", may_administer, _("grant the right to send for another agency"))
declare("identity.hand_out_sign_in", may_administer, _("hand out a one-time sign-in"))
declare("identity.end_sessions", may_administer, _("end the sessions of other people"))
