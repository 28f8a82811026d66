"""A real PostgreSQL for the whole run: one throw-away cluster, one database per worker process."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from tests.softhsm import make_tokens

if TYPE_CHECKING:
    from playwright.sync_api import Browser

os.environ["HIENLUONG_TESTING"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hienluong.config.settings")

if "HIENLUONG_DATABASE_URL" not in os.environ:
    # Started once, by the process that was called; xdist's workers inherit the address.
    from hienluong.config.postgres import debian_bindir, temporary_cluster

    wanted = os.environ.get("HIENLUONG_TEST_POSTGRES")
    cluster = contextlib.ExitStack()
    server = cluster.enter_context(temporary_cluster(bindir=debian_bindir(int(wanted)) if wanted else None))
    atexit.register(cluster.close)
    os.environ["HIENLUONG_DATABASE_URL"] = server.url("postgres")

# How long an example takes says how busy the machine is, and nothing else.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

# What is kept as files is each process's own, as its database is.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    files = Path(os.environ["HIENLUONG_FILES_DIR"]) / worker
    files.mkdir()
else:
    files = Path(tempfile.mkdtemp(prefix="hienluong-files-"))
    atexit.register(shutil.rmtree, files, ignore_errors=True)
os.environ["HIENLUONG_FILES_DIR"] = str(files)

import django

django.setup()

from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase

# pytest-django has read the settings before this file, with the place that all processes would share.
settings.FILES_ROOT = files

# A server of a specification keeps a thread for every client that has not hung up; with it would stay a connection,
# and a database that somebody is connected to cannot be dropped at the end.
connections.settings["default"]["CONN_MAX_AGE"] = 0

from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.http import HttpRequest

from hienluong.directory import service as directory
from hienluong.directory.service import User
from hienluong.jobs import waiting

CHROMIUM = Path("/usr/bin/chromium")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LEFT_OPEN = "sessions_left_open"
EMPTY = """
DO $$
DECLARE
    one text;
    has_rows boolean;
BEGIN
    SET LOCAL session_replication_role = replica; -- neither foreign keys nor triggers are asked
    FOR one IN
        SELECT oid::regclass FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission', 'ledger_guard')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('DELETE FROM %s', one);
        END IF;
    END LOOP;
END
$$
"""
"""Takes away what a specification committed, of every table, the queue's too; Django's own way takes thirty times as long."""
_left_open: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--renew`."""
    parser.addoption("--renew", action="store_true", help="write what is kept beside tests and documents")


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, pytestconfig: pytest.Config
) -> Iterator[None]:
    """Gives back what this process holds of its database before it is dropped; what a thread still holds is named."""
    yield
    waiting.room.close()
    gc.collect()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT concat_ws(', ', application_name, state, query), pg_terminate_backend(pid, 5000) "
            "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        _left_open.extend(said for said, _ended in cursor.fetchall())
    getattr(pytestconfig, "workeroutput", {})[LEFT_OPEN] = _left_open


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Hears from a worker process of pytest-xdist what was left open there."""
    _left_open.extend(getattr(node, "workeroutput", {}).get(LEFT_OPEN, ()))


def _empty_tables(_case: TransactionTestCase) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)


TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[method-assign]  # Django offers no other place to say how


@pytest.hookimpl(trylast=True)  # after they were put in random order
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begins with what takes long, so that in the end no process works alone while the others are done."""
    items.sort(
        key=lambda item: not any(item.iter_markers("faults")) and not any(item.iter_markers("browser"))
    )


def pytest_collection_finish() -> None:
    """Lets the collector of garbage pass over what stays to the end, which is much: an eighth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with the least cost: these specifications make many accounts and guess many passwords."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 8)
    monkeypatch.setattr(Argon2PasswordHasher, "parallelism", 1)


def _with_second_factor(request: HttpRequest, user: User, **_more: object) -> None:
    """Lets the browser of `force_login` count as one that showed a second factor; a real sign-in has an address."""
    if not request.path:
        record_authentication(request, user, "mfa", type="specification")


user_logged_in.connect(_with_second_factor)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    """Each specification starts without answers and rate counters of the one before it."""
    directory.forget()
    cache.clear()
    yield
    directory.forget()
    cache.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests measured (`record_property`), one figure a line, however they ended and in whichever process."""
    measured = {
        report.nodeid: report.user_properties
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.user_properties
    }
    if measured:
        terminalreporter.section("figures")
    for test, figures in measured.items():
        terminalreporter.line(test)
        for name, value in figures:
            terminalreporter.line(f"  {name}: {value}")
    if _left_open:
        terminalreporter.section("sessions of the database that were left open, and ended")
    for said in _left_open:
        terminalreporter.line(said)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; Playwright's own is never downloaded."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is wanted

    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    # Playwright keeps an event loop in this thread, and Django then refuses the database to tests of this thread.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of SoftHSM's tokens, all of them still empty."""
    place = tmp_path_factory.mktemp("softhsm")
    with pytest.MonkeyPatch.context() as patch:
        make_tokens(place, patch)
        yield place
