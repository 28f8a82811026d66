"""What may stand in a file of this repository, and what the documents promise."""

from __future__ import annotations

import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import hienluong

REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmmirror|unpkg\.com|jsdelivr|cdnjs|index-url|proxy\.golang",
    re.IGNORECASE,
)
MACHINE = re.compile(r"(?<![\w.:/-])/(?:work/(?:main|shared)|home/[a-z]+|Users/[A-Za-z]+)\b")
ESCAPE = re.compile(r"#\s*(?:ruff:\s*)?noqa\b|#\s*type:\s*ignore\b|#\s*pragma:\s*no cover\b")
REASONED = re.compile(
    r"#\s*(?:ruff:\s*)?noqa:\s*[A-Z0-9, ]+?\s+(?:-|#)\s+\S.{3,}"
    r"|#\s*type:\s*ignore\[[a-z0-9, -]+\]\s+(?:-|#)\s+\S.{3,}"
    r"|#\s*pragma: no cover\s+(?:-|#)\s+\S.{3,}"
)
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


def _texts(house: Any) -> list[tuple[str, str]]:
    found = []
    for path in house.tracked:
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            found.append((str(path.relative_to(house.root)), content.decode("utf-8", "replace")))
    return found


def test_file_names_no_registry(house: Any) -> None:
    naming = [
        f"{name}: {match[0]}"
        for name, text in _texts(house)
        if name != "tests/architecture/test_repository.py" and (match := REGISTRIES.search(text))
    ]
    assert naming == []


def test_file_names_no_path_of_one_machine(house: Any) -> None:
    naming = [
        f"{name}: {match[0]}"
        for name, text in _texts(house)
        if name != "tests/architecture/test_repository.py" and (match := MACHINE.search(text))
    ]
    assert naming == []


def test_file_holds_no_secret(house: Any) -> None:
    held = [
        name
        for name, text in _texts(house)
        if re.search(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----", text) and not name.startswith("tests/")
    ]
    assert held == []


def _comments(house: Any) -> Iterator[tuple[str, str]]:
    """Yields every comment of the Python files with its place."""
    for source in house.all_python:
        if "#" in source.text:
            for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
                if token.type == tokenize.COMMENT:
                    yield f"{source.name}:{token.start[0]}", token.string


def test_escape_from_a_check_carries_its_reason(house: Any) -> None:
    bare = [
        f"{place}: {comment}"
        for place, comment in _comments(house)
        if ESCAPE.search(comment) and not REASONED.search(comment)
    ]
    assert bare == []


def test_nothing_is_left_to_do_without_an_issue(house: Any) -> None:
    left = [place for place, comment in _comments(house) if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", comment)]
    assert left == []


def _anchors(text: str) -> set[str]:
    """Returns the names a link can point to: headings as GitHub names them, and explicit ids."""
    headings = re.findall(r"^#{1,6} +(.+?) *$", text, re.MULTILINE)
    slugs = {
        re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).strip().replace(" ", "-")
        for heading in headings
    }
    return slugs | set(re.findall(r'<a id="([^"]+)"', text))


def test_link_of_a_document_leads_somewhere(house: Any) -> None:
    dead = []
    for page in house.documents:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for plain, picture in LINK.findall(text):
            target = unquote(plain or picture)
            if re.match(r"[a-z]+:", target):
                continue
            if target.startswith("/") and page.parent.parent.name == "help":
                continue  # a page of the product: tests/portal/test_help.py looks for it
            file, _, anchor = target.partition("#")
            place = (page.parent / file).resolve() if file else page
            fault = not place.exists() or (
                anchor and place.suffix == ".md" and anchor not in _anchors(place.read_text(encoding="utf-8"))
            )
            if fault:
                dead.append(f"{page.relative_to(house.root)}: {target}")
    assert dead == []


def test_change_log_has_the_version(house: Any) -> None:
    log = (house.root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(hienluong.__version__)}\]", log, re.MULTILINE)


def test_version_is_the_same_everywhere(house: Any) -> None:
    project = tomllib.loads((house.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    public = re.search(
        r"^softwareVersion: *\"?([^\"\n]+)",
        (house.root / "publiccode.yml").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert (project, public and public[1]) == (hienluong.__version__, hienluong.__version__)


def test_papers_of_the_house_are_there(house: Any) -> None:
    papers = [
        "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "publiccode.yml", "Makefile",
        "pyproject.toml", ".importlinter", "docs/architecture.md", "docs/glossary.md", "docs/dependencies.md",
    ]  # fmt: skip
    assert [paper for paper in papers if not (house.root / paper).is_file()] == []
    assert "Apache License" in (house.root / "LICENSE").read_text(encoding="utf-8")


def test_decision_has_its_number_its_line_and_fits_one_page(house: Any) -> None:
    pages = sorted((house.root / "docs" / "decisions").glob("[0-9]*.md"))
    assert [page.name[:4] for page in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        assert re.search(r"^> \S", text, re.MULTILINE), f"{page.name}: the line people will quote is missing"
        assert re.search(r"^Status: (accepted|superseded by \d{4})", text, re.MULTILINE), page.name
        assert text.count("\n") <= 70, f"{page.name} is longer than a page"


def test_decision_that_code_names_exists(house: Any) -> None:
    known = {page.name[:4] for page in (house.root / "docs" / "decisions").glob("[0-9]*.md")}
    named = {
        number for source in house.sources for number in re.findall(r"docs/decisions/(\d{4})", source.text)
    }
    assert named - known == set()


def test_decision_is_named_on_the_architecture_page(house: Any) -> None:
    page = house.document("architecture.md")
    pages = sorted((house.root / "docs" / "decisions").glob("[0-9]*.md"))
    assert [decision.name for decision in pages if f"decisions/{decision.name}" not in page] == []


def test_program_has_its_folder_documented(house: Any) -> None:
    # docs/architecture.md draws the repository; a folder at its top that nobody explains is a riddle.
    page = house.document("architecture.md")
    folders = {
        path.relative_to(house.root).parts[0]
        for path in house.tracked
        if len(path.relative_to(house.root).parts) > 1
    }
    assert [name for name in sorted(folders) if f"{name}/" not in page] == []
