"""What can be done to several entries of the inbox at once: what each act asks for, and of which entries it makes sense."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hienluong.directory.service import Actor, allowed
from hienluong.exchange import service as exchange
from hienluong.exchange.service import Delivery, Packet, policy
from hienluong.kit.ids import new_id
from hienluong.mailbox.commands import RECEIVE


@dataclass(frozen=True, slots=True)
class BatchAct:
    """One act: how it is put to people, and whether the entries are shown for checking before it is done."""

    title: str | Promise
    lead: str | Promise = ""
    checked: bool = True


TABLES = {"csv": gettext_lazy("Take along as CSV"), "xlsx": gettext_lazy("Take along as XLSX")}
ACTS = {
    RECEIVE: BatchAct(gettext_lazy("Confirm arrival"), checked=False),
    policy.REGISTERED: BatchAct(
        gettext_lazy("Accept into the register"),
        gettext_lazy("The senders are told that the documents stand in your register of incoming documents."),
    ),
    policy.ASSIGNED: BatchAct(
        gettext_lazy("Assign"), gettext_lazy("The senders are told who handles the documents.")
    ),
    policy.FINISHED: BatchAct(
        gettext_lazy("Finish"),
        gettext_lazy(
            "The senders are told that the documents are dealt with. Afterwards they cannot be asked back."
        ),
    ),
}


def offered(actor: Actor) -> Iterator[tuple[str, str | Promise]]:
    """Yields what the actor may do to several entries, as choices."""
    if allowed(actor, "exchange.confirm_delivery"):
        yield from ((code, act.title) for code, act in ACTS.items())
    yield from TABLES.items()


def refusal(actor: Actor, act: str, delivery: Delivery) -> str:
    """Returns why the act makes no sense for an entry, "" where it does."""
    if delivery.packet.secrecy != Packet.Secrecy.OPEN:
        return _("It was taken out of the exchange.")
    if act == RECEIVE:
        return ""
    if delivery.packet.kind != Packet.Kind.DOCUMENT:
        return _("It is a status report, not a document.")
    if act in exchange.reportable_now(actor, delivery):
        return ""
    return _("Its state does not allow this.")


class BatchForm(forms.Form):
    """What is asked before several entries are acted on: the arrival number of each, or who handles them."""

    staff = forms.CharField(
        label=gettext_lazy("Assigned to"),
        max_length=100,
        help_text=gettext_lazy("The unit or person who handles them."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, act: str, deliveries: Sequence[Delivery], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deliveries, self._act = deliveries, act
        self.initial.setdefault("key", new_id().hex)
        if act != policy.ASSIGNED:
            del self.fields["staff"]
        if act == policy.REGISTERED:
            for one in deliveries:
                label = _("Arrival number of %(document)s") % {"document": reference(one)}
                self.fields[f"number_{one.pk}"] = forms.CharField(label=label, max_length=10)

    def asked(self) -> list[forms.BoundField]:
        """Returns the questions in the order in which they are shown."""
        numbers = [self[name] for name in self.fields if name.startswith("number_")]
        return [*numbers, *(self[name] for name in ("staff", "note") if name in self.fields)]

    def rows(self) -> list[tuple[Delivery, str]]:
        """Returns the entries with their arrival numbers; only for a valid form."""
        return [(one, self.cleaned_data.get(f"number_{one.pk}", "")) for one in self.deliveries]

    def entries(self) -> dict[int, dict[str, str]]:
        """Returns what is reported of each entry; the arrival number stands first in the note. Only for a valid form."""
        note, staff = self.cleaned_data["note"], self.cleaned_data.get("staff", "")
        return {
            one.pk: {
                "note": f"Số đến: {number}. {note}".strip()
                if number
                else note,  # the other agency reads Vietnamese
                "staff": staff,
            }
            for one, number in self.rows()
        }


def reference(delivery: Delivery) -> str:
    """Returns what a document is called in a list: number and notation, else its subject."""
    packet = delivery.packet
    return "/".join(part for part in (packet.code_number, packet.code_notation) if part) or packet.subject
