"""Speaks the user's language on the terminal without starting Django: the same catalogue, by LANGUAGE or LANG."""

from __future__ import annotations

import functools
import gettext
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"


@functools.cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, fallback=True)


def language() -> str:
    """Returns the language of the environment: "vi", or "en" where there is no catalogue for it."""
    return "vi" if isinstance(_catalogue(), gettext.GNUTranslations) else "en"


def translate(message: str) -> str:
    """Returns the message in the language of the environment, or as it is."""
    return _catalogue().gettext(message) if message else ""
