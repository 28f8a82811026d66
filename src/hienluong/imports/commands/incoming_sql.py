"""The set-based part of an import of agencies: every step is one statement over all rows, whatever their number.

The file's rows lie in the temporary table `incoming`, one transaction long. First each row finds its agency and its
parent and what is wrong with it (`resolve`); then what would change is marked (`plan`); then it is done (`apply`).
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

COLUMNS = (
    "row", "code", "code_key", "scheme", "name", "sort_key", "folded", "kind", "kind_stated", "place",
    "old_code", "old_key", "old_scheme", "parent_key", "reference", "parent_reference", "english_name",
    "address", "email", "telephone", "fax", "website", "version", "ended", "day",
)  # fmt: skip
"""What the reader's side fills in, in the order of COPY."""

_TABLE = """
CREATE TEMPORARY TABLE incoming (
    row int PRIMARY KEY, code text, code_key text, scheme text, name text, sort_key text COLLATE "C", folded text,
    kind text, kind_stated boolean, place text, old_code text, old_key text, old_scheme text, parent_key text,
    reference text, parent_reference text, english_name text, address text, email text, telephone text, fax text,
    website text, version bigint, ended boolean, day date,
    agency_id uuid, created boolean NOT NULL DEFAULT false, parent_id uuid, left_out text, fault text,
    fault_column text, renamed boolean NOT NULL DEFAULT false, moved boolean NOT NULL DEFAULT false,
    recoded boolean NOT NULL DEFAULT false, changed boolean NOT NULL DEFAULT false
) WITH (fillfactor = 40) ON COMMIT DROP
"""

_INDEXES = (
    "CREATE INDEX ON incoming (code_key)",
    "CREATE INDEX ON incoming (old_key) WHERE old_key <> ''",
    "CREATE INDEX ON incoming (reference) WHERE reference <> ''",
    "ANALYZE incoming",
)

_LIVE = "fault IS NULL AND left_out IS NULL"

