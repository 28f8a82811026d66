"""Client of the axis's REST API, for agencies' systems and the command line: no Django, no database.

Everything it sends may be sent again, so it tries again by itself when the network or the axis fails: the axis does
nothing twice (docs/integrate/retries.md).
"""

from hienluong.exchange.client.credentials import Credentials
from hienluong.exchange.client.errors import CredentialsUnusable, PacketDamaged, RequestRefused
from hienluong.exchange.client.operations import ExchangeClient, FetchedPacket

__all__ = [
    "Credentials",
    "CredentialsUnusable",
    "ExchangeClient",
    "FetchedPacket",
    "PacketDamaged",
    "RequestRefused",
]
