"""SoftHSM in specifications: its module reads its configuration once in a process, so all tokens of a process are made at once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

MODULE = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234"
TOKENS = ("hien luong", "another", "con dau")


def make_tokens(place: Path, patch: pytest.MonkeyPatch) -> None:
    """Makes empty tokens in a folder, and lets this process use them; skips where SoftHSM is missing."""
    if not MODULE.exists():
        pytest.skip("SoftHSM is missing: apt-get install softhsm2")
    (place / "tokens").mkdir()
    configuration = place / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {place}/tokens\nobjectstore.backend = file\n")
    patch.setenv("SOFTHSM2_CONF", str(configuration))
    for label in TOKENS:
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN]
        subprocess.run([*command, "--so-pin", PIN], check=True, capture_output=True)
    (place / "pin").write_text(f"{PIN}\n")


def uri_of(place: Path, token: str, label: str) -> str:
    """Returns how a key of a token is named."""
    token = token.replace(" ", "%20")
    return f"pkcs11:token={token};object={label}?module-path={MODULE}&pin-source=file:{place}/pin"
