"""The vault asks here before it destroys a copy: a legal hold keeps it. The database asks by itself (migration 0001)."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from hienluong.files import service as files


def is_held(file_id: UUID, holder: UUID) -> bool:
    """Returns whether a legal hold keeps this holder's copy of a file."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT retention_keeps(%s::uuid, %s::uuid)", [file_id, holder])
        row = cursor.fetchone()
    return bool(row and row[0])


files.add_keeper(is_held)
