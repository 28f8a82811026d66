"""The lists as tables for agencies' own systems."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import Query, Router

from hienluong.directory.service import calling_actor, table_answer
from hienluong.exchange.api import CriteriaIn, State
from hienluong.exchange.service import policy
from hienluong.kit import clock
from hienluong.kit.spreadsheets import XLSX_TYPE
from hienluong.mailbox import commands

router = Router(tags=["mailbox"])
Form = Annotated[Literal["csv", "xlsx"], Query(alias="format")]
Kind = Literal["edoc", "status"] | None
_ANSWER = {
    "responses": {
        200: {
            "description": "The table; CSV is UTF-8 with a byte order mark.",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    }
}


@router.get("/inbox/export", summary="The mailbox as a table, newest first", openapi_extra=_ANSWER)
def export_inbox(
    request: HttpRequest,
    criteria: Query[CriteriaIn],
    form: Form = "csv",
    state: Annotated[list[State] | None, Query()] = None,
    kind: Kind = "edoc",
) -> HttpResponseBase:
    """Answers everything that lies in the mailbox and matches, streamed; each time is recorded in the ledger."""
    query = {
        "states": state or policy.ALL_STATES,
        "business_states": (),
        "kind": kind,
        "criteria": criteria.criteria(),
    }
    rows = commands.export_inbox(actor=calling_actor(request), query=query, form=form, now=clock.now())
    return table_answer(form, "inbox", _("Inbox"), commands.inbox_heading(), rows)


@router.get("/sent/export", summary="What the agency sent as a table, newest first", openapi_extra=_ANSWER)
def export_sent(
    request: HttpRequest, criteria: Query[CriteriaIn], form: Form = "csv", kind: Kind = "edoc"
) -> HttpResponseBase:
    """Answers everything the agency sent that matches, streamed; each time is recorded in the ledger."""
    query = {"kind": kind, "criteria": criteria.criteria()}
    rows = commands.export_sent(actor=calling_actor(request), query=query, form=form, now=clock.now())
    return table_answer(form, "sent", _("Sent"), commands.sent_heading(), rows)
