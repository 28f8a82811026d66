"""Client of the axis's REST API, for agencies' systems and the command line: no Django, no database.

Everything it sends may be sent again, so it tries again by itself when the network or the axis fails: the axis does
nothing twice (docs/integrate/retries.md).
"""

from hienluong.client.copies import CopiesClient
from hienluong.client.credentials import Credentials
from hienluong.client.device import DeviceClient
from hienluong.client.errors import (
    CredentialsUnusable,
    DeviceForeign,
    DeviceRefused,
    NotSigned,
    PacketDamaged,
    RequestRefused,
)
from hienluong.client.issuing import IssuingClient
from hienluong.client.operations import ExchangeClient, FetchedPacket, FetchRefused, MailboxPage

__all__ = [
    "CopiesClient",
    "Credentials",
    "CredentialsUnusable",
    "DeviceClient",
    "DeviceForeign",
    "DeviceRefused",
    "ExchangeClient",
    "FetchRefused",
    "FetchedPacket",
    "IssuingClient",
    "MailboxPage",
    "NotSigned",
    "PacketDamaged",
    "RequestRefused",
]