# Faults have names here; their sentences are in agency_import.
_RESOLVE = (
    # Of several versions of one row the last counts.
    """UPDATE incoming i SET left_out = 'outdated' FROM (
           SELECT row, row_number() OVER (PARTITION BY reference ORDER BY version DESC NULLS LAST, row DESC) AS place
           FROM incoming WHERE reference <> '' AND version IS NOT NULL
       ) v WHERE v.row = i.row AND v.place > 1""",
    """UPDATE incoming i SET fault = 'reference_twice', fault_column = 'id' FROM (
           SELECT row, row_number() OVER (PARTITION BY reference ORDER BY row) AS place
           FROM incoming WHERE reference <> '' AND left_out IS NULL
       ) v WHERE v.row = i.row AND v.place > 1""",
    f"""UPDATE incoming i SET fault = 'code_twice', fault_column = 'code' FROM (
           SELECT row, key, row_number() OVER (PARTITION BY key ORDER BY row) AS place FROM (
               SELECT row, code_key AS key FROM incoming WHERE {_LIVE}
               UNION ALL
               SELECT row, old_key FROM incoming WHERE {_LIVE} AND old_key <> '' AND old_key <> code_key
           ) k
       ) v WHERE v.row = i.row AND v.place > 1""",
    # Every row finds its agency by the national id, the code or the older code: they must agree.
    """UPDATE incoming i SET
           agency_id = coalesce(f.by_reference, f.by_code, f.by_old),
           fault = CASE WHEN f.by_code <> coalesce(f.by_reference, f.by_code)
                          OR f.by_old <> coalesce(f.by_reference, f.by_code, f.by_old)
                        THEN coalesce(i.fault, 'code_of_another') ELSE i.fault END,
           fault_column = CASE WHEN i.fault IS NULL THEN 'code' ELSE i.fault_column END
       FROM (
           SELECT i.row, a.id AS by_reference, c.agency_id AS by_code, o.agency_id AS by_old
           FROM incoming i
           LEFT JOIN directory_agency a ON i.reference <> '' AND a.national_id = i.reference
           LEFT JOIN directory_agencycode c ON upper(c.code) = i.code_key
           LEFT JOIN directory_agencycode o ON i.old_key <> '' AND upper(o.code) = i.old_key
       ) f WHERE f.row = i.row AND coalesce(f.by_reference, f.by_code, f.by_old) IS NOT NULL""",
    # A national id once taken over names one agency for good.
    f"""UPDATE incoming i SET fault = 'other_reference', fault_column = 'id' FROM directory_agency a
       WHERE {_LIVE} AND a.id = i.agency_id AND i.reference <> '' AND a.national_id <> i.reference""",
    f"""UPDATE incoming i SET fault = 'agency_twice', fault_column = 'code' FROM (
           SELECT row, row_number() OVER (PARTITION BY agency_id ORDER BY row) AS place
           FROM incoming WHERE {_LIVE} AND agency_id IS NOT NULL
       ) v WHERE v.row = i.row AND v.place > 1""",
    f"""UPDATE incoming i SET left_out = 'outdated' FROM directory_agency a
       WHERE {_LIVE} AND a.id = i.agency_id AND i.version <= a.national_version""",
    f"""UPDATE incoming i SET left_out = 'ended_here' FROM directory_agency a
       WHERE {_LIVE} AND a.id = i.agency_id AND a.valid_to <= %(day)s""",
    f"UPDATE incoming SET left_out = 'never_known' WHERE {_LIVE} AND agency_id IS NULL AND ended",
    f"""UPDATE incoming SET agency_id = gen_random_uuid(), created = true
       WHERE {_LIVE} AND agency_id IS NULL""",
    "CREATE INDEX ON incoming (agency_id)",
    "ANALYZE incoming",
    # The parent: a row of the file, else an agency we know.
    f"""UPDATE incoming i SET parent_id = coalesce(p.agency_id, c.agency_id) FROM (
           SELECT row, parent_key FROM incoming WHERE {_LIVE} AND parent_key <> ''
       ) w
       LEFT JOIN LATERAL (
           SELECT agency_id FROM incoming f WHERE f.code_key = w.parent_key AND f.agency_id IS NOT NULL
           UNION ALL
           SELECT agency_id FROM incoming f WHERE f.old_key = w.parent_key AND f.old_key <> ''
               AND f.agency_id IS NOT NULL
           LIMIT 1
       ) p ON true
       LEFT JOIN directory_agencycode c ON upper(c.code) = w.parent_key
       WHERE w.row = i.row""",
    """UPDATE incoming i SET parent_id = coalesce(p.agency_id, a.id) FROM incoming w
       LEFT JOIN incoming p ON p.reference = w.parent_reference AND p.reference <> '' AND p.agency_id IS NOT NULL
           AND p.fault IS NULL
       LEFT JOIN directory_agency a ON a.national_id = w.parent_reference
       WHERE w.row = i.row AND w.parent_reference <> '' AND w.fault IS NULL AND w.left_out IS NULL""",
    f"""UPDATE incoming SET fault = 'parent_unknown',
           fault_column = CASE WHEN parent_reference <> '' THEN 'pid' ELSE 'parent' END
       WHERE {_LIVE} AND (parent_key <> '' OR parent_reference <> '') AND parent_id IS NULL""",
    f"""UPDATE incoming SET fault = 'own_parent',
           fault_column = CASE WHEN parent_reference <> '' THEN 'pid' ELSE 'parent' END
       WHERE {_LIVE} AND parent_id = agency_id""",
    f"""UPDATE incoming SET fault = 'unit_without_parent', fault_column = 'parent'
       WHERE {_LIVE} AND created AND kind = 'unit' AND parent_id IS NULL""",
)

_ORPHANS = f"""
UPDATE incoming i SET fault = 'parent_left_out',
    fault_column = CASE WHEN i.parent_reference <> '' THEN 'pid' ELSE 'parent' END
WHERE {_LIVE} AND i.parent_id IS NOT NULL
    AND EXISTS (SELECT 1 FROM incoming p WHERE p.agency_id = i.parent_id AND p.created AND p.fault IS NOT NULL)
"""

