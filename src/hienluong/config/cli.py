"""The command `hienluong`. Each command imports what it needs when it runs: the command line itself starts fast."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hienluong import __version__
from hienluong.directory.server_command import Answer, on_server
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError, fill
from hienluong.kit.terminal import translate as _

if TYPE_CHECKING:
    from hienluong.directory.service import Actor

LAZY_GROUPS = {
    "access": "hienluong.access.cli:group",
    "copies": "hienluong.copies.cli:group",
    "deadlines": "hienluong.deadlines.cli:group",
    "demonstrate": "hienluong.demo.cli:demonstrate",
    "antivirus": "hienluong.antivirus.cli:group",
    "directory": "hienluong.directory.cli:group",
    "evidence": "hienluong.evidence.cli:group",
    "exchange": "hienluong.client.cli:group",
    "identity": "hienluong.identity.cli:group",
    "ledger": "hienluong.ledger.cli:group",
    "monitoring": "hienluong.monitoring.cli:group",
    "reasons": "hienluong.reasons.cli:group",
    "recipients": "hienluong.recipients.cli:group",
    "retention": "hienluong.retention.cli:group",
    "signing": "hienluong.signing.cli:group",
    "staff": "hienluong.staff.cli:group",
    "systems": "hienluong.systems.cli:group",
    "issuing": "hienluong.issuing.cli:group",
    "takeover": "hienluong.takeover.cli:group",
    "webhooks": "hienluong.webhooks.cli:group",
}
"""Commands of the modules, imported only when they are asked for.

Those that work on the server call `ctx.find_root().obj()`: a context in which Django and the database answer.
"""

ADDITIONS = {
    "copies": "hienluong.client.cli.copies:add_to",
    "directory": "hienluong.imports.cli:add_to",
    "issuing": "hienluong.client.cli.issuing:add_to",
    "signing": "hienluong.demo.cli.authority:add_to",
}
"""What a module above adds to the commands of one below: it is called with the group."""

as_json = click.option("--json", "as_json", is_flag=True, help=_("Print JSON for a program to read."))
directory = click.Path(path_type=Path, file_okay=False, resolve_path=True)
file = click.Path(path_type=Path, dir_okay=False, resolve_path=True)


class Commands(click.Group):
    """The group of all commands; those of the modules are loaded by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names of all commands, sorted."""
        return sorted({*super().list_commands(ctx), *LAZY_GROUPS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Returns a command, imported now if a module brings it."""
        if cmd_name not in LAZY_GROUPS:
            return super().get_command(ctx, cmd_name)
        module, name = LAZY_GROUPS[cmd_name].split(":")
        command: object = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{LAZY_GROUPS[cmd_name]} is not a command")
        if cmd_name in ADDITIONS and isinstance(command, click.Group):
            module, name = ADDITIONS[cmd_name].split(":")
            getattr(importlib.import_module(module), name)(command)
        return command


