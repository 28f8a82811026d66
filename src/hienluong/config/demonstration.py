"""Furnishes the demonstration province: made-up people, real agencies, systems of theirs, and what to try.

Only an installation of kind "demonstration" is ever furnished (decision 12 of the architecture). Everything here
can be done again: what exists stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from hienluong.config.installation import Installation, write_durably
from hienluong.directory import service as directory
from hienluong.directory.service import Actor, Agency, Post, User
from hienluong.identity import service as identity
from hienluong.kit import clock
from hienluong.kit.errors import Forbidden, NotFound
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.ids import new_secret
from hienluong.systems import service as systems
from hienluong.systems.service import AgencySystem

PASSWORD_SECRET = "demo-password"  # noqa: S105 - the name of a file, not a password
SYSTEMS_SECRET = "demo-systems.json"  # noqa: S105 - the same
OPERATOR = "vanhanh"
SIGN_IN_MINUTES = 60

HOME_AFFAIRS, DONG_HOI, KHE_SANH, OFFICE, PROVINCE, AXIS = (
    "H50.S01",
    "H50.C18880",
    "H50.C19429",
    "H50.VP",
    "H50",
    "G22",
)


@dataclass(frozen=True, slots=True)
class Persona:
    """A made-up person of the demonstration, with the posts they hold: (agency code, role, title)."""

    username: str
    full_name: str
    posts: tuple[tuple[str, Post.Role, str], ...]


_ROLE = Post.Role
PERSONAS = (
    Persona("vanthu.noivu", "Nguyễn Thị Hạnh", ((HOME_AFFAIRS, _ROLE.CLERK, "Văn thư"),)),
    Persona("vanthu.donghoi", "Trần Văn Đức", ((DONG_HOI, _ROLE.CLERK, "Văn thư"),)),
    Persona("vanthu.khesanh", "Hồ Thị Ăm", ((KHE_SANH, _ROLE.CLERK, "Văn thư"),)),
    Persona("giamdoc.noivu", "Lê Quang Ánh", ((HOME_AFFAIRS, _ROLE.HEAD, "Giám đốc Sở"),)),
    Persona(
        "phogiamdoc.noivu",
        "Đặng Thu Ý",
        (
            (HOME_AFFAIRS, _ROLE.DEPUTY, "Phó Giám đốc Sở"),
            (HOME_AFFAIRS, _ROLE.CLERK, "Kiêm nhiệm văn thư"),
        ),
    ),
    Persona(OPERATOR, "Phan Đình Vận", ((OFFICE, _ROLE.OPERATOR, "Vận hành trục liên thông"),)),
    Persona("quantri", "Võ Thị Quỳnh", ((PROVINCE, _ROLE.ADMINISTRATOR, "Quản trị hệ thống"),)),
    Persona("kiemtoan", "Bùi Xuân Ước", ((PROVINCE, _ROLE.AUDITOR, "Kiểm tra nhật ký"),)),
    Persona("baomat", "Ngô Thị Êm", ((OFFICE, _ROLE.SECRECY_OFFICER, "Phụ trách bảo vệ bí mật nhà nước"),)),
)

SYSTEMS = (
    ("home-affairs", HOME_AFFAIRS, "Phần mềm quản lý văn bản Sở Nội vụ"),
    ("dong-hoi", DONG_HOI, "Phần mềm quản lý văn bản phường Đồng Hới"),
    ("khe-sanh", KHE_SANH, "Phần mềm quản lý văn bản xã Khe Sanh"),
    ("upstream-axis", AXIS, "Trục liên thông cấp trên (mô phỏng)"),
)
"""Key in `demo-systems.json`, agency, name. The last may send for any agency outside the province."""


class NotADemonstration(Forbidden):
    """A real installation is never furnished with made-up people."""

    code = "config.not-a-demonstration"
    detail = _("This installation is a real one; made-up people and systems are never put into it.")


class ReferenceDataMissing(NotFound):
    """An agency of the demonstration is not in the directory."""

    code = "config.reference-data-missing"
    detail = _("No agency has the code {agency_code}.")
    todo = _("Load the reference data first.")


def furnish(*, now: datetime | None = None) -> None:
    """Adds the people, accounts, posts and systems of the demonstration that are missing.

    All accounts share one generated password, kept in the installation's secret `demo-password`; the systems'
    client ids and secrets are in `demo-systems.json` beside it (both 0600).

    Raises:
        NotADemonstration: the installation is a real one.
        ReferenceDataMissing: the reference data were not loaded.
    """
    installation = _demonstration()
    now = now or clock.now()
    password = _demo_password(installation)
    with transaction.atomic():
        for persona in PERSONAS:
            _add_persona(persona, password, now)
    _add_systems(installation, now)


def announce(*, now: datetime | None = None) -> str:
    """Returns what `make run` prints: the address, a fresh one-time sign-in, the accounts and what to try.

    Raises:
        NotADemonstration: the installation is a real one.
    """
    installation = _demonstration()
    operator = User.objects.get(username=OPERATOR)
    token = identity.create_one_time_sign_in(
        actor=_SELF, user=operator, now=now or clock.now(), minutes=SIGN_IN_MINUTES
    )
    return "\n".join(_announcement(installation, token))


_SELF = Actor.platform("demonstration")


def _announcement(installation: Installation, token: str) -> Iterator[str]:
    address = settings.PUBLIC_URL
    yield gettext("Hiền Lương, the demonstration province: %(address)s/") % {"address": address}
    yield gettext("Sign in once as the operator, within %(minutes)d minutes:") % {"minutes": SIGN_IN_MINUTES}
    yield f"  {address}/sign-in/once/{token}/"
    file = installation.secrets / PASSWORD_SECRET
    yield gettext("Or with an account; the password of all is in %(file)s:") % {"file": file}
    for persona in PERSONAS:
        code, role, title = persona.posts[0]
        yield f"  {persona.username:<17} {persona.full_name:<16} {role.value:<15} {code:<10} {title}"
    yield gettext(
        "The operator and the administrator then set up a second factor: a post like theirs asks for one."
    )
    yield gettext("Try: as vanthu.noivu, send a document to phường Đồng Hới; as vanthu.donghoi, accept it;")
    yield gettext(
        "then follow its journey, and watch the axis as vanhanh. `make demo` does it through the API."
    )
    yield gettext(
        "Sign: documents wait for vanthu.noivu to number, seal and issue, and for giamdoc.noivu to sign."
    )


def _demonstration() -> Installation:
    installation = settings.INSTALLATION
    if not isinstance(installation, Installation) or installation.kind != "demonstration":
        raise NotADemonstration
    return installation


def _demo_password(installation: Installation) -> str:
    if not installation.has_secret(PASSWORD_SECRET):
        write_durably(installation.secrets / PASSWORD_SECRET, new_secret(12) + "\n")
    return installation.secret(PASSWORD_SECRET)


def _agency(code: str) -> Agency:
    found = directory.agency_by_code(code)
    if found is None:
        raise ReferenceDataMissing(agency_code=code)
    return found.agency


def _add_persona(persona: Persona, password: str, now: datetime) -> None:
    user = User.objects.filter(username=persona.username).first()
    if user is not None:
        return
    person = directory.create_person(
        actor=_SELF, full_name=persona.full_name, username=persona.username, password=password, now=now
    )
    for code, role, title in persona.posts:
        directory.assign_post(
            actor=_SELF, person=person, agency=_agency(code), role=role, title=title, now=now
        )


def _add_systems(installation: Installation, now: datetime) -> None:
    """Registers the systems that are missing; one whose secret was lost gets a new one."""
    file = installation.secrets / SYSTEMS_SECRET
    known: dict[str, dict[str, str]] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    for key, code, name in SYSTEMS:
        system = AgencySystem.objects.filter(name=name, agency=_agency(code), valid_to=None).first()
        entry = known.get(key)
        if system is not None and _still_good(entry, system):
            continue
        known[key] = {"agency_code": code, "name": name, **_credentials(system, code, name, now)}
        write_durably(file, json.dumps(known, ensure_ascii=False, indent=2) + "\n")


def _still_good(entry: dict[str, str] | None, system: AgencySystem) -> bool:
    """Returns whether the credentials kept in the file are those of the system; one made before keys had names is not."""
    return (
        entry is not None
        and entry["client_id"] == system.client_id
        and any(row.key_id in entry["client_secret"] for row in system.secrets.all())
    )


def _credentials(system: AgencySystem | None, code: str, name: str, now: datetime) -> dict[str, str]:
    if system is not None:
        secret = systems.rotate_system_secret(actor=_SELF, system=system, now=now, former_ends_at=now)
        return {"client_id": system.client_id, "client_secret": secret}
    with transaction.atomic():
        system, client_id, secret = systems.register_system(
            actor=_SELF, agency=_agency(code), name=name, now=now
        )
        if code == AXIS:
            systems.grant_sending_right(
                actor=_SELF,
                system=system,
                agency=None,
                reason="Demonstration: stands for the national axis",
                now=now,
            )
    return {"client_id": client_id, "client_secret": secret}
