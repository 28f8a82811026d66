"""An installation of before is brought up: its agencies are found by their codes, and its search has an index."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from hienluong.directory import queries
from hienluong.directory.service import Actor


@pytest.mark.prove  # takes nearly all tables back and makes them again: longer with every module
@pytest.mark.django_db(transaction=True)
def test_agencies_of_before_are_found_by_their_codes_after_the_upgrade() -> None:
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    before = executor.migrate([("directory", "0001_initial")]).apps
    try:
        agency = before.get_model("directory", "Agency").objects.create(
            name="Sở Nội vụ",
            sort_key="so noi vu",
            search_key="so noi vu",
            kind="department",
            valid_from=date(2025, 7, 1),
        )
        before.get_model("directory", "AgencyCode").objects.create(
            agency=agency, scheme="qd20", code="H50.S01", primary=True, valid_from=date(2025, 7, 1)
        )
    finally:
        MigrationExecutor(connection).migrate(latest)

    for text in ("h50.s01", "noi vu"):
        found = queries.search_agencies(Actor.platform("specification"), text).items
        assert [one.pk for one in found] == [agency.pk]
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'directory_agency_search'")
        assert "gin_trgm_ops" in cursor.fetchone()[0]
