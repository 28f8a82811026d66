"""Makes an installation: places, secrets, database, migrations, reference data; a demonstration its province too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hienluong import __version__
from hienluong.config.database import answering, create_role_and_database
from hienluong.config.errors import AlreadyInstalled
from hienluong.config.installation import Installation, Kind
from hienluong.config.postgres import embedded
from hienluong.config.steps import Runner, run_steps


def initialise(
    path: Path,
    kind: Kind,
    *,
    say: Callable[[str], None],
    run: Runner = run_steps,
) -> Installation:
    """Makes a complete installation in an empty place, or continues one that was interrupted.

    Raises:
        AlreadyInstalled, NotEmpty: the place is taken.
        OperationRefused: a step failed; `init` may be run again and continues there.
    """
    installation = Installation.create(path, kind)
    installation.require_space()
    say(f"Data directory: {installation.path}")
    with new_database(installation):
        say("The database is ready; its tables and the reference data are being made.")
        steps = ["migrate", "load-reference-data"]
        run(installation, *steps, *(["furnish"] if kind == "demonstration" else []))
    return installation.changed(complete=True, version=__version__)


@contextmanager
def new_database(installation: Installation) -> Iterator[str]:
    """Makes the embedded cluster with its role and database, each unless it exists, and keeps it answering.

    The operator's own server is only checked: its administrator makes role and database.
    """
    if installation.database_mode == "external":
        with answering(installation) as url:
            yield url
        return
    cluster = embedded(installation)
    if not cluster.initialised:
        cluster.initialise()
    cluster.start()
    try:
        create_role_and_database(installation)
        yield installation.database_url()
    finally:
        cluster.stop()


def ready_demonstration(path: Path, *, say: Callable[[str], None], run: Runner = run_steps) -> Installation:
    """Returns the demonstration in `path`, made now if it does not exist.

    Raises:
        AlreadyInstalled: the place holds a real installation.
    """
    if not (path / "installation.json").exists() or not Installation.load(path).complete:
        return initialise(path, "demonstration", say=say, run=run)
    installation = Installation.load_complete(path)
    if installation.kind != "demonstration":
        raise AlreadyInstalled(path=path, kind=installation.kind)
    return installation
