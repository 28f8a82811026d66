"""Writes the contracts of the API: .venv/bin/python tests/contracts/write_contracts.py."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).resolve().parents[2] / "docs" / "contracts"


def contracts() -> dict[str, str]:
    """Returns the contracts that follow from the program, by their file names."""
    from hienluong.config.api import api  # noqa: PLC0415 - needs Django set up
    from hienluong.config.error_list import error_list  # noqa: PLC0415 - the same
    from hienluong.config.openapi import PROBLEM  # noqa: PLC0415 - the same

    problem = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:hienluong:contract:problem:1",
        **PROBLEM,
    }
    return {
        "errors.json": _text({"language": "en", "errors": error_list("en")}),
        "openapi.json": _text(api.get_openapi_schema()),
        "problem.schema.json": _text(problem),
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    os.environ["HIENLUONG_TESTING"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hienluong.config.settings")
    import django

    django.setup()
    for name, text in contracts().items():
        (CONTRACTS / name).write_text(text, encoding="utf-8")
