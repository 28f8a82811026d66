"""The agencies, systems and browsers of the axis's specifications."""

import sys
from pathlib import Path

from tests.exchange.conftest import *  # noqa: F403 - its cast, whole
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers

sys.path.append(str(Path(__file__).parent))  # what the earlier system hands out, by its name
