"""The metrics: for whoever shows their token, in a form that Prometheus reads, without a label that could explode."""

from __future__ import annotations

import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from personas import CABINET, DONG_HOI, System, document, queries_of
from prometheus_client.parser import text_string_to_metric_families

from hienluong.exchange.models import Delivery
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.monitoring import disk
from hienluong.monitoring.cli import group

pytestmark = pytest.mark.django_db
METRICS_QUERIES = 27
LABELS = {
    "area",
    "method",
    "status",
    "le",
    "version",
    "step",
    "state",
    "cause",
    "place",
    "condition",
    "recipient",
}
ALERTS = Path(__file__).parents[2] / "docs" / "operate" / "alert-rules.yml"


@pytest.fixture
def token(tmp_path: Path, settings: Any) -> str:
    """The token of the metrics, made as operators make it."""
    settings.METRICS_TOKEN_FILE = tmp_path / "metrics-token"
    answer = _run("metrics-token")
    assert answer.exit_code == 0, answer.output
    return str(answer.output.splitlines()[0])


def _run(*arguments: str) -> Any:
    return CliRunner().invoke(group, arguments, obj=nullcontext)


def _scrape(token: str) -> Any:
    return Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})


def _families(token: str) -> dict[str, Any]:
    answer = _scrape(token)
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return {family.name: family for family in text_string_to_metric_families(answer.content.decode())}


def _value(families: dict[str, Any], name: str, **labels: str) -> float:
    for family in families.values():
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    raise AssertionError(f"no sample {name}{labels}")


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic eDp5", "Bearer é"])
def test_metrics_are_off_until_there_is_a_token(settings: Any, tmp_path: Path, header: str) -> None:
    settings.METRICS_TOKEN_FILE = tmp_path / "none"
    assert Client().get("/metrics", headers={"Authorization": header}).status_code == 404
    (tmp_path / "none").write_text("short\n")
    assert Client().get("/metrics", headers={"Authorization": "Bearer short"}).status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic {}", "{}"])
def test_metrics_are_for_whoever_shows_the_token(token: str, header: str) -> None:
    answer = Client().get("/metrics", headers={"Authorization": header.format(token)})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert b"hienluong_" not in answer.content
    assert Client().post("/metrics", headers={"Authorization": f"Bearer {token}"}).status_code in {403, 405}


def test_token_is_private_made_once_and_recorded(token: str, settings: Any) -> None:
    assert stat.S_IMODE(Path(settings.METRICS_TOKEN_FILE).stat().st_mode) == 0o600
    refused = _run("metrics-token")
    assert refused.exit_code == 1
    assert token not in refused.output
    replaced = _run("metrics-token", "--replace").output.splitlines()[0]
    assert replaced != token
    assert (_scrape(token).status_code, _scrape(replaced).status_code) == (401, 200)
    entries = [bytes(row.entry) for row in QueuedEntry.objects.filter(action="monitoring.make_metrics_token")]
    assert len(entries) == 2
    assert not any(token.encode() in entry or replaced.encode() in entry for entry in entries)


def test_metrics_say_what_waits_fails_and_moved(
    token: str, received: Callable[..., Delivery], home_affairs: System
) -> None:
    home_affairs.hand_in(document(1, CABINET))
    delivery = received(2)
    Delivery.objects.filter(pk=delivery.pk).update(state="rejected", failure="tệp hỏng")
    found = _families(token)
    assert _value(found, "hienluong_packets_accepted_total") == 2
    assert _value(found, "hienluong_deliveries_total", step="delivered") == 1
    assert _value(found, "hienluong_deliveries_waiting", state="unrouted") == 1
    assert _value(found, "hienluong_deliveries_failing", cause="refused") == 1
    assert _value(found, "hienluong_deliveries_failing", cause="file-missing") == 0
    assert _value(found, "hienluong_alarm_active", condition="dead_letters") == 0
    assert _value(found, "hienluong_condition_limit", condition="waiting") == 1800
    assert _value(found, "hienluong_worker_last_heartbeat_timestamp_seconds") == 0


def test_requests_are_counted_by_area_never_by_address(token: str, home_affairs: System) -> None:
    def count(found: dict[str, Any]) -> float:
        try:
            return _value(found, "hienluong_http_requests_total", area="api", method="GET", status="200")
        except AssertionError:
            return 0.0

    before = count(_families(token))
    home_affairs.get("/inbox")
    Client().get("/exchange/packets/0199d8a0-7c1e-7b52-9a55-0d9a4a3c1f00/")
    assert count(_families(token)) == before + 1
    assert "0199d8a0" not in _scrape(token).content.decode()


def test_labels_are_few_and_recipients_only_where_asked_for(
    token: str, received: Callable[..., Delivery], home_affairs: System, settings: Any
) -> None:
    Delivery.objects.filter(pk=received(1).pk).update(state="dead")
    home_affairs.hand_in(document(2, CABINET))
    assert DONG_HOI not in _scrape(token).content.decode()
    settings.METRICS_BY_RECIPIENT = True
    found = _families(token)
    assert _value(found, "hienluong_recipient_deliveries", recipient=DONG_HOI, state="dead") == 1
    text = _scrape(token).content.decode()
    assert CABINET not in text  # outside the province: there is no end to those
    assert {label for family in found.values() for one in family.samples for label in one.labels} <= LABELS


def test_names_follow_the_conventions(token: str) -> None:
    for family in _families(token).values():
        assert re.fullmatch(r"hienluong_[a-z_]+", family.name)
        assert family.documentation
        assert family.type in {"gauge", "counter", "histogram"}
        assert not re.search(r"_(minutes|hours|days|percent|milliseconds|kb|mb)$", family.name)


def test_metrics_ask_the_database_a_fixed_number_of_times(
    token: str, received: Callable[..., Delivery], settings: Any
) -> None:
    settings.DATA_DIR = Path(settings.METRICS_TOKEN_FILE).parent
    received(1)
    assert queries_of(lambda: _scrape(token)) == METRICS_QUERIES
    disk.sample_disks(now=clock.now())
    for number in range(2, 6):
        Delivery.objects.filter(pk=received(number).pk).update(state="dead")
    assert queries_of(lambda: _scrape(token)) == METRICS_QUERIES


def test_example_alerts_name_metrics_that_exist(token: str) -> None:
    known = {one.name for family in _families(token).values() for one in family.samples}
    known |= {"hienluong_disk_full_in_seconds", "hienluong_disk_free_bytes", "hienluong_disk_size_bytes"}
    named = set(re.findall(r"hienluong_[a-z_]+", ALERTS.read_text(encoding="utf-8")))
    assert named
    assert named - known == set()


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Debian's package prometheus is not installed")
def test_promtool_finds_nothing_wrong(token: str) -> None:
    for arguments, text in (
        (["check", "metrics"], _scrape(token).content),
        (["check", "rules", str(ALERTS)], b""),
    ):
        found = subprocess.run(["promtool", *arguments], input=text, capture_output=True, check=False)
        assert found.returncode == 0, found.stdout + found.stderr
