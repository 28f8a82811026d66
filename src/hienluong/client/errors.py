"""What can go wrong between an agency's system and the axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hienluong.kit.errors import HienluongError, Translate, untranslated
from hienluong.kit.errors import gettext_noop as _
from hienluong.kit.http import Answer, OutgoingError

_TOO_MANY, _SERVER_ERRORS = 429, 500


class CredentialsUnusable(HienluongError):
    """The file with the client id and secret cannot be used, or the axis does not accept them."""

    code = "client.credentials-unusable"
    status = 401
    title = _("The credentials cannot be used")
    detail = _("The credentials in {path} cannot be used: {reason}.")
    kept = _("Nothing was sent.")

    def __init__(self, path: object, reason: str, todo: str = "") -> None:
        super().__init__(todo=todo or self.todo, path=str(path), reason=reason)


class DeviceRefused(HienluongError):
    """The signer on this machine does not answer the axis's address, or is none."""

    code = "client.device-refused"
    status = 403
    title = _("The signer does not answer")
    detail = _("The signer at {url} answered {origin} with the status {answer_status}.")
    kept = _("Nothing was signed.")
    todo = _("Start it with --origin and the address of the axis, as written in --url.")


class DeviceForeign(HienluongError):
    """The signer on this machine holds none of the keys that may sign a document."""

    code = "client.device-foreign"
    status = 409
    title = _("The signer holds no key for this document")
    detail = _("None of the signer's certificates may sign {document}.")
    kept = _("Nothing was signed. The document as it was.")
    todo = _("Plug in the right device; or register its certificate on the pages of the axis first.")


class NotSigned(HienluongError):
    """The owner of the signer, or the signer itself, did not sign a document."""

    code = "client.not-signed"
    status = 409
    title = _("The signer did not sign")
    detail = _("The signer did not sign {document}: {reason}.")
    kept = _("The document as it was.")
    todo = _("Run the command again once its owner agrees.")


class PacketDamaged(OutgoingError):
    """What arrived is not what the axis sent: its SHA-256 differs."""

    code = "client.packet-damaged"
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

    code = "client.request-refused"
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
