"""What people's data is looked at for where accounts are looked after, and what other systems are told."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare_purpose

ACCOUNT = declare_purpose("identity.account", _("Administration of the account: sign-in, sessions, factors"))
ACCOUNTS = declare_purpose("identity.accounts", _("List of accounts"), listed=True)
SIGN_ON = declare_purpose("identity.sign-on", _("Sign-on to another system, which was told who it is"))
