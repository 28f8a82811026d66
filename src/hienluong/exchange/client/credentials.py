"""The credentials of an agency's system, as they lie on its disk."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from hienluong.exchange.client.errors import CredentialsUnusable

_OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Credentials:
    """The OAuth2 client id and secret of an agency's system (RFC 6749, section 4.4)."""

    client_id: str
    client_secret: str = field(repr=False)
    source: str = "–"

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a JSON file {"client_id": …, "client_secret": …} that only its owner may read.

        Raises:
            CredentialsUnusable: it is missing, others may read it, or it holds something else.
        """
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                content = file.read(65_536)
        except OSError as problem:
            raise CredentialsUnusable(path, problem.strerror or str(problem)) from problem
        if mode & _OTHERS_MAY_READ:
            raise CredentialsUnusable(path, "other users may read the file", f"Run: chmod 600 {path}")
        try:
            values = json.loads(content)
            return cls(str(values["client_id"]), str(values["client_secret"]), str(path))
        except (ValueError, KeyError, TypeError) as problem:
            reason = 'it is no JSON object with "client_id" and "client_secret"'
            raise CredentialsUnusable(path, reason) from problem