_CIRCLES = f"""
WITH RECURSIVE edges AS MATERIALIZED (
    SELECT a.id, coalesce(i.parent_id, a.parent_id) AS parent_id
    FROM directory_agency a LEFT JOIN incoming i ON i.agency_id = a.id AND i.fault IS NULL AND i.left_out IS NULL
    UNION ALL
    SELECT agency_id, parent_id FROM incoming WHERE created AND {_LIVE}
), reached AS (
    SELECT id FROM edges WHERE parent_id IS NULL
    UNION ALL
    SELECT e.id FROM edges e JOIN reached r ON e.parent_id = r.id
)
UPDATE incoming i SET fault = 'circle', fault_column = CASE WHEN i.parent_reference <> '' THEN 'pid' ELSE 'parent' END
WHERE {_LIVE} AND i.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reached r WHERE r.id = i.agency_id)
"""

_PLAN = (
    "ANALYZE incoming",
    f"""UPDATE incoming i SET
           renamed = a.name <> i.name,
           moved = i.parent_id IS NOT NULL AND i.parent_id IS DISTINCT FROM a.parent_id,
           changed = (i.english_name <> '' AND i.english_name <> a.english_name AND a.name = i.name)
               OR (i.address <> '' AND i.address <> a.address) OR (i.email <> '' AND i.email <> a.email)
               OR (i.telephone <> '' AND i.telephone <> a.telephone) OR (i.fax <> '' AND i.fax <> a.fax)
               OR (i.website <> '' AND i.website <> a.website) OR (i.kind_stated AND i.kind <> a.kind)
               OR (i.reference <> '' AND a.national_id IS NULL)
               OR (i.version IS DISTINCT FROM a.national_version AND i.version IS NOT NULL)
       FROM directory_agency a WHERE a.id = i.agency_id AND NOT i.created AND {_LIVE}""",
    f"""UPDATE incoming i SET recoded = true
       WHERE NOT created AND {_LIVE} AND (
           NOT EXISTS (SELECT 1 FROM directory_agencycode c WHERE c.agency_id = i.agency_id
                       AND upper(c.code) = i.code_key AND NOT c.provisional)
           OR (i.old_key <> '' AND NOT EXISTS (SELECT 1 FROM directory_agencycode c WHERE c.agency_id = i.agency_id
                       AND upper(c.code) = i.old_key AND NOT c.provisional)))""",
)

TOUCHED = f"{_LIVE} AND (created OR renamed OR moved OR recoded OR changed OR ended)"

_BEFORE = f"""
INSERT INTO imports_agencyimportchange (agency_import_id, agency_id, row, created, before)
SELECT %(import)s, i.agency_id, i.row, i.created, CASE WHEN i.created THEN NULL ELSE jsonb_build_object(
    'agency', to_jsonb(a),
    'codes', (SELECT coalesce(jsonb_agg(to_jsonb(c)), '[]') FROM directory_agencycode c WHERE c.agency_id = a.id),
    'former_names', (SELECT coalesce(jsonb_agg(n.id), '[]') FROM directory_formername n WHERE n.agency_id = a.id),
    'former_parents', (SELECT coalesce(jsonb_agg(n.id), '[]') FROM directory_formerparent n WHERE n.agency_id = a.id)
) END
FROM incoming i LEFT JOIN directory_agency a ON a.id = i.agency_id WHERE {TOUCHED}
"""

