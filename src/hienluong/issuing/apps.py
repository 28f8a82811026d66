"""Names the module to Django and declares its permissions, notices and jobs."""

from django.apps import AppConfig


class IssuingConfig(AppConfig):
    """Documents on their way to being issued."""

    name = "hienluong.issuing"

    def ready(self) -> None:
        """Declares what others must know."""
        from hienluong.issuing import (  # noqa: PLC0415 - models must be loaded first
            demonstration,  # noqa: F401 - it listens
            permissions,  # noqa: F401 - it declares, as the following
            tasks,  # noqa: F401
            telling,  # noqa: F401
        )
