"""What an operator writes into the address of the database reaches the driver, the demand for TLS above all."""

from __future__ import annotations

import socket
import threading

import psycopg
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import import_string

from hienluong.config.settings import _database


def test_address_is_taken_apart_and_the_rest_goes_to_the_driver() -> None:
    made = _database(
        "postgresql://hl:a%40b@db.example.vn:5433/hienluong?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem"
    )
    named = {name: made[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    assert named == {
        "NAME": "hienluong",
        "USER": "hl",
        "PASSWORD": "a@b",
        "HOST": "db.example.vn",
        "PORT": "5433",
    }
    options = made["OPTIONS"]
    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", "/etc/ssl/ca.pem")
    assert (options["application_name"], options["server_side_binding"]) == ("hienluong", True)


def test_socket_may_stand_behind_the_question_mark() -> None:
    made = _database("postgresql:///hienluong?host=/run/postgresql&port=5434")
    assert (made["HOST"], made["PORT"], made["NAME"]) == ("/run/postgresql", "5434", "hienluong")
    assert not {"host", "port"} & {*made["OPTIONS"]}


def test_address_cannot_turn_off_what_the_product_needs() -> None:
    assert _database("postgresql://db/x?server_side_binding=false")["OPTIONS"]["server_side_binding"] is True


def test_server_without_tls_is_refused_where_tls_is_demanded() -> None:
    def refuse() -> None:
        client, _ = listening.accept()
        with client:
            client.recv(8)  # the request for TLS, as the PostgreSQL protocol begins
            client.sendall(b"N")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = threading.Thread(target=refuse)
        answering.start()
        made = _database(f"postgresql://hl@127.0.0.1:{listening.getsockname()[1]}/hl?sslmode=require")
        wrapper = import_string(f"{made['ENGINE']}.base.DatabaseWrapper")
        asked: BaseDatabaseWrapper = wrapper({**made, "TIME_ZONE": None, "TEST": {}}, "demanding")
        with pytest.raises(psycopg.OperationalError, match="does not support SSL"):
            asked.get_new_connection(asked.get_connection_params())
        answering.join(5)
