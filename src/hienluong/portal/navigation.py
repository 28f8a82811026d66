"""What stands in the menu. The portal is on top of the modules, so it lists their entries itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hienluong.directory.service import Actor, allowed


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu; `permission` decides who sees it, `covers` begins further addresses that belong to it."""

    title: str | Promise
    url_name: str
    icon: str
    permission: str
    covers: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the menu with its lines."""

    title: str | Promise
    entries: tuple[Entry, ...]


MENU = (
    Section(
        _("Document exchange"),
        (
            Entry(_("Inbox"), "mailbox:inbox", icon="inbox", permission="exchange.view_mailbox"),
            Entry(_("Sent"), "mailbox:sent", icon="mail-forward", permission="exchange.view_mailbox"),
            Entry(_("Send a document"), "composing:send", icon="send", permission="exchange.send_packet"),
            Entry(
                _("Documents to be issued"),
                "issuing:documents",
                icon="rubber-stamp",
                permission="issuing.view_documents",
            ),
            Entry(_("Copies"), "copies:copies", icon="copy", permission="copies.view_copies"),
            Entry(_("Drafts"), "composing:drafts", icon="file-pencil", permission="exchange.send_packet"),
            Entry(
                _("Recalls"),
                "corrections:recalls",
                icon="arrow-back-up",
                permission="corrections.view_recalls",
            ),
            Entry(_("Deadlines"), "deadlines:deadlines", icon="clock", permission="deadlines.view_deadlines"),
            Entry(
                _("Earlier system"),
                "takeover:intakes",
                icon="database-import",
                permission="takeover.view_intakes",
            ),
            Entry(
                _("Axis monitor"),
                "monitoring:monitor",
                icon="activity",
                permission="monitoring.view_monitor",
            ),
            Entry(_("Malware"), "antivirus:quarantine", icon="bug", permission="antivirus.view_quarantine"),
            Entry(
                _("Destruction"), "retention:disposals", icon="archive", permission="retention.view_retention"
            ),
            Entry(_("Reasons"), "reasons:reasons", icon="list-details", permission="reasons.manage_reasons"),
        ),
    ),
    Section(
        _("Digital signatures"),
        (
            Entry(
                _("My signature"), "signing:mine", icon="signature", permission="signing.register_certificate"
            ),
            Entry(
                _("Signing certificates"),
                "signing:certificates",
                icon="certificate",
                permission="signing.view_certificates",
            ),
            Entry(
                _("Trust list"),
                "signing:authorities",
                icon="shield-check",
                permission="signing.view_authorities",
            ),
            Entry(
                _("Check signatures"), "signing:check", icon="file-check", permission="signing.validate_file"
            ),
        ),
    ),
    Section(
        _("Directory"),
        (
            Entry(_("Agencies"), "directory:agencies", icon="building", permission="directory.view_agency"),
            Entry(_("Map of communes"), "directory:communes", icon="map", permission="directory.view_agency"),
            Entry(
                _("Imports of agencies"),
                "imports:list",
                icon="file-import",
                permission="directory.manage_agencies",
            ),
            Entry(
                _("People"),
                "staff:people",
                icon="users",
                permission="staff.view_people",
                covers="/staff/posts/",
            ),
            Entry(_("Leaves"), "staff:leaves", icon="calendar-off", permission="staff.view_people"),
            Entry(
                _("Delegations"),
                "staff:delegations",
                icon="writing-sign",
                permission="staff.view_people",
            ),
            Entry(
                _("Groups of recipients"),
                "recipients:groups",
                icon="users-group",
                permission="recipients.view_groups",
            ),
            Entry(
                _("Working calendar"),
                "directory:calendar",
                icon="calendar",
                permission="directory.view_calendar",
            ),
        ),
    ),
    Section(
        _("Administration"),
        (
            Entry(_("Accounts"), "identity:accounts", icon="users", permission="identity.view_accounts"),
            Entry(
                _("Single sign-on"),
                "identity:sign_on_clients",
                icon="key",
                permission="identity.manage_sign_on",
            ),
            Entry(
                _("Systems"),
                "systems:systems",
                icon="plug-connected",
                permission="systems.view_systems",
            ),
            Entry(
                _("Webhooks"),
                "webhooks:webhooks",
                icon="bell",
                permission="webhooks.view_webhooks",
            ),
            Entry(
                _("Sending for others"),
                "systems:rights",
                icon="arrows-exchange",
                permission="systems.view_systems",
            ),
            Entry(_("Who may do what"), "access:roles", icon="table", permission="access.view_roles"),
            Entry(
                _("Access reviews"), "access:reviews", icon="clipboard-check", permission="access.view_review"
            ),
            Entry(_("Reported changes"), "access:cases", icon="flag", permission="access.handle_cases"),
            Entry(_("Break-glass"), "access:break_glass", icon="shield-lock", permission="access.view_glass"),
            Entry(_("Ledger"), "evidence:entries", icon="list-search", permission="evidence.view_entries"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A line of the menu as one actor sees it on one page."""

    title: str | Promise
    url: str
    icon: str
    current: bool


def menu_for(actor: Actor | None, path: str) -> Iterator[tuple[str | Promise, list[Link]]]:
    """Yields the headings and the lines that the actor may use; the one for the page at `path` is marked."""
    for section in MENU:
        links = [
            Link(entry.title, url, entry.icon, current=path.startswith((url, entry.covers or url)))
            for entry in section.entries
            if allowed(actor, entry.permission)
            for url in [reverse(entry.url_name)]
        ]
        if links:
            yield section.title, links
