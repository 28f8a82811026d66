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
