"""The agencies, systems and browsers of the axis's specifications."""

from tests.exchange.conftest import *  # noqa: F403 - its cast, whole
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers
