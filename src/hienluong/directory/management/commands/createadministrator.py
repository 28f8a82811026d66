"""Records an administrator: `hienluong manage createadministrator --username lan --name "Nguyễn Thị Lan" < password`."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hienluong.directory import commands
from hienluong.directory.queries import agency_by_code
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError


class Command(BaseCommand):
    """Records a person with an account and the post of administrator."""

    help = (
        "Records an administrator. The password is read from the terminal, from standard input, or from a file; "
        "never from an argument, which every user of the machine could see."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declares the arguments."""
        parser.add_argument("--username", required=True, help="the name to sign in with")
        parser.add_argument("--name", required=True, help="the person's full name")
        parser.add_argument(
            "--agency", default=settings.PROVINCE_CODES[0], help="code of the agency (default: the province)"
        )
        parser.add_argument("--title", default="Quản trị hệ thống", help="title of the post")
        parser.add_argument("--password-file", type=Path, help="a file whose first line is the password")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Records the administrator and says so in one line."""
        found = agency_by_code(options["agency"])
        if found is None:
            raise CommandError(f"No agency has the code {options['agency']}. Load the reference data first.")
        try:
            commands.create_administrator(
                username=options["username"],
                password=_password(options["password_file"]),
                full_name=options["name"],
                agency=found.agency,
                title=options["title"],
                now=clock.now(),
            )
        except HienluongError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{options['username']} may now sign in and administer {found.agency.name}.")


def _password(file: Path | None) -> str:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").partition("\n")[0]
        except OSError as problem:
            raise CommandError(f"The password file cannot be read: {problem.strerror}.") from problem
    if sys.stdin.isatty():
        first = getpass("Password: ")
        if first != getpass("Again: "):
            raise CommandError("The two passwords differ. Nothing was recorded.")
        return first
    return sys.stdin.readline().rstrip("\n")
