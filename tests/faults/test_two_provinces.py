"""Two real installations witness each other; one is then put back to an older copy of itself, and the other finds out."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from tests.faults.axis import Axis

pytestmark = pytest.mark.prove


class Province(Axis):
    """An installation that may call the other one on the loopback."""

    def __init__(self, data: Path, ports: list[int]) -> None:
        super().__init__(data)
        ports.append(self._port)
        self._ports = ports

    def _environment(self, **settings: str) -> dict[str, str]:
        ports = ",".join(map(str, self._ports))
        return super()._environment(
            HIENLUONG_LEDGER_NETWORKS="127.0.0.0/8",
            HIENLUONG_LEDGER_PORTS=ports,
            HIENLUONG_LEDGER_ORIGIN=f"{self.data.name}.example.vn/log",
            HIENLUONG_WITNESS_NAME=f"{self.data.name}.example.vn/witness",
            HIENLUONG_WITNESS_EVERY_SECONDS="1",
            **settings,
        )

    def ledger(self, *arguments: str) -> str:
        """Runs a command about the ledger."""
        return self.run("ledger", *arguments).strip()

    def checkpoint(self) -> str:
        """Returns the checkpoint as it is published."""
        return httpx.get(f"{self.url}/log/checkpoint", timeout=10).raise_for_status().text

    def cosigned(self) -> bool:
        """Returns whether the published checkpoint has the line of a witness."""
        return self.checkpoint().count("\n— ") == 2

    def witnessed(self, by: Province) -> None:
        """Has the other cosign this log."""
        by.ledger("witness", "watch", self.ledger("key"))
        self.ledger("witness", "add", by.ledger("witness", "key"), f"{by.url}/witness")

    def grow(self, count: int) -> None:
        """Lets the log grow by acts of an operator."""
        for _ in range(count):
            self.ledger("witness", "quorum", "1")

    def open_kinds(self) -> set[str]:
        """Returns what kinds of contradictions are open here."""
        found = json.loads(self.ledger("witness", "status", "--json"))
        return {one["kind"] for one in found["contradictions"]}


@pytest.fixture
def provinces(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Province, Province]]:
    """Two installations that serve."""
    for name in ("HIENLUONG_DATABASE_URL", "HIENLUONG_FILES_DIR"):
        monkeypatch.delenv(name, raising=False)  # those of the suite's own database
    place = Path(tempfile.mkdtemp(prefix="hl-provinces-"))
    place.chmod(0o755)
    ports: list[int] = []
    with ExitStack() as cleaning:
        cleaning.callback(shutil.rmtree, place, ignore_errors=True)
        both = Province(place / "quangtri", ports), Province(place / "hue", ports)
        for one in both:
            cleaning.callback(one.end)
            one.run("init")
        for one in both:
            one.start()
        yield both


@pytest.mark.timeout(600)
def test_province_that_was_put_back_to_an_older_copy_is_found_out_by_the_other(
    provinces: tuple[Province, Province],
) -> None:
    ours, other = provinces
    for one in provinces:
        one.ledger("checkpoint", "--sign")
    ours.witnessed(other)
    other.witnessed(ours)
    for one in provinces:
        one.ledger("checkpoint", "--sign")
        one.wait(one.cosigned, 90)
        assert one.ledger("verify").startswith("The log is whole")
        assert one.open_kinds() == set()

    ours.stop()
    copy = ours.data.with_name("copy")
    subprocess.run(["cp", "--archive", ours.data, copy], check=True)
    ours.start()
    ours.grow(3)
    ours.ledger("checkpoint", "--sign")
    ours.wait(ours.cosigned, 90)
    seen = int(ours.checkpoint().split("\n")[1])

    ours.stop()
    shutil.rmtree(ours.data)
    copy.rename(ours.data)  # an older copy takes its place: what was recorded since is gone
    ours.start()
    assert int(ours.checkpoint().split("\n")[1]) < seen
    ours.grow(1)
    ours.ledger("checkpoint", "--sign")
    ours.wait(lambda: ours.open_kinds() == {"ours-behind"}, 90)
    ours.grow(4)
    ours.ledger("checkpoint", "--sign")
    ours.wait(lambda: "ours-differs" in ours.open_kinds(), 120)
    assert other.open_kinds() & {"inconsistent", "split-view"}
    assert ours.ledger("verify").startswith("The log is whole"), (
        "alone it cannot know: that is what witnesses are for"
    )
