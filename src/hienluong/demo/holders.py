"""The demonstration's people and agencies that sign: a key each, its certificate registered, an image drawn.

Only a demonstration has them: the authority that issues is refused by every real installation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from asn1crypto import pem
from django.conf import settings

from hienluong.demo import drawing
from hienluong.demo.authority import DemoAuthority, Subject, write_private
from hienluong.directory.service import Actor, Agency, Post, actor_of, primary_codes, today, valid_on
from hienluong.kit.ids import new_secret
from hienluong.signing.errors import NotDemonstration
from hienluong.signing.service import (
    MemoryKey,
    SigningCertificate,
    challenge,
    prove_certificate,
    register_agency_key,
    register_own_certificate,
    set_image,
)

ROLES: Final = (Post.Role.CLERK, Post.Role.HEAD, Post.Role.DEPUTY)
MOST: Final = 200
"""So many posts at most get a key: a demonstration into which a whole province was imported starts all the same."""
HEAD: Final = "# Written by the demonstration at its start; these keys have no legal force.\n"
_SELF: Final = Actor.platform("demonstration")


def ensure_holders(authority: DemoAuthority, *, now: datetime) -> list[MemoryKey]:
    """Gives clerks, heads and deputies a key and their agencies a seal where they have none; returns the people's keys.

    Raises:
        NotDemonstration: this is a real installation.
    """
    if not settings.DEMONSTRATION:
        raise NotDemonstration
    place = Path(settings.DATA_DIR) / "demo-authority" / "holders"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (place / "password").exists():
        write_private(place / "password", new_secret(18).encode())
    held = Post.objects.filter(valid_on(today()), role__in=ROLES, person__user__isnull=False)
    posts = list(held.select_related("person", "agency").order_by("pk")[:MOST])
    _seals(authority, list({post.agency_id: post.agency for post in posts}.values()), place, now)
    first = {post.person_id: post for post in reversed(posts)}.values()
    return [_key_of(authority, post, place, now) for post in first]


def _key_of(authority: DemoAuthority, post: Post, place: Path, now: datetime) -> MemoryKey:
    name = post.person.full_name
    subject = Subject(name, post.agency.name, post.unit, post.title)
    key, new = _key(authority, subject, place / f"{post.person_id}.p12", now)
    if new:
        actor = actor_of(post)
        row = register_own_certificate(actor=actor, content=_certificates(key), now=now)
        asked = challenge(actor, row.pk, now=now)
        prove_certificate(
            actor=actor,
            certificate_id=row.pk,
            challenge=asked.id,
            signature=key.sign_digest(asked.digest),
            now=now,
        )
        set_image(actor=actor, certificate_id=row.pk, png=drawing.signature(name), now=now)
    return key


def _seals(authority: DemoAuthority, agencies: Collection[Agency], place: Path, now: datetime) -> None:
    file = Path(settings.SIGNING_KEYS_FILE)
    if file.exists() and not file.read_text(encoding="utf-8").startswith(HEAD):
        return  # somebody tries keys of their own
    codes = primary_codes(agency.pk for agency in agencies)
    made = []
    lines = [HEAD]
    for agency in agencies:
        name = codes[agency.pk].lower().replace(".", "-")
        stored = place / f"{name}.p12"
        subject = Subject(agency.name, agency.name)
        _key_there, new = _key(authority, subject, stored, now)
        lines.append(
            f"[{name}]\nfile = {json.dumps(str(stored))}\npassword_file = {json.dumps(str(place / 'password'))}\n"
        )
        made += [(agency, name)] if new else []
    write_private(file, "\n".join(lines).encode())
    for agency, name in made:
        row = register_agency_key(actor=_SELF, agency=agency, key_name=name, now=now)
        set_image(actor=_SELF, certificate_id=row.pk, png=drawing.seal(agency.name), now=now)


def _key(authority: DemoAuthority, subject: Subject, file: Path, now: datetime) -> tuple[MemoryKey, bool]:
    """Returns the key of a file, or a new one in it where there is none or its certificate stands in the register no more."""
    password = (file.parent / "password").read_text(encoding="utf-8")
    if file.exists():
        key = MemoryKey.from_pkcs12(file.read_bytes(), password)
        if _stands(key, now):
            return key, False
    content, _serial = authority.issue_pkcs12(subject, password, now=now)
    write_private(file, content)
    return MemoryKey.from_pkcs12(content, password), True


def _stands(key: MemoryKey, now: datetime) -> bool:
    return SigningCertificate.objects.filter(
        sha256=hashlib.sha256(key.certificate.dump()).hexdigest(),
        ended_at__isnull=True,
        proved_at__isnull=False,
        not_after__gt=now + timedelta(days=1),
    ).exists()


def _certificates(key: MemoryKey) -> bytes:
    return b"".join(pem.armor("CERTIFICATE", one.dump()) for one in (key.certificate, *key.chain))
