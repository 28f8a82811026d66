"""Doors of signing in, of one's own account, of the accounts of others, and of single sign-on."""

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from tests.matrix.doors import (
    CONFIRM,
    HALF_WAY,
    IDLE,
    ROLES,
    SIGN_IN,
    Answer,
    Door,
    First,
    Table,
    Things,
    anybody,
    door,
    signed_in,
)
from tests.matrix.passkey import Passkey, as_text
from tests.matrix.personas import NOBODY, PROGRAMS, STRANGERS
from tests.matrix.province import PASSWORD
from tests.matrix.sign_on import RETURN, granted, question, read_question
from tests.matrix.things import browser_given

_IN = (*IDLE, *ROLES, *STRANGERS)
_NEW = "bến sông Hiền Lương hai bờ"


# --- What is done at other pages before, and what is then sent ------------------------------------------------------------


def _opened(path: str, **headers: str) -> First:
    """Opens a page first: its text and the session are then known."""

    def first(client: Client, _things: Things) -> dict[str, Any]:
        page = client.get(path, headers=headers).content.decode("utf-8", "replace")
        return {"page": page, "session": dict(client.session)}

    return first


def _password_shown(client: Client, things: Things) -> dict[str, Any]:
    """Takes the first step of a sign-in that asks for a second one."""
    client.post("/sign-in/", {"login": things["clerks_username"], "password": PASSWORD})
    return {"session": dict(client.session)}


def _locked_out(client: Client, things: Things) -> dict[str, Any]:
    """Guesses a password five times: from then on the right one is refused too, for a while."""
    for _ in range(5):
        client.post("/sign-in/", {"login": things["username"], "password": "wrong"})
    return {}


def _link_opened(client: Client, things: Things) -> dict[str, Any]:
    client.get(f"/sign-in/forgotten/{things['uid']}/{things['link']}/")
    return {}


def _code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def _challenge(things: Things) -> str:
    return things["session"].get("mfa.webauthn.state", {}).get("challenge", "AAAA")


def _credentials(name: str) -> Callable[[Things], dict[str, Any]]:
    return lambda things: {"login": things[name], "password": PASSWORD}


def _signed(things: Things) -> dict[str, Any]:
    return {"credential": as_text(things["passkey"].sign(_challenge(things)))}


def _given_back(things: Things) -> dict[str, Any]:
    return {
        "token": things["person_token"],
        "client_id": things["sign_on_id"],
        "client_secret": things["sign_on_secret"],
    }


def _new_app(things: Things) -> dict[str, Any]:
    return {"code": _code(things["session"].get("mfa.totp.secret", "JBSWY3DPEHPK3PXP"))}


def _own_code(things: Things) -> dict[str, Any]:
    return {"code": _code(things["app_secret"])}


def _new_passkey(things: Things) -> dict[str, Any]:
    return {"name": "điện thoại", "credential": as_text(Passkey().register(_challenge(things)))}


def _account(*passes: str, others: Answer = 404, **more: Any) -> Door:
    """Returns a door of one's own account: `others` who are signed in get this, strangers are led to the sign-in."""
    strangers = dict.fromkeys((*NOBODY, *PROGRAMS), SIGN_IN)
    idle = dict.fromkeys(IDLE, others)
    return door(*passes, others=others, **{**more, "but": {**strangers, **idle, **more.get("but", {})}})


def _clerks(**more: Any) -> Door:
    """Returns a door to a thing of the clerk's account, of whom there is one in each agency."""
    return _account("clerk", agencys=True, **more)


_PASSKEY_PAGE = {"x-requested-with": "XMLHttpRequest"}
_CHANGED = {"present": PASSWORD, "password": _NEW, "again": _NEW}
_OF_A_PERSON = door(
    "person_token",
    acts=False,
    others=401,
    but=dict.fromkeys((name for name in (*NOBODY, *PROGRAMS) if name != "person_token"), 401),
)
_WITH_APP = dict.fromkeys(("clerk", "other_clerk"), 302)
_HOME = dict.fromkeys(_IN, 302)  # whoever is signed in already is sent home

