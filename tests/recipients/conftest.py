"""The people of these specifications are those of the directory's."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.directory.conftest import *  # noqa: F403 - its cast, whole

from hienluong.kit import clock


@pytest.fixture
def now() -> datetime:
    """These specifications play today: who is in a group is judged by the present day."""
    return clock.now()
