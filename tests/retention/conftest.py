"""The systems and the people of the axis's specifications, and a second head."""

from tests.exchange.conftest import *  # noqa: F403 - its cast, whole
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers
