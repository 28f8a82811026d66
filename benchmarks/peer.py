"""The limit that acceptance is measured beside: PostgreSQL alone with the same transaction, and the disk alone.

pgbench runs the very statements that acceptance ran, with other identities each time; a loop writes a file of the
same size, and synchronises file and directory. A packet needs both, one after the other, so that the peer's rate
is 1 / (1/transactions + 1/files).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from benchmarks.packets import NUMBER_PLACE
from hienluong.config.installation import Installation
from hienluong.config.postgres import embedded

_IDENTITY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}")
_TAIL = 12
"""Digits at the end of an identity that each transaction writes anew."""
_ROUND = 10_000_000
"""Numbers that a turn has for itself: nine turns fit into the digits."""


def pgbench_script(first: list[str], second: list[str], client_offset: int) -> str:
    """Returns a pgbench script of the transaction, from its statements for two different packets.

    What differs between the two is the packet's own: identities, digests, keys. Their last digits become a number
    that grows with every transaction, as ours grow with time; so does the document's number.
    """
    lines = [
        f"\\set number 900000000000 + :round * 1000 + :client_id * 100 + {client_offset}",
        "\\set round :round + 1",
        "BEGIN;",
    ]
    constant = set(_IDENTITY.findall("\n".join(second)))
    lines += [_with_own_identities(statement, constant) + ";" for statement in first]
    return "\n".join([*lines, "COMMIT;", ""])


def _with_own_identities(statement: str, constant: set[str]) -> str:
    def renew(found: re.Match[str]) -> str:
        text = found.group()
        return text if text in constant else f"{text[:-_TAIL]}:number"

    return _IDENTITY.sub(renew, statement.replace(NUMBER_PLACE, ":number")).replace("\n", " ")


def copy_of_database(installation: Installation) -> str:
    """Copies the product's database within its PostgreSQL and returns the copy's address.

    The peer writes rows of no packet; in a database of its own nobody tries to deliver them.
    """
    cluster = embedded(installation)
    source = installation.database_url()
    owner = urlsplit(source).username
    with psycopg.connect(cluster.url(), autocommit=True) as server:
        server.execute(f'CREATE DATABASE peer OWNER "{owner}" TEMPLATE template0')
    copy = urlsplit(source)._replace(path="/peer").geturl()
    dumped = subprocess.run(
        [cluster.bindir / "pg_dump", "--no-owner", source], capture_output=True, check=True, cwd="/"
    )
    with tempfile.NamedTemporaryFile(suffix=".sql") as script:
        script.write(dumped.stdout)
        script.flush()
        load = ["--quiet", "--set=ON_ERROR_STOP=1", f"--file={script.name}", "--command=VACUUM ANALYZE"]
        subprocess.run([cluster.bindir / "psql", *load, copy], capture_output=True, check=True, cwd="/")
    return copy


def transactions_per_second(
    installation: Installation, url: str, scripts: list[str], *, clients: int, seconds: int, turn: int
) -> float:
    """Runs the scripts, each equally often, with pgbench and returns the transactions per second.

    Args:
        installation: whose PostgreSQL it is.
        url: of the database.
        scripts: of pgbench.
        clients: connections at the same time.
        seconds: how long.
        turn: 0 to 8; another one writes other identities.

    Raises:
        RuntimeError: a transaction failed.
    """
    program = embedded(installation).bindir / "pgbench"
    with tempfile.TemporaryDirectory() as place:
        files = []
        for number, script in enumerate(scripts):
            file = Path(place) / f"accept-{number}.sql"
            file.write_text(script, encoding="utf-8")
            files.append(f"--file={file}")
        options = [
            f"--client={clients}",
            "--jobs=1",
            f"--time={seconds}",
            "--no-vacuum",
            f"--define=round={turn * _ROUND}",
        ]
        answer = subprocess.run(
            [program, *options, *files, url],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
    found = re.search(r"tps = ([0-9.]+)", answer.stdout)
    if answer.returncode or not found or "failed transactions: 0 " not in answer.stdout:
        raise RuntimeError(answer.stdout + answer.stderr)
    return float(found.group(1))


def files_per_second(place: Path, size: int, *, writers: int, seconds: float) -> float:
    """Returns how many files of `size` bytes can be written per second, each synchronised with its directory."""
    place.mkdir()
    shards = [place / f"{number:02x}" for number in range(256)]
    for shard in shards:
        shard.mkdir()
    content = os.urandom(size)
    counts = [0] * writers
    until = time.monotonic() + seconds

    def write(writer: int) -> None:
        while time.monotonic() < until:
            number = counts[writer] * writers + writer
            directory = os.open(shards[number % len(shards)], os.O_RDONLY | os.O_DIRECTORY)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            file = os.open(f"{number:032x}", flags, 0o600, dir_fd=directory)
            os.write(file, content)
            os.fsync(file)
            os.close(file)
            os.fsync(directory)
            os.close(directory)
            counts[writer] += 1

    began = time.monotonic()
    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - began
    shutil.rmtree(place)
    return sum(counts) / elapsed