@contextmanager
def inside_installation() -> Iterator[None]:
    """Keeps the installation's database answering and Django ready, for commands of modules that need both."""
    from hienluong.config.database import answering  # noqa: PLC0415 - start fast
    from hienluong.config.installation import Installation  # noqa: PLC0415 - the same

    with answering(Installation.load_complete(_data_dir())):
        _django()
        yield


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="Hiền Lương")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Hiền Lương: the platform a Vietnamese province runs its digital government on.

    HIENLUONG_DATA_DIR names the data directory; docs/operate describes everything else.
    """
    ctx.obj = inside_installation


def _say(*, quiet: bool) -> Any:
    return lambda line: click.echo(_(line), err=quiet)


def _data_dir(*, new: Path | None = None) -> Path:
    """Returns the data directory, as its owner: root becomes the system user first."""
    from hienluong.config.account import become_owner  # noqa: PLC0415 - start fast
    from hienluong.config.installation import chosen_data_dir  # noqa: PLC0415 - the same

    os.umask(0o077)
    for name in ("HIENLUONG_FILES_DIR", "HIENLUONG_BACKUP_DIR"):
        if os.environ.get(name):  # children work elsewhere: relative paths are fixed now
            os.environ[name] = str(Path(os.environ[name]).absolute())
    path = new or chosen_data_dir()
    os.environ["HIENLUONG_DATA_DIR"] = str(path)
    try:
        if new or (path / "installation.json").exists():
            become_owner(path)
    except PermissionError as problem:
        from hienluong.config.errors import InstallationUnreadable  # noqa: PLC0415 - start fast

        raise InstallationUnreadable(path=path, reason=problem.strerror) from problem
    return path


def _django() -> None:
    from hienluong.config.steps import load_django  # noqa: PLC0415 - only some commands need it

    load_django()


@cli.command(help=_("Make a new, empty installation in the data directory.\n\nExample: hienluong init"))
@click.option("--demo", is_flag=True, help=_("Make the demonstration province, in its own data directory."))
@as_json
def init(*, demo: bool, as_json: bool) -> None:
    """Makes an installation."""
    from hienluong.config.initialise import initialise  # noqa: PLC0415 - start fast
    from hienluong.config.installation import chosen_data_dir  # noqa: PLC0415 - the same

    path = _data_dir(new=chosen_data_dir("demonstration" if demo else "real"))
    installation = initialise(path, "demonstration" if demo else "real", say=_say(quiet=as_json))
    if as_json:
        click.echo(json.dumps({"path": str(path), "id": installation.id, "kind": installation.kind}))
        return
    if not demo:
        click.echo(
            _(
                "Make the first administrator: hienluong manage createadministrator --username NAME --name “FULL NAME”"
            )
        )
    click.echo(_("Start it: hienluong serve"))


@cli.command(
    help=_(
        "Serve until SIGTERM: database, web server, worker.\n\nExample: HIENLUONG_PORT=8080 hienluong serve"
    )
)
@click.option(
    "--demo", is_flag=True, help=_("Make or upgrade the demonstration province first, and serve it.")
)
def serve(*, demo: bool) -> None:
    """Serves the installation."""
    from hienluong.config.installation import Installation, chosen_data_dir  # noqa: PLC0415 - start fast
    from hienluong.config.supervisor import serve as run  # noqa: PLC0415 - the same

    if not demo:
        run(Installation.load_complete(_data_dir()), click.echo)
        return
    from hienluong.config.errors import MigrationsPending  # noqa: PLC0415 - the same
    from hienluong.config.initialise import ready_demonstration  # noqa: PLC0415 - the same

    installation = ready_demonstration(_data_dir(new=chosen_data_dir("demonstration")), say=click.echo)
    try:
        run(installation, click.echo)
    except MigrationsPending:  # a newer program than at the last start
        from hienluong.config.upgrade import upgrade as bring_up  # noqa: PLC0415 - rarely needed

        bring_up(installation, say=click.echo)
        run(installation, click.echo)


@cli.command(
    help=_("Work off background jobs until SIGTERM; “serve” does this too.\n\nExample: hienluong worker")
)
def worker() -> None:
    """Runs the jobs."""
    from hienluong.config.installation import Installation  # noqa: PLC0415 - start fast

    Installation.load_complete(_data_dir())
    _django()
    from hienluong.jobs.service import run_worker  # noqa: PLC0415 - needs Django

    run_worker()


@cli.command(
    "raise-alarms",
    help=_(
        "Look at every condition, and mail and call at once what is new of it; “serve” does this while the worker "
        "is silent.\n\nExample: hienluong raise-alarms"
    ),
)
def raise_alarms() -> None:
    """Says alarms in the worker's stead."""
    from hienluong.config.installation import Installation  # noqa: PLC0415 - start fast

    Installation.load_complete(_data_dir())
    _django()
    from hienluong.monitoring.service import stand_in  # noqa: PLC0415 - needs Django

    standing = stand_in(now=clock.now)
    if standing is None:
        click.echo(_("Another process does it at this moment."))
    else:
        click.echo(fill(_("Alarms that stand: {names}."), {"names": ", ".join(standing) or "–"}))


@cli.command(
    help=_(
        "Look at everything an installation needs; exit code 1 if something fails.\n\nExample: hienluong check --json"
    )
)
@as_json
def check(*, as_json: bool) -> None:
    """Checks the installation."""
    from dataclasses import asdict  # noqa: PLC0415 - start fast

    from hienluong.config.check import check as look  # noqa: PLC0415 - the same

    findings = look(_data_dir())
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            todo = f" → {_(finding.todo)}" if finding.todo else ""
            click.echo(f"{finding.state:<5}{finding.name:<16}{finding.found}{todo}")
    sys.exit(any(finding.state == "fail" for finding in findings))


@cli.command(
    help=_(
        "Make a backup while the service runs: database first, then files.\n\n"
        "Example: hienluong backup --to /mnt/backup"
    )
)
@click.option("--to", type=directory, help=_("Where backups go; default: HIENLUONG_BACKUP_DIR."))
@click.option(
    "--secrets/--no-secrets", default=None, help=_("Write the archive of secrets beside the backup.")
)
@click.option("--secrets-to", type=file, help=_("Only write the archive of secrets, to this file."))
@click.option("--list", "listing", is_flag=True, help=_("Only list the complete backups."))
@click.option(
    "--verify", type=directory, help=_("Only read this backup again and compare it with its manifest.")
)
@as_json
def backup(
    *,
    to: Path | None,
    secrets: bool | None,
    secrets_to: Path | None,
    listing: bool,
    verify: Path | None,
    as_json: bool,
) -> None:
    """Makes, lists or verifies backups."""
    from hienluong.config import backup as backups  # noqa: PLC0415 - start fast
    from hienluong.config.installation import Installation  # noqa: PLC0415 - the same

    if verify:
        found = [backups.Backup(verify, backups.verify(verify))]
    else:
        installation = Installation.load_complete(_data_dir())
        if secrets_to:
            backups.write_secrets(installation, secrets_to)
            _report({"secrets": str(secrets_to)}, as_json=as_json)
            return
        if listing:
            found = backups.complete_backups((to or installation.backups).absolute())
        else:
            found = [backups.run_backup(installation, to=to, with_secrets=secrets)]
    if as_json:
        summaries = [one.summary() for one in found]
        click.echo(json.dumps(summaries if listing else summaries[0], ensure_ascii=False, indent=1))
        return
    for one in found:
        click.echo(
            fill(
                _("{created_at}  {kind}  version {version}  {files} files  {bytes} bytes  {path}"),
                one.summary(),
            )
        )
    if not listing and not verify and found[0].manifest.secrets:
        click.echo(
            fill(
                _(
                    "The secrets that open it are in {secrets}: keep that file in ANOTHER place than the backup."
                ),
                found[0].summary(),
            )
        )


