"""Webhooks: the list, one webhook with its messages and attempts, registering, secrets, sending again, the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hienluong.directory.service import (
    Actor,
    AskedForm,
    Question,
    acting_actor,
    allowed,
    ask,
    day_after,
    require,
)
from hienluong.kit import clock
from hienluong.kit.errors import Conflict, HienluongError, InvalidInput
from hienluong.kit.ids import as_uuid
from hienluong.systems.errors import SecretShownBefore
from hienluong.webhooks import commands, queries
from hienluong.webhooks.forms import (
    KINDS,
    OPERATOR_KINDS,
    KindsForm,
    OnceForm,
    RegisterForm,
    ReplayForm,
    RotateForm,
    WebhookFilter,
)
from hienluong.webhooks.models import Message, Webhook
from hienluong.webhooks.policy import VERIFICATION

SHOWN_FOR = 3600
"""For how many seconds a form that showed a secret is remembered, so that sending it again does nothing."""
TONES = {
    Webhook.State.UNVERIFIED: "progress",
    Webhook.State.ACTIVE: "good",
    Webhook.State.DISABLED: "bad",
    Webhook.State.ENDED: "neutral",
    Message.State.WAITING: "progress",
    Message.State.DELIVERED: "good",
    Message.State.FAILED: "bad",
}

NAMES: dict[str, str | Promise] = {
    **dict((*KINDS, *OPERATOR_KINDS)),
    VERIFICATION: gettext_lazy("the address is verified"),
}
"""What a message says, in words."""


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Lists the webhooks the actor may see; operators find those that fail."""
    actor = acting_actor(request)
    form = WebhookFilter(request.GET)
    state, before = form.chosen(), request.GET.get("before", "")
    page = queries.search_webhooks(actor, state=state, before=as_uuid(before))
    for hook in page.items:
        hook.tone = TONES[Webhook.State(hook.state)]  # type: ignore[attr-defined]  # for the page
    return render(
        request,
        "webhooks/webhooks.html",
        {
            "page": page,
            "form": form,
            "state": state,
            "first": f"?state={state}" if before else "",
            "next": f"?state={state}&before={page.next}" if page.next else "",
            "may_register": _may_register(actor),
        },
    )


