"""Keeps the list of reasons: a changed wording ends the row and begins another."""

from __future__ import annotations

import re
from datetime import date, datetime

from django.db import IntegrityError, transaction

from hienluong.directory.errors import AlreadyEnded
from hienluong.directory.service import Actor, require
from hienluong.kit import clock
from hienluong.kit.errors import FieldError
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_id
from hienluong.ledger import service as ledger
from hienluong.reasons.errors import ReasonRefused
from hienluong.reasons.models import Reason

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TEXT_LIMIT, CODE_LIMIT = 200, 40
WRONG_RECIPIENT = "wrong-recipient"
FIRST_DAY = date(2025, 7, 1)
_CHECKS = "30/2020/NĐ-CP, art. 21.2; 28/2018/QĐ-TTg, art. 9.1"

STANDARD = (
    (Reason.Act.REFUSE, WRONG_RECIPIENT, "Gửi nhầm nơi nhận", "Wrong recipient", ""),
    (Reason.Act.REFUSE, "incomplete", "Văn bản không đầy đủ", "The document is incomplete", _CHECKS),
    (Reason.Act.REFUSE, "not-intact", "Văn bản không toàn vẹn", "The document is not intact", _CHECKS),
    (
        Reason.Act.REFUSE,
        "not-authentic",
        "Không xác thực được văn bản",
        "The document's authenticity cannot be verified",
        _CHECKS,
    ),
    (Reason.Act.REFUSE, "unreadable", "Không mở được tệp đính kèm", "An attachment cannot be opened", ""),
    (Reason.Act.REFUSE, "duplicate", "Văn bản gửi trùng", "The document was sent twice", ""),
    (Reason.Act.ASK_BACK, WRONG_RECIPIENT, "Gửi nhầm nơi nhận", "Wrong recipient", ""),
    (Reason.Act.ASK_BACK, "wrong-file", "Đính kèm nhầm tệp", "The wrong file was attached", ""),
    (Reason.Act.ASK_BACK, "wrong-content", "Nội dung có sai sót", "The content has an error", ""),
    (Reason.Act.ASK_BACK, "duplicate", "Văn bản gửi trùng", "The document was sent twice", ""),
    (Reason.Act.KEEP, "in-progress", "Văn bản đang được xử lý", "The document is being dealt with", ""),
    (Reason.Act.KEEP, "finished", "Văn bản đã xử lý xong", "The document has been dealt with", ""),
)
"""What every installation begins with; without a source they are provisional."""


@transaction.atomic
def add_reason(
    *, actor: Actor | None, act: str, code: str, text_vi: str, text_en: str, source: str = "", now: datetime
) -> Reason:
    """Adds a reason, offered from today on.

    Raises:
        PermissionMissing: the actor does not keep the list.
        ReasonRefused: a value cannot be accepted, or the code is in use for this act.
    """
    actor = require(actor, "reasons.manage_reasons")
    reason = _checked(act, code, text_vi, text_en, source, now)
    try:
        with transaction.atomic():
            reason.save()
    except IntegrityError as problem:
        raise ReasonRefused(
            [FieldError("/code", _("Another reason for this act has this code."))]
        ) from problem
    _record(actor, "reasons.add_reason", reason, now)
    return reason


@transaction.atomic
def change_reason(
    *, actor: Actor | None, reason: Reason, text_vi: str, text_en: str, source: str = "", now: datetime
) -> Reason:
    """Gives a reason another wording from today on; the earlier one stays in the list as ended.

    Raises:
        PermissionMissing, ReasonRefused: as `add_reason`.
        AlreadyEnded: it is offered no more.
    """
    actor = require(actor, "reasons.manage_reasons")
    changed = _checked(reason.act, reason.code, text_vi, text_en, source, now)
    _end(reason, now)
    changed.save()
    _record(actor, "reasons.change_reason", changed, now)
    return changed


@transaction.atomic
def end_reason(*, actor: Actor | None, reason: Reason, now: datetime) -> Reason:
    """Offers a reason no more, from today on.

    Raises:
        PermissionMissing: the actor does not keep the list.
        AlreadyEnded: it is offered no more already.
    """
    actor = require(actor, "reasons.manage_reasons")
    ended = _end(reason, now)
    _record(actor, "reasons.end_reason", ended, now)
    return ended


def add_standard_reasons(*, now: datetime) -> int:
    """Adds the standard reasons whose code was never there, and returns how many; what people changed stays."""
    known = set(Reason.objects.values_list("act", "code"))
    made = [
        Reason(
            id=new_id(),
            act=act,
            code=code,
            text_vi=text_vi,
            text_en=text_en,
            source=source,
            valid_from=FIRST_DAY,
        )
        for act, code, text_vi, text_en, source in STANDARD
        if (act, code) not in known
    ]
    Reason.objects.bulk_create(made)
    if made:
        ledger.record(
            actor=Actor.platform("set-up").ref,
            action="reasons.add_standard_reasons",
            subject="reasons:standard",
            details={"reasons": len(made)},
            now=now,
        )
    return len(made)


def _checked(act: str, code: str, text_vi: str, text_en: str, source: str, now: datetime) -> Reason:
    text_vi, text_en, source = " ".join(text_vi.split()), " ".join(text_en.split()), " ".join(source.split())
    errors = [
        FieldError(f"/{name}", text)
        for name, is_wrong, text in (
            ("act", act not in Reason.Act.values, _("Choose what the reason is for.")),
            (
                "code",
                len(code) > CODE_LIMIT or not CODE.fullmatch(code),
                _("Use small letters a–z, digits and single hyphens, at most 40."),
            ),
            ("text_vi", not 0 < len(text_vi) <= TEXT_LIMIT, _("Give 1 to 200 characters.")),
            ("text_en", not 0 < len(text_en) <= TEXT_LIMIT, _("Give 1 to 200 characters.")),
            ("source", len(source) > TEXT_LIMIT, _("Give at most 200 characters.")),
        )
        if is_wrong
    ]
    if errors:
        raise ReasonRefused(errors)
    return Reason(
        id=new_id(),
        act=act,
        code=code,
        text_vi=text_vi,
        text_en=text_en,
        source=source,
        valid_from=clock.in_vietnam(now).date(),
    )


def _end(reason: Reason, now: datetime) -> Reason:
    found = Reason.objects.select_for_update().get(pk=reason.pk)
    if found.valid_to is not None:
        raise AlreadyEnded(ended_on=found.valid_to)
    found.valid_to = max(found.valid_from, clock.in_vietnam(now).date())
    found.save(update_fields=["valid_to"])
    return found


def _record(actor: Actor, action: str, reason: Reason, now: datetime) -> None:
    ledger.record(
        actor=actor.ref,
        action=action,
        subject=f"reason:{reason.pk}",
        details={
            "act": reason.act,
            "code": reason.code,
            "text": reason.text_vi,
            "source": reason.source,
            "valid_to": reason.valid_to.isoformat() if reason.valid_to else None,
        },
        now=now,
    )
