"""The demonstration's authority: made once, in the data directory of a demonstration, and believed there alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings

from hienluong.demo.authority import DemoAuthority
from hienluong.directory.service import Actor, require
from hienluong.kit.clock import in_vietnam
from hienluong.signing.errors import NotDemonstration
from hienluong.signing.service import TrustedAuthority, import_authorities

SOURCE = "demonstration"


def make_demonstration_authority(*, actor: Actor | None, now: datetime) -> DemoAuthority:
    """Makes the demonstration's authority, or opens the one that is there, and puts it into the trust list.

    Raises:
        NotAuthenticated, PermissionMissing: the actor manages no authorities.
        NotDemonstration: this is a real installation.
    """
    actor = require(actor, "signing.manage_authorities")
    if not settings.DEMONSTRATION:
        raise NotDemonstration
    url = f"http://127.0.0.1:{settings.DEMO_AUTHORITY_PORT}"
    authority = DemoAuthority.make(Path(settings.DATA_DIR) / "demo-authority", url, now=now)
    for purpose in (TrustedAuthority.Purpose.PUBLIC_SERVICE, TrustedAuthority.Purpose.TIMESTAMPS):
        import_authorities(
            actor=actor,
            content=authority.anchors,
            purpose=purpose,
            source=SOURCE,
            valid_from=in_vietnam(now).date(),
            now=now,
        )
    return authority
