"""The commands `hienluong identity account …` and `hienluong identity sign-on …`.

The last administrator who lost the second factor gets back in by them: nobody else could help.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.errors import fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor, User
    from hienluong.identity.models import SignOnClient


@click.group("account", help=_("Accounts of people.\n\nExample: hienluong identity account list --locked"))
def account_group() -> None:
    """Holds the commands about accounts."""


@click.group("sign-on", help=_("Systems that people sign on to.\n\nExample: hienluong identity sign-on list"))
def sign_on_group() -> None:
    """Holds the commands about single sign-on."""


def _user(username: str) -> User:
    from hienluong.directory.service import User  # noqa: PLC0415 - needs Django
    from hienluong.identity.errors import AccountUnknown  # noqa: PLC0415 - the same

    user = User.objects.filter(username__iexact=username).first()
    if user is None:
        raise AccountUnknown(username=username)
    return user


@account_group.command(
    "list", help=_("List accounts by name.\n\nExample: hienluong identity account list nguyen --json")
)
@click.argument("text", default="")
@click.option("--locked", is_flag=True, help=_("Only those that wait after too many failures."))
@click.option("--closed", is_flag=True, help=_("Only closed ones."))
@on_server
def list_accounts(*, actor: Actor, now: datetime, text: str, locked: bool, closed: bool) -> Answer:
    """Lists accounts; the first 30, so that a search is worth it."""
    from hienluong.identity import queries  # noqa: PLC0415 - needs Django

    states = [name for name, chosen in (("locked", locked), ("closed", closed)) if chosen]
    rows = queries.accounts(actor, now=now, search=text, states=states).items
    facts = [
        {
            "username": row.user.username,
            "name": row.person.full_name,
            "open": row.user.is_active,
            "locked_until": row.locked_until,
            "second_factor": row.has_second_factor,
            "last_sign_in": row.user.last_login,
        }
        for row in rows
    ]
    return facts, [f"{one['username']:<20} {one['name']:<28} {one['last_sign_in'] or '–'}" for one in facts]


@account_group.command(
    "unlock", help=_("Let an account try again at once.\n\nExample: hienluong identity account unlock lan")
)
@click.argument("username")
@on_server
def unlock(*, actor: Actor, now: datetime, username: str) -> Answer:
    """Unlocks an account."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    commands.unlock_account(actor=actor, user=_user(username), now=now)
    return {"unlocked": username}, [fill(_("{username} may try again."), {"username": username})]


@account_group.command("close", help=_("Close an account.\n\nExample: hienluong identity account close lan"))
@click.argument("username")
@on_server
def close(*, actor: Actor, now: datetime, username: str) -> Answer:
    """Closes an account."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    commands.close_account(actor=actor, user=_user(username), now=now)
    return {"username": username, "open": False}, [fill(_("{account} is closed."), {"account": username})]


@account_group.command(
    "reopen", help=_("Open a closed account again.\n\nExample: hienluong identity account reopen lan")
)
@click.argument("username")
@on_server
def reopen(*, actor: Actor, now: datetime, username: str) -> Answer:
    """Opens an account again."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    commands.reopen_account(actor=actor, user=_user(username), now=now)
    return {"username": username, "open": True}, [fill(_("{account} is open again."), {"account": username})]


@account_group.command(
    "end-sessions",
    help=_("End every session of an account.\n\nExample: hienluong identity account end-sessions lan"),
)
@click.argument("username")
@on_server
def end_all_sessions(*, actor: Actor, now: datetime, username: str) -> Answer:
    """Ends the sessions of an account."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    ended = commands.end_sessions(actor=actor, user=_user(username), now=now)
    return {"ended": ended}, [fill(_("Sessions ended: {count}."), {"count": ended})]


@account_group.command(
    "reset-second-factor",
    help=_(
        "Take away an account's lost second factors; the person is told.\n\n"
        "Example: hienluong identity account reset-second-factor lan"
    ),
)
@click.argument("username")
@on_server
def reset_factor(*, actor: Actor, now: datetime, username: str) -> Answer:
    """Takes the second factors of an account away."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    removed = commands.reset_second_factor(actor=actor, user=_user(username), now=now)
    return {"removed": removed}, [fill(_("Second factors taken away: {count}."), {"count": removed})]


@account_group.command(
    "sign-in-once",
    help=_(
        "Print a link that signs an account in once within 15 minutes.\n\n"
        "Example: hienluong identity account sign-in-once lan"
    ),
)
@click.argument("username")
@on_server
def hand_out_sign_in(*, actor: Actor, now: datetime, username: str) -> Answer:
    """Hands out a one-time sign-in."""
    from django.conf import settings  # noqa: PLC0415 - needs Django

    from hienluong.identity import accounts  # noqa: PLC0415 - the same

    token = accounts.create_one_time_sign_in(actor=actor, user=_user(username), now=now)
    link = f"{settings.PUBLIC_URL}/sign-in/once/{token}/"
    return {"link": link}, [link]


