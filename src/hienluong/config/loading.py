"""Loads Django and every module of the product into this process."""

from __future__ import annotations

import gc
import os

import django


def load_django() -> None:
    """Makes the product ready in this process; the same again changes nothing.

    The collector of garbage rests meanwhile, and passes over the program afterwards: nothing of it becomes garbage,
    and looking at it again and again takes a quarter of the start.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hienluong.config.settings")
    gc.disable()
    try:
        django.setup()
    finally:
        gc.freeze()
        gc.enable()
