"""By what right a post signs on a day, read from posts and written delegations.

It is asked when a document is handed in, when it is signed, and when it is sealed, for the day on which it was signed.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format

from hienluong.directory.service import Agency, Leave, Person, Post, valid_on
from hienluong.issuing.errors import AuthorityMissing
from hienluong.issuing.models import Authority, Document
from hienluong.issuing.policy import Right, competence, right_among, rights_of
from hienluong.staff import service as staff

SIGNERS_MOST = 200
_COUNCIL = "Ủy ban nhân dân"


def rights_on(post: Post, agency: UUID, day: date) -> list[Right]:
    """Returns by which rights a post may sign for an agency on a day; none where it is not held then."""
    held = post.valid_from <= day and (post.valid_to is None or day < post.valid_to)
    return rights_of(post, agency, staff.delegations_in_force(post, day)) if held else []


def require_right(post: Post, agency: UUID, *, authority: str, delegation: int | None, day: date) -> Right:
    """Returns the named right.

    Raises:
        AuthorityMissing: it is not held on the day.
    """
    found = right_among(rights_on(post, agency, day), authority, delegation)
    if found is None:
        raise AuthorityMissing(
            post=f"{post.title} {post.person.full_name}",
            authority=str(Authority(authority).label),
            day=date_format(day, "d/m/Y"),
        )
    return found


def require_right_of(document: Document, day: date) -> Right:
    """Returns the right by which a document's named post signs it; errors as `require_right`."""
    return require_right(
        document.signer,
        document.agency_id,
        authority=document.authority,
        delegation=document.delegation_id,
        day=day,
    )


def signers_of(agency: UUID, day: date) -> list[tuple[Post, list[Right]]]:
    """Returns who may sign for an agency on a day and by which rights: its head, and whoever it was delegated to."""
    taking = staff.delegations_on(day).filter(Q(giver__agency=agency) | Q(basis__giver__agency=agency))
    posts = (
        Post.objects.filter(valid_on(day))
        .filter(Q(agency=agency, role=Post.Role.HEAD) | Q(pk__in=taking.values("taker")))
        .select_related("person", "agency")
        .order_by("role", "person__sort_key", "pk")[:SIGNERS_MOST]
    )
    found = ((post, rights_on(post, agency, day)) for post in posts)
    return sorted(
        ((post, rights) for post, rights in found if rights), key=lambda one: one[0].role != Post.Role.HEAD
    )


def people_acting_in(post: Post, day: date) -> list[Person]:
    """Returns whoever acts in a post on a day: its holder first, then who stands in for an absent one."""
    standing = Leave.objects.filter(
        valid_on(day),
        Q(stand_in__valid_to=None) | Q(stand_in__valid_to__gt=day),
        post=post,
        stand_in__valid_from__lte=day,
    ).select_related("stand_in__person")
    return [post.person, *(one.stand_in.person for one in standing if one.stand_in is not None)]


def line_above(document: Document) -> str:
    """Returns the line above the signer's post, "KT. CHỦ TỊCH", from the delegation or the head of the agency."""
    if document.delegation is not None:
        given = document.delegation.basis or document.delegation
        title = given.giver.title
    else:
        title = ""
    return competence(document.authority, title, collective_of(document.agency))


def collective_of(agency: Agency) -> str:
    """Returns what an agency decides as: a people's committee by that name, others by their own."""
    return _COUNCIL if agency.name.startswith(_COUNCIL) else agency.name
