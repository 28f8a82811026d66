"""The embedded PostgreSQL: closed to everybody else, alone, and whole again after any death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from hienluong.config.errors import AlreadyServed, PostgresVersionDiffers
from hienluong.config.installation import socket_directory
from hienluong.config.postgres import Postgres, debian_bindir, temporary_cluster

pytestmark = pytest.mark.faults


def setting(cluster: Postgres, name: str) -> str:
    with psycopg.connect(cluster.url()) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        assert row
        return str(row[0])


def processes_in(data: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(data):
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until_gone(data: Path, seconds: float) -> None:
    until = time.monotonic() + seconds
    while processes_in(data):
        assert time.monotonic() < until, processes_in(data)
        time.sleep(0.05)


def test_a_cluster_is_durable_and_has_no_network(cluster: Postgres) -> None:
    cluster.start()
    assert setting(cluster, "listen_addresses") == ""
    assert [setting(cluster, name) for name in ("fsync", "synchronous_commit", "data_checksums")] == [
        "on"
    ] * 3
    with psycopg.connect(cluster.url()) as connection:
        query = "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database"
        assert set(connection.execute(query).fetchall()) == {("UTF8", "C", "C")}


def test_nobody_enters_without_the_password(cluster: Postgres) -> None:
    cluster.start()
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.url(password="guess"))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"host={cluster.socket} port=5432 user=postgres dbname=postgres")


def test_a_second_launcher_is_refused_and_the_first_goes_on(cluster: Postgres) -> None:
    cluster.start()
    with pytest.raises(AlreadyServed, match=str(os.getpid())):
        Postgres(cluster.data, cluster.run).start()
    assert setting(cluster, "listen_addresses") == ""


def test_stopping_leaves_no_process(cluster: Postgres) -> None:
    cluster.start()
    with psycopg.connect(cluster.url()) as open_connection:
        cluster.stop()
        assert open_connection.info.transaction_status is not None
    assert processes_in(cluster.data) == []


def test_what_was_committed_survives_the_kill_of_the_server(cluster: Postgres) -> None:
    cluster.start()
    assert cluster.server
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE received (id int)")
        connection.execute("INSERT INTO received SELECT generate_series(1, 1000)")
        os.kill(cluster.server.pid, signal.SIGKILL)
    cluster.stop(seconds=0)
    assert processes_in(cluster.data) == []
    cluster.start()
    with psycopg.connect(cluster.url()) as connection:
        assert connection.execute("SELECT count(*) FROM received").fetchone() == (1000,)


def test_a_stale_pid_file_with_a_living_strangers_number_is_no_obstacle(cluster: Postgres) -> None:
    stranger = os.getppid()
    (cluster.data / "postmaster.pid").write_text(
        f"{stranger}\n{cluster.data}\n1\n5432\n{cluster.run}\n\n0 0\nready\n", encoding="utf-8"
    )
    cluster.start()
    assert psutil.pid_exists(stranger)


def test_a_cluster_of_another_major_version_is_left_alone(cluster: Postgres) -> None:
    (cluster.data / "PG_VERSION").write_text("14\n", encoding="ascii")
    with pytest.raises(PostgresVersionDiffers, match="14"):
        cluster.start()
    assert not (cluster.data / "postmaster.pid").exists()


LAUNCH = """
import sys, time
from pathlib import Path
from hienluong.config.postgres import Postgres
cluster = Postgres(Path(sys.argv[1]), Path(sys.argv[2]))
cluster.start()
print("up", flush=True)
time.sleep(60)
"""


def test_a_killed_launcher_leaves_no_server_and_the_next_one_starts(cluster: Postgres) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCH, str(cluster.data), str(cluster.run)], stdout=subprocess.PIPE, text=True
    ) as launcher:
        assert launcher.stdout
        assert launcher.stdout.readline() == "up\n"
        assert processes_in(cluster.data)
        launcher.kill()
    wait_until_gone(cluster.data, 10)
    cluster.start()
    assert not cluster.has_ended()


def test_a_server_left_behind_is_ended_by_the_next_launcher(cluster: Postgres) -> None:
    cluster.start()
    assert cluster.server
    left = cluster.server.pid
    lock, cluster._lock = cluster._lock, None  # as if its launcher had died and the server had not noticed
    assert lock
    lock.close()
    second = Postgres(cluster.data, cluster.run)
    second.start()
    try:
        assert cluster.has_ended()
        assert second.server
        assert second.server.pid != left
    finally:
        second.stop()


def test_a_path_too_long_for_a_socket_still_works(place: Path) -> None:
    place.mkdir()
    deep = place / ("long" * 20)
    deep.mkdir()
    for made in (place, deep):
        made.chmod(0o711)
    cluster = Postgres(deep / "postgres", deep / "run", durable=False)
    try:
        cluster.initialise()
        cluster.start()
        assert cluster.socket != deep / "run"
        assert cluster.socket.stat().st_mode & 0o077 == 0
        assert setting(cluster, "listen_addresses") == ""
    finally:
        cluster.stop()
        socket_directory(deep / "run").rmdir()


@pytest.mark.skipif(not debian_bindir(15).exists(), reason="Debian's PostgreSQL 15 is not installed here")
def test_the_same_launcher_runs_debians_postgresql() -> None:
    with temporary_cluster(bindir=debian_bindir(15)) as cluster:
        assert setting(cluster, "server_version").startswith("15.")
        place = cluster.data.parent
    assert not place.exists()
