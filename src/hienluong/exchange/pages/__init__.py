"""The pages of the axis: each makes one call into the module's queries or commands and shows the answer."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from hienluong.directory.service import ActingRequest, Actor
from hienluong.kit.errors import NotAuthenticated


def actor_of(request: HttpRequest) -> Actor:
    """Returns who acts in this request.

    Raises:
        NotAuthenticated: nobody is signed in, or the account has no post today.
    """
    actor = cast("ActingRequest", request).actor
    if actor is None:
        raise NotAuthenticated
    return actor
