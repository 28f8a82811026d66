"""What a fault test does inside the product, beside its public API: in a process with the product's settings."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

from django.conf import settings
from django.test import Client

from hienluong.directory import service as directory
from hienluong.files import service as files
from hienluong.files.models import Holding, SealedFile
from hienluong.kit import clock
from hienluong.systems import service as systems


def register_systems(codes: list[str]) -> dict[str, dict[str, str]]:
    """Registers a system of each agency and returns its credentials by agency code."""
    made = {}
    for code in codes:
        found = directory.agency_by_code(code)
        assert found is not None, code
        _, client_id, secret = systems.register_system(
            actor=directory.Actor.platform("specification"),
            agency=found.agency,
            name=f"Phần mềm {code}",
            now=clock.now(),
        )
        made[code] = {"agency": code, "client_id": client_id, "client_secret": secret}
    return made


def sign_in_clerk(code: str) -> str:
    """Makes a clerk of an agency and returns the session of their browser."""
    found = directory.agency_by_code(code)
    assert found is not None, code
    setup, now = directory.Actor.platform("specification"), clock.now()
    clerk = directory.create_person(actor=setup, full_name="Nguyễn Thị Hạnh", username="van-thu", now=now)
    directory.assign_post(
        actor=setup, person=clerk, agency=found.agency, role="clerk", title="Văn thư", now=now
    )
    assert clerk.user is not None
    browser = Client()
    browser.force_login(clerk.user)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def open_all_files(_: None) -> dict[str, Any]:
    """Opens every file for every holder and returns how many copies were read and which are not as their row says."""
    rows = {row.pk: (row.size, bytes(row.sha256)) for row in SealedFile.objects.all()}
    wrong = []
    copies = 0
    for file_id, holder in Holding.objects.values_list("file_id", "holder"):
        content = files.read_for(holder=holder, file_id=file_id)
        copies += 1
        if rows[file_id] != (len(content), hashlib.sha256(content).digest()):
            wrong.append(str(file_id))
    stored = sum(1 for _ in files.vault().names_older_than(-60))
    return {"copies": copies, "wrong": wrong, "orphans": stored - len(rows)}


def answer(function: str) -> None:
    """Calls one of the functions above with what is read, and prints its result as the last line."""
    result = globals()[function](json.load(sys.stdin))
    sys.stdout.write("\n" + json.dumps(result) + "\n")
