"""The axis's states and priorities in words for people, each with the tone of its badge."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hienluong.exchange import policy

# Status names of the official samples (QCVN 102; reference §1.6), with the tone of their badge.
BUSINESS: dict[str, tuple[str | Promise, str]] = {
    "": (_("nothing reported yet"), "neutral"),
    policy.ARRIVED: (_("arrived"), "info"),
    policy.REFUSED: (_("refused"), "bad"),
    policy.REGISTERED: (_("entered in the register"), "info"),
    policy.ASSIGNED: (_("assigned"), "progress"),
    policy.IN_PROGRESS: (_("in progress"), "progress"),
    policy.FINISHED: (_("finished"), "good"),
    policy.ASKED_BACK: (_("asked back"), "bad"),
    policy.RECALL_AGREED: (_("recall or change agreed"), "neutral"),
    policy.RECALL_REFUSED: (_("recall or change refused"), "bad"),
}
MAILBOX: dict[str, tuple[str | Promise, str]] = {
    policy.WAITING: (_("waiting for delivery"), "progress"),
    policy.UNROUTED: (_("waiting for a route"), "progress"),
    policy.DELIVERED: (_("in the mailbox"), "info"),
    policy.FETCHED: (_("fetched"), "info"),
    policy.CONFIRMED: (_("confirmed"), "good"),
    policy.REJECTED: (_("refused by the recipient's system"), "bad"),
    policy.DEAD: (_("failed for good"), "bad"),
    policy.WITHDRAWN: (_("withdrawn"), "neutral"),
}
STANDING: dict[str, tuple[str | Promise, str]] = {
    policy.UPDATED: (_("updated by a later document"), "progress"),
    policy.REPLACED: (_("replaced by another document"), "progress"),
    policy.REMOVED: (_("no longer for this recipient"), "bad"),
    policy.REVOKED: (_("revoked"), "bad"),
}
BEFORE: dict[str, tuple[str | Promise, str]] = {
    "trace": (_("passed through"), "neutral"),
    "accepted": (_("accepted by the axis"), "info"),
    policy.GIVEN_AGAIN: (_("given again by an operator"), "progress"),
}
PRIORITIES: dict[int, tuple[str | Promise, str]] = {
    0: (_("normal"), "neutral"),
    1: (_("urgent"), "progress"),
    2: (_("very urgent"), "progress"),
    3: (_("express"), "bad"),
    4: (_("express at a set hour"), "bad"),
}
