"""Time-stamps of documents that are kept here are renewed before the last one can no longer be checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from house import House
from pytest_django import Settings

from hienluong.issuing import commands, queries
from hienluong.issuing.models import Document
from hienluong.kit import clock
from hienluong.ledger.models import QueuedEntry
from hienluong.signing import service as signing
from hienluong.signing.service import Verdict

pytestmark = pytest.mark.django_db


def renewals() -> list[dict[str, Any]]:
    found = [json.loads(bytes(one.entry)) for one in QueuedEntry.objects.order_by("pk")]
    return [one for one in found if one["action"] == "issuing.stamps-renewed"]


def test_last_time_stamp_is_renewed_in_time_and_the_earlier_hash_is_kept(
    house: House, levels: Callable[[str], None], settings: Settings
) -> None:
    levels("B-LTA")
    document = house.number(house.hand_in())
    house.sign(document)
    sealed = house.seal(document)
    assert (sealed.signed_level, sealed.sealed_level) == ("B-LT", "B-LTA")
    assert sealed.renew_at is not None
    assert commands.renew_documents(now=sealed.renew_at - timedelta(seconds=1)) == (0, 0)
    Document.objects.update(renew_at=clock.now())
    before = queries.file_bytes(sealed)
    assert commands.renew_documents(now=clock.now()) == (1, 0)
    renewed = Document.objects.get()
    after = queries.file_bytes(renewed)
    assert after.startswith(before), "what was there stays as it is"
    report = signing.validate_file(house.clerk, after, now=clock.now())
    assert report.verdict is Verdict.VALID
    assert [one.kind for one in report.signatures].count("time-stamp") == 2
    (entry,) = renewals()
    assert entry["details"]["before_sha256"] == hashlib.sha256(before).hexdigest()
    assert renewed.sealed_sha256 == sealed.sealed_sha256
    settings.DEMONSTRATION = False
    Document.objects.update(renew_at=clock.now())
    assert commands.renew_documents(now=clock.now()) == (0, 1)
    assert renewals()[-1]["outcome"] == "refused"
    put_off = Document.objects.get().renew_at
    assert put_off is not None
    assert put_off > clock.now() + timedelta(hours=23)
