"""Names of the built style sheet, scripts and pictures: each carries its content's hash, so browsers keep it for good.

`npm run build` writes the files and `names.json`, the map from plain names, into STATIC_ROOT; `{% static "app.css" %}`
gives the address with the hash. Files of other packages keep their plain names.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage


@functools.cache
def names() -> dict[str, str]:
    """Returns the map from plain names to names with hashes; empty where the front end was never built."""
    try:
        text = (Path(settings.STATIC_ROOT) / "names.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    known: dict[str, str] = json.loads(text)
    return known


@functools.cache
def asset(name: str) -> bytes | None:
    """Returns the content of a built file by its plain name; None where the front end was never built."""
    try:
        return (Path(settings.STATIC_ROOT) / names()[name]).read_bytes()
    except (KeyError, FileNotFoundError):
        return None


class BuiltAssets(StaticFilesStorage):
    """Static files whose addresses carry the hashes of the front-end build."""

    def url(self, name: str | None) -> str:
        """Returns the address of a file by its plain name."""
        return super().url(names().get(name, name) if name else name)
