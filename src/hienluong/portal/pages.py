"""The pages of the face itself: home, notices, and what people see when something goes wrong."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.directory.service import Actor, pager
from hienluong.kit import clock
from hienluong.kit.errors import HienluongError, InvalidInput, NotAuthenticated, fill
from hienluong.kit.ids import as_number, short_code
from hienluong.notices import service as notices
from hienluong.portal.assets import asset
from hienluong.portal.context import OFF, SHORTCUTS_COOKIE
from hienluong.portal.design import samples
from hienluong.portal.forms import SearchForm
from hienluong.portal.help import Topic, topics
from hienluong.portal.home import today
from hienluong.portal.search import everywhere
from hienluong.portal.tour import COOKIE, COOKIE_AGE, invitation

log = logging.getLogger(__name__)

NOTICES_PER_PAGE = 30


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Shows what needs doing first; a visitor is led to the sign-in, whoever holds no post to where that is said."""
    actor = _actor(request)
    if actor is None:  # somebody signed in without a post would be sent back here, and so on
        return redirect("identity:switch_post" if request.user.is_authenticated else "identity:sign_in")
    context = {"today": today(actor, now=clock.now()), "invitation": invitation(request, actor)}
    return render(request, "portal/home.html", context)


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Searches everything that the person may see."""
    actor = _actor(request)
    if actor is None:
        raise NotAuthenticated
    form = SearchForm(request.GET)
    text = form.text()
    return render(
        request, "portal/search.html", {"form": form, "text": text, "groups": everywhere(actor, text)}
    )


@require_GET
def help_index(request: HttpRequest) -> HttpResponse:
    """Lists the texts of help."""
    return render(request, "portal/help_index.html", {"topics": _topics().values()})


@require_GET
def help_text(request: HttpRequest, topic: str) -> HttpResponse:
    """Shows one text of help, the others beside it."""
    known = _topics()
    if topic not in known:
        raise Http404
    return render(request, "portal/help.html", {"topic": known[topic], "topics": known.values()})


def _topics() -> dict[str, Topic]:
    return topics((get_language() or "vi")[:2])


@require_POST
def end_tour(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    """Notes in the browser that the tour was seen or is not wanted, and leads home."""
    response = redirect("portal:home")
    response.set_cookie(
        COOKIE,
        "seen",
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_GET
def design(request: HttpRequest) -> HttpResponse:
    """Shows the parts that pages are made of, in every state; for whoever builds one."""
    return render(request, "portal/design.html", samples(now=clock.now()))


@require_http_methods(["GET", "POST"])
def notice_list(request: HttpRequest) -> HttpResponse:
    """Lists what the person was told, newest first, or with `?show=unread` what of it is unread.

    A POST marks one as read, or all that were there when the page was shown: what came meanwhile is not lost.
    """
    reader, show = _reader(request), request.GET.get("show", "")
    if request.method == "POST":
        one, newest = (as_number(request.POST.get(name, "")) for name in ("notice", "newest"))
        if one is not None:
            notices.read(reader=reader, notice_id=one, now=clock.now())
        else:
            count = notices.mark_read(reader=reader, up_to=newest, now=clock.now())
            messages.success(request, _("Marked as read: %(count)d.") % {"count": count})
        return redirect(request.get_full_path())
    before = as_number(request.GET.get("before", ""))
    rows = notices.of_reader(reader, only_unread=show == "unread", before=before, limit=NOTICES_PER_PAGE + 1)
    shown = rows[:NOTICES_PER_PAGE]
    following = str(shown[-1].pk) if len(rows) > NOTICES_PER_PAGE else None
    context = {
        "rows": [(row, notices.text_of(row)) for row in shown],
        "show": show,
        "newest": shown[0].pk if shown and before is None else None,
        **pager(request, following, cursor="before"),
    }
    return render(request, "portal/notices.html", context)


@require_GET
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Leads to what a notice is about; it is read then."""
    found = notices.read(reader=_reader(request), notice_id=notice_id, now=clock.now())
    return redirect(found.link or "portal:notices")


