"""The search over everything: pages of the menu, documents, agencies, people, groups; each asked with its own rights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hienluong.directory import service as directory
from hienluong.directory.service import Actor, allowed
from hienluong.kit.vietnamese import fold
from hienluong.mailbox import service as mailbox
from hienluong.portal.navigation import menu_for
from hienluong.recipients import service as recipients
from hienluong.staff import service as staff

FEW = 5
"""So many of each kind are shown; the list of that kind has all."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its name, where it is, and what tells it from others of that name."""

    name: str | Promise
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `more` leads to the whole list, empty where everything is shown."""

    title: str | Promise
    icon: str
    hits: Sequence[Hit]
    more: str = ""


def everywhere(actor: Actor, text: str) -> list[Group]:
    """Returns what the actor may see that holds every word of the text, kind by kind; kinds without a hit are left out.

    Diacritics are optional. Costs a bounded number of statements, whatever is stored.
    """
    if not fold(text).split():
        return []
    kinds = (_pages, _documents, _agencies, _people, _groups)
    return [group for kind in kinds for group in kind(actor, text) if group.hits]


def _pages(actor: Actor, text: str) -> Iterator[Group]:
    words = fold(text).split()
    links = [link for _title, links in menu_for(actor, "") for link in links]
    hits = [Hit(one.title, one.url) for one in links if all(word in fold(str(one.title)) for word in words)]
    yield Group(_("Pages"), icon="layout-list", hits=hits)


def _documents(actor: Actor, text: str) -> Iterator[Group]:
    for found in mailbox.look_up(actor, text, limit=FEW):
        hits = [
            Hit(hit.subject or "–", hit.url, " · ".join(filter(None, (hit.number, hit.day, hit.agency))))
            for hit in found.hits
        ]
        yield Group(found.title, icon="file-text", hits=hits, more=found.more)


def _agencies(actor: Actor, text: str) -> Iterator[Group]:
    if not allowed(actor, "directory.view_agency"):
        return
    page = directory.search_agencies(actor, text, limit=FEW)
    hits = [
        Hit(one.name, reverse("directory:agency", args=[one.pk]), getattr(one, "primary_code", "") or "")
        for one in page.items
    ]
    yield Group(
        _("Agencies"), icon="building", hits=hits, more=_list("directory:agencies", text) if page.next else ""
    )


def _people(actor: Actor, text: str) -> Iterator[Group]:
    if not allowed(actor, "staff.view_people"):
        return
    page = staff.search_people(actor, text, limit=FEW)
    hits = [
        Hit(one.full_name, reverse("staff:person", args=[one.pk]), _where_they_work(one))
        for one in page.items
    ]
    yield Group(_("People"), icon="users", hits=hits, more=_list("staff:people", text) if page.next else "")


def _where_they_work(person: Any) -> str:
    """Returns the posts that the page of people gives along."""
    return "; ".join(f"{post.title}, {post.agency.name}" for post in person.current_posts)


def _groups(actor: Actor, text: str) -> Iterator[Group]:
    if not allowed(actor, "recipients.view_groups"):
        return
    found = recipients.groups(actor, text)
    hits = [Hit(one.group.name, reverse("recipients:group", args=[one.group.pk])) for one in found[:FEW]]
    yield Group(
        _("Groups of recipients"),
        "users-group",
        hits,
        _list("recipients:groups", text) if found[FEW:] else "",
    )


def _list(name: str, text: str) -> str:
    return f"{reverse(name)}?{urlencode({'q': text})}"
