"""Tags of the pages about signatures."""

from __future__ import annotations

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def device_url() -> str:
    """Returns where the signer on a person's machine answers; empty: pages ask none."""
    return str(settings.SIGNING_DEVICE_URL)
