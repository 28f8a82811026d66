"""Client of the axis's REST API, for agencies' systems and the command line: no Django, no database.

Everything it sends may be sent again, so it tries again by itself when the network or the axis fails: the axis does
nothing twice (docs/integrate/retries.md).
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import random
import stat
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

import httpx

from hienluong.kit.errors import HienluongError, Translate, untranslated
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.http import AddressRefused, Answer, Limits, OutgoingClient, OutgoingError

__all__ = [
    "Credentials",
    "CredentialsUnusable",
    "ExchangeClient",
    "FetchedPacket",
    "PacketDamaged",
    "RequestRefused",
]

ATTEMPTS = 5
FIRST_PAUSE = 0.5  # seconds; doubled before every further attempt
LONGEST_PAUSE = 60.0
TOKEN_MARGIN = 30.0
"""Seconds before its end at which an access token is no longer used."""
LIMITS = Limits(connect=5.0, read=60.0, total=600.0, answer_bytes=256 * 1024 * 1024)
EVERYWHERE = ("0.0.0.0/0", "::/0")
"""Every network may be called: the address is named by whoever runs the client, never by a stranger's input."""

_ACCEPTED, _UNAUTHORISED, _TOO_MANY, _SERVER_ERRORS = 200, 401, 429, 500
_OTHERS_MAY_READ = stat.S_IRWXG | stat.S_IRWXO


class CredentialsUnusable(HienluongError):
    """The file with the client id and secret cannot be used, or the axis does not accept them."""

    code = "exchange.credentials-unusable"
    status = 401
    title = _("The credentials cannot be used")
    detail = _("The credentials in {path} cannot be used: {reason}.")
    kept = _("Nothing was sent.")

    def __init__(self, path: object, reason: str, todo: str = "") -> None:
        super().__init__(todo=todo or self.todo, path=str(path), reason=reason)


class PacketDamaged(OutgoingError):
    """What arrived is not what the axis sent: its SHA-256 differs."""

    code = "exchange.packet-damaged"
    title = _("The packet was damaged on the way")
    detail = _("The packet of entry {entry} did not arrive as it was sent.")
    kept = _("Nothing was written and nothing was confirmed.")
    todo = _("Fetch it again.")


class RequestRefused(HienluongError):
    """The axis refused a request; its problem document (RFC 9457) says what, what was kept and what to do.

    Attributes:
        status: HTTP status of the answer.
        retryable: whether the same request may succeed later.
        document: the problem document as the axis gave it, in the language asked for.
    """

    code = "exchange.request-refused"
    title = _("The axis refused the request")
    detail = _("The axis answered with the status {answer_status}.")

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        texts = {name: str(document[name]) for name in ("detail", "kept", "todo") if document.get(name)}
        super().__init__(**texts, answer_status=status)
        self.status = status
        self.retryable = status == _TOO_MANY or status >= _SERVER_ERRORS
        self.document = dict(document)

    @classmethod
    def of(cls, answer: Answer) -> RequestRefused:
        """Returns the error that an answer is; one without a problem document (a proxy's) keeps its status."""
        try:
            document = answer.json()
        except ValueError:
            document = None
        return cls(answer.status, document if isinstance(document, dict) else {"status": answer.status})

    def explain(self, translate: Translate = untranslated) -> str:
        """Returns what was wrong, what was kept, what to do, and each field that was not accepted."""
        sentences = [str(self.document.get(name) or "") for name in ("detail", "kept", "todo")]
        if not sentences[0]:
            return super().explain(translate)
        fields = self.document.get("errors") or []
        sentences += [f"{one.get('pointer')}: {one.get('detail')}" for one in fields if isinstance(one, dict)]
        return " ".join(sentence for sentence in sentences if sentence)


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


@dataclass(frozen=True, slots=True)
class FetchedPacket:
    """A packet as the axis handed it out: the sender's bytes with one trace of the axis added."""

    packet_id: UUID
    content: bytes = field(repr=False)
    sha256: str


