"""Registers signing: permissions and jobs."""

import logging

from django.apps import AppConfig


class SigningConfig(AppConfig):
    """Signatures, trust lists, what is known of revocations."""

    name = "hienluong.signing"

    def ready(self) -> None:
        """Imports what registers itself; what libraries find of a file stands in its report, not in the log."""
        for name in ("pyhanko", "pyhanko_certvalidator", "pdfminer"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        from hienluong.signing import permissions, tasks  # noqa: F401, PLC0415 - they need loaded models
