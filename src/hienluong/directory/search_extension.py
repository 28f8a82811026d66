"""PostgreSQL's pg_trgm and btree_gin, which search stands on: there already, made now, or named as missing."""

from __future__ import annotations

from typing import Literal

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from hienluong.directory.errors import ExtensionMissing


def ensure_extension(connection: BaseDatabaseWrapper, name: Literal["pg_trgm", "btree_gin"]) -> None:
    """Makes the extension unless the database has it. The owner of a database may make it (it is "trusted").

    Raises:
        ExtensionMissing: the server lacks the extension or the role the right; what to run is in the text.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = %s", [name])
        if cursor.fetchone():
            return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f"CREATE EXTENSION {name}")
    except DatabaseError as refusal:
        raise ExtensionMissing(extension=name, reason=str(refusal).splitlines()[0]) from refusal
