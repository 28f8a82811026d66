"""Names the module to Django and says at the start whether the pages have their style."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks


class PortalConfig(AppConfig):
    """The face."""

    name = "hienluong.portal"

    def ready(self) -> None:
        """Registers the check of the front-end build."""
        checks.register(front_end_is_built)


def front_end_is_built(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[checks.CheckMessage]:  # noqa: ARG001 - Django's signature
    """Warns when the style sheet and scripts were never built: pages then work, but plain."""
    from hienluong.portal.assets import names  # noqa: PLC0415 - settings are read by then

    if names():
        return []
    return [
        checks.Warning(
            "The front end is not built: pages have no style sheet and no pictures.",
            hint="Run `npm ci && npm run build` in frontend/ (make run does it), then start again.",
            id="portal.W001",
        )
    ]
