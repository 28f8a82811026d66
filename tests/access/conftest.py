"""The people of these specifications are those of the directory's."""

from tests.directory.conftest import *  # noqa: F403 - its cast, whole
