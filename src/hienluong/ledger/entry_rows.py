"""Entries as the verification reads them: in the order of the log, tile by tile, in PostgreSQL's binary form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, islice
from typing import Final

from django.db import connection

from hienluong.tlog.tree import TILE_WIDTH

Row = tuple[int, bytes, bytes, str | None]
"""Of an entry: its place, salt and entry, the commitment beside it, and what else stands beside it where that differs."""

BESIDE: Final = ("id", "action", "subject", "actor", "agency")
LONGEST_BESIDE: Final = 80
"""So many letters of a value are kept beside an entry."""

# An entry is canonical JSON, so its first and last bytes say what stands beside it: what stands in quotation marks there
# can stand nowhere else in a JSON text that begins and ends so. The database compares them; where they differ, JSON is read.
_START: Final = """
'{"action":"' || action || '","actor":{' || coalesce('"agency":"' || agency || '",', '')
|| '"id":"' || substr(actor, strpos(actor, ':') + 1) || '","kind":"' || split_part(actor, ':', 1) || '","name":"'
"""
_END: Final = """',"id":"' || id || '","outcome":"{outcome}","subject":"' || subject || '","v":1}}'"""


def _ends(outcome: str) -> str:
    """Returns the expression of SQL for whether an entry of that outcome ends as what stands beside it says."""
    end = f"convert_to({_END.format(outcome=outcome)}, 'UTF8')"
    return f"substr(entry, length(entry) - length({end}) + 1) = {end}"


_PLAIN: Final = f"""
position(convert_to({_START}, 'UTF8') IN entry) = 1 AND ({_ends("done")} OR {_ends("refused")})
AND strpos(action || subject || actor, '"') = 0 AND strpos(action || subject || actor, '\\') = 0
"""
_ENTRIES: Final = (
    f"SELECT index, salt || entry, leaf, CASE WHEN NOT ({_PLAIN}) THEN to_json(ARRAY["  # noqa: S608 - expressions of this file
    "id::text, action, subject, actor, coalesce(agency::text, ''), length(salt)::text])::text END "
    "FROM ledger_entry WHERE index >= %s AND index < %s ORDER BY index"
)


def entries_by_tile(start: int, end: int) -> Iterator[list[Row]]:
    """Yields the entries there are at the places of each tile, from a place on up to another; a tile is in memory at a time.

    While these are hashed, the database reads the next ones. So until the last tile is taken the connection answers
    nothing else: whoever asks it something meanwhile waits for ever.

    Args:
        start: the first place of a tile.
        end: the place after the last.
    """
    connection.ensure_connection()
    with (
        connection.connection.cursor(binary=True) as cursor,
        closing(cursor.stream(_ENTRIES, [start, end], size=TILE_WIDTH)) as stream,
    ):
        rows: Iterator[Row] = stream
        for first in range(start, end, TILE_WIDTH):
            after = min(first + TILE_WIDTH, end)
            found = list(islice(rows, after - first))
            if found and found[-1][0] >= after:  # a place is empty: these are of the next tile
                mine = [row for row in found if row[0] < after]
                rows = chain(found[len(mine) :], rows)
                found = mine
            yield found


def differing(content: bytes, beside: str) -> list[str]:
    """Returns which of the values stored beside an entry it does not say itself.

    Args:
        content: salt and entry.
        beside: the values, as `entries_by_tile` gives them.
    """
    *values, salt_length = json.loads(beside)
    try:
        said = json.loads(content[int(salt_length) :])
        who = said["actor"]
        said |= {"actor": f"{who['kind']}:{who['id']}", "agency": who.get("agency", "")}
        pairs = zip(BESIDE, values, strict=True)
        return [name for name, value in pairs if str(said[name])[:LONGEST_BESIDE] != value]
    except (ValueError, LookupError, TypeError):
        return ["entry"]
