"""Which tables are guarded: every change of their rows leaves a digest of each column beside the act that made it.

A module says it at its model (`@guarded()`), or for a model of a library (`guard(Model)`). Every column is guarded unless
it is left out by name, with the reason: what changes without an act (counters of attempts, times of last use) and what is
only made from other columns. Why so: docs/decisions/0028-rows-are-compared-with-acts.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import connection, models

DIGEST_BYTES: Final = 16
NO_VALUE: Final = bytes(DIGEST_BYTES)
"""The digest of NULL: no value has it."""

_FORMS: Final = (
    # Bytes of a value that no setting of a session changes: not its zone, date style, digits or encoding.
    (re.compile(r"uuid"), "uuid_send({})"),
    (re.compile(r"bigint|integer|smallint"), "int8send({}::bigint)"),
    (re.compile(r"boolean"), "boolsend({})"),
    (re.compile(r"text|varchar(\(\d+\))?"), "convert_to({}, 'UTF8')"),
    (re.compile(r"bytea"), "{}"),
    (re.compile(r"date"), "date_send({})"),
    (re.compile(r"timestamp with time zone"), "timestamptz_send({})"),
    (re.compile(r"time"), "time_send({})"),
    (re.compile(r"jsonb"), "convert_to({}::text, 'UTF8')"),
    (re.compile(r"double precision"), "float8send({})"),
    (re.compile(r"numeric(\(\d+, ?\d+\))?"), "numeric_send({})"),
    (re.compile(r"inet"), "inet_send({})"),
    (re.compile(r"(uuid|text|varchar(\(\d+\))?)\[\]"), "array_send({})"),
)
_KEYS: Final = re.compile(r"uuid|bigint|integer|smallint|text|varchar(\(\d+\))?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is guarded.

    Attributes:
        name: in the table.
        form: how its value becomes bytes: an expression of SQL with `{}` for the value.
    """

    name: str
    form: str


@dataclass(frozen=True, slots=True)
class GuardedTable:
    """A table that is guarded.

    Attributes:
        name: of the table.
        app: the label of its application, as Django's migrations name it.
        key: the column that names a row.
        columns: those that are guarded, in the order of their digests.
    """

    name: str
    app: str
    key: str
    columns: tuple[Column, ...]

    def digests(self, row: str) -> str:
        """Returns the expression of SQL for the digests of a row, one after the other.

        Args:
            row: what the columns are called after: NEW, or the alias of the table.
        """
        missing = f"'\\x{NO_VALUE.hex()}'::bytea"
        return " || ".join(
            f"coalesce(substr(sha256({one.form.format(f'{row}.{_quoted(one.name)}')}), 1, {DIGEST_BYTES}), {missing})"
            for one in self.columns
        )

    def row(self, row: str) -> str:
        """Returns the expression of SQL for what a row is called: its key as text."""
        return f"{row}.{_quoted(self.key)}::text"

    def values(self, row: str) -> str:
        """Returns the expression of SQL for all guarded values of a row, as one record to be compared bit by bit.

        Values that count as equal may have other bytes, and so another digest: 1.0 and 1.00 in JSON, for one.
        """
        return "ROW(" + ", ".join(f"{row}.{_quoted(one.name)}" for one in self.columns) + ")::record"


Guarded = TypeVar("Guarded", bound=type[models.Model])
Wanted = tuple[type[models.Model], dict[str, str]]
_wanted: Final[dict[str, Wanted]] = {}
_tables: Final[dict[str, GuardedTable]] = {}


def guarded(**left_out: str) -> Callable[[Guarded], Guarded]:
    """Guards the table of the model below it.

    Args:
        left_out: fields that are not guarded, and why not.
    """

    def decorate(model: Guarded) -> Guarded:
        guard(model, **left_out)
        return model

    return decorate


def guard(model: type[models.Model], **left_out: str) -> None:
    """Guards the table of a model; `guarded` says it at the model itself.

    Args:
        model: whose table.
        left_out: fields that are not guarded, and why not.

    Raises:
        ImproperlyConfigured: the model has no such field, or one of a type that is not known; at the start of the program.
    """
    _wanted[model._meta.db_table] = model, left_out  # noqa: SLF001 - Django's documented interface
    if apps.models_ready:
        settle()


def settle() -> None:
    """Reads the columns of the tables that are to be guarded, as soon as every model is known.

    Raises:
        ImproperlyConfigured: a field that is left out does not exist, or one has a type that is not known.
    """
    for name, (model, left_out) in _wanted.items():
        if name not in _tables:
            _tables[name] = _read(model, left_out)


def tables() -> dict[str, GuardedTable]:
    """Returns the guarded tables by name."""
    return dict(sorted(_tables.items()))


def _read(model: type[models.Model], left_out: dict[str, str]) -> GuardedTable:
    meta = model._meta  # noqa: SLF001 - Django's documented interface
    for name in left_out:
        try:
            meta.get_field(name)
        except FieldDoesNotExist as problem:
            raise ImproperlyConfigured(
                f"{meta.label}.{name} is not guarded, but there is no such field."
            ) from problem
    columns = [
        Column(one.column, _form(one))
        for one in meta.concrete_fields
        if one.name not in left_out and one.column
    ]
    key = meta.pk
    if key is None or key.column is None or not columns or not _KEYS.fullmatch(_type(key)):
        raise ImproperlyConfigured(
            f"{meta.label} cannot be guarded: it has no key of one column, or no column at all."
        )
    return GuardedTable(meta.db_table, meta.app_label, key.column, tuple(columns))


def _form(field: models.Field[Any, Any]) -> str:
    kind = _type(field)
    for pattern, form in _FORMS:
        if pattern.fullmatch(kind):
            return form
    raise ImproperlyConfigured(
        f"{field} cannot be guarded: no form is known for the type {kind or '(none)'}."
    )


def _type(field: models.Field[Any, Any]) -> str:
    return re.sub(r" (CHECK|GENERATED|COLLATE) .*", "", field.db_type(connection) or "")


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