@require_POST
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Turns single-key shortcuts off or on in this browser (WCAG 2.2, 2.1.4); nothing but a cookie changes."""
    if _actor(request) is None:
        raise NotAuthenticated
    response = redirect("identity:account")
    response.set_cookie(
        SHORTCUTS_COOKIE,
        OFF if request.POST.get("keys") == OFF else "on",
        max_age=timedelta(days=365),
        samesite="Lax",
        httponly=True,
        secure=settings.HTTPS,
    )
    return response


@require_GET
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for everybody
    """Hands out the script that shows reminders; its place decides for which pages it may speak, so it has no hash."""
    content = asset("worker.js")
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _actor(request: HttpRequest) -> Actor | None:
    return getattr(request, "actor", None)


def _reader(request: HttpRequest) -> UUID:
    """Returns the person whose notices are asked for.

    Raises:
        NotAuthenticated: nobody is signed in, or the account has no post today.
    """
    actor = _actor(request)
    if actor is None or actor.person_id is None:
        raise NotAuthenticated
    return actor.person_id


# --- When something goes wrong --------------------------------------------------------------------------------------


def error_page(request: HttpRequest, error: HienluongError) -> HttpResponse:
    """Returns the page for an error of the house, in the reader's language; a visitor is led to the sign-in and back."""
    user = getattr(request, "user", None)  # none yet, when a layer before the sign-in failed
    signed_in = user is not None and user.is_authenticated
    if isinstance(error, NotAuthenticated) and request.method in {"GET", "HEAD"} and not signed_in:
        return redirect_to_login(request.get_full_path())
    if type(error) is NotAuthenticated and signed_in:  # signing in again would change nothing
        return _page(
            request,
            status=error.status,
            title=_("You hold no post today"),
            detail=_("Ask your agency's administrator to give you a post; then sign in again."),
            kept="",
            todo="",
            code=error.code,
        )
    page = _page(
        request,
        status=error.status,
        title=_(error.title),
        detail=fill(_(error.detail), error.params),
        kept=fill(_(error.kept), error.params) if error.kept else "",
        todo=fill(_(error.todo), error.params) if error.todo else "",
        code=error.code,
        sign_in=isinstance(error, NotAuthenticated),
        details=[one.text(_) for one in error.errors] if isinstance(error, InvalidInput) else [],
    )
    if error.retry_after is not None:
        page["Retry-After"] = str(error.retry_after)
    return page


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Returns the page for a form whose protection against forgery failed: mostly one that lay open too long."""
    return _page(
        request,
        status=403,
        title=_("The form has expired"),
        detail=_(
            "The page was open for long, or the browser refuses cookies, so the form could not be trusted."
        ),
        kept=_("Nothing was changed and nothing was sent."),
        todo=_("Go back, load the page again and send the form once more. Cookies must be allowed."),
        code="form-expired",
        log_note=reason,
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Returns the page for a request that cannot be understood."""
    return _page(
        request,
        status=400,
        title=_("The request cannot be understood"),
        detail=_("The address or what was sent with it is not complete."),
        kept=_("Nothing was changed."),
        todo=_("Go back and try again."),
        code="bad-request",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Returns the page for an act that the person may not do."""
    return _page(
        request,
        status=403,
        title=_("Not allowed"),
        detail=_("You do not have the right to do this."),
        kept=_("Nothing was changed."),
        todo=_("Ask your administrator for the right, or switch to the post that holds it."),
        code="forbidden",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Returns the page for an address that leads nowhere."""
    return _page(
        request,
        status=404,
        title=_("Page not found"),
        detail=_("There is no page at this address, or it is not visible to you."),
        kept="",
        todo=_("Check the address, or start again from the home page."),
        code="not-found",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Returns the page for a fault of ours; it needs no database, no session and no context processor."""
    reference = short_code()
    log.error("Reference %s: unhandled error at %s", reference, request.path)
    return HttpResponse(render_to_string("portal/server_error.html", {"reference": reference}), status=500)


def _page(
    request: HttpRequest,
    *,
    status: int,
    title: str,
    detail: str,
    kept: str,
    todo: str,
    code: str,
    sign_in: bool = False,
    details: list[str] | None = None,
    log_note: str = "",
) -> HttpResponse:
    reference = short_code()
    log.warning("Reference %s: %s %s at %s %s", reference, status, code, request.path, log_note)
    return render(
        request,
        "portal/error.html",
        {
            "status": status,
            "title": title,
            "detail": detail,
            "kept": kept,
            "todo": todo,
            "sign_in": sign_in,
            "details": details or [],
            "reference": reference,
        },
        status=status,
    )
