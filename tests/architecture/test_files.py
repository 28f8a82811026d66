"""A stranger finds anything in ten seconds: the same file names in every module, none too long, none a rag-bag."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

# What a file of this name holds is said once, in docs/architecture.md.
STANDARD = {
    "__init__.py",
    "api.py",
    "apps.py",
    "channels",
    "cli.py",
    "cli",
    "commands.py",
    "commands",
    "data",
    "errors.py",
    "events.py",
    "figures.py",
    "formats",
    "forms.py",
    "listeners.py",
    "management",
    "middleware.py",
    "migrations",
    "models.py",
    "models",
    "pages.py",
    "pages",
    "permissions.py",
    "policy.py",
    "queries.py",
    "queries",
    "schemas.py",
    "service.py",
    "static",
    "tasks.py",
    "templates",
    "templatetags",
    "urls.py",
}
RAG_BAGS = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "core",
    "misc",
    "base_utils",
    "tools",
    "shared",
    "stuff",
}
LONGEST_FILE = 600
LARGEST_MODULE = 6_000
# Generated or laid down elsewhere; their length is not ours to choose.
ANY_LENGTH = re.compile(
    r"package-lock\.json|requirements/.*\.txt|LICENSE|.*\.(po|csv|svg|json|edxml|xml|html?)|.*\.xsd"
)


def _entries(module: Path) -> list[str]:
    return [entry.name for entry in sorted(module.iterdir()) if entry.name != "__pycache__"]


def test_file_of_a_module_has_a_standard_name_or_is_described_on_its_page(house: Any) -> None:
    undescribed = [
        f"{name}/{entry}"
        for name, module in house.modules.items()
        for entry in _entries(module)
        if entry not in STANDARD and f"`{entry}`" not in house.document(f"modules/{name}.md")
    ]
    assert undescribed == [], "docs/modules/<module>.md says what such a file is and why it is one of its own"


def test_file_described_on_a_module_page_exists(house: Any) -> None:
    gone = [
        f"docs/modules/{name}.md: {file}"
        for name, module in house.modules.items()
        for file in re.findall(r"^\| `([a-z_]+\.py)` \|", house.document(f"modules/{name}.md"), re.MULTILINE)
        if not (module / file).exists()
    ]
    assert gone == []


def test_no_name_is_a_rag_bag(house: Any) -> None:
    tracked = [path.relative_to(house.root) for path in house.tracked]
    bags = [
        str(path) for path in tracked if path.parts[0] != "tools" and {*path.parts[:-1], path.stem} & RAG_BAGS
    ]
    assert bags == []


def test_no_file_is_longer_than_the_limit(house: Any) -> None:
    lengths = {
        str(path.relative_to(house.root)): path.read_bytes().count(b"\n")
        for path in house.tracked
        if not ANY_LENGTH.fullmatch(str(path.relative_to(house.root)))
        and path.suffix in {".py", ".js", ".mjs", ".css"}
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_module_is_larger_than_the_limit(house: Any) -> None:
    # Wire formats know nothing of the module around them (a contract of .importlinter), so they count by themselves.
    sizes: Counter[str] = Counter()
    for source in house.sources:
        is_format = "formats" in source.path.relative_to(house.root).parts and source.module != "config"
        sizes[f"{source.module}/formats" if is_format else source.module] += source.text.count("\n")
    assert {name: lines for name, lines in sizes.items() if lines > LARGEST_MODULE} == {}


def test_module_says_what_it_is_in_its_init(house: Any) -> None:
    silent = [
        name
        for name, path in house.modules.items()
        if not path.joinpath("__init__.py").read_text("utf-8").startswith('"""')
    ]
    assert silent == []


def test_service_names_what_it_offers(house: Any) -> None:
    services = [source for source in house.sources if source.path.name == "service.py"]
    assert services
    assert [source.name for source in services if "__all__ = [" not in source.text] == []


def test_table_is_written_in_one_place(house: Any) -> None:
    """So that no cell of any table is ever a formula."""
    writing = re.compile(r"\bcsv\.(?:writer|DictWriter)\b|\bxlsxwriter\b")
    found = [one.path.relative_to(house.package) for one in house.sources if writing.search(one.text)]
    assert found == [Path("kit/spreadsheets.py")]
