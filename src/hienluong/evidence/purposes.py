"""What people's data is looked at for by those who read the ledger."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare_purpose

AUDIT = declare_purpose("evidence.audit", _("Audit: what the ledger says about the person"))
ON_REQUEST = declare_purpose(
    "evidence.request", _("Answer to the person's written request: who looked at the data")
)