_APPLY = (
    f"""INSERT INTO directory_agency (id, name, english_name, sort_key, search_key, kind, place, parent_id, valid_from,
           address, email, telephone, fax, website, national_id, national_version, change_number)
       SELECT agency_id, name, english_name, sort_key, folded, kind, place, parent_id, day, address, email,
           telephone, fax, website, nullif(reference, ''), version, %(number)s
       FROM incoming WHERE created AND {_LIVE}""",
    f"""INSERT INTO directory_agencycode (agency_id, scheme, code, "primary", provisional, valid_from)
       SELECT agency_id, scheme, code, true, false, day FROM incoming WHERE created AND {_LIVE}
       UNION ALL
       SELECT agency_id, old_scheme, old_code, false, false, day FROM incoming
       WHERE created AND {_LIVE} AND old_key <> '' AND old_key <> code_key""",
    # Names and places of before are kept unless they had lasted no day.
    f"""INSERT INTO directory_formername (agency_id, name, english_name, valid_from, valid_to)
       SELECT a.id, a.name, a.english_name, s.since, i.day FROM incoming i JOIN directory_agency a ON a.id = i.agency_id
       CROSS JOIN LATERAL (SELECT coalesce((SELECT max(n.valid_to) FROM directory_formername n
                                            WHERE n.agency_id = a.id), a.valid_from) AS since) s
       WHERE i.renamed AND {_LIVE} AND s.since < i.day""",
    f"""INSERT INTO directory_formerparent (agency_id, parent_id, valid_from, valid_to)
       SELECT a.id, a.parent_id, s.since, i.day FROM incoming i JOIN directory_agency a ON a.id = i.agency_id
       CROSS JOIN LATERAL (SELECT coalesce((SELECT max(n.valid_to) FROM directory_formerparent n
                                            WHERE n.agency_id = a.id), a.valid_from) AS since) s
       WHERE i.moved AND {_LIVE} AND s.since < i.day""",
    # A published code over a provisional one: confirmed, or added beside it as the one written on the wire.
    f"""UPDATE directory_agencycode c SET provisional = false, valid_to = NULL
       FROM incoming i WHERE i.recoded AND {_LIVE} AND c.agency_id = i.agency_id AND c.provisional
           AND upper(c.code) IN (i.code_key, i.old_key)""",
    f"""UPDATE directory_agencycode c SET
           valid_to = CASE WHEN c.provisional AND c.valid_to IS NULL AND c.scheme = i.scheme
                               AND upper(c.code) <> i.old_key
                           THEN greatest(i.day, c.valid_from) ELSE c.valid_to END,
           "primary" = c."primary" AND NOT (i.scheme = c.scheme OR i.scheme = 'qd20')
       FROM incoming i WHERE i.recoded AND {_LIVE} AND c.agency_id = i.agency_id
           AND upper(c.code) <> i.code_key""",
    f"""INSERT INTO directory_agencycode (agency_id, scheme, code, "primary", provisional, valid_from)
       SELECT n.agency_id, n.scheme, n.code, false, false, n.day FROM (
           SELECT agency_id, scheme, code, code_key AS key, day FROM incoming WHERE recoded AND {_LIVE}
           UNION ALL
           SELECT agency_id, old_scheme, old_code, old_key, day FROM incoming
           WHERE recoded AND {_LIVE} AND old_key <> '' AND old_key <> code_key
       ) n WHERE NOT EXISTS (SELECT 1 FROM directory_agencycode c WHERE upper(c.code) = n.key)""",
    f"""UPDATE directory_agencycode c SET "primary" = true FROM incoming i
       WHERE i.recoded AND {_LIVE} AND c.agency_id = i.agency_id AND upper(c.code) = i.code_key AND NOT EXISTS (
           SELECT 1 FROM directory_agencycode p WHERE p.agency_id = i.agency_id AND p."primary")""",
    f"""UPDATE directory_agency a SET
           name = i.name, sort_key = i.sort_key,
           english_name = CASE WHEN i.renamed OR i.english_name <> '' THEN i.english_name ELSE a.english_name END,
           search_key = CASE WHEN (i.renamed OR i.recoded) AND position(i.folded IN a.search_key) = 0
                             THEN i.folded || ' | ' || a.search_key ELSE a.search_key END,
           parent_id = coalesce(i.parent_id, a.parent_id),
           kind = CASE WHEN i.kind_stated THEN i.kind ELSE a.kind END,
           address = coalesce(nullif(i.address, ''), a.address), email = coalesce(nullif(i.email, ''), a.email),
           telephone = coalesce(nullif(i.telephone, ''), a.telephone), fax = coalesce(nullif(i.fax, ''), a.fax),
           website = coalesce(nullif(i.website, ''), a.website),
           national_id = coalesce(nullif(i.reference, ''), a.national_id),
           national_version = coalesce(i.version, a.national_version),
           valid_to = CASE WHEN i.ended THEN greatest(i.day, a.valid_from) ELSE a.valid_to END,
           change_number = %(number)s
       FROM incoming i WHERE a.id = i.agency_id AND NOT i.created AND {TOUCHED}""",
    f"""UPDATE directory_agencycode c SET valid_to = greatest(i.day, c.valid_from) FROM incoming i
       WHERE i.ended AND NOT i.created AND {_LIVE} AND c.agency_id = i.agency_id AND c.valid_to IS NULL""",
)

