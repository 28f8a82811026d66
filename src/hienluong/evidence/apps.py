"""Registers evidence: permissions, who is told of looks, what the page of a packet offers, jobs."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Receipts, proofs, bundles, looks."""

    name = "hienluong.evidence"

    def ready(self) -> None:
        """Imports what registers itself."""
        from hienluong.evidence import listeners, offers, permissions, purposes, tasks  # noqa: F401, PLC0415 - they need loaded models
