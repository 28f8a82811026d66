"""An operation declared to go says so in every answer, is marked in OpenAPI, and who calls it is counted."""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterator
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import clear_url_caches, path
from ninja import Router, Schema

from hienluong.config import api as product
from hienluong.config.openapi import DocumentedApi
from hienluong.directory import service as directory
from hienluong.directory.service import Actor
from hienluong.kit import clock
from hienluong.kit.deprecation import MINIMUM_DAYS, Deprecation, deprecated
from hienluong.kit.errors import Forbidden, HienluongError
from hienluong.systems import queries
from hienluong.systems import service as systems
from hienluong.systems.models import SystemTally
from hienluong.systems.service import AgencySystem, SystemBearer
from hienluong.systems.tokens import token_endpoint

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SINCE, SUNSET = date(2026, 11, 1), date(2028, 1, 1)

router = Router(tags=["probe"])


class BodyOut(Schema):
    """What the operations of this specification answer."""

    done: bool


@router.get(
    "/going/{number}", response=BodyOut, **deprecated(since=SINCE, sunset=SUNSET, instead="GET /staying")
)
def going(request: HttpRequest, number: int) -> BodyOut:
    """Answers, or refuses the number 0."""
    if not number:
        raise Forbidden
    return BodyOut(done=True)


@router.get("/staying", response=BodyOut)
def staying(request: HttpRequest) -> BodyOut:
    """Answers."""
    return BodyOut(done=True)


@pytest.fixture
def probe(settings: Any) -> Iterator[DocumentedApi]:
    """The product's own kind of API, with one operation that goes and one that stays."""
    api = DocumentedApi(title="Probe", urls_namespace="probe", docs_url=None)
    api.add_router("", router, auth=SystemBearer())

    @api.exception_handler(HienluongError)
    def _refused(request: HttpRequest, error: HienluongError) -> Any:
        return product.problem_response(request, error)

    urls = ModuleType("probe_urls")
    urls.urlpatterns = [path("api/probe/", api.urls)]  # type: ignore[attr-defined]  # what Django looks for
    settings.ROOT_URLCONF = urls
    clear_url_caches()
    yield api
    clear_url_caches()


@pytest.fixture
def token(db: None) -> tuple[str, AgencySystem]:
    """An access token of an agency's system."""
    directory.load_reference_data(now=clock.now())
    found = directory.agency_by_code("H50.S01")
    assert found is not None
    system, client_id, secret = systems.register_system(
        actor=Actor.platform("specification"), agency=found.agency, name="Phần mềm cũ", now=clock.now()
    )
    answer: Any = token_endpoint(
        RequestFactory().post(
            "/api/oauth/token",
            {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret},
        )
    )
    return json.loads(answer.content)["access_token"], system


def _call(token: str, name: str) -> Any:
    return Client().get(f"/api/probe/{name}", headers={"Authorization": f"Bearer {token}"})


def test_every_answer_of_a_declared_operation_says_so(
    probe: DocumentedApi, token: tuple[str, AgencySystem]
) -> None:
    for number, status in ((1, 200), (0, 403), ("x", 422)):
        answer = _call(token[0], f"going/{number}")

        assert answer.status_code == status or number == "x"
        declared = answer["Deprecation"]
        assert declared == f"@{calendar.timegm((2026, 10, 31, 17, 0, 0))}", "RFC 9745: a date"
        assert parsedate_to_datetime(answer["Sunset"]) == datetime(2028, 1, 1, tzinfo=VIETNAM), "RFC 8594"
        assert answer["Sunset"].endswith("GMT")
        assert 'rel="deprecation"' in answer["Link"]
    assert "Deprecation" in _call("made up", "going/1"), "also to who is not signed in"


def test_another_operation_says_nothing(probe: DocumentedApi, token: tuple[str, AgencySystem]) -> None:
    answer = _call(token[0], "staying")

    assert answer.status_code == 200
    assert not {"Deprecation", "Sunset", "Link"} & set(answer.headers)


def test_openapi_marks_it(probe: DocumentedApi) -> None:
    paths = probe.get_openapi_schema()["paths"]
    gone, stays = paths["/api/probe/going/{number}"]["get"], paths["/api/probe/staying"]["get"]

    assert gone["deprecated"] is True
    assert gone["x-deprecation"] == {"since": "2026-11-01", "sunset": "2028-01-01", "instead": "GET /staying"}
    assert not stays.get("deprecated")


def test_who_still_calls_it_is_counted_for_the_administrator(
    probe: DocumentedApi, token: tuple[str, AgencySystem]
) -> None:
    for name in ("going/1", "going/2", "going/0", "staying"):
        _call(token[0], name)
    _call("made up", "going/1")

    (use,) = queries.deprecated_use(Actor.platform("specification"), now=clock.now())
    assert (use.operation, use.system.name, use.count) == ("GET /going/{number}", "Phần mềm cũ", 3)
    assert SystemTally.objects.filter(kind="deprecated").count() == 1


def test_a_time_shorter_than_the_policy_promises_cannot_be_declared() -> None:
    with pytest.raises(ValueError, match=str(MINIMUM_DAYS)):
        deprecated(since=date(2026, 1, 1), sunset=date(2026, 12, 31), instead="GET /staying")


def test_a_declaration_survives_the_openapi_document() -> None:
    facts = deprecated(since=SINCE, sunset=SUNSET, instead="GET /staying")["openapi_extra"]["x-deprecation"]

    assert Deprecation.of(facts) == Deprecation(SINCE, SUNSET, "GET /staying")


@pytest.mark.django_db
def test_the_policy_is_public_and_names_what_goes() -> None:
    page = Client(headers={"accept-language": "en"}).get("/developers/deprecation/").content.decode()

    assert str(MINIMUM_DAYS) in page
    assert "No operation is deprecated" in page


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_developers_page_is_public_and_leads_on(language: str) -> None:
    page = Client(headers={"accept-language": language}).get("/developers/").content.decode()

    for address in (
        "/api/v1/docs",
        "/api/v1/errors",
        "/developers/errors/",
        "/developers/deprecation/",
        "SBX.ECHO",
    ):
        assert address in page
