"""Says alarms in the worker's stead while none is at work: raises them, then mails and calls at once.

The supervisor of each node starts it (`hienluong raise-alarms`); one at a time does it in the whole database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from hienluong.monitoring.commands.alarms import evaluate_alarms
from hienluong.notices import service as notices
from hienluong.webhooks import service as webhooks

LOCK = 0x7374616E64  # "stand": of the session, since the outside world is called while it is held
MAILS = "monitoring."
"""Only notices of this module are mailed: however many others wait for the worker, an alarm is not behind them."""


def stand_in(*, now: Callable[[], datetime]) -> list[str] | None:
    """Looks at every condition, says what is new of it, and returns the conditions that are past their limits.

    Harmless while a worker is at work, and where several do it: the rows of alarms, notices and messages say what
    was said. Returns None where another one is at it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s::bigint)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        try:
            alarms = evaluate_alarms(now=now())
            try:
                if notices.mail_is_waiting():
                    notices.mail_waiting(now=now(), codes=MAILS)
            finally:  # a mail server that is down must not keep the webhooks silent
                webhooks.deliver_alarms(now=now())
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s::bigint)", [LOCK])
    return [alarm.condition for alarm in alarms]
