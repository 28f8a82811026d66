"""What people's data is looked at for where rights are watched."""

from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import declare_purpose

REVIEW = declare_purpose("access.review", _("Access review: rights, last sign-in"), listed=True)