@require_GET
def show(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Shows one webhook: how it is, its secrets, its messages and what was answered to each attempt."""
    actor, now = acting_actor(request), clock.now()
    hook = queries.find_webhook(actor, webhook_id)
    before = request.GET.get("before", "")
    page = queries.messages_of(actor, hook, before=as_uuid(before))
    for message in page.items:
        message.tone = TONES[Message.State(message.state)]  # type: ignore[attr-defined]  # for the page
        message.named = NAMES.get(message.kind, "")  # type: ignore[attr-defined]  # for the page
    ended = hook.state == Webhook.State.ENDED
    return render(
        request,
        "webhooks/webhook.html",
        {
            "hook": hook,
            "tone": TONES[Webhook.State(hook.state)],
            "kinds": [title for name, title in (*KINDS, *OPERATOR_KINDS) if name in hook.kinds],
            "secrets": queries.good_secrets(actor, hook, now=now),
            "page": page,
            "first": request.path if before else "",
            "next": f"?before={page.next}" if page.next else "",
            "may_manage": allowed(actor, "webhooks.manage_webhooks", hook.system) and not ended,
            "may_replay": allowed(actor, "webhooks.replay_messages", hook.system)
            and hook.state == Webhook.State.ACTIVE,
        },
    )


@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Registers a webhook and shows its secret, once."""
    actor = acting_actor(request)
    systems = [
        one
        for one in queries.systems_to_register_for(actor)
        if allowed(actor, "webhooks.manage_webhooks", one)
    ]
    if not systems:
        require(actor, "webhooks.manage_webhooks")
    form = RegisterForm(systems, request.POST or None, alarms=allowed(actor, "webhooks.grant_alarms"))
    if form.is_valid():
        given = form.cleaned_data
        try:
            with _once(form):
                hook, secret = commands.register_webhook(
                    actor=actor,
                    system=given["system"],
                    url=given["url"],
                    kinds=given["kinds"],
                    now=clock.now(),
                )
        except (InvalidInput, Conflict) as refusal:
            _refused(form, refusal)
        else:
            return _show_secret(request, hook, secret)
    status = 422 if form.errors else 200
    return render(request, "webhooks/register.html", {"form": form}, status=status)


@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
def rotate(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Makes a new secret and shows it, once."""
    actor, hook = _managed(request, webhook_id)
    form, now = RotateForm(request.POST or None), clock.now()
    if form.is_valid():
        ends = now if form.cleaned_data["former"] == "now" else None
        try:
            with _once(form):
                secret = commands.rotate_webhook_secret(
                    actor=actor, webhook=hook, former_ends_at=ends, now=now
                )
        except Conflict as refusal:
            _refused(form, refusal)
        else:
            return _show_secret(request, hook, secret)
    status = 422 if form.errors else 200
    return render(request, "webhooks/rotate.html", {"form": form, "hook": hook}, status=status)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Sets what a webhook hears of."""
    actor, hook = _managed(request, webhook_id)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        commands.change_webhook(actor=actor, webhook=hook, kinds=given["kinds"], now=clock.now())
        return _("Saved."), _address(hook)

    return ask(
        request,
        KindsForm(
            request.POST or None,
            initial={"kinds": hook.kinds},
            alarms=allowed(actor, "webhooks.grant_alarms"),
        ),
        _question(hook, gettext_lazy("Change what a webhook hears of"), gettext_lazy("Save")),
        act,
    )


@require_POST
def verify(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Challenges the address again."""
    actor, hook = _managed(request, webhook_id)
    commands.verify_webhook(actor=actor, webhook=hook, now=clock.now())
    messages.success(request, _("A new challenge is on its way; look again in a moment."))
    return redirect(_address(hook))


@require_POST
def enable(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Turns a stopped webhook on."""
    actor, hook = _managed(request, webhook_id)
    commands.enable_webhook(actor=actor, webhook=hook, now=clock.now())
    messages.success(request, _("The webhook is on again. What it missed is sent when you send it again."))
    return redirect(_address(hook))


@require_http_methods(["GET", "POST"])
def replay(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Sends messages again: what failed, or all of some days."""
    actor = acting_actor(request)
    hook = queries.find_webhook(actor, webhook_id)
    actor = require(actor, "webhooks.replay_messages", hook.system)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        by_day = given["which"] == "time"
        end = day_after(given["until"]) if by_day else None
        count = commands.replay_messages(
            actor=actor,
            webhook=hook,
            since=_begin(given["since"]) if by_day else None,
            until=_begin(end) if end else None,
            only_failed=not by_day,
            now=clock.now(),
        )
        return _sent_again(count), _address(hook)

    question = _question(hook, gettext_lazy("Send messages again"), gettext_lazy("Send again"))
    return ask(request, ReplayForm(request.POST or None), question, act)


@require_POST
def replay_one(request: HttpRequest, webhook_id: UUID, message_id: UUID) -> HttpResponse:
    """Sends one message again."""
    actor = acting_actor(request)
    hook = queries.find_webhook(actor, webhook_id)
    count = commands.replay_messages(actor=actor, webhook=hook, message_id=message_id, now=clock.now())
    messages.success(request, _sent_again(count))
    return redirect(_address(hook))


@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, webhook_id: UUID) -> HttpResponse:
    """Ends a webhook, after a check."""
    actor, hook = _managed(request, webhook_id)

    def act(_given: dict[str, Any]) -> tuple[str, str]:
        commands.end_webhook(actor=actor, webhook=hook, now=clock.now())
        return _("The webhook has ended."), reverse("webhooks:webhooks")

    question = _question(
        hook,
        gettext_lazy("End a webhook"),
        gettext_lazy("End it"),
        warning=gettext_lazy("Nothing is sent to it any more, not even what waits. This cannot be undone."),
        tone="danger",
    )
    return ask(request, AskedForm(request.POST or None), question, act)


def _managed(request: HttpRequest, webhook_id: UUID) -> tuple[Actor, Webhook]:
    actor = acting_actor(request)
    hook = queries.find_webhook(actor, webhook_id)
    return require(actor, "webhooks.manage_webhooks", hook.system), hook


def _may_register(actor: Actor | None) -> bool:
    systems: Callable[[Actor | None], list[Any]] = queries.systems_to_register_for
    return any(allowed(actor, "webhooks.manage_webhooks", one) for one in systems(actor))


def _question(hook: Webhook, title: Any, submit: Any, **more: Any) -> Question:
    facts = [(gettext_lazy("Address"), hook.url), (gettext_lazy("System"), hook.system.name)]
    return Question(title, submit, _address(hook), facts=facts, **more)


class _once:  # noqa: N801 - used like a function
    """Lets a form do its work one time; a refusal lets it be sent again.

    Raises:
        SecretShownBefore: it did it before.
    """

    def __init__(self, form: OnceForm) -> None:
        self._key = f"webhooks.shown:{form.cleaned_data['key']}"

    def __enter__(self) -> None:
        if not cache.add(self._key, value=True, timeout=SHOWN_FOR):
            raise SecretShownBefore

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is not None:
            cache.delete(self._key)


def _refused(form: AskedForm, refusal: HienluongError) -> None:
    form.refuse(refusal)


@sensitive_variables("secret")
def _show_secret(request: HttpRequest, hook: Webhook, secret: str) -> HttpResponse:
    return render(request, "webhooks/secret.html", {"hook": hook, "secret": secret}, status=201)


def _sent_again(count: int) -> str:
    said = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
    return said % {"count": count}


def _address(hook: Webhook) -> str:
    return reverse("webhooks:webhook", args=[hook.pk])


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), clock.VIETNAM)
