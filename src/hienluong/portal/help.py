"""Help for each page: texts of docs/help in both languages, found by where the page's address begins.

The texts are part of the package when it is built; in a checkout they are read where they are written.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

PACKED = Path(__file__).with_name("help_texts")
WRITTEN = Path(__file__).resolve().parents[3] / "docs" / "help"

TOPICS: Final = {
    "": "start",
    "exchange/inbox/": "inbox",
    "exchange/sent/": "sent",
    "exchange/send/": "sending",
    "exchange/": "document",
    "corrections/": "recalls",
    "deadlines/": "deadlines",
    "exchange/monitor/": "monitor",
    "takeover/": "earlier-system",
    "antivirus/": "malware",
    "retention/": "destruction",
    "reasons/": "reasons",
    "directory/": "agencies",
    "imports/": "imports",
    "directory/calendar/": "calendar",
    "staff/": "people",
    "staff/leaves/": "delegations",
    "staff/delegations/": "delegations",
    "groups/": "groups",
    "issuing/": "issuing",
    "copies/": "copies",
    "signing/": "signatures",
    "signatures/": "signatures",
    "sign-in/": "sign-in",
    "account/": "account",
    "acting-for/": "account",
    "accounts/": "accounts",
    "access/": "rights",
    "evidence/": "evidence",
    "log/": "public-log",
    "account/looks/": "looks",
    "sign-on/": "single-sign-on",
    "systems/": "systems",
    "sending-rights/": "systems",
    "webhooks/": "webhooks",
    "developers/": "developers",
    "design/": "developers",
}
"""Where addresses begin, and the topic that helps there; the longest beginning decides. Topics are listed in this order."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One text: its name in addresses, its heading, and its body as HTML of ours."""

    name: str
    title: str
    body: SafeString


def topic_of(path: str) -> str:
    """Returns the topic that helps at an address."""
    known = [start for start in TOPICS if path.lstrip("/").startswith(start)]
    return TOPICS[max(known, key=len)]


@functools.cache
def topics(language: str) -> dict[str, Topic]:
    """Returns all texts in a language by their names, in the order of `TOPICS`."""
    folder = (PACKED if PACKED.exists() else WRITTEN) / language
    return {name: _read(folder / f"{name}.md") for name in dict.fromkeys(TOPICS.values())}


def _read(path: Path) -> Topic:
    title, _, body = path.read_text(encoding="utf-8").partition("\n")
    text = MarkdownIt("commonmark", {"html": False}).enable("table").render(body)
    return Topic(
        path.stem, title.removeprefix("# ").strip(), SafeString(text)
    )  # written by us, and HTML is off
