"""The commands `hienluong webhooks …`: webhooks of agencies' systems on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage. Secrets go to standard output once and nowhere else.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit import clock
from hienluong.kit.cursors import all_rows
from hienluong.kit.errors import fill
from hienluong.kit.ids import as_uuid
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor
    from hienluong.webhooks.models import Webhook

_DAY = click.DateTime(["%Y-%m-%d"])
_KINDS = ["packet.delivered", "status.recorded", "delivery.failed"]
of_webhook = click.argument("webhook_id", type=click.UUID)
_ALL_KINDS = [*_KINDS, "alarm.raised", "alarm.cleared"]


@click.group(help=_("Webhooks of agencies' systems.\n\nExample: hienluong webhooks list --state failing"))
def group() -> None:
    """Holds the commands about webhooks."""


def _found(actor: Actor, webhook_id: UUID) -> Webhook:
    from hienluong.webhooks import queries  # noqa: PLC0415 - needs Django

    return queries.find_webhook(actor, webhook_id)


def _facts(hook: Webhook) -> dict[str, Any]:
    return {
        "id": str(hook.pk),
        "url": hook.url,
        "system": hook.system.name,
        "agency": hook.system.agency.name,
        "kinds": hook.kinds,
        "state": hook.state,
        "failures": hook.failures,
        "failing_since": hook.failing_since,
        "last_success_at": hook.last_success_at,
        "waiting": getattr(hook, "waiting", None),
        "failed": getattr(hook, "failed", None),
    }


def _line(hook: Webhook) -> str:
    return f"{hook.pk}  {hook.state:<10} {hook.url}  ({hook.system.name}, {hook.system.agency.name})"


def _said(hook: Webhook) -> Answer:
    return _facts(hook), [_line(hook)]


def _secret(hook: Webhook, secret: str) -> Answer:
    value = {"webhook": str(hook.pk), "secret": secret}
    shown_once = _("The secret is shown this once: keep it now.")
    return value, [f"webhook  {hook.pk}", f"secret   {secret}", shown_once]


@group.command(
    "list",
    help=_("List webhooks, the newest first.\n\nExample: hienluong webhooks list --state failing --json"),
)
@click.option(
    "--state",
    type=click.Choice(["live", "failing", "stopped", "ended", "all"]),
    default="live",
    show_default=True,
    help=_("Which ones."),
)
@on_server
def list_webhooks(*, actor: Actor, now: datetime, state: str) -> Answer:
    """Lists webhooks."""
    from hienluong.webhooks import queries  # noqa: PLC0415 - needs Django

    rows = list(
        all_rows(
            lambda before: queries.search_webhooks(actor, state=state, before=as_uuid(before), limit=500)
        )
    )
    return [_facts(row) for row in rows], [_line(row) for row in rows] or [_("There is none.")]


@group.command(
    "register",
    help=_(
        "Register an address of a system and print its secret, once.\n\n"
        "Example: hienluong webhooks register 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 https://app.example.vn/hook"
    ),
)
@click.argument("system_id", type=click.UUID)
@click.argument("url")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(_ALL_KINDS),
    help=_("What it hears of; all about packets unless given."),
)
@on_server
def register(*, actor: Actor, now: datetime, system_id: UUID, url: str, kinds: tuple[str, ...]) -> Answer:
    """Registers a webhook."""
    from hienluong.webhooks import commands, queries  # noqa: PLC0415 - needs Django

    system = queries.find_system(actor, system_id)
    hook, secret = commands.register_webhook(
        actor=actor, system=system, url=url, kinds=kinds or _KINDS, now=now
    )
    return _secret(hook, secret)


@group.command(
    "rotate",
    help=_(
        "Make a new secret and print it, once; the former one signs beside it for the usual time.\n\n"
        "Example: hienluong webhooks rotate 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"
    ),
)
@of_webhook
@click.option("--end-former-now", is_flag=True, help=_("The former secret ends at once."))
@on_server
def rotate(*, actor: Actor, now: datetime, webhook_id: UUID, end_former_now: bool) -> Answer:
    """Makes a new secret."""
    from hienluong.webhooks import commands  # noqa: PLC0415 - needs Django

    hook = _found(actor, webhook_id)
    ends = now if end_former_now else None
    secret = commands.rotate_webhook_secret(actor=actor, webhook=hook, former_ends_at=ends, now=now)
    return _secret(hook, secret)


@group.command(
    "verify",
    help=_(
        "Challenge an address again.\n\nExample: hienluong webhooks verify 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"
    ),
)
@of_webhook
@on_server
def verify(*, actor: Actor, now: datetime, webhook_id: UUID) -> Answer:
    """Challenges an address again."""
    from hienluong.webhooks import commands  # noqa: PLC0415 - needs Django

    return _said(commands.verify_webhook(actor=actor, webhook=_found(actor, webhook_id), now=now))


@group.command(
    "enable",
    help=_(
        "Turn a stopped webhook on.\n\nExample: hienluong webhooks enable 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"
    ),
)
@of_webhook
@on_server
def enable(*, actor: Actor, now: datetime, webhook_id: UUID) -> Answer:
    """Turns a stopped webhook on."""
    from hienluong.webhooks import commands  # noqa: PLC0415 - needs Django

    return _said(commands.enable_webhook(actor=actor, webhook=_found(actor, webhook_id), now=now))


@group.command(
    "end",
    help=_(
        "End a webhook; nothing is sent any more.\n\n"
        "Example: hienluong webhooks end 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00"
    ),
)
@of_webhook
@on_server
def end(*, actor: Actor, now: datetime, webhook_id: UUID) -> Answer:
    """Ends a webhook."""
    from hienluong.webhooks import commands  # noqa: PLC0415 - needs Django

    return _said(commands.end_webhook(actor=actor, webhook=_found(actor, webhook_id), now=now))


@group.command(
    "replay",
    help=_(
        "Send messages again: one, those of some days, or what failed.\n\n"
        "Example: hienluong webhooks replay 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --failed"
    ),
)
@of_webhook
@click.option("--message", metavar="ID", help=_("One message, by its webhook-id."))
@click.option("--since", type=_DAY, help=_("From this day on."))
@click.option("--until", type=_DAY, help=_("Up to and including this day."))
@click.option("--failed", is_flag=True, help=_("Only what failed."))
@on_server
def replay(
    *,
    actor: Actor,
    now: datetime,
    webhook_id: UUID,
    message: str | None,
    since: datetime | None,
    until: datetime | None,
    failed: bool,
) -> Answer:
    """Sends messages again."""
    from hienluong.directory.service import day_after  # noqa: PLC0415 - needs Django
    from hienluong.webhooks import commands  # noqa: PLC0415 - the same

    try:
        message_id = UUID(message.removeprefix("msg_")) if message else None
    except ValueError as problem:
        raise click.UsageError(
            _("A webhook-id looks like msg_ and 32 digits and letters a to f.")
        ) from problem
    if not (message or since or failed):
        raise click.UsageError(_("Say which: --message, --since or --failed."))
    end = day_after(until.date()) if until else None
    count = commands.replay_messages(
        actor=actor,
        webhook=_found(actor, webhook_id),
        message_id=message_id,
        since=since.replace(tzinfo=clock.VIETNAM) if since else None,
        until=datetime.combine(end, time(), clock.VIETNAM) if end else None,
        only_failed=failed,
        now=now,
    )
    return {"replayed": count}, [fill(_("{count} messages are sent again."), {"count": count})]


@group.command(
    "messages",
    help=_(
        "List the newest messages of a webhook with what was answered.\n\n"
        "Example: hienluong webhooks messages 0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00 --state failed"
    ),
)
@of_webhook
@click.option("--state", type=click.Choice(["waiting", "delivered", "failed"]), help=_("Only these."))
@on_server
def list_messages(*, actor: Actor, now: datetime, webhook_id: UUID, state: str | None) -> Answer:
    """Lists messages."""
    from hienluong.webhooks import queries  # noqa: PLC0415 - needs Django
    from hienluong.webhooks.schemas import MessageOut  # noqa: PLC0415 - the same

    page = queries.messages_of(actor, _found(actor, webhook_id), state=state or "")
    shown = [MessageOut.of(one) for one in page.items]
    lines = []
    for one in shown:
        last = one.attempts[0] if one.attempts else None
        said = f"HTTP {last.status or '–'} {last.error}" if last else "–"
        at = clock.in_vietnam(one.occurred_at)
        lines.append(f"{one.id}  {one.state:<9} {at:%d/%m/%Y %H:%M:%S}  {one.kind:<20} {said}")
    return [one.model_dump(mode="json") for one in shown], lines or [_("There is none.")]