class ExchangeClient:
    """Speaks to one axis as one agency's system; the access token is kept in memory only.

    Args:
        url: address of the axis, as https://axis.example; plain http only to this machine.
        credentials: of the system.
        language: "vi" or "en", for the texts of refusals.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        language: str = "en",
    ) -> None:
        self._url = url.rstrip("/")
        self._credentials = credentials
        self._language = language
        self._token: tuple[str, float] | None = None
        scheme, host, port = _address(url)
        self._http = OutgoingClient(
            allowed_networks=EVERYWHERE, allow_http=_is_this_machine(host), ports={port}, limits=LIMITS
        )
        if scheme == "http" and not _is_this_machine(host):
            detail = _(
                "The address {host} is not https: the secret and the documents would travel in the clear."
            )
            raise AddressRefused(detail=detail, host=host)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def me(self) -> dict[str, Any]:
        """Returns the system, its agency, and for whom it may send."""
        return self._json("GET", "/me")

    def agency(self, code: str) -> dict[str, Any]:
        """Returns the agency that a code of any scheme leads to today."""
        return self._json("GET", f"/agencies/{quote(code, safe='')}")

    def send_packet(self, content: bytes, *, not_secret: bool, idempotency_key: str) -> dict[str, Any]:
        """Hands in an edXML file and returns its receipt; handing it in again gives the first receipt again.

        Raises:
            RequestRefused: the axis did not take it.
            OutgoingError: no answer came; the file may have been taken, and may be handed in again.
        """
        headers = {"Content-Type": "application/xml", **_send_headers(idempotency_key, not_secret=not_secret)}
        return self._json("POST", "/packets", headers=headers, content=content)

    def send_document(
        self,
        document: Mapping[str, str | Sequence[str]],
        files: Sequence[tuple[str, bytes]],
        *,
        not_secret: bool,
        idempotency_key: str,
    ) -> dict[str, Any]:
        """Lets the axis write a new document from its fields and files, and returns its receipt.

        Args:
            document: fields of `DocumentIn` in docs/contracts/openapi.json.
            files: names and contents.
            not_secret: the sender's declaration that this is no state secret.
            idempotency_key: the same for the same document, so that it may be sent again.

        Raises:
            RequestRefused, OutgoingError: as `send_packet`.
        """
        parts = [("attachments", (name, content)) for name, content in files]
        form = httpx.Request("POST", "https://form.invalid", data=dict(document), files=parts)
        headers = {"Content-Type": form.headers["Content-Type"]}
        return self._json(
            "POST",
            "/documents",
            headers={**headers, **_send_headers(idempotency_key, not_secret=not_secret)},
            content=form.read(),
        )

    def sent(self, text: str = "", *, limit: int = 50) -> list[dict[str, Any]]:
        """Returns the newest documents that the agency sent, each with its deliveries; `text` narrows them."""
        found: list[dict[str, Any]] = self._json("GET", "/sent", {"q": text, "limit": limit})["items"]
        return found

    def inbox(
        self, *, states: Sequence[str] = (), kind: str | None = None, text: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Yields the entries of the agency's mailbox, oldest first; without states, what is not confirmed."""
        after: str | None = "0"
        while after is not None:
            query = {
                "state": list(states),
                "kind": [kind] if kind else [],
                "q": text,
                "after": after,
                "limit": 100,
            }
            page = self._json("GET", "/inbox", query)
            yield from page["items"]
            after = page["next"]

    def fetch(self, entry: int) -> FetchedPacket:
        """Fetches the packet of an entry, checked against the axis's SHA-256; fetching again is harmless.

        Raises:
            PacketDamaged: other bytes arrived than were sent.
            RequestRefused, OutgoingError: it cannot be fetched (now).
        """
        answer = self._call("GET", f"/inbox/{entry}/packet")
        sha256 = hashlib.sha256(answer.body).hexdigest()
        name = answer.headers.get("Content-Disposition", "").rpartition("filename=")[2].strip('"')
        try:
            packet_id = UUID(name.removesuffix(".edxml"))
        except ValueError as problem:
            raise PacketDamaged(entry=entry) from problem
        if answer.headers.get("ETag", "").strip('"') != sha256:
            raise PacketDamaged(entry=entry)
        return FetchedPacket(packet_id, answer.body, sha256)

    def confirm(
        self, entry: int, *, outcome: Literal["done", "fail"] = "done", note: str = ""
    ) -> dict[str, Any]:
        """Tells the axis that this system has the packet, or cannot take it; telling it again is harmless."""
        return self._post(f"/inbox/{entry}/confirm", {"outcome": outcome, "note": note})

    def report_status(
        self,
        delivery: int,
        status: str,
        *,
        note: str = "",
        staff: str = "",
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Reports what becomes of a document (01 … 16) and returns the receipt of the status packet."""
        body = {"status": status, "note": note, "staff": staff}
        key = idempotency_key or f"status-{uuid4()}"
        return self._post(f"/deliveries/{delivery}/statuses", body, {"Idempotency-Key": key})

    def trace(self, packet_id: UUID) -> dict[str, Any]:
        """Returns a packet that the agency sent or received, with every hop of its journey."""
        return self._json("GET", f"/packets/{packet_id}")

    def receipt(self, receipt_id: UUID) -> dict[str, Any]:
        """Returns a receipt again."""
        return self._json("GET", f"/receipts/{receipt_id}")

    def _post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", **(headers or {})}
        return self._json("POST", path, headers=headers, content=json.dumps(body).encode())

    def _json(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> dict[str, Any]:
        target = f"{path}?{urlencode(query, doseq=True)}" if query else path
        answer = self._call(method, target, headers=headers, content=content)
        try:
            value = answer.json()
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise RequestRefused(
                answer.status, {"detail": "The answer is not that of an axis: check the address."}
            )
        return value

    def _call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """Returns the answer to a request that was accepted, after as many attempts as it takes.

        Raises:
            RequestRefused: the axis refused it; or it failed (5xx) or asked for patience (429) every time.
            CredentialsUnusable: the axis does not know the system.
            OutgoingError: no answer.
        """
        for attempt in range(1, ATTEMPTS + 1):
            pause = FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, no secret
            try:
                answer = self._once(method, path, headers=headers, content=content)
            except OutgoingError as problem:
                if problem.permanent or attempt == ATTEMPTS:
                    raise
            else:
                if httpx.codes.is_success(answer.status):
                    return answer
                refusal = RequestRefused.of(answer)
                if not refusal.retryable or attempt == ATTEMPTS:
                    raise refusal
                pause = _retry_after(answer) or pause
            time.sleep(min(pause, LONGEST_PAUSE))
        raise AssertionError("the last attempt returns or raises")

    def _once(
        self, method: str, path: str, *, headers: Mapping[str, str] | None, content: bytes | None
    ) -> Answer:
        """Returns the answer to one attempt; a token that the axis no longer knows is replaced once."""
        for is_last in (False, True):
            token = self._token_in_force()
            if isinstance(token, Answer):
                return token
            sent = {"Authorization": f"Bearer {token}", "Accept-Language": self._language, **(headers or {})}
            answer = self._http.request(method, f"{self._url}/api/v1{path}", headers=sent, content=content)
            if answer.status != _UNAUTHORISED or is_last:
                break
            self._token = None
        return answer

    def _token_in_force(self) -> str | Answer:
        """Returns an access token, or the answer of a token endpoint that cannot give one at the moment."""
        if self._token is not None and self._token[1] > time.monotonic():
            return self._token[0]
        credentials = self._credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        }
        answer = self._http.request(
            "POST",
            f"{self._url}/api/oauth/token",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode(form).encode(),
        )
        if answer.status == _TOO_MANY or answer.status >= _SERVER_ERRORS:
            return answer
        try:
            given = answer.json()
            token, seconds = str(given["access_token"]), float(given["expires_in"])
        except (ValueError, KeyError, TypeError):
            token, seconds = "", 0.0
        if answer.status != _ACCEPTED or not token:
            reason = f"the axis at {self._url} does not know the client id or the secret"
            todo = "Check both, and the address; an administrator of the axis gives new ones."
            raise CredentialsUnusable(credentials.source, reason, todo)
        self._token = (token, time.monotonic() + max(seconds - TOKEN_MARGIN, 1.0))
        return token


def _send_headers(idempotency_key: str, *, not_secret: bool) -> dict[str, str]:
    return {"Declared-Not-Secret": str(not_secret).lower(), "Idempotency-Key": idempotency_key}


def _address(url: str) -> tuple[str, str, int]:
    """Returns scheme, host and port of an address.

    Raises:
        AddressRefused: it is none.
    """
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as problem:
        raise AddressRefused(
            detail=_("The address cannot be read: {reason}."), reason=str(problem)
        ) from problem
    return target.scheme, target.host, target.port or (80 if target.scheme == "http" else 443)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _retry_after(answer: Answer) -> float:
    """Returns the seconds that the axis asks to wait (Retry-After, RFC 9110 section 10.2.3), or 0."""
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0
