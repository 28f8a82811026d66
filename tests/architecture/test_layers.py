"""The layers and the doors, as .importlinter states them, hold for every module there is."""

import configparser
import subprocess
import sys
from pathlib import Path
from typing import Any


def _contracts(root: Path) -> configparser.ConfigParser:
    config = configparser.ConfigParser()
    config.read(root / ".importlinter", encoding="utf-8")
    return config


def _words(text: str) -> list[str]:
    return text.replace("|", " ").split()


def test_imports_keep_every_contract(house: Any) -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [command, "--no-cache"], cwd=house.root, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_layers_name_every_module_and_no_other(house: Any) -> None:
    layers = _words(_contracts(house.root)["importlinter:contract:layers"]["layers"])
    assert sorted(layers) == sorted(house.modules)


def test_every_module_below_the_top_has_a_door(house: Any) -> None:
    doors = {name.rsplit("door-", 1)[1] for name in _contracts(house.root).sections() if "door-" in name}
    # kit, tlog and edxml are entered file by file, they are building blocks; nobody below enters config or demo.
    assert doors == set(house.modules) - {"kit", "tlog", "edxml", "config", "demo"}


def test_architecture_page_shows_the_layers_in_their_order(house: Any) -> None:
    layers = _contracts(house.root)["importlinter:contract:layers"]["layers"].split("\n")
    page = house.document("architecture.md")
    drawn = page.split("```text\n", 1)[1].split("```", 1)[0]
    shown = [" ".join(line.split("  ", 1)[0].split()) for line in drawn.splitlines() if line.strip()]
    assert shown == [" ".join(line.split()) for line in layers if line.strip()]
