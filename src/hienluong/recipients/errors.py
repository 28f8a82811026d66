"""What can go wrong with groups of recipients."""

from hienluong.kit.errors import InvalidInput, NotFound
from hienluong.kit.errors import gettext_noop as _


class GroupRefused(InvalidInput):
    """A group that cannot be kept as given."""

    code = "recipients.group-refused"
    title = _("The group was not changed")


class GroupUnknown(NotFound):
    """There is no such group, or the actor may not see it."""

    code = "recipients.group-unknown"
    title = _("Group unknown")
    detail = _("There is no group {group} that your agency may use.")
    todo = _("List the groups and choose one of them.")
