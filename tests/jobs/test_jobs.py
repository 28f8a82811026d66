"""Jobs commit and roll back with the business row, and survive a killed worker."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import TaskNotFound

from hienluong.jobs import service as jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_queue(transactional_db: None) -> None:
    """The queue's tables are procrastinate's own; Django's flush between tests passes them by."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")


def waiting() -> list[dict[str, object]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name="notices.mail").order_by("id")]


def test_job_commits_with_its_transaction() -> None:
    with transaction.atomic():
        jobs.defer("notices.mail")
    assert waiting() == [{}]


def test_job_rolls_back_with_its_transaction() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.defer("notices.mail")
        raise ZeroDivisionError
    assert waiting() == []


def test_unknown_task_is_refused_where_it_is_deferred() -> None:
    with pytest.raises(TaskNotFound):
        jobs.defer("exchange.unheard_of")


def test_periodic_job_with_seconds_runs_at_those_seconds_of_every_minute() -> None:
    (sequencer,) = [
        one
        for one in app.periodic_registry.periodic_tasks.values()
        if one.task.name == "config.sequence_ledger"
    ]
    assert [sequencer.croniter.get_next(float, start_time=moment) for moment in (0.0, 5.0, 55.0)] == [
        5,
        10,
        60,
    ]
