"""The systems and the people of the axis's specifications, and a log that grows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings
from tests.exchange.conftest import *  # noqa: F403 - its cast, whole
from tests.exchange.pages.conftest import _in_english, visit  # noqa: F401 - its browsers
from tests.exchange.personas import DONG_HOI, HOME_AFFAIRS, KHE_SANH, System, deliver, document

from hienluong.exchange.models import Packet
from hienluong.kit import clock
from hienluong.ledger import service as ledger


@pytest.fixture
def packet(home_affairs: System, dong_hoi: System, khe_sanh: System) -> Packet:
    """A document of Sở Nội vụ that two communes have received and one has fetched and confirmed."""
    answer = home_affairs.hand_in(document(15, DONG_HOI, KHE_SANH))
    assert answer.status_code == 201, answer.content
    deliver()
    packet = Packet.objects.get(pk=answer.json()["packet"])
    mine = packet.deliveries.get(recipient__code=DONG_HOI)
    assert dong_hoi.get(f"/inbox/{mine.pk}/packet").status_code == 200
    return packet


@pytest.fixture
def grow() -> Callable[[], int]:
    """Gives what waits its place under a new checkpoint; returns the size of the log."""

    def sequence() -> int:
        ledger.sequence_waiting(now=clock.now() + timedelta(seconds=1), sign=True)
        return ledger.head()

    return sequence


@pytest.fixture
def auditor(visit: Callable[..., Client], settings: Settings) -> Client:  # noqa: F811 - the fixture
    """An auditor of the province, in a browser; here Sở Nội vụ's auditors watch over everything."""
    settings.AUDIT_AGENCIES = [HOME_AFFAIRS]
    return visit(HOME_AFFAIRS, "auditor", "Trần Văn Soát")
