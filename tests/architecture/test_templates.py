"""Templates keep to the content security policy: no style, script or handler stands inside a page."""

from __future__ import annotations

import re
from typing import Any

from hienluong.config.middleware import CONTENT_SECURITY_POLICY

HANDLERS = (
    "abort|blur|change|click|close|contextmenu|copy|dblclick|drag|drop|error|focus|hashchange|input|invalid|key|load|"
    "message|mouse|paste|pointer|popstate|reset|resize|scroll|search|select|submit|toggle|touch|unload|wheel"
)
FORBIDDEN = {
    "a style sheet inside the page": re.compile(r"<style\b", re.IGNORECASE),
    "a script inside the page": re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(rf"<[^>]*\son(?:{HANDLERS})[a-z]*\s*=", re.IGNORECASE),
    "a handler of htmx that is evaluated": re.compile(r"\shx-on", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "something from another server": re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE),
}
TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)


def _templates(house: Any) -> list[tuple[str, str]]:
    return [
        (str(path.relative_to(house.root)), path.read_text(encoding="utf-8"))
        for path in house.tracked
        if path.suffix in {".html", ".htm"} and house.package in path.parents
    ]


def test_template_keeps_to_the_content_security_policy(house: Any) -> None:
    found = _templates(house)
    assert found
    faults = [
        f"{name}: {what}"
        for name, text in found
        for what, pattern in FORBIDDEN.items()
        if pattern.search(TAG.sub("", text))
    ]
    assert faults == []


def test_policy_itself_allows_no_inline_code() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


def test_template_has_no_comment_of_work_left_over(house: Any) -> None:
    assert [name for name, text in _templates(house) if re.search(r"\b(TODO|FIXME|XXX)\b", text)] == []


PARTS = re.compile(
    r"<(?:table|dl|svg|figure|progress|dialog)\b"
    r'|class="(?:card|badge-state|note|stats?|pager|empty-state|error-summary|timeline-line|facts)[" ]'
)
"""What components of the portal draw; `/design` shows them all."""


def test_module_makes_no_part_of_a_page_of_its_own(house: Any) -> None:
    portal = str((house.package / "portal").relative_to(house.root))
    own = [
        f"{name}: {found[0]}"
        for name, text in _templates(house)
        if not name.startswith(portal)
        for found in PARTS.finditer(TAG.sub("", text))
    ]
    assert own == [], "use a component of portal/templates/cotton, or add one there and show it on /design"


def test_page_of_the_design_shows_every_component(house: Any) -> None:
    folder = house.package / "portal" / "templates"
    page = (folder / "portal" / "design.html").read_text(encoding="utf-8")
    elsewhere = {"agency_picker", "confirm", "passkey_says"}  # whole questions, on the pages that ask them
    made = {path.stem for path in (folder / "cotton").glob("*.html")} - elsewhere
    assert {name for name in made if f"<c-{name.replace('_', '-')}" not in page} == set()
