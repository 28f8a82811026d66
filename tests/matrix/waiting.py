"""What may wait for somebody: makes one of each sort wait, and reads the home page and the lists behind its figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from typing import Any

from django.test import Client
from tests.matrix.province import Province

from hienluong.access.models import BreakGlass
from hienluong.antivirus.models import Scan
from hienluong.corrections.models import Recall
from hienluong.deadlines.models import Clock
from hienluong.directory import service as directory
from hienluong.directory.service import User
from hienluong.exchange.models import Delivery
from hienluong.identity.models import AccountState, SignInSession
from hienluong.kit import clock
from hienluong.monitoring.models import Alarm
from hienluong.retention.models import Disposal
from hienluong.staff.models import Delegation
from hienluong.systems.models import SystemSecret
from hienluong.webhooks.models import Webhook

WAITING = (
    "Accounts locked after wrong passwords",
    "Accounts not used, closed soon",
    "Asked back by the sender",
    "Asked back by us, not answered yet",
    "Break-glass access of yours that runs",
    "Break-glass requests to answer",
    "Changes of rights reported as wrong",
    "Changes of rights to confirm",
    "Copies to sign for the agency",
    "Delegations still to begin",
    "Delegations that end within 7 days",
    "Disposals that wait for approval",
    "Disposals to approve",
    "Disposals you proposed",
    "Drafts",
    "Documents due today or on the next working day",
    "Documents of yours that were returned",
    "Documents that wait for your signature",
    "Documents to issue",
    "Documents to number",
    "Documents to seal",
    "Failing deliveries",
    "Files of agencies to import or discard",
    "Files of the earlier system to decide about",
    "Kept apart for malware, to be decided",
    "Legal holds in force",
    "New in the inbox",
    "Open alarms",
    "Documents past their deadline",
    "Documents past their deadline, in all agencies",
    "People without a second factor",
    "Recipients with packets waiting",
    "Rights to decide in the review",
    "Sent and refused",
    "Sent, not yet delivered",
    "Systems whose secret ends soon",
    "To be entered in the register",
    "Waiting to be scanned for malware",
    "Webhooks stopped after failures",
)
"""Everything that the home page can tell of, without what it names."""


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a home page."""

    count: int
    name: str
    url: str


def tasks_of(browser: Client) -> list[Task]:
    """Returns the lines of somebody's home page."""
    page = _page(browser, "/")
    lines = re.findall(r'task-number">([\d.,]+)<.*?href="([^"]+)"[^>]*>(.*?)</a>', page, re.DOTALL)
    return [
        Task(int(re.sub(r"\D", "", count)), re.sub(r" Q\d/\d+", "", unescape(name)), unescape(url))
        for count, url, name in lines
    ]


def rows_behind(browser: Client, url: str) -> int:
    """Returns how many things a list shows on all its pages: its rows, or where each stands for several, their sum."""
    page = _page(browser, url)
    main = page[page.index("<main") : page.index("</main>")]
    if summed := next((label for part, label in _SUMMED.items() if re.fullmatch(part, url)), None):
        cells = re.findall(rf'<td class="number" data-label="{summed}">(?:<[^>]+>)*([\d.,]+)', main)
        return sum(int(re.sub(r"\D", "", cell)) for cell in cells)
    if _DECISIONS.search(url):
        return main.count("<fieldset") - main.count(" checked>")
    if url.endswith("/monitor/alarms/"):  # all conditions, and which of them is one
        return main.count("alarm since")
    table = main[main.index("<tbody") : main.index("</tbody>")]
    following = re.search(r'<a class="btn" href="([^"]+)" rel="next"', main)
    return table.count("<tr") + (rows_behind(browser, unescape(following[1])) if following else 0)


_SUMMED = {"/deadlines/agencies/": "Overdue now", r"/access/reviews/[^/]+/": "Not decided"}
_DECISIONS = re.compile("/access/reviews/.*/agencies/")


def _page(browser: Client, url: str) -> str:
    answer: Any = browser.get(url)
    assert answer.status_code == 200, url
    return str(answer.content.decode())


def let_everything_wait(province: Province) -> None:
    """Lets whatever does not wait yet in the province wait too."""
    now, today, ours = clock.now(), directory.today(), province.ours
    later, long_ago = now + timedelta(hours=1), now - timedelta(days=5000)
    for number, (hours, priority) in enumerate([(-3, 0), (-2, 2), (1, 0)]):
        Clock.objects.create(
            duty="send", agency_id=ours["agency_id"], reference=f"W{number}", priority=priority,
            begun_at=now - timedelta(days=9), due_at=now + timedelta(hours=hours),
        )  # fmt: skip
    Alarm.objects.create(condition="backup", raised_at=now, limit=1, seen_at=now)
    BreakGlass.objects.create(
        kind="packet", object_id="1", label="1", link="/", requester=province.people["operator"],
        requester_name="x", requester_post=province.post("operator"), reason="x", legal_basis="x", hours=1,
        state="approved", requested_at=now, answer_until=later, valid_until=later,
    )  # fmt: skip
    AccountState.objects.update_or_create(user=province.account("officer"), defaults={"locked_until": later})
    unused = province.account("postless")
    User.objects.filter(pk=unused.pk).update(date_joined=long_ago, last_login=long_ago)
    SignInSession.objects.filter(user=unused).delete()
    Recall.objects.create(
        delivery_id=ours["open_delivery_id"], cause="asked_back", state="asked", asked_by="x", asked_at=now
    )
    Delivery.objects.filter(pk=ours["open_delivery_id"]).update(state="waiting", position=None)
    head = province.people["head"]
    Disposal.objects.create(
        agency_id=ours["agency_id"], counted_on=today, proposed_at=now, proposer=head.pk, proposed_by="x"
    )
    Delivery.objects.filter(pk=ours["registered_delivery_id"]).update(state="confirmed", business_state="01")
    Scan.objects.create(packet_id=ours["packet_id"], state="waiting", due_at=now, asked_at=now)
    SystemSecret.objects.filter(system=ours["system_id"]).update(ends_at=now + timedelta(days=3))
    Webhook.objects.filter(pk=ours["webhook_id"]).update(state="disabled")
    Delegation.objects.filter(pk=ours["delegation_id"]).update(valid_to=today + timedelta(days=3))
    Delegation.objects.filter(pk=province.theirs["delegation_id"]).update(
        valid_from=today + timedelta(days=2)
    )
