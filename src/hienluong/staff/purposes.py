"""What people's data is looked at for on the pages and commands about people."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare_purpose

RECORDS = declare_purpose("staff.records", _("Record of staff: posts, leaves, account"))
PEOPLE = declare_purpose("staff.people", _("List or search of people"), listed=True)
COLLEAGUES = declare_purpose("staff.colleagues", _("Choosing a colleague"), listed=True)
LEAVES = declare_purpose("staff.leaves", _("Leaves and who stands in"), listed=True)
DELEGATIONS = declare_purpose("staff.delegations", _("Delegations of the right to sign"), listed=True)
