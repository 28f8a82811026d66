"""Which role may do what: read from the declared permissions themselves, so that the table cannot be wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.utils.functional import Promise

from hienluong.directory.service import Actor, Permission, Post, all_permissions, allowed, require


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One permission and, in the order of `columns`, who holds it."""

    permission: Permission
    holders: tuple[bool, ...]

    @property
    def who(self) -> list[tuple[str, str | Promise]]:
        """The columns of those who hold it."""
        return [column for column, holds in zip(columns(), self.holders, strict=True) if holds]


class _Own:
    """Stands for whatever is the actor's own: it equals whatever the actor has.

    Where such a thing has a role, or may be in the sandbox, it is this one.
    """

    def __init__(self, role: Post.Role, *, in_sandbox: bool) -> None:
        self.role, self.in_sandbox = role, in_sandbox

    def __getattr__(self, name: str) -> _Own:
        return self

    def __eq__(self, other: object) -> bool:
        return other is not None

    def __hash__(self) -> int:
        return 0


def columns() -> list[tuple[str, str | Promise]]:
    """Returns the columns of the table: every role by its value and name; then systems."""
    return [*((role.value, role.label) for role in Post.Role), ("system", "")]


def role_rows() -> list[RoleRow]:
    """Returns every declared permission with the roles that hold it, over whatever is their own."""
    nobody = Actor(kind="system", id="system", name="", agency_id=UUID(int=0))
    people = [replace(nobody, kind="person", id=role.value, role=role.value, post_id=0) for role in Post.Role]
    everyone = [*people, nobody]
    return [
        RoleRow(permission, tuple(_may(actor, permission) for actor in everyone))
        for permission in all_permissions()
    ]


def _may(actor: Actor, permission: Permission) -> bool:
    things = (_Own(role, in_sandbox=sandbox) for role in Post.Role for sandbox in (False, True))
    return any(allowed(actor, permission.name, thing) for thing in things)


def who_may_what(actor: Actor | None) -> list[RoleRow]:
    """Returns the table for administrators and auditors.

    Raises:
        PermissionMissing: the actor is neither.
    """
    require(actor, "access.view_roles")
    return role_rows()
