"""Who may sign for whom, in writing (Decree 30/2020/NĐ-CP, art. 13)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hienluong.directory.models import Post
from hienluong.ledger import service as ledger


@ledger.guarded()
class Delegation(models.Model):
    """A written delegation of the right to sign, from one post to another; never changed, only revoked."""

    class Kind(models.TextChoices):
        """The signing authorities that one post gives to another; TM. and Q. follow from the post itself."""

        KT = "kt", _("KT. (deputy for the head)")
        TL = "tl", _("TL. (by order)")
        TUQ = "tuq", _("TUQ. (by delegation)")

    giver = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="delegations_given")
    taker = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="delegations_taken")
    kind = models.CharField(max_length=3, choices=Kind)
    basis = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="handed_on",
        help_text="the TL. handed on as KT.",
    )
    scope = models.TextField(max_length=1000)
    document_number = models.CharField(
        max_length=60, help_text="number and notation of the written delegation"
    )
    document_date = models.DateField()
    reference = models.CharField(
        max_length=200, blank=True, help_text="where the document is: packet or address"
    )
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the first day it is no more")
    revoked_on = models.DateField(null=True, help_text="the first day it is revoked")
    revoked_because = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(kind="tuq", valid_to=None), name="staff_tuq_is_time_limited"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_number}"
