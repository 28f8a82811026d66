"""The errors of the house: each says what was wrong, where, what was kept and what to do.

An error is a class with a stable `code`, an HTTP `status` and English text templates. It carries parameters, not
finished sentences, so that one handler above can render it in Vietnamese or English, as RFC 9457 problem JSON
for machines or as a page for people.

    class RecipientUnknown(NotFound):
        code = "exchange.recipient-unknown"
        title = _("Recipient unknown")
        detail = _("No agency has the code {organ_id}.")
        kept = _("Nothing was stored.")
        todo = _("Check the code in the directory and send again.")

    raise RecipientUnknown(organ_id="H50.99")
"""

import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum
from math import isfinite
from pathlib import PurePath
from typing import Any
from uuid import UUID

Translate = Callable[[str], str]

PROBLEM_TYPE_BASE = "/api/errors#"
"""Relative URI of the page that documents every error; the code follows as the fragment."""


def gettext_noop(message: str) -> str:
    """Returns the message unchanged and marks it for the collectors of translatable text.

    Import it `as _`: `makemessages` then finds the string, and the handler translates it at the time of rendering.
    """
    return message


_ = gettext_noop


def untranslated(message: str) -> str:
    """Returns the English source text: the translation used by logs and by default."""
    return message


class _TolerantFormatter(string.Formatter):
    """Fills templates without ever raising: an error's text must not hide the error."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG002 - string.Formatter's signature
        """Returns the parameter, or its name in braces when it was not given."""
        if isinstance(key, str) and key in kwargs:
            return kwargs[key]
        return "{" + str(key) + "}"

    def format_field(self, value: Any, format_spec: str) -> str:
        """Returns the text of one value; several values are joined by commas."""
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(str(item) for item in value)
        return str(value) if not format_spec else super().format_field(value, format_spec)


_FORMATTER = _TolerantFormatter()


def fill(template: str, params: Mapping[str, object]) -> str:
    """Returns the template with its named parameters `{name}` filled in; a missing one stays visible."""
    try:
        return _FORMATTER.vformat(template, (), params)
    except (ValueError, TypeError, AttributeError, LookupError):
        return template  # a slip of a translator's braces: the unfilled sentence still says what happened


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field of an input.

    Attributes:
        pointer: JSON Pointer (RFC 6901) of the field, as `/recipients/0/organ_id`; "" is the whole input.
        detail: English template of what is wrong.
        params: values for the template.
    """

    pointer: str
    detail: str
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, translate: Translate = untranslated) -> str:
        """Returns the sentence for people in the language of `translate`."""
        return fill(translate(self.detail), self.params)

    def as_json(self) -> dict[str, Any]:
        """Returns it as it is stored, to be told later in the language of whoever reads it then."""
        params = {name: str(value) for name, value in self.params.items()}
        return {"pointer": self.pointer, "detail": self.detail, "params": params}


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row of a file: its number, the column, and a sentence with its parameters."""

    row: int
    column: str
    detail: str
    params: Mapping[str, object] = field(default_factory=dict)

    def as_error(self) -> FieldError:
        """Returns it as the errors of the house name a place: /row/column."""
        return FieldError(f"/{self.row}/{self.column}", self.detail, self.params)


class HienluongError(Exception):
    """The root of every error the house raises on purpose.

    Class attributes are what a subclass states; the keyword arguments are the facts of one occurrence.
    `detail`, `kept` and `todo` may be given per occurrence where one class serves several causes: they are
    templates too, marked with `gettext_noop` where they are written.

    Attributes:
        code: stable name for machines, `module.what-happened`; never renamed once published.
        status: HTTP status code.
        retryable: whether the same request may succeed later without being changed.
        retry_after: seconds to wait before trying again, when known.
        title: what kind of error it is, the same text each time.
        detail: what was wrong and where.
        kept: what was kept (stored, unchanged, queued).
        todo: what the reader should do now.
        recorded_at_the_door: whether every interface records it, so that no command does.
        params: the facts of this occurrence, by name. Never secrets: they are shown.
    """

    code: str = "error"
    status: int = 500
    retryable: bool = False
    retry_after: int | None = None
    title: str = _("Something went wrong")
    detail: str = _("The request could not be carried out.")
    kept: str = ""
    todo: str = ""
    recorded_at_the_door: bool = False

    def __init__(
        self, *, detail: str | None = None, kept: str | None = None, todo: str | None = None, **params: object
    ) -> None:
        # No positional arguments reach Exception, so that copies and pickles rebuild from the dictionary alone.
        super().__init__()
        self.params: dict[str, object] = params
        if detail is not None:
            self.detail = detail
        if kept is not None:
            self.kept = kept
        if todo is not None:
            self.todo = todo

    def __str__(self) -> str:
        return self.explain()

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.params.items())})"
        )

    def explain(self, translate: Translate = untranslated) -> str:
        """Returns detail, what was kept and what to do as one text, for a terminal, a log or a page."""
        parts = (self.detail, self.kept, self.todo)
        return " ".join(fill(translate(part), self.params) for part in parts if part)

    def problem(self, instance: str | None = None, translate: Translate = untranslated) -> dict[str, Any]:
        """Returns the members of an RFC 9457 problem document.

        Args:
            instance: URI reference of this occurrence (a request's reference number, say), or None.
            translate: gettext in the reader's language; it is given the English templates.

        Returns:
            JSON-safe members type, title, status, detail, code, retryable, and where they exist instance, kept,
            todo, retry_after and params. Members follow RFC 9457 section 3.1; the others are extensions (3.2).
        """
        members: dict[str, Any] = {
            "type": PROBLEM_TYPE_BASE + self.code,
            "title": translate(self.title),
            "status": self.status,
            "detail": fill(translate(self.detail), self.params),
            "code": self.code,
            "retryable": self.retryable,
        }
        if instance is not None:
            members["instance"] = instance
        if self.kept:
            members["kept"] = fill(translate(self.kept), self.params)
        if self.todo:
            members["todo"] = fill(translate(self.todo), self.params)
        if self.retry_after is not None:
            members["retry_after"] = self.retry_after
        params = _json_safe_members(self.params)
        if params:
            members["params"] = params
        return members


class InvalidInput(HienluongError):
    """The input is well-formed but breaks a rule; `errors` names each field."""

    code = "invalid-input"
    status = 422
    title = _("The input is not valid")
    detail = _("Some of the values given cannot be accepted.")
    kept = _("Nothing was changed.")
    todo = _("Correct the values named below and send again.")

    def __init__(
        self,
        errors: Iterable[FieldError] = (),
        *,
        detail: str | None = None,
        kept: str | None = None,
        todo: str | None = None,
        **params: object,
    ) -> None:
        super().__init__(detail=detail, kept=kept, todo=todo, **params)
        self.errors: list[FieldError] = list(errors)

    def problem(self, instance: str | None = None, translate: Translate = untranslated) -> dict[str, Any]:
        """Returns the problem members and `errors`, a list of {pointer, detail} as in RFC 9457 section 3."""
        members = super().problem(instance, translate)
        if self.errors:
            members["errors"] = [
                {"pointer": error.pointer, "detail": error.text(translate)} for error in self.errors
            ]
        return members

    def explain(self, translate: Translate = untranslated) -> str:
        """Returns the text followed by one `pointer: what is wrong` per field, and what is wrong with the whole."""
        fields = "; ".join(
            f"{error.pointer}: {error.text(translate)}".removeprefix(": ") for error in self.errors
        )
        return f"{super().explain(translate)} {fields}".rstrip()


class NotAuthenticated(HienluongError):
    """Nobody is signed in, or the credentials are wrong or out of date."""

    code = "not-authenticated"
    recorded_at_the_door = True
    status = 401
    title = _("Not signed in")
    detail = _("This needs a signed-in person or a connected system.")
    todo = _("Sign in and try again.")


class Forbidden(HienluongError):
    """The actor is known but may not do this."""

    code = "forbidden"
    status = 403
    title = _("Not allowed")
    detail = _("You do not have the right to do this.")
    kept = _("Nothing was changed.")
    todo = _("Ask your administrator for the right, or switch to the post that holds it.")


class NotFound(HienluongError):
    """The thing named does not exist, or the actor may not know that it does."""

    code = "not-found"
    status = 404
    title = _("Not found")
    detail = _("What you asked for does not exist or is not visible to you.")


class Conflict(HienluongError):
    """The act does not fit the present state of the thing."""

    code = "conflict"
    status = 409
    title = _("Conflict with the present state")
    detail = _("This cannot be done in the present state.")
    kept = _("Nothing was changed.")


class TooLarge(HienluongError):
    """The input is larger than the limit."""

    code = "too-large"
    status = 413
    title = _("Too large")
    detail = _("The content is larger than the limit allows.")
    kept = _("Nothing was stored.")


class TooManyRequests(HienluongError):
    """The caller exceeds its rate; `retry_after` says in seconds when to come back."""

    code = "too-many-requests"
    status = 429
    retryable = True
    title = _("Too many requests")
    detail = _("There were too many requests in a short time.")
    kept = _("Nothing was changed.")
    todo = _("Wait a little and try again.")

    def __init__(self, *, retry_after: int | None = None, **params: object) -> None:
        super().__init__()
        self.params.update(params)
        self.retry_after = retry_after


class Unavailable(HienluongError):
    """Something needed is out of order for now: a full disk, a database or a peer that does not answer."""

    code = "unavailable"
    status = 503
    retryable = True
    title = _("Not available at the moment")
    detail = _("A part of the system that this needs does not answer at the moment.")
    kept = _("Nothing was changed.")
    todo = _("Try again later.")


def all_error_classes() -> list[type[HienluongError]]:
    """Returns every error class of the modules imported so far, by code: for the documentation and its test."""
    return sorted(_walk(HienluongError), key=lambda error: (error.code, error.__module__, error.__qualname__))


def _walk(root: type[HienluongError]) -> Iterator[type[HienluongError]]:
    seen: set[type[HienluongError]] = set()
    waiting = [root]
    while waiting:
        error = waiting.pop()
        if error not in seen:
            seen.add(error)
            waiting.extend(error.__subclasses__())
    yield from seen


_UNSAFE = object()


def _json_safe_members(members: Mapping[Any, object]) -> dict[str, Any]:
    safe = {str(name): _json_safe(value) for name, value in members.items()}
    return {name: value for name, value in safe.items() if value is not _UNSAFE}


def _json_safe(value: object) -> Any:
    """Returns the value as JSON can carry it, or `_UNSAFE` where a parameter is an object of ours."""
    plain = value.value if isinstance(value, Enum) else value
    if isinstance(plain, (list, tuple, set, frozenset)):
        items = [_json_safe(item) for item in plain]
        return [item for item in items if item is not _UNSAFE]
    if isinstance(plain, Mapping):
        return _json_safe_members(plain)
    if isinstance(plain, (date, time)):
        return plain.isoformat()
    if isinstance(plain, (UUID, PurePath)):
        return str(plain)
    is_safe = (
        plain is None or isinstance(plain, (bool, int, str)) or (isinstance(plain, float) and isfinite(plain))
    )
    return plain if is_safe else _UNSAFE