_COUNTS = f"""
SELECT count(*), count(*) FILTER (WHERE {_LIVE} AND created), count(*) FILTER (WHERE {_LIVE} AND renamed),
    count(*) FILTER (WHERE {_LIVE} AND moved), count(*) FILTER (WHERE {_LIVE} AND recoded),
    count(*) FILTER (WHERE {_LIVE} AND ended),
    count(*) FILTER (WHERE {_LIVE} AND changed AND NOT (renamed OR moved OR recoded OR ended)),
    count(*) FILTER (WHERE {_LIVE} AND NOT (created OR renamed OR moved OR recoded OR changed OR ended)),
    count(*) FILTER (WHERE left_out IS NOT NULL AND fault IS NULL), count(*) FILTER (WHERE fault IS NOT NULL)
FROM incoming
"""
COUNT_NAMES = (
    "rows", "created", "renamed", "moved", "recoded", "ended", "changed", "unchanged", "left_out", "wrong",
)  # fmt: skip

SAMPLES = {
    "created": "i.created",
    "renamed": "i.renamed",
    "moved": "i.moved",
    "recoded": "i.recoded",
    "ended": "i.ended AND NOT i.created",
}


def prepare() -> None:
    """Makes the empty table of incoming rows, gone with the transaction.

    Until `finish` joins are hashed: no statistics can tell the planner how many rows are wrong or changed, and a
    nested loop over two lists of a hundred thousand rows takes hours.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming")
        cursor.execute(_TABLE)
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL gin_pending_list_limit = '32MB'")


def finish() -> None:
    """Gives the planner its freedom back for the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute("SET LOCAL work_mem TO DEFAULT")


def resolve(day: date) -> None:
    """Finds each row's agency and parent, and what is wrong with it."""
    _run((*_INDEXES, *_RESOLVE), {"day": day})
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_ORPHANS)
            orphans = cursor.rowcount
            if not orphans:
                cursor.execute(_CIRCLES)
                if not cursor.rowcount:
                    return


def plan() -> dict[str, int]:
    """Marks what each row changes and returns how many of each."""
    _run(_PLAN, {})
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        return dict(zip(COUNT_NAMES, cursor.fetchone(), strict=True))


def faults(limit: int) -> list[tuple[int, str, str, str, str]]:
    """Returns (row, column, fault, code, name) of the first wrong rows."""
    return _rows(
        "SELECT row, fault_column, fault, code, name FROM incoming WHERE fault IS NOT NULL ORDER BY row LIMIT %s",
        [limit],
    )


def samples(kind: str, limit: int) -> list[dict[str, Any]]:
    """Returns the first rows that create, rename, move, recode or end: what it was and what it becomes."""
    rows = _rows(
        "SELECT i.row, i.code, i.name, coalesce(a.name, ''), coalesce(b.name, ''), coalesce(p.name, q.name, '') "
        f"FROM (SELECT * FROM incoming i WHERE {_LIVE} AND {SAMPLES[kind]} ORDER BY i.row LIMIT %s) i "
        "LEFT JOIN directory_agency a ON a.id = i.agency_id "
        "LEFT JOIN directory_agency b ON b.id = a.parent_id LEFT JOIN directory_agency p ON p.id = i.parent_id "
        "LEFT JOIN incoming q ON q.agency_id = i.parent_id AND q.created "
        "ORDER BY i.row",
        [limit],
    )
    names = ("row", "code", "name", "name_before", "parent_before", "parent")
    return [dict(zip(names, row, strict=True)) for row in rows]


def apply(import_id: UUID, number: int) -> None:
    """Keeps what was, then writes what is planned."""
    _run(("ANALYZE incoming", _BEFORE, *_APPLY), {"import": import_id, "number": number})


def _run(statements: tuple[str, ...], values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values if "%(" in statement else None)


def _rows(statement: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
