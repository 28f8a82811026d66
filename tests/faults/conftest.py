"""One axis under fire, in a place that the system user can reach."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.axis import Axis


@pytest.fixture
def axis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Axis]:
    """A new, durable installation; what serves it is ended afterwards, however the specification ended."""
    for name in ("HIENLUONG_DATABASE_URL", "HIENLUONG_FILES_DIR"):
        monkeypatch.delenv(name, raising=False)  # those of the suite's own database
    place = Path(tempfile.mkdtemp(prefix="hl-faults-"))
    place.chmod(0o755)
    made = Axis(place / "data")
    made.run("init")
    yield made
    made.end()
    shutil.rmtree(place, ignore_errors=True)