@cli.command(
    help=_(
        "Make a new installation from a backup, in an empty directory, and compare.\n\n"
        "Example: hienluong restore /mnt/backup/20260101T020000Z-real --into /var/lib/hienluong"
    )
)
@click.argument("backup", type=directory)
@click.option("--into", type=directory, required=True, help=_("The new data directory."))
@click.option("--secrets", type=file, help=_("The archive of secrets; default: beside the backup."))
@click.option(
    "--destructions",
    type=file,
    help=_("The list files/destructions.jsonl of the lost installation, if it survived."),
)
@as_json
def restore(
    *, backup: Path, into: Path, secrets: Path | None, destructions: Path | None, as_json: bool
) -> None:
    """Restores a backup."""
    from hienluong.config.errors import NotEmpty  # noqa: PLC0415 - start fast
    from hienluong.config.restore import restore as run  # noqa: PLC0415 - the same

    if into.exists() and any(into.iterdir()):
        raise NotEmpty(path=into)
    _data_dir(new=into)
    _report(run(backup, into, secrets=secrets, destructions=destructions), as_json=as_json)


@cli.command(
    help=_(
        "Bring the database up to this program: backup, migrate, put back if that fails.\n\n"
        "Example: systemctl stop hienluong; hienluong upgrade; systemctl start hienluong"
    )
)
@as_json
def upgrade(*, as_json: bool) -> None:
    """Upgrades the installation."""
    from hienluong.config.installation import Installation  # noqa: PLC0415 - start fast
    from hienluong.config.upgrade import upgrade as run  # noqa: PLC0415 - the same

    _report(run(Installation.load_complete(_data_dir()), say=_say(quiet=as_json)), as_json=as_json)


@cli.command(
    "renew-receipt-key",
    help=_(
        "Make a new key that signs receipts; the former one still verifies. Restart the service afterwards.\n\n"
        "Example: hienluong renew-receipt-key"
    ),
)
@on_server
def renew_receipt_key(*, actor: Actor, now: datetime) -> Answer:
    """Renews the key that signs receipts, and writes the act into the ledger."""
    from django.conf import settings  # noqa: PLC0415 - needs Django

    from hienluong.ledger import service as ledger  # noqa: PLC0415 - the same

    assert settings.INSTALLATION is not None  # noqa: S101 - the command line has loaded it
    kid = settings.INSTALLATION.renew_receipt_key()
    ledger.record(
        actor=actor.ref,
        action="exchange.receipt-key-renewed",
        subject="installation",
        details={"kid": kid},
        now=now,
    )
    said = fill(
        _("Receipts will be signed with the key {kid}. Restart the service: hienluong serve."), {"kid": kid}
    )
    return {"kid": kid}, [said]


def _report(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    for name, value in facts.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        click.echo(f"{name}: {'–' if shown in ('', None) else shown}")


@cli.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
    help=_("Run a management command of Django.\n\nExample: hienluong manage createadministrator --help"),
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(*, arguments: tuple[str, ...]) -> None:
    """Passes on to Django, with the database answering."""
    from hienluong.config.database import answering  # noqa: PLC0415 - start fast
    from hienluong.config.installation import Installation  # noqa: PLC0415 - the same

    path = _data_dir()
    exists = (path / "installation.json").exists()
    with answering(Installation.load(path)) if exists else nullcontext():
        _django()
        from django.core.management import execute_from_command_line  # noqa: PLC0415 - needs Django

        execute_from_command_line(["hienluong manage", *arguments])


@cli.command(
    help=_(
        "Print a new one-time sign-in for the demonstration and what to try.\n\nExample: hienluong welcome"
    )
)
@click.option("--demo", is_flag=True, help=_("Of the demonstration in its usual place."))
def welcome(*, demo: bool) -> None:
    """Greets the visitor of the demonstration."""
    from hienluong.config.database import answering  # noqa: PLC0415 - start fast
    from hienluong.config.installation import Installation, chosen_data_dir  # noqa: PLC0415 - the same

    path = _data_dir(new=chosen_data_dir("demonstration")) if demo else _data_dir()
    with answering(Installation.load_complete(path)):
        _django()
        from hienluong.config.demonstration import announce  # noqa: PLC0415 - needs Django

        click.echo(announce())


def main() -> None:
    """Runs the command line; an error of ours is one line and exit code 2."""
    try:
        cli()
    except HienluongError as problem:
        click.echo(" ".join(problem.explain(_).split()), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
