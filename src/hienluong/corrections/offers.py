"""What the page of a packet offers and says about it once it was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hienluong.corrections import queries
from hienluong.corrections.models import Recall, Reference
from hienluong.directory.service import Actor, allowed
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Offer, Packet, Remark, Shown
from hienluong.reasons import service as reasons

ASKED_BACK, REFUSED, REVOKED = "13", "02", "revoked"
FORWARD: dict[str, str | Promise] = {
    Reference.What.REVOKED: gettext_lazy("This document revokes document %(number)s."),
    Reference.What.UPDATED: gettext_lazy("This document updates document %(number)s."),
    Reference.What.REPLACED: gettext_lazy("This document replaces document %(number)s."),
}
BACKWARD: dict[str, str | Promise] = {
    Reference.What.REVOKED: gettext_lazy("This document was revoked by document %(number)s."),
    Reference.What.UPDATED: gettext_lazy("This document was updated by document %(number)s."),
    Reference.What.REPLACED: gettext_lazy("This document was replaced by document %(number)s."),
}
BY_ITSELF: dict[str, str | Promise] = {
    Reference.What.REVOKED: gettext_lazy("This document was revoked."),
    Reference.What.UPDATED: gettext_lazy("This document was updated."),
    Reference.What.REPLACED: gettext_lazy("This document was replaced."),
}
"""Where what changed it bears its own number."""
RECALLS: dict[str, tuple[str | Promise, str]] = {
    Recall.State.ASKED: (gettext_lazy("Asked back; not answered yet. The delivery is frozen."), "warning"),
    Recall.State.WITHDRAWN: (gettext_lazy("Taken back before anybody fetched it."), "info"),
    Recall.State.AGREED: (gettext_lazy("Given back; the recipient's copy is destroyed."), "info"),
    Recall.State.REFUSED: (gettext_lazy("The recipient keeps it."), "warning"),
    Recall.State.RETURNED: (gettext_lazy("Taken back after it was returned; the copy is destroyed."), "info"),
}


@exchange.add_to_packet_page
def after_sending(actor: Actor, packet: Packet, deliveries: Sequence[Delivery]) -> Shown:
    """Offers to take a document back or change it, and says what changed it and what was asked back."""
    if packet.kind != Packet.Kind.DOCUMENT or packet.secrecy != Packet.Secrecy.OPEN:
        return Shown()
    recalls = queries.recalls_of(actor, packet)
    remarks = [*_links(actor, packet), *map(_remark, recalls), *_returned(deliveries, recalls)]
    if packet.sender_id != actor.agency_id or not allowed(actor, "corrections.take_back_document"):
        return Shown(remarks=remarks)
    return Shown(list(_offers(actor, packet, deliveries, recalls)), remarks)


def _offers(
    actor: Actor, packet: Packet, deliveries: Sequence[Delivery], recalls: Sequence[Recall]
) -> Iterator[Offer]:
    live = [row for row in deliveries if row.standing != REVOKED and row.state != Delivery.State.WITHDRAWN]
    if packet.business != Packet.Business.REVOKE and live:
        if len(deliveries) > 1 and any(
            ASKED_BACK in exchange.reportable_now(actor, row) for row in deliveries
        ):
            address = reverse("corrections:recall", args=[packet.pk])
            yield Offer(gettext_lazy("Ask the document back"), address, icon="arrow-back-up")
        send = reverse("composing:send")
        yield Offer(gettext_lazy("Update it"), f"{send}?updates={packet.pk}", icon="edit")
        yield Offer(gettext_lazy("Replace it"), f"{send}?replaces={packet.pk}", icon="replace")
        address = reverse("corrections:revoke", args=[packet.pk])
        yield Offer(gettext_lazy("Revoke it"), address, icon="file-x")
    corrected = {recall.delivery_id for recall in recalls if recall.sent_instead_id is not None}
    for row in live:
        if row.pk not in corrected and row.business_state in {"", "01", REFUSED}:
            address = reverse("corrections:correct", args=[row.pk])
            yield Offer(gettext_lazy("Send to the right agency"), address, icon="route", delivery=row.pk)


def _links(actor: Actor, packet: Packet) -> Iterator[Remark]:
    for link in queries.changes_of(actor, packet):
        other = link.packet
        number = f"{other.code_number}/{other.code_notation}" if other else link.document_id
        same = number == f"{packet.code_number}/{packet.code_notation}"
        sentences = FORWARD if link.forward else BY_ITSELF if same else BACKWARD
        text = str(sentences[link.what]) % {"number": number}
        if other is None:
            absent = _("Your agency has no copy of it here.")
            text = f"{text} {absent}"
        tone = "info" if link.forward else "warning"
        url = reverse("exchange:packet", args=[other.pk]) if other else ""
        yield Remark(text, tone, url, gettext_lazy("Show it") if url else "")


def _remark(recall: Recall) -> Remark:
    sentence, tone = RECALLS[recall.state]
    text = str(sentence)
    if recall.reason:
        text = f"{text} {_('Reason')}: {recall.reason}"
    if recall.answer:
        text = f"{text} — {recall.answer}"
    if recall.sent_instead is not None:
        sent = _("Sent to %(agency)s instead.") % {"agency": recall.sent_instead.recipient.name}
        text = f"{text} {sent}"
    return Remark(text, tone, delivery=recall.delivery_id)


def _returned(deliveries: Sequence[Delivery], recalls: Sequence[Recall]) -> Iterator[Remark]:
    """Yields what was returned as sent to the wrong agency and has not been corrected yet."""
    settled = {recall.delivery_id for recall in recalls}
    open_rows = [row for row in deliveries if row.business_state == REFUSED and row.pk not in settled]
    because = queries.returned_because(open_rows)
    codes = reasons.codes_in([because.get(row.pk, "") for row in open_rows], act=REFUSED) if open_rows else []
    for row, code in zip(open_rows, codes, strict=True):
        if code == reasons.WRONG_RECIPIENT:
            yield Remark(_("Returned: it was sent to the wrong agency."), "warning", delivery=row.pk)
