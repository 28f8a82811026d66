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


class GroupTooLarge(InvalidInput):
    """A group comes to more agencies than one document can be sent to."""

    code = "recipients.group-too-large"
    title = _("The group is too large")
    detail = _("“{name}” comes to more than {limit} agencies; a document cannot be sent to so many at once.")
    todo = _("Make a narrower group, or address the agencies in several sendings.")