def _system(actor: Actor, system_id: UUID) -> SignOnClient:
    from hienluong.identity import queries  # noqa: PLC0415 - needs Django
    from hienluong.identity.errors import SignOnUnknown  # noqa: PLC0415 - the same

    found = queries.sign_on_client(actor, system_id)
    if found is None:
        raise SignOnUnknown(system=system_id)
    return found


def _credentials(system: SignOnClient, secret: str) -> Answer:
    facts = {"system": str(system.pk), "client_id": system.client_id, "client_secret": secret}
    lines = [f"{name:<14} {value}" for name, value in facts.items()]
    return facts, [*lines, _("The secret is shown this once: keep it now.")]


@sign_on_group.command("list", help=_("List the systems.\n\nExample: hienluong identity sign-on list --json"))
@on_server
def list_systems(*, actor: Actor, now: datetime) -> Answer:
    """Lists the systems that people sign on to."""
    from hienluong.identity import queries  # noqa: PLC0415 - needs Django

    facts = [
        {
            "system": str(one.pk),
            "name": one.name,
            "agency": one.agency.name,
            "client_id": one.client_id,
            "redirect_uris": one.client.get_redirect_uris(),
            "ended_at": one.ended_at,
        }
        for one in queries.sign_on_clients(actor)
    ]
    return facts, [f"{one['system']}  {one['name']}  ({one['agency']})" for one in facts]


@sign_on_group.command(
    "register",
    help=_(
        "Register a system and print its secret, once.\n\nExample: hienluong identity sign-on register --agency H50.S01 "
        "--name “Phần mềm văn bản” --return-to https://qlvb.example.vn/callback"
    ),
)
@click.option("--agency", "code", required=True, help=_("Code of the agency whose system it is."))
@click.option("--name", required=True, help=_("Name that people read when they sign on."))
@click.option(
    "--return-to",
    "addresses",
    required=True,
    multiple=True,
    help=_("Exact address to return to; may be repeated."),
)
@on_server
def register(*, actor: Actor, now: datetime, code: str, name: str, addresses: tuple[str, ...]) -> Answer:
    """Registers a system that people sign on to."""
    from hienluong.directory.errors import AgencyUnknown  # noqa: PLC0415 - needs Django
    from hienluong.directory.service import agency_by_code  # noqa: PLC0415 - the same
    from hienluong.identity import commands  # noqa: PLC0415 - the same

    found = agency_by_code(code)
    if found is None:
        raise AgencyUnknown(agency_code=code)
    system, _client_id, secret = commands.register_sign_on_client(
        actor=actor, agency=found.agency, name=name, redirect_uris=addresses, now=now
    )
    return _credentials(system, secret)


@sign_on_group.command(
    "rotate",
    help=_("Give a system a new secret; the former ends.\n\nExample: hienluong identity sign-on rotate ID"),
)
@click.argument("system_id", type=click.UUID)
@on_server
def rotate(*, actor: Actor, now: datetime, system_id: UUID) -> Answer:
    """Gives a system a new secret."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    system = _system(actor, system_id)
    return _credentials(system, commands.rotate_sign_on_secret(actor=actor, system=system, now=now))


@sign_on_group.command(
    "end", help=_("End single sign-on of a system.\n\nExample: hienluong identity sign-on end ID")
)
@click.argument("system_id", type=click.UUID)
@on_server
def end(*, actor: Actor, now: datetime, system_id: UUID) -> Answer:
    """Ends a system."""
    from hienluong.identity import commands  # noqa: PLC0415 - needs Django

    system = _system(actor, system_id)
    commands.end_sign_on_client(actor=actor, system=system, now=now)
    return {"ended": str(system.pk)}, [fill(_("Nobody signs on to {name} any more."), {"name": system.name})]


@sign_on_group.command(
    "renew-key",
    help=_(
        "Make a new key that signs sign-ons; the former one still verifies. Restart the service afterwards.\n\n"
        "Example: hienluong identity sign-on renew-key"
    ),
)
@on_server
def renew_key(*, actor: Actor, now: datetime) -> Answer:
    """Renews the signing key."""
    from django.conf import settings  # noqa: PLC0415 - needs Django

    from hienluong.ledger import service as ledger  # noqa: PLC0415 - the same

    assert settings.INSTALLATION is not None  # noqa: S101 - the command line has loaded it
    settings.INSTALLATION.renew_signing_key()
    ledger.record(
        actor=actor.ref, action="identity.renew_signing_key", subject="installation", details={}, now=now
    )
    return {"renewed": True}, [_("The key was renewed. Restart the service: hienluong serve.")]
