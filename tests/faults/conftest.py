"""One axis under fire, in a place that the system user can reach."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.faults.axis import Axis, OperatorsDatabase


@pytest.fixture
def axis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Axis]:
    """A new, durable installation; what serves it is ended afterwards, however the specification ended.

    With HIENLUONG_TEST_POSTGRES it uses that version of Debian's as the operator's own server.
    """
    for name in ("HIENLUONG_DATABASE_URL", "HIENLUONG_FILES_DIR"):
        monkeypatch.delenv(name, raising=False)  # those of the suite's own database
    place = Path(tempfile.mkdtemp(prefix="hl-faults-"))
    place.chmod(0o755)
    major = os.environ.get("HIENLUONG_TEST_POSTGRES")
    with ExitStack() as cleaning:
        cleaning.callback(shutil.rmtree, place, ignore_errors=True)
        operators = OperatorsDatabase(place, int(major)) if major else None
        if operators:
            cleaning.callback(operators.end)
        made = Axis(place / "data", operators)
        cleaning.callback(made.end)
        made.run("init")
        yield made
