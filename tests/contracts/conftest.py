"""Lets the specifications of this folder use the writer of the contracts by its name."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
