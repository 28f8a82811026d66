"""Help: every page leads to a text, every text is there in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from tests.matrix.routes import addresses

from hienluong.portal.help import TOPICS, WRITTEN, topic_of, topics

pytestmark = pytest.mark.django_db

LANGUAGES = ("vi", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_is_written(language: str) -> None:
    known = topics(language)
    assert list(known) == list(dict.fromkeys(TOPICS.values()))
    for topic in known.values():
        assert topic.title
        assert len(re.sub("<[^>]+>", "", topic.body).split()) > 40, f"{topic.name}: that helps nobody"


def test_no_text_is_left_that_no_page_leads_to() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (WRITTEN / language).iterdir()} == set(TOPICS.values())


def test_every_beginning_is_one_of_an_address() -> None:
    known = set(addresses())
    assert [start for start in TOPICS if not any(one.startswith(start) for one in known)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_of_the_texts_lead_to_pages(language: str) -> None:
    starts = {re.split("<", one)[0] for one in addresses()}
    broken = [
        (topic.name, link)
        for topic in topics(language).values()
        for link in re.findall(r'href="([^"]+)"', topic.body)
        if link.strip("/").split("/")[0] != "help" and link.lstrip("/") not in starts
    ]
    assert broken == []
    named = {
        link.strip("/").split("/")[1]
        for topic in topics(language).values()
        for link in re.findall(r'href="(/help/[^"]+)"', topic.body)
    }
    assert named <= set(TOPICS.values())


def test_the_longest_beginning_decides() -> None:
    assert topic_of("/exchange/inbox/") == "inbox"
    assert topic_of("/exchange/packets/7/") == "document"
    assert topic_of("/nowhere/") == "start"


def test_page_leads_to_its_help_in_the_readers_language() -> None:
    browser = Client(headers={"accept-language": "vi"})
    assert 'href="/help/sign-in/"' in browser.get("/sign-in/").content.decode()
    assert topics("vi")["sign-in"].title in browser.get("/help/sign-in/").content.decode()
    assert (
        topics("en")["sign-in"].title
        in Client(headers={"accept-language": "en"}).get("/help/").content.decode()
    )
    assert browser.get("/help/no-such-topic/").status_code == 404


def test_texts_of_help_carry_no_html_of_their_own() -> None:
    for path in Path(WRITTEN).rglob("*.md"):
        assert not re.search(r"<[a-z/]", path.read_text(encoding="utf-8")), path
