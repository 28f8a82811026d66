"""Fixtures of the axis's specifications: a small directory, and the systems of its agencies."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

sys.path.append(str(Path(__file__).parent))  # the personas, by their name

from personas import AGENCIES, AXIS, DONG_HOI, FINANCE, HOME_AFFAIRS, KHE_SANH, System, deliver, document

from hienluong.directory.models import Agency, AgencyCode
from hienluong.directory.service import Actor
from hienluong.exchange.models import Delivery
from hienluong.kit import clock
from hienluong.kit.vietnamese import fold, sort_key
from hienluong.systems import service as systems


@pytest.fixture
def agencies(request: pytest.FixtureRequest) -> Mapping[str, Agency]:
    """Two departments, two communes, and two agencies outside the province, by their codes."""
    if not {"db", "transactional_db"} & set(request.fixturenames):
        request.getfixturevalue("db")
    made = {}
    for code, (name, place, alias) in AGENCIES.items():
        made[code] = Agency.objects.create(
            name=name,
            sort_key=sort_key(name),
            search_key=fold(name),
            kind="department" if place == "province" else "central",
            place=place,
            valid_from=date(2025, 7, 1),
        )
        _code(made[code], code, "qd20", primary=True)
        if alias:
            _code(made[code], alias, "qcvn102", primary=False)
    return made


def _code(agency: Agency, code: str, scheme: str, *, primary: bool) -> None:
    AgencyCode.objects.create(
        agency=agency, scheme=scheme, code=code, primary=primary, valid_from=date(2025, 7, 1)
    )


@pytest.fixture
def system(agencies: Mapping[str, Agency]) -> Callable[..., System]:
    """Registers a system of an agency and signs it in, as `POST /api/oauth/token` does."""

    def register(code: str, *, outside: bool = False) -> System:
        platform = Actor.platform("specification")
        row, client_id, secret = systems.register_system(
            actor=platform, agency=agencies[code], name=f"Phần mềm {code}", now=clock.now()
        )
        if outside:
            systems.grant_sending_right(
                actor=platform, system=row, agency=None, reason="specification", now=clock.now()
            )
        answer: Any = Client().post(
            "/api/oauth/token",
            {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
        )
        assert answer.status_code == 200, answer.content
        token = answer.json()["access_token"]
        actor = systems.system_by_token(token, now=clock.now())
        assert actor is not None
        return System(code, agencies[code], actor, client_id, secret, token)

    return register


@pytest.fixture
def home_affairs(system: Callable[..., System]) -> System:
    """The system of Sở Nội vụ, which sends."""
    return system(HOME_AFFAIRS)


@pytest.fixture
def dong_hoi(system: Callable[..., System]) -> System:
    """The system of phường Đồng Hới, which receives."""
    return system(DONG_HOI)


@pytest.fixture
def khe_sanh(system: Callable[..., System]) -> System:
    """The system of xã Khe Sanh, which receives too."""
    return system(KHE_SANH)


@pytest.fixture
def finance(system: Callable[..., System]) -> System:
    """The system of Sở Tài chính, which has nothing to do with any of it."""
    return system(FINANCE)


@pytest.fixture
def upstream(system: Callable[..., System]) -> System:
    """The upstream axis, which may send for any agency outside the province."""
    return system(AXIS, outside=True)


@pytest.fixture
def received(home_affairs: System, dong_hoi: System) -> Callable[..., Delivery]:
    """Lets Sở Nội vụ send a document that reaches its recipients; gives the delivery to Đồng Hới."""

    def arrive(number: int = 15, *to: str, **changes: Any) -> Delivery:
        answer = home_affairs.hand_in(document(number, *to, **changes))
        assert answer.status_code == 201, answer.content
        deliver()
        return Delivery.objects.get(packet_id=answer.json()["packet"], recipient__agency=dong_hoi.agency)

    return arrive
