"""PostgreSQL's pg_trgm, which search by pieces of names stands on: there already, made now, or named as missing."""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from hienluong.directory.errors import TrigramsMissing


def ensure_trigrams(connection: BaseDatabaseWrapper) -> None:
    """Makes the extension unless the database has it. The owner of a database may make it (it is "trusted").

    Raises:
        TrigramsMissing: the server lacks the extension or the role the right; what to run is in the text.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone():
            return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION pg_trgm")
    except DatabaseError as refusal:
        raise TrigramsMissing(reason=str(refusal).splitlines()[0]) from refusal
