"""Forms of several parts that are none, or of too many, are the caller's fault and are told as such."""

from __future__ import annotations

import pytest
from django.test import Client
from personas import System, problem

pytestmark = pytest.mark.django_db
BOUNDARY = "part"


def form(*parts: tuple[str, bytes]) -> bytes:
    """Returns a form whose parts have the headers and the bytes."""
    return (
        b"".join(b"--part\r\n%s\r\n\r\n%s\r\n" % (head.encode(), body) for head, body in parts)
        + b"--part--\r\n"
    )


@pytest.mark.parametrize(
    ("body", "boundary", "said"),
    [
        (form((f'Content-Disposition: form-data; name="kind"; x="{"a" * 2000}"', b"SY")), f"boundary={BOUNDARY}", (400, "request-unreadable")),
        (form(*((f'Content-Disposition: form-data; name="f{n}"; filename="f"', b"x") for n in range(101))), f"boundary={BOUNDARY}", (413, "files.too-many-attachments")),
        (form(*((f'Content-Disposition: form-data; name="f{n}"', b"x") for n in range(1001))), f"boundary={BOUNDARY}", (400, "request-unreadable")),
        (b"", "", (422, "invalid-input")),
        (b"x", "boundary=" + "b" * 300, (400, "request-unreadable")),
    ],
    ids=["long header", "many files", "many fields", "no boundary", "long boundary"],
)  # fmt: skip
def test_form_that_cannot_be_read_is_refused_with_what_to_do(
    body: bytes, boundary: str, said: tuple[int, str], home_affairs: System
) -> None:
    answer = Client(raise_request_exception=False).generic(
        "POST", "/api/v1/copies", body, f"multipart/form-data; {boundary}", headers=home_affairs.authorised
    )
    assert (answer.status_code, problem(answer)["code"]) == said
