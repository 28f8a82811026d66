"""Named permissions: declared by every module, asked before every act.

A permission is `module.verb_noun` with a predicate over (actor, object) built with the `rules` library; each module
declares its own in its permissions.py, which its AppConfig imports. Nobody is allowed what no predicate allows:
there is no superuser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rules.predicates import Predicate

from hienluong.directory.actors import Actor
from hienluong.directory.errors import PermissionMissing
from hienluong.directory.models import Agency, Post
from hienluong.kit.errors import NotAuthenticated
from hienluong.ledger import service as ledger

_NAME = re.compile(r"[a-z]+\.[a-z]+(_[a-z]+)+")
_titles: dict[str, str | Promise] = {}
_predicates: dict[str, Predicate] = {}


@dataclass(frozen=True, slots=True)
class Permission:
    """A declared permission: its name and what it lets one do."""

    name: str
    title: str | Promise


def declare(permission: str, predicate: Predicate, title: str | Promise) -> None:
    """Declares a permission; `title` (lazy text) says what it lets one do: "send documents".

    Raises:
        ValueError: the name is not `module.verb_noun`, or it is declared already.
    """
    if not _NAME.fullmatch(permission):
        raise ValueError(f"A permission is named module.verb_noun, not {permission}.")
    if permission in _titles:
        raise ValueError(f"The permission {permission} is declared twice.")
    _predicates[permission] = predicate
    _titles[permission] = title


def allowed(actor: Actor | None, permission: str, obj: object = None) -> bool:
    """Returns whether the actor may do this to the object; nobody signed in (None) may do nothing.

    Raises:
        LookupError: the permission was never declared: a slip in the code, not a refusal.
    """
    if permission not in _titles:
        raise LookupError(f"The permission {permission} is not declared.")
    return actor is not None and _predicates[permission].test(actor, obj)


def require(actor: Actor | None, permission: str, obj: object = None) -> Actor:
    """Returns the actor if it holds the permission over the object.

    Raises:
        NotAuthenticated: nobody is signed in, or the account has no post today.
        PermissionMissing: the actor does not hold the permission.
    """
    if actor is None:
        raise NotAuthenticated
    if not allowed(actor, permission, obj):
        raise PermissionMissing(permission=permission, title=_titles[permission], actor=actor.ref)
    return actor


def record_refusal(refusal: PermissionMissing, *, where: str, now: datetime) -> None:
    """Writes that an act was refused, and to whom, to the ledger, after the act's own transaction was rolled back.

    The handlers of errors (pages, API, command line) call it; `where` is the address or command asked for.
    """
    ledger.record_refusal(
        actor=refusal.actor,
        action=refusal.permission,
        subject=f"{refusal.actor.kind}:{refusal.actor.id}",
        details={"where": where[:200]},
        now=now,
    )


def all_permissions() -> list[Permission]:
    """Returns every declared permission by name: for the documentation and its test."""
    return [Permission(name, title) for name, title in sorted(_titles.items())]


def has_role(*roles: Post.Role | str) -> Predicate:
    """Returns the predicate "acts in a post with one of these roles"."""
    names = frozenset(str(role) for role in roles)

    def acts_in_role(actor: Actor) -> bool:
        return actor.role in names

    return Predicate(acts_in_role, name=f"has_role:{','.join(sorted(names))}")


def _belongs_to_agency(actor: Actor, agency: Agency | None) -> bool:
    return agency is not None and actor.agency_id == agency.pk


is_person = Predicate(lambda actor: actor.kind == "person", name="is_person")
is_system = Predicate(lambda actor: actor.kind == "system", name="is_system")
is_platform = Predicate(lambda actor: actor.kind == "platform", name="is_platform")
belongs_to_agency = Predicate(_belongs_to_agency, name="belongs_to_agency")  # the object is the agency

may_administer = has_role(Post.Role.ADMINISTRATOR) | is_platform

declare("directory.view_agency", is_person | is_system | is_platform, _("see the agencies and their codes"))
declare("directory.manage_agencies", may_administer, _("manage agencies and their codes"))
declare(
    "directory.view_staff",
    may_administer | (is_person & belongs_to_agency),
    _("see who works at an agency in which post"),
)
declare("directory.manage_people", may_administer, _("manage people, their accounts and their posts"))
declare("directory.view_calendar", is_person, _("See the working calendar"))
declare("directory.manage_calendar", may_administer, _("Change holidays, make-up days and working hours"))
