"""A ledger that grows: entries recorded as commands do, sequenced as the worker does."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from hienluong.ledger import service as ledger

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
GOPATH = Path("/usr/share/gocode")  # where Debian's golang-golang-x-mod-dev lies
CLERK = ledger.ActorRef("person", "0f3c", "Lê Thị Hoa")


class Book:
    """The ledger under test and its clock."""

    def __init__(self) -> None:
        self.now = NOW

    def record(self, count: int = 1) -> list[UUID]:
        """Records acts, which wait for their place."""
        acts = [ledger.Act("exchange.packet-accepted", f"packet:{one}", {"n": one}) for one in range(count)]
        return ledger.record_many(actor=CLERK, acts=acts, now=self.now)

    def grow(self, count: int = 1) -> list[UUID]:
        """Records acts, gives them their places and signs a checkpoint."""
        ids = self.record(count)
        self.later()
        ledger.sequence_waiting(now=self.now, sign=True)
        return ids

    def later(self, seconds: int = 60) -> None:
        """Lets time pass."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def book(db: None) -> Book:
    """An empty ledger."""
    return Book()


def build_outside(name: str, place: Path) -> Path:
    """Builds a Go program of `outside/`, which has nothing of ours in it, and returns it."""
    if not shutil.which("go") or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("Go is missing: apt-get install golang-go golang-golang-x-mod-dev")
    program = place / name
    source = Path(__file__).parent / "outside" / f"{name}.go"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GOPATH), "CGO_ENABLED": "0"}
    environment.setdefault("GOCACHE", str(Path.home() / ".cache" / "go-build"))
    subprocess.run(["go", "build", "-o", program, source], check=True, env=environment, timeout=300)
    return program
