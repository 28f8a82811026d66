"""The steps of installing and upgrading that need Django, each in a process of its own.

The commands around them stay small, start fast, and may choose the installation before Django reads it. Run as a
module, `python -m hienluong.config.steps STEP …` does the steps in order and prints their results as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from hienluong.config.errors import CommandFailed
from hienluong.config.installation import Installation


def pending_migrations() -> list[str]:
    """Returns the migrations that the database does not have yet, as `app.name`, in order."""
    from django.db import connection  # noqa: PLC0415 - Django is set up only in the step's own process
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - the same

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def migrate() -> list[str]:
    """Brings the database up to the program and returns the migrations that were run."""
    from django.core.management import call_command  # noqa: PLC0415 - Django is set up only in this process

    pending = pending_migrations()
    call_command("migrate", interactive=False, verbosity=0)
    return pending


def load_reference_data() -> None:
    """Loads or refreshes the tables every installation starts with."""
    from hienluong.directory import service  # noqa: PLC0415 - needs Django
    from hienluong.kit import clock  # noqa: PLC0415 - the same

    service.load_reference_data(now=clock.now())


def reapply_destructions() -> int:
    """Destroys again what was destroyed before or after the backup was made; returns how many copies."""
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from hienluong.files import service  # noqa: PLC0415 - the same
    from hienluong.kit import clock  # noqa: PLC0415 - the same
    from hienluong.ledger import service as ledger  # noqa: PLC0415 - the same

    with transaction.atomic():  # the vault does not know the ledger: whoever calls it says what was done
        copies = service.reapply_destructions()
        ledger.record(
            actor=ledger.ActorRef("platform", "restore", "restore"),
            action="config.restore",
            subject="installation",
            details={"destroyed_again": copies},
            now=clock.now(),
        )
    return copies


def furnish() -> None:
    """Fills a demonstration with its province."""
    from hienluong.config import demonstration  # noqa: PLC0415 - needs Django

    demonstration.furnish()


def conditions() -> list[dict[str, Any]]:
    """Returns every condition that the monitoring watches, as it is: name, title, value, limit, unit, todo, whether bad."""
    from django.utils import translation  # noqa: PLC0415 - needs Django

    from hienluong.kit import clock  # noqa: PLC0415 - the same
    from hienluong.monitoring import service  # noqa: PLC0415 - the same

    with translation.override(None):  # the command line translates
        return [
            {
                "name": one.condition.name,
                "title": str(one.condition.title),
                "value": one.finite,
                "limit": one.limit,
                "unit": one.condition.unit,
                "todo": str(one.condition.todo),
                "bad": one.bad,
            }
            for one in service.readings(now=clock.now())
        ]


STEPS: Mapping[str, Callable[[], Any]] = {
    "pending": pending_migrations,
    "migrate": migrate,
    "load-reference-data": load_reference_data,
    "reapply-destructions": reapply_destructions,
    "furnish": furnish,
    "conditions": conditions,
}

Runner = Callable[..., dict[str, Any]]
"""`run_steps`, or what a test puts in its place."""


def run_steps(installation: Installation, *names: str) -> dict[str, Any]:
    """Does the steps for an installation whose database answers, and returns their results by name.

    Raises:
        CommandFailed: one failed; the last line of its complaint says why. Those before it stand.
    """
    result = subprocess.run(  # noqa: S603 - a program of ours, no shell
        [sys.executable, "-m", "hienluong.config.steps", *names],
        env={**os.environ, "HIENLUONG_DATA_DIR": str(installation.path)},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        (installation.log / "steps.log").write_text(result.stderr, encoding="utf-8")
        reason = _last_error(result.stderr) or f"exit code {result.returncode}"
        raise CommandFailed(step=", ".join(names), reason=reason)
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return answer


def _last_error(text: str) -> str:
    """Returns the last `package.SomeError: what was wrong` of a traceback; what follows it are details."""
    lines = text.strip().splitlines()
    errors = [line for line in lines if re.match(r"[A-Za-z_][\w.]*[a-z]\w*: ", line)]
    return (errors or lines or [""])[-1]


def load_django() -> None:
    """Makes the product ready in this process.

    The collector of garbage rests meanwhile and passes over the program afterwards: that was a quarter of the start.
    """
    import django  # noqa: PLC0415 - whoever only starts the steps does not need it

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hienluong.config.settings")
    gc.disable()
    try:
        django.setup()
    finally:
        gc.freeze()
        gc.enable()


def main(names: list[str]) -> None:
    """Does the named steps and prints their results."""
    load_django()
    results = {name: STEPS[name]() for name in names}
    sys.stdout.write("\n" + json.dumps(results) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
