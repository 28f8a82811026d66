"""A verifier that is not ours, Go's sumdb, checks what the public addresses and `prove` hand out, and refuses what was altered."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.ledger.conftest import Book, build_outside

from hienluong.ledger import service as ledger
from hienluong.ledger.cli import group
from hienluong.ledger.errors import ChangeUnknown, LedgerDamaged
from hienluong.ledger.models import Change
from hienluong.reasons.models import Reason
from hienluong.tlog.change_proof import ChangeProof, verify_change
from hienluong.tlog.paths import tile_path
from hienluong.tlog.tree import last_tiles, tile_width

Verify = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def verify(tmp_path_factory: pytest.TempPathFactory) -> Verify:
    """The outside verifier, built once."""
    program = build_outside("verify", tmp_path_factory.mktemp("outside"))

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [str(program), str(ledger.verifier()), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    return run


def fetch(place: Path, size: int) -> None:
    """Fetches all tiles and bundles of a tree of so many leaves from their public addresses."""
    client = Client()
    wanted = []
    for level, last in last_tiles(size):
        for number in range(last + 1):
            width = tile_width(size, level, number)
            wanted.append(f"tile/{level}/{tile_path(number, width)}")
            if level == 0:
                wanted.append(f"tile/entries/{tile_path(number, width)}")
    for path in wanted:
        answer = client.get(f"/log/{path}")
        assert answer.status_code == 200, path
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(answer.content)


def test_outside_verifier_takes_our_proof_and_refuses_an_altered_one(
    book: Book, verify: Verify, tmp_path: Path
) -> None:
    entry_id = book.grow(300)[217]
    text = ledger.prove(entry_id).text()
    file = tmp_path / "act.tlog-proof"
    file.write_text(text, encoding="utf-8")
    said = verify("proof", file)
    assert said.returncode == 0, said.stderr
    assert str(entry_id) in said.stdout
    assert said.stdout.endswith("OK\n")

    lines = text.split("\n")
    altered = {
        "another entry": ["extra " + "A" * 8 + lines[1][14:], *lines[2:]],
        "another place": [lines[1], "index 218", *lines[3:]],
        "a path too short": [*lines[1:3], *lines[4:]],
        "another size": [one if one != "300" else "301" for one in lines[1:]],
    }
    for name, rest in altered.items():
        file.write_text("\n".join([lines[0], *rest]), encoding="utf-8")
        assert verify("proof", file).returncode == 1, name


def test_outside_verifier_follows_our_growth_by_the_public_tiles_and_refuses_altered_ones(
    book: Book, verify: Verify, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    book.grow(255)
    old.write_bytes(Client().get("/log/checkpoint").content)
    book.grow(300)
    new.write_bytes(Client().get("/log/checkpoint").content)
    fetch(tmp_path, 555)
    said = verify("grown", old, new, tmp_path)
    assert (said.returncode, said.stdout) == (0, "OK\n"), said.stderr

    for path in ("tile/0/000", "tile/0/002.p/43", "tile/entries/001"):
        tile = tmp_path / path
        sound = tile.read_bytes()
        tile.write_bytes(sound[:40] + bytes([sound[40] ^ 1]) + sound[41:])
        assert verify("grown", old, new, tmp_path).returncode == 1, path
        tile.write_bytes(sound)
    new.write_text(new.read_text(encoding="utf-8").replace("\n555\n", "\n554\n"), encoding="utf-8")
    assert "invalid signature" in verify("grown", old, new, tmp_path).stderr


def test_program_that_the_documentation_prints_is_the_one_that_is_built_and_has_at_most_25_lines() -> None:
    here = Path(__file__)
    page = (here.parents[2] / "docs/integrate/verify.md").read_text(encoding="utf-8")
    (printed,) = re.findall(r"```go\n(.*?)```", page, re.DOTALL)
    assert printed in (here.parent / "outside/verify.go").read_text(encoding="utf-8")
    assert printed.count("\n") <= 25


def test_outside_verifier_takes_our_proof_of_a_change_and_refuses_an_altered_one(
    book: Book, verify: Verify, tmp_path: Path
) -> None:
    for code in ("one", "two", "three"):
        Reason.objects.create(
            act=Reason.Act.REFUSE, code=code, text_vi="Quá hạn", text_en="Late", valid_from=date(2026, 1, 1)
        )
    entry_id = book.grow()[0]
    index = ledger.entry_by_id(entry_id).index
    changes = ledger.changes_of([index], limit=10)
    assert [change.said["table"] for change in changes] == ["reasons_reason"] * 3
    assert changes[1].digests["code"] == hashlib.sha256(b"two").hexdigest()[:32]
    file = tmp_path / "row.change-proof"
    for text, change in zip(map(ChangeProof.text, ledger.prove_changes(changes)), changes, strict=True):
        file.write_text(text, encoding="utf-8")
        said = verify("change", file)
        assert said.stdout == f"{change.line.decode()}\nOK\n", said.stderr
        assert ChangeProof.read(text).text() == text
        command = ["verify-proof", str(file), "--key", str(ledger.verifier())]
        assert CliRunner().invoke(group, command).exit_code == 0
    line, number, sibling = text.split("\n")[1:4]
    altered = base64.b64encode(change.line.replace(b'"op":"I"', b'"op":"U"')).decode()
    for old, new in ((line, f"line {altered}"), (number, "change 0"), (sibling, sibling[::-1])):
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        assert verify("change", file).returncode != 0
        assert CliRunner().invoke(group, command).exit_code == 1


def test_change_that_is_not_as_it_was_sealed_has_no_proof_and_the_others_of_its_batch_have(
    book: Book,
) -> None:
    for code in ("one", "two"):
        Reason.objects.create(
            act=Reason.Act.REFUSE, code=code, text_vi="Quá hạn", text_en="Late", valid_from=date(2026, 1, 1)
        )
    book.grow()
    first, second = Change.objects.order_by("place").values_list("place", flat=True)
    Change.objects.filter(place=first).update(op="D")
    with pytest.raises(LedgerDamaged):
        ledger.prove_change(first)
    assert verify_change(ledger.prove_change(second), ledger.verifier()).size == 2
    Change.objects.update(leaf=None)
    with pytest.raises(LedgerDamaged):
        ledger.prove_change(second)
    with pytest.raises(ChangeUnknown):
        ledger.prove_change(second + 1)
