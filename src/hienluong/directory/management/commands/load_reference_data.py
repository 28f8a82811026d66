"""Loads the reference data that is missing: `hienluong manage load_reference_data`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from hienluong.directory import commands
from hienluong.kit import clock


class Command(BaseCommand):
    """Adds units, agencies, codes, calendar days and working hours that are missing; changes nothing else."""

    help = "Adds the reference data that is missing; what administrators changed stays."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 - Django's signature
        """Loads and says how much was added."""
        summary = commands.load_reference_data(now=clock.now())
        self.stdout.write(
            ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in asdict(summary).items())
            + " added."
        )