ROUTES: Table = {
    # --- signing in ---------------------------------------------------------------------------------------------------
    "sign-in/": {
        "GET": anybody(but=_HOME),
        "POST": (
            anybody(but=_HOME, acts=False, sends={"login": "nobody", "password": "wrong"}),
            anybody(answers=302, but=_HOME, sends=_credentials("username")),
            anybody(answers=SIGN_IN, but=_HOME, acts=False, sends=_credentials("closed_username")),
            anybody(but=_HOME, acts=False, first=_locked_out, sends=_credentials("username")),
        ),
    },
    "sign-in/once/<str:token>/": {
        "GET": anybody(even_half_way=True),
        "POST": (
            anybody(answers=302, even_half_way=True),
            anybody(answers=401, even_half_way=True, acts=False, given={"token": "made-up"}),
        ),
    },
    "sign-in/with/<slug:provider_id>/": {
        "GET": (anybody(answers=302), anybody(answers=404, given={"provider_id": "unknown"}))
    },
    "sign-in/with/<slug:provider_id>/callback/": {
        "GET": anybody(answers=SIGN_IN, but=_HOME)
    },  # nobody was asked there
    "sign-in/passkey/": {
        "GET": (
            anybody(answers=SIGN_IN, but=_HOME),
            anybody(headers=_PASSKEY_PAGE),
        ),
        "POST": anybody(
            answers=302, but=_HOME, first=_opened("/sign-in/passkey/", **_PASSKEY_PAGE), sends=_signed
        ),
    },
    "sign-in/code/": {
        "GET": (anybody(answers=SIGN_IN, but=_HOME), anybody(but=_HOME, first=_password_shown)),
        "POST": anybody(answers=302, but=_HOME, first=_password_shown, sends=_own_code),
    },
    "sign-in/forgotten/": {
        "GET": anybody(),
        "POST": anybody(sends=lambda things: {"username": things["username"]}, recorded=False),
    },
    "sign-in/forgotten/<str:uid>/<str:token>/": {
        "GET": (
            anybody(answers=302, at={"token": "link"}),
            anybody(answers=410, given={"token": "form"}),
        ),
        "POST": anybody(
            answers=SIGN_IN,
            given={"token": "form"},
            first=_link_opened,
            sends={"password": _NEW, "again": _NEW},
        ),
    },
    "sign-out/": {"POST": signed_in(answers=SIGN_IN, even=HALF_WAY)},
    # --- one's own account ----------------------------------------------------------------------------------------------
    "acting-for/": {
        "GET": signed_in(even=("unproven",)),
        "POST": _clerks(but={"unproven": 404}, answers=302, sends=lambda things: {"post": things["post_id"]}),
    },
    "account/": {"GET": signed_in()},
    "account/password/": {
        "GET": signed_in(even=("newcomer",)),
        "POST": signed_in(answers=302, even=("newcomer",), sends=_CHANGED),
    },
    "account/second-factor/": {"GET": signed_in(even=("unproven",))},
    "account/sessions/end-others/": {"POST": signed_in(answers=302)},
    "account/sessions/<int:session_id>/end/": {"POST": _clerks(answers=302)},
    "account/reminders/": {
        "GET": signed_in(),
        "POST": signed_in(answers=302, sends={"mail": "on"}),
    },
    "account/reminders/browsers/": {
        "POST": signed_in(answers=302, sends=lambda things: browser_given(f"new-{things['code']}"))
    },
    "account/reminders/browsers/<int:subscription_id>/remove/": {"POST": _clerks(answers=302)},
    "account/identities/link/<slug:provider_id>/": {"GET": signed_in(answers=302)},
    "account/identities/<int:identity_id>/unlink/": {"POST": _clerks(answers=302)},
    "account/confirm/": {
        "GET": signed_in(even=HALF_WAY),
        "POST": signed_in(answers=302, even=HALF_WAY, acts=False, sends={"password": PASSWORD}),
    },
    "account/confirm/code/": {
        "GET": _account("clerk", others=CONFIRM, but={"unproven": CONFIRM}),
        "POST": _clerks(
            answers=302, elsewhere=200, others=CONFIRM, but={"unproven": CONFIRM}, sends=_own_code
        ),
    },
    "account/confirm/passkey/": {
        "GET": _account("clerk", others=CONFIRM, but={"unproven": CONFIRM}),
        "POST": _clerks(
            answers=302,
            elsewhere=SIGN_IN,
            others=CONFIRM,
            but={"unproven": CONFIRM},
            first=_opened("/account/confirm/passkey/"),
            sends=_signed,
        ),
    },
    # One app for each account: whoever has one is led to where it is removed.
    "account/app/": {
        "GET": signed_in(even=("unproven",), but=_WITH_APP),
        "POST": signed_in(
            answers=302, even=("unproven",), but=_WITH_APP, first=_opened("/account/app/"), sends=_new_app
        ),
    },
    "account/app/remove/": {"GET": _account("clerk"), "POST": _account("clerk", answers=302)},
    "account/passkeys/add/": {
        "GET": signed_in(even=("unproven",)),
        "POST": signed_in(
            answers=302, even=("unproven",), first=_opened("/account/passkeys/add/"), sends=_new_passkey
        ),
    },
    "account/passkeys/<int:pk>/remove/": {"GET": _clerks(), "POST": _clerks(answers=302)},
    "account/recovery-codes/": {  # shown once: that they were is kept
        "GET": _account("clerk", but={"unproven": 404}, acts=True, recorded=False)
    },
    "account/recovery-codes/renew/": {
        "GET": signed_in(),
        "POST": _account("clerk", answers=302, others=200),  # others have no second factor: the form says so
    },
    # --- the accounts of others -------------------------------------------------------------------------------------------
    "accounts/": {"GET": door("administrator")},
    "accounts/<int:user_id>/": {"GET": door("administrator")},
    "accounts/<int:user_id>/second-factor/": {"GET": door("administrator")},
    "accounts/<int:user_id>/unlock/": {"POST": door("administrator", answers=302)},
    "accounts/<int:user_id>/end-sessions/": {"POST": door("administrator", answers=302)},
    "accounts/<int:user_id>/close/": {"POST": door("administrator", answers=302)},
    "accounts/<int:user_id>/reopen/": {
        "POST": door("administrator", answers=302, at={"user_id": "closed_user_id"})
    },
    "accounts/<int:user_id>/reset-second-factor/": {"POST": door("administrator", answers=302)},
    # --- single sign-on ---------------------------------------------------------------------------------------------------
    "sign-on/clients/": {"GET": door("administrator")},
    "sign-on/clients/new/": {
        "GET": door("administrator"),
        "POST": door(
            "administrator",
            sends=lambda things: {
                "agency_code": things["code"],
                "name": "Hệ thống mới",
                "redirect_uris": RETURN,
            },
        ),
    },
    "sign-on/clients/<uuid:client_id>/": {"GET": door("administrator")},
    "sign-on/clients/<uuid:client_id>/rotate/": {"POST": door("administrator")},
    "sign-on/clients/<uuid:client_id>/end/": {
        "GET": door("administrator"),
        "POST": door("administrator", answers=302),
    },
    ".well-known/openid-configuration": {"GET": anybody()},
    "sign-on/keys.json": {"GET": anybody()},
    "sign-on/authorize/": {
        "GET": door(*ROLES, sends=question, but=dict.fromkeys(IDLE, 400)),
        "POST": door(
            *ROLES,
            answers=302,
            first=read_question,
            sends=granted,
            but={**dict.fromkeys(IDLE, 403), **dict.fromkeys(("visitor", "closed", *PROGRAMS), SIGN_IN)},
        ),
    },
    "sign-on/userinfo": {"GET": _OF_A_PERSON, "POST": _OF_A_PERSON},
    "sign-on/revoke": {"POST": anybody(recorded=False, sends=_given_back)},
}
