"""The commands `hienluong staff …`: people, posts, leaves and delegations on the server itself, without a page.

Who may run them holds the server already; the ledger names the account of the operating system. Exit codes: 0 done,
1 refused, 2 wrong usage.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from hienluong.directory.server_command import Answer, on_server
from hienluong.kit.cursors import all_rows
from hienluong.kit.errors import fill
from hienluong.kit.ids import as_number
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor, Agency, Leave, Person, Post
    from hienluong.staff.models import Delegation

_DAY = click.DateTime(["%Y-%m-%d"])
ROLES = ("clerk", "head", "deputy", "officer", "operator", "auditor", "administrator", "secrecy_officer")


@click.group(
    help=_("People, posts, leaves, delegations.\n\nExample: hienluong staff person list --search 'dong ha'")
)
def group() -> None:
    """Holds the commands about people."""


@group.group("person", help=_("People.\n\nExample: hienluong staff person import people.csv --dry-run"))
def person_group() -> None:
    """Holds the commands about people."""


@group.group(
    "post",
    help=_(
        "Posts.\n\nExample: hienluong staff post give lan --agency H50.S01 --role clerk --title 'Văn thư'"
    ),
)
def post_group() -> None:
    """Holds the commands about posts."""


@group.group("leave", help=_("Leaves and who stands in.\n\nExample: hienluong staff leave list"))
def leave_group() -> None:
    """Holds the commands about leaves."""


@group.group("delegation", help=_("Who signs for whom.\n\nExample: hienluong staff delegation list --json"))
def delegation_group() -> None:
    """Holds the commands about delegations."""


def _agency(code: str) -> Agency:
    from hienluong.directory.errors import AgencyUnknown  # noqa: PLC0415 - needs Django
    from hienluong.directory.service import agency_by_code  # noqa: PLC0415 - the same

    found = agency_by_code(code)
    if found is None:
        raise AgencyUnknown(agency_code=code)
    return found.agency


def _person(actor: Actor, name: str) -> Person:
    """Returns a person by user name or id."""
    from hienluong.staff import queries  # noqa: PLC0415 - needs Django

    try:
        return queries.person_view(actor, UUID(name)).person
    except ValueError:
        return queries.person_named(actor, name)


def _post(actor: Actor, post_id: int) -> Post:
    from hienluong.staff import queries  # noqa: PLC0415 - needs Django

    return queries.post_by_id(actor, post_id)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _after(moment: datetime | None) -> date | None:
    """Returns the first day that something is no more, from its last day."""
    return moment.date() + timedelta(days=1) if moment else None


def _of_person(person: Person) -> dict[str, Any]:
    return {
        "id": str(person.pk),
        "full_name": person.full_name,
        "email": person.email,
        "telephone": person.telephone,
        "username": person.user.username if person.user else None,
        "account_open": person.user.is_active if person.user else None,
    }


def _of_post(post: Post) -> dict[str, Any]:
    return {
        "id": post.pk,
        "person": post.person.full_name,
        "agency": post.agency.name,
        "role": post.role,
        "title": post.title,
        "unit": post.unit,
        "leads_unit": post.leads_unit,
        "valid_from": post.valid_from.isoformat(),
        "valid_to": post.valid_to.isoformat() if post.valid_to else None,
    }


def _post_line(post: Post) -> str:
    until = f" … {post.valid_to}" if post.valid_to else " …"
    return f"{post.pk:>8}  {post.person.full_name}  {post.role}  {post.title}  {post.agency.name}  {post.valid_from}{until}"


# --- people -------------------------------------------------------------------------------------------------------


@person_group.command(
    "list", help=_("Search people.\n\nExample: hienluong staff person list --search 'nguyen h50.s01'")
)
@click.option("--search", "text", default="", help=_("Words of the name, telephone, mail or agency."))
@click.option("--role", type=click.Choice(ROLES), help=_("Only who has a post with this role."))
@click.option(
    "--account", type=click.Choice(["open", "closed", "none"]), help=_("Only accounts in this state.")
)
@click.option(
    "--limit", type=click.IntRange(1, 200), default=50, show_default=True, help=_("How many at most.")
)
@on_server
def list_people(
    *, actor: Actor, now: datetime, text: str, role: str | None, account: str | None, limit: int
) -> Answer:
    """Lists people."""
    from hienluong.staff import queries  # noqa: PLC0415 - needs Django

    page = queries.search_people(actor, text, role=role, account=account, limit=limit)
    rows = [
        {**_of_person(person), "posts": [_of_post(post) for post in getattr(person, "current_posts", [])]}
        for person in page.items
    ]
    lines = [
        f"{row['id']}  {row['full_name']}  {row['username'] or '–'}  "
        + "; ".join(f"{post['role']} {post['agency']}" for post in row["posts"])
        for row in rows
    ]
    return {"items": rows, "next": page.next}, lines


@person_group.command(
    "add", help=_("Record a person.\n\nExample: hienluong staff person add 'Nguyễn Thị Lan' --username lan")
)
@click.argument("full_name")
@click.option("--username", help=_("To sign in with; without it there is no account."))
@click.option("--email", default="", help=_("Mail address."))
@click.option("--telephone", default="", help=_("Telephone number."))
@on_server
def add_person(
    *, actor: Actor, now: datetime, full_name: str, username: str | None, email: str, telephone: str
) -> Answer:
    """Records a person; the account has no password."""
    from hienluong.directory import service as directory  # noqa: PLC0415 - needs Django

    person = directory.create_person(
        actor=actor, full_name=full_name, username=username, email=email, telephone=telephone, now=now
    )
    return _of_person(person), [f"{person.pk}  {person.full_name}"]


@person_group.command(
    "import",
    help=_(
        "Record people and posts from a CSV table: all rows or none.\n\nExample: hienluong staff person import people.csv --dry-run"
    ),
)
@click.argument("table", type=click.Path(path_type=Path, dir_okay=False, exists=True, readable=True))
@click.option("--dry-run", is_flag=True, help=_("Only say what would be done."))
@on_server
def import_table(*, actor: Actor, now: datetime, table: Path, dry_run: bool) -> Answer:
    """Imports a table."""
    from hienluong.staff import commands  # noqa: PLC0415 - needs Django

    done = commands.import_people(actor=actor, content=table.read_bytes(), now=now, dry_run=dry_run)
    text = _("{people} people and {posts} posts; {unchanged} rows were known.")
    return asdict(done), [
        fill(text, asdict(done)),
        *([_("Nothing was recorded (dry run).")] if dry_run else []),
    ]


@person_group.command(
    "deactivate",
    help=_(
        "Let a person leave: posts end, the account is closed.\n\nExample: hienluong staff person deactivate lan --reason 'chuyển công tác'"
    ),
)
@click.argument("person")
@click.option("--reason", required=True, help=_("Why."))
@on_server
def deactivate(*, actor: Actor, now: datetime, person: str, reason: str) -> Answer:
    """Lets a person leave."""
    from hienluong.directory import service as directory  # noqa: PLC0415 - needs Django

    left = directory.deactivate_person(actor=actor, person=_person(actor, person), reason=reason, now=now)
    return _of_person(left), [
        fill(_("{name} has left: posts ended, account closed."), {"name": left.full_name})
    ]


# --- posts --------------------------------------------------------------------------------------------------------


@post_group.command("list", help=_("The posts of a person.\n\nExample: hienluong staff post list lan"))
@click.argument("person")
@on_server
def list_posts(*, actor: Actor, now: datetime, person: str) -> Answer:
    """Lists the posts of a person."""
    from hienluong.staff import queries  # noqa: PLC0415 - needs Django

    posts = queries.person_view(actor, _person(actor, person).pk).posts
    return {"items": [_of_post(post) for post in posts]}, [_post_line(post) for post in posts]


@post_group.command(
    "give",
    help=_(
        "Give a person a post.\n\nExample: hienluong staff post give lan --agency H50.S01 --role clerk --title 'Văn thư'"
    ),
)
@click.argument("person")
@click.option("--agency", required=True, metavar="CODE", help=_("Code of the agency."))
@click.option("--role", required=True, type=click.Choice(ROLES), help=_("What one may do."))
@click.option("--title", required=True, help=_("As people write it."))
@click.option("--unit", default="", help=_("Office inside the agency."))
@click.option("--leads-unit", is_flag=True, help=_("The post leads that office."))
@click.option("--from", "first", type=_DAY, help=_("First day; default today."))
@click.option("--to", "last", type=_DAY, help=_("Last day."))
@on_server
def give_post(
    *,
    actor: Actor,
    now: datetime,
    person: str,
    agency: str,
    role: str,
    first: datetime | None,
    last: datetime | None,
    **words: Any,
) -> Answer:
    """Gives a post."""
    from hienluong.directory import service as directory  # noqa: PLC0415 - needs Django

    post = directory.assign_post(
        actor=actor,
        person=_person(actor, person),
        agency=_agency(agency),
        role=role,
        valid_from=_day(first),
        valid_to=_after(last),
        now=now,
        **words,
    )
    return _of_post(post), [_post_line(post)]


@post_group.command(
    "end", help=_("End a post, at once or on a day.\n\nExample: hienluong staff post end 12 --to 2026-12-31")
)
@click.argument("post", type=click.IntRange(min=1))
@click.option("--to", "last", type=_DAY, help=_("Last day; without it the post ends at once."))
@on_server
def end_post(*, actor: Actor, now: datetime, post: int, last: datetime | None) -> Answer:
    """Ends a post."""
    from hienluong.directory import service as directory  # noqa: PLC0415 - needs Django

    found = _post(actor, post)
    directory.end_post(actor=actor, post=found, valid_to=_after(last), now=now)
    ended = _post(actor, post)
    return _of_post(ended), [_post_line(ended)]


@post_group.command(
    "hand-over",
    help=_(
        "Hand a post over to a successor.\n\nExample: hienluong staff post hand-over 12 --to minh --from 2026-12-01"
    ),
)
@click.argument("post", type=click.IntRange(min=1))
@click.option("--to", "successor", required=True, help=_("User name or id of the successor."))
@click.option("--from", "first", required=True, type=_DAY, help=_("The successor's first day."))
@on_server
def hand_over(*, actor: Actor, now: datetime, post: int, successor: str, first: datetime) -> Answer:
    """Hands a post over."""
    from hienluong.staff import commands  # noqa: PLC0415 - needs Django

    taken = commands.hand_over_post(
        actor=actor,
        post=_post(actor, post),
        successor=_person(actor, successor),
        from_day=first.date(),
        now=now,
    )
    return _of_post(taken), [_post_line(taken)]


# --- leaves -------------------------------------------------------------------------------------------------------


def _of_leave(leave: Leave) -> dict[str, Any]:
    return {
        "id": leave.pk,
        "post": leave.post_id,
        "person": leave.post.person.full_name,
        "agency": leave.post.agency.name,
        "stand_in": leave.stand_in.person.full_name if leave.stand_in else None,
        "valid_from": leave.valid_from.isoformat(),
        "valid_to": leave.valid_to.isoformat(),
    }


def _leave_line(leave: Leave) -> str:
    facts = _of_leave(leave)
    return (
        f"{leave.pk:>8}  {facts['person']}  {leave.valid_from} … {leave.valid_to}  {facts['stand_in'] or '–'}"
    )


@leave_group.command("list", help=_("Who is away.\n\nExample: hienluong staff leave list --when coming"))
@click.option(
    "--when",
    type=click.Choice(["now", "coming", "past"]),
    default="now",
    show_default=True,
    help=_("Which ones."),
)
@on_server
def list_leaves(*, actor: Actor, now: datetime, when: str) -> Answer:
    """Lists leaves."""
    from hienluong.staff import queries  # noqa: PLC0415 - needs Django

    rows = list(all_rows(lambda after: queries.leaves(actor, when=when, after=as_number(after), limit=500)))
    return {"items": [_of_leave(row) for row in rows]}, [_leave_line(row) for row in rows]


@leave_group.command(
    "enter",
    help=_(
        "Enter that the holder of a post is away.\n\nExample: hienluong staff leave enter 12 --from 2026-12-01 --to 2026-12-05 --stand-in 14"
    ),
)
@click.argument("post", type=click.IntRange(min=1))
@click.option("--from", "first", required=True, type=_DAY, help=_("First day away."))
@click.option("--to", "last", required=True, type=_DAY, help=_("Last day away."))
@click.option("--stand-in", type=click.IntRange(min=1), help=_("The post of who stands in."))
@on_server
def enter_leave(
    *, actor: Actor, now: datetime, post: int, first: datetime, last: datetime, stand_in: int | None
) -> Answer:
    """Enters a leave."""
    from hienluong.staff import commands  # noqa: PLC0415 - needs Django

    leave = commands.enter_leave(
        actor=actor,
        post=_post(actor, post),
        stand_in=_post(actor, stand_in) if stand_in else None,
        valid_from=first.date(),
        valid_to=last.date() + timedelta(days=1),
        now=now,
    )
    return _of_leave(leave), [_leave_line(leave)]


@leave_group.command(
    "end", help=_("End a leave today, or call it off.\n\nExample: hienluong staff leave end 7")
)
@click.argument("leave", type=click.IntRange(min=1))
@on_server
def end_leave(*, actor: Actor, now: datetime, leave: int) -> Answer:
    """Ends a leave."""
    from hienluong.staff import commands, queries  # noqa: PLC0415 - needs Django

    commands.end_leave(actor=actor, leave=queries.leave_by_id(actor, leave), now=now)
    ended = queries.leave_by_id(actor, leave)
    return _of_leave(ended), [_leave_line(ended)]


# --- delegations --------------------------------------------------------------------------------------------------


def _of_delegation(row: Delegation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "giver": {
            "post": row.giver_id,
            "person": row.giver.person.full_name,
            "agency": row.giver.agency.name,
        },
        "taker": {
            "post": row.taker_id,
            "person": row.taker.person.full_name,
            "agency": row.taker.agency.name,
        },
        "scope": row.scope,
        "document_number": row.document_number,
        "document_date": row.document_date.isoformat(),
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "revoked_on": row.revoked_on.isoformat() if row.revoked_on else None,
    }


def _delegation_line(row: Delegation) -> str:
    until = row.revoked_on or row.valid_to or ""
    parties = f"{row.giver.person.full_name} → {row.taker.person.full_name}"
    return f"{row.pk:>8}  {row.kind.upper()}.  {parties}  {row.document_number}  {row.valid_from} … {until}"


@delegation_group.command(
    "list", help=_("Delegations.\n\nExample: hienluong staff delegation list --state over")
)
@click.option(
    "--state",
    type=click.Choice(["in_force", "coming", "over"]),
    default="in_force",
    show_default=True,
    help=_("Which ones."),
)
@on_server
def list_delegations(*, actor: Actor, now: datetime, state: str) -> Answer:
    """Lists delegations."""
    from hienluong.staff import queries  # noqa: PLC0415 - needs Django

    rows = list(
        all_rows(lambda after: queries.delegations(actor, state=state, after=as_number(after), limit=500))
    )
    return {"items": [_of_delegation(row) for row in rows]}, [_delegation_line(row) for row in rows]


@delegation_group.command(
    "grant",
    help=_(
        "Enter a written delegation.\n\nExample: hienluong staff delegation grant --giver 12 --taker 14 --kind kt "
        "--scope 'Công văn' --document 15/QĐ-SNV --document-date 2026-11-20 --from 2026-12-01"
    ),
)
@click.option("--giver", required=True, type=click.IntRange(min=1), help=_("The post that delegates."))
@click.option("--taker", required=True, type=click.IntRange(min=1), help=_("The post that is to sign."))
@click.option("--kind", required=True, type=click.Choice(["kt", "tl", "tuq"]), help=_("Signing authority."))
@click.option("--scope", required=True, help=_("What may be signed."))
@click.option("--document", "document_number", required=True, help=_("Number and notation of the document."))
@click.option("--document-date", required=True, type=_DAY, help=_("Its date."))
@click.option("--from", "first", required=True, type=_DAY, help=_("First day."))
@click.option("--to", "last", type=_DAY, help=_("Last day; compulsory for TUQ."))
@click.option("--basis", type=click.IntRange(min=1), help=_("The TL. that is handed on."))
@click.option("--reference", default="", help=_("Where the document is."))
@on_server
def grant(
    *,
    actor: Actor,
    now: datetime,
    giver: int,
    taker: int,
    document_date: datetime,
    first: datetime,
    last: datetime | None,
    basis: int | None,
    **words: Any,
) -> Answer:
    """Enters a delegation."""
    from hienluong.staff import commands, queries  # noqa: PLC0415 - needs Django

    made = commands.grant_delegation(
        actor=actor,
        giver=_post(actor, giver),
        taker=_post(actor, taker),
        basis=queries.delegation_by_id(actor, basis) if basis else None,
        document_date=document_date.date(),
        valid_from=first.date(),
        valid_to=_after(last),
        now=now,
        **words,
    )
    return _of_delegation(made), [_delegation_line(made)]


@delegation_group.command(
    "revoke",
    help=_("Revoke a delegation.\n\nExample: hienluong staff delegation revoke 3 --reason 'hết nhiệm vụ'"),
)
@click.argument("delegation", type=click.IntRange(min=1))
@click.option("--reason", required=True, help=_("Why."))
@on_server
def revoke(*, actor: Actor, now: datetime, delegation: int, reason: str) -> Answer:
    """Revokes a delegation."""
    from hienluong.staff import commands, queries  # noqa: PLC0415 - needs Django

    found = queries.delegation_by_id(actor, delegation)
    commands.revoke_delegation(actor=actor, delegation=found, reason=reason, now=now)
    over = queries.delegation_by_id(actor, delegation)
    return _of_delegation(over), [_delegation_line(over)]
