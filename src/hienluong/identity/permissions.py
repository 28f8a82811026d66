"""Who may do what in identity; the predicates are those of the directory."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare, is_person, may_administer

declare("identity.hand_out_sign_in", may_administer, _("hand out a one-time sign-in"))
declare("identity.end_sessions", may_administer, _("end the sessions of other people"))
declare("identity.view_accounts", may_administer, _("see the accounts and how they sign in"))
declare("identity.manage_accounts", may_administer, _("close accounts and open them again"))
declare("identity.unlock_accounts", may_administer, _("unlock accounts after too many failed attempts"))
declare("identity.reset_second_factor", may_administer, _("take away another person's lost second factor"))
declare("identity.manage_sign_on", may_administer, _("register systems that people sign on to"))
declare("identity.sign_on", is_person, _("sign on to other systems with the account here"))
