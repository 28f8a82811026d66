"""What happened in signing, for the modules above."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DemonstrationReady:
    """The demonstration's authority answers, and its people's devices can sign; never published in a real installation.

    It is published in the process that has the keys, outside of any transaction, so that modules above can have
    something signed there: a listener may ask the authority, which is this same process.

    Attributes:
        sign: returns the signature of a device over a hash, by the SHA-256 of its certificate (hexadecimal).
        at: when.
    """

    sign: Callable[[str, bytes], bytes]
    at: datetime
