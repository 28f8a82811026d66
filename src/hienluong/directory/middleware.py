"""Which post a page request acts in (decision 11: a session acts for one person in one post)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from hienluong.directory.actors import Actor
from hienluong.directory.models import Post
from hienluong.directory.queries import actor_of, posts_of

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SESSION_KEY = "acting_post"


class ActingRequest(HttpRequest):
    """A page request behind `acting_post`, for type checkers.

    Attributes:
        actor: the signed-in person in the chosen post; None when nobody is signed in or holds a post today.
        acting_posts: the posts the person may act in today; each carries `agency_code`.
    """

    actor: Actor | None
    acting_posts: tuple[Post, ...]


def acting_post(get_response: GetResponse) -> GetResponse:
    """Returns a layer that sets `request.actor` and `request.acting_posts`.

    A request without a session cookie asks the database nothing; one with it asks for the posts, once, because
    every page of a signed-in person shows who they act for. `actor` is a plain value and not a lazy one, so that
    `request.actor is None` means what it says. A post that has ended gives way to the first one still held.
    """

    def layer(request: HttpRequest) -> HttpResponseBase:
        acting = cast("ActingRequest", request)
        acting.actor, acting.acting_posts = None, ()
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            posts = posts_of(request.user)
            chosen = request.session.get(SESSION_KEY)
            post = next((post for post in posts if post.pk == chosen), posts[0] if posts else None)
            acting.acting_posts = tuple(posts)
            if post is not None:
                acting.actor = actor_of(post)
                if post.pk != chosen:
                    act_in(request, post.pk)
        return get_response(request)

    return layer


def act_in(request: HttpRequest, post_id: int) -> None:
    """Keeps the post that the session acts in from the next request on."""
    request.session[SESSION_KEY] = post_id


def acting_actor(request: HttpRequest) -> Actor | None:
    """Returns who acts in this request; None for a visitor or an account without a post today."""
    return getattr(request, "actor", None)


def calling_actor(request: HttpRequest) -> Actor:
    """Returns the system that calls an operation of the API."""
    actor = request.auth  # type: ignore[attr-defined]  # ninja sets it to what the bearer authentication returned
    assert isinstance(actor, Actor)  # noqa: S101 - the routers admit nobody else
    return actor
