"""A few documents for the search over everything: what came in, what was sent, and what modules above know."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from hienluong.directory.service import Actor, allowed
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Packet, policy
from hienluong.kit.criteria import Criteria
from hienluong.mailbox.offers import Found, Hit, found_elsewhere


def look_up(actor: Actor, text: str, *, limit: int) -> list[Found]:
    """Returns the newest documents whose number, subject or agency holds every word; nothing for whoever has no mailbox.

    Args:
        actor: who looks.
        text: words in any order; diacritics are optional.
        limit: so many of what came in, and as many of what was sent.
    """
    if not allowed(actor, "exchange.view_mailbox"):
        return []
    criteria, kind, words = Criteria(text=text), Packet.Kind.DOCUMENT.value, {"q": text}
    came = exchange.inbox(actor, states=policy.ALL_STATES, kind=kind, criteria=criteria, limit=limit)
    went = exchange.sent(actor, kind=kind, criteria=criteria, limit=limit)
    inbox = [_hit(one.packet, reverse("exchange:open", args=[one.pk])) for one in came.items]
    sent = [_hit(one, reverse("exchange:packet", args=[one.pk])) for one in went.items]
    elsewhere = [
        found
        for received in (True, False)
        for found in found_elsewhere(actor, criteria, received=received, filters=words)
    ]
    return [
        Found(_("Inbox"), inbox, _list("mailbox:inbox", words) if came.next else ""),
        Found(_("Sent"), sent, _list("mailbox:sent", words) if went.next else ""),
        *elsewhere,
    ]


def _hit(packet: Packet, url: str) -> Hit:
    return Hit(
        packet.subject,
        url,
        "/".join(filter(None, (packet.code_number, packet.code_notation))),
        date_format(packet.promulgated_on, "SHORT_DATE_FORMAT") if packet.promulgated_on else "",
        packet.sender_name,
    )


def _list(name: str, words: dict[str, str]) -> str:
    return f"{reverse(name)}?{urlencode(words)}"
