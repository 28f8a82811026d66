"""Signatures over the API and on the command line: checked, signed in two halves, each agency its own."""

from __future__ import annotations

import base64
import io
import json
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from personas import System, problem
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject
from pytest_django import Settings
from world import NOW, PERSON, World, letter, pem_of

from hienluong.demo.cli.authority import demonstration as authority
from hienluong.files import service as files
from hienluong.kit import clock
from hienluong.signing import commands
from hienluong.signing.cli import group
from hienluong.signing.formats import cades, xades
from hienluong.signing.formats.levels import Level
from hienluong.signing.models import PreparedSignature, TrustedAuthority
from hienluong.signing.pages import check
from hienluong.signing.tasks import refresh_revocations

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent
Owner = tuple[ec.EllipticCurvePrivateKey, bytes]
Renew = Callable[[Path, str], None]


def upload(system: System, path: str, **parts: bytes | str) -> Any:
    form = {
        name: SimpleUploadedFile(f"{name}.bin", value) if isinstance(value, bytes) else value
        for name, value in parts.items()
    }
    return Client().post(f"/api/v1{path}", form, headers=system.authorised)


@pytest.fixture
def owner(believed: World) -> Owner:
    """A person's key, which never leaves this specification, and its certificates."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = believed.authority.issue(PERSON, key.public_key(), begin=NOW - timedelta(hours=1))
    return key, pem_of(certificate, *believed.authority.chain)


def device(key: ec.EllipticCurvePrivateKey, answer: Mapping[str, Any]) -> str:
    """Signs the hash of an answer, as a person's device does."""
    digest = base64.b64decode(answer["hash"])
    return base64.b64encode(key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))).decode()


def prepare(system: System, owner: Owner, pdf: bytes, level: str = "B-T") -> dict[str, Any]:
    answer = upload(system, "/signatures/prepared", file=pdf, certificates=owner[1], level=level)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def test_file_is_checked_for_a_system(
    home_affairs: System, world: World, signed: Mapping[Level, bytes]
) -> None:
    answer = upload(home_affairs, "/signatures/validate", file=signed[Level.T])
    found = answer.json()
    assert (answer.status_code, found["verdict"], found["reasons"]) == (200, "invalid", ["demonstration"])
    assert found["signatures"][0]["certificate"]["holder"]["name"] == "Nguyễn Văn An"
    assert found["demonstration"] is True
    beside = cades.sign(b"content", world.person, now=NOW)
    alone = upload(home_affairs, "/signatures/validate", file=beside).json()
    both = upload(home_affairs, "/signatures/validate", file=beside, signed_file=b"content").json()
    assert (alone["reasons"], both["reasons"]) == (["content-missing"], ["demonstration"])


def test_sentences_come_in_the_language_that_is_asked_for(home_affairs: System, pdf: bytes) -> None:
    said = {
        language: Client()
        .post(
            "/api/v1/signatures/validate",
            {"file": SimpleUploadedFile("a.pdf", pdf)},
            headers={**home_affairs.authorised, "Accept-Language": language},
        )
        .json()["sentences"]
        for language in ("vi", "en")
    }
    assert said == {"vi": ["a.pdf: Tệp chưa được ký."], "en": ["a.pdf: The file is not signed."]}


def test_hash_goes_out_the_signature_comes_back_and_the_document_is_there(
    home_affairs: System, owner: Owner, pdf: bytes
) -> None:
    made = prepare(home_affairs, owner, pdf)
    path = f"/signatures/prepared/{made['id']}"
    assert home_affairs.get(f"{path}/document").status_code == 404, "not signed yet"
    signature = device(owner[0], made)
    done = home_affairs.post(f"{path}/signature", {"signature": signature})
    assert (done.status_code, done.json()["completed_at"] is not None) == (200, True)
    document = home_affairs.get(f"{path}/document")
    assert (document.status_code, document["Content-Type"]) == (200, "application/pdf")
    assert document.content.startswith(pdf)
    assert upload(home_affairs, "/signatures/validate", file=document.content).json()["reasons"] == [
        "revocation-unknown"
    ]
    refresh_revocations(timestamp=0)
    found = upload(home_affairs, "/signatures/validate", file=document.content).json()
    assert [(one["level"], one["proved_at"] is not None) for one in found["signatures"]] == [("B-T", True)]

    again = home_affairs.post(f"{path}/signature", {"signature": signature})
    assert (again.status_code, again.json()) == (200, done.json())
    assert home_affairs.get(f"{path}/document").content == document.content
    other = home_affairs.post(f"{path}/signature", {"signature": device(owner[0], made)})
    assert (other.status_code, problem(other)["code"]) == (409, "signing.already-completed")


def test_signature_that_does_not_fit_is_refused_and_the_document_waits_on(
    home_affairs: System, owner: Owner, pdf: bytes
) -> None:
    made = prepare(home_affairs, owner, pdf, "B-B")
    path = f"/signatures/prepared/{made['id']}/signature"
    stranger = ec.generate_private_key(ec.SECP256R1())
    for signature in (device(stranger, made), "AAAA", "no base64!", ""):
        answer = home_affairs.post(path, {"signature": signature})
        assert (answer.status_code, problem(answer)["code"]) == (422, "signing.signature-wrong")
    assert home_affairs.post(path, {"signature": device(owner[0], made)}).status_code == 200


def test_what_one_agency_prepared_is_not_there_for_another(
    home_affairs: System, finance: System, owner: Owner, pdf: bytes
) -> None:
    made = prepare(home_affairs, owner, pdf, "B-B")
    path = f"/signatures/prepared/{made['id']}"
    for answer in (
        finance.get(path),
        finance.get(f"{path}/document"),
        finance.post(f"{path}/signature", {"signature": device(owner[0], made)}),
        home_affairs.get(f"/signatures/prepared/{uuid.uuid4()}"),
    ):
        assert (answer.status_code, problem(answer)["code"]) == (404, "signing.preparation-not-found")


def test_what_waits_too_long_is_gone_with_its_bytes(home_affairs: System, owner: Owner, pdf: bytes) -> None:
    waiting, done = (prepare(home_affairs, owner, pdf, "B-B") for _ in range(2))
    home_affairs.post(f"/signatures/prepared/{done['id']}/signature", {"signature": device(owner[0], done)})
    held = [row.document for row in PreparedSignature.objects.filter(pk=waiting["id"])]
    assert commands.sweep_prepared(now=clock.now()) == 0
    assert commands.sweep_prepared(now=clock.now() + timedelta(hours=1)) == 1
    assert [files.holders_of(file) for file in held] == [[]]
    assert home_affairs.get(f"/signatures/prepared/{waiting['id']}").status_code == 404
    assert home_affairs.get(f"/signatures/prepared/{done['id']}/document").status_code == 200
    assert commands.sweep_prepared(now=clock.now() + timedelta(days=2)) == 1


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"file": b"no pdf"}, "signing.document-unsignable"),
        ({"certificates": b"no certificate"}, "signing.key-unusable"),
        ({"level": "B-X"}, "invalid-input"),
    ],
)
def test_what_cannot_be_prepared_is_refused_by_name(
    home_affairs: System, owner: Owner, pdf: bytes, parts: dict[str, Any], code: str
) -> None:
    wanted = {"file": pdf, "certificates": owner[1], "level": "B-B", **parts}
    answer = upload(home_affairs, "/signatures/prepared", **wanted)
    assert (answer.status_code, problem(answer)["code"]) == (422, code)
    assert not PreparedSignature.objects.exists()


@pytest.mark.parametrize("kind", ["pdf", "xml"])
def test_form_of_the_report_stays(
    world: World, signed: Mapping[Level, bytes], request: pytest.FixtureRequest, kind: str
) -> None:
    content = signed[Level.LTA]
    if kind == "xml":
        content = xades.sign(
            b"<a/>",
            world.person,
            now=NOW,
            level=Level.LTA,
            stamper=world.stamper,
            evidence=world.trust().evidence(NOW),
        )
    report = world.check(content).as_json()
    text = json.dumps(report, ensure_ascii=False, indent=1)
    for pattern, word in (
        (r'"\d{4}-\d\d-\d\dT[\d:.]+\+00:00"', '"(moment)"'),
        (r'"[0-9a-f]{64}"', '"(sha256)"'),
        (r'"serial": "[0-9a-f]+"', '"serial": "(serial)"'),
        (r'"Signature-[0-9a-f]+"|"Timestamp-[0-9a-f-]+"', '"(field)"'),
        (r'"size": \d+', '"size": 0'),
    ):
        text = re.sub(pattern, word, text)
    golden = HERE / ("report.json" if kind == "pdf" else "report-xml.json")
    if request.config.getoption("--renew"):
        golden.write_text(f"{text}\n", encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == f"{text}\n", "programs read it: docs/integrate/signatures.md"


@pytest.fixture
def run(db: None) -> Callable[..., Result]:
    """Runs `hienluong signing …`."""

    def invoke(*words: object) -> Result:
        first, *others = map(str, words)
        if first == "demonstration":
            return CliRunner().invoke(authority, others, obj=nullcontext)
        return CliRunner().invoke(group, [first, *others], obj=nullcontext)

    return invoke


def test_demonstration_is_walked_through_on_the_command_line(
    run: Callable[..., Result], demonstration: World, settings: Settings, tmp_path: Path
) -> None:
    settings.DEMO_AUTHORITY_PORT = 1  # the authority made here does not answer
    secret, key, pdf, out = (tmp_path / name for name in ("secret", "an.p12", "a.pdf", "b.pdf"))
    secret.write_text("mật khẩu\n", encoding="utf-8")
    pdf.write_bytes(letter())
    assert run("trust", "list").output.startswith("The trust list is empty")
    assert run("demonstration", "make").exit_code == 0
    issued = run(
        "demonstration", "issue", "Nguyễn Văn An", "--organisation", "Sở Nội vụ", "--title", "Phó Giám đốc",
        "--password-file", secret, "--output", key, "--json",
    )  # fmt: skip
    assert issued.exit_code == 0, issued.output
    serial = json.loads(issued.output)["serial"]
    image = tmp_path / "a.png"
    image.write_bytes(_png())
    signing = ["sign", pdf, "--key", key, "--password-file", secret, "--level", "B-B", "--output", out]
    assert run(*signing, "--image", image, "--name", "Nguyễn Văn An", "--for", "TL.").exit_code == 0
    found = run("validate", out, "--json")
    report = json.loads(found.output)
    assert report["signatures"][0]["certificate"]["holder"]["title"] == "Phó Giám đốc"
    assert report["verdict"] == "indeterminate", "nobody answers for revocation"
    assert run(*signing, "--attachment-of", "15/QĐ-SNV").exit_code == 0
    assert "15/QĐ-SNV" in shown_on(out.read_bytes())
    assert run(*signing, "--copy", "SAO Y", "--for", "Sở Nội vụ").exit_code == 0
    assert {"SAO Y", "Sở Nội vụ"} <= shown_on(out.read_bytes())
    assert run(*signing, "--copy", "SAO Y").exit_code == 2, "who made it?"
    assert run(*signing, "--copy", "SAO Y", "--image", image).exit_code == 2
    strict = run("validate", out, "--require-valid")
    assert strict.exit_code == 1
    assert "revocation-unknown" in strict.output
    assert run("demonstration", "revoke", serial).exit_code == 0
    assert run("demonstration", "revoke", "zz").exit_code == 2
    fingerprint = TrustedAuthority.objects.values_list("sha256", flat=True)[0]
    assert fingerprint[:16] in run("trust", "list").output
    assert run("trust", "end", fingerprint[:16], "--reason", "Thử").exit_code == 0
    assert run("trust", "list").output.startswith("The trust list is empty")


def test_file_is_signed_beside_it_for_long_on_the_command_line(
    run: Callable[..., Result], believed: World, tmp_path: Path
) -> None:
    table, key, secret, out = (tmp_path / name for name in ("a.csv", "a.p12", "secret", "a.csv.p7s"))
    table.write_bytes(b"a;b\n")
    secret.write_text("x", encoding="utf-8")
    key.write_bytes(believed.authority.issue_pkcs12(PERSON, "x", now=NOW)[0])
    signing = ["sign", table, "--key", key, "--password-file", secret, "--level", "B-LTA", "--output", out]
    signed = run(*signing, "--json")
    assert signed.exit_code == 0, signed.output
    assert {"form": "CAdES", "level": "B-LTA"}.items() <= json.loads(signed.output).items()
    report = json.loads(run("validate", out, "--signed", table, "--json").output)
    assert [one["level"] or one["kind"] for one in report["signatures"]] == ["B-LTA", "time-stamp"]
    assert report["verdict"] == "valid", report


def test_commands_refuse_by_name(run: Callable[..., Result], world: World, tmp_path: Path) -> None:
    root, pdf, secret = tmp_path / "root.pem", tmp_path / "a.pdf", tmp_path / "secret"
    root.write_bytes(world.authority.anchors)
    pdf.write_bytes(letter())
    secret.write_text("x")
    refused = run("trust", "import", root, "--purpose", "public-service", "--source", "-")
    assert refused.exit_code == 1
    assert "never trusts it" in refused.output
    assert run("demonstration", "make").exit_code == 1
    signing = ["sign", pdf, "--level", "B-B", "--output", tmp_path / "out.pdf", "--key"]
    assert run(*signing, root, "--password-file", secret).exit_code == 1
    assert run(*signing, tmp_path / "nothing").exit_code == 2
    assert run(*signing, "pkcs11:token=a").exit_code == 1
    assert not (tmp_path / "out.pdf").exists()
    assert run("refresh").output.strip() == "Nothing is due."
    assert "is not signed" in run("validate", pdf).output


def shown_on(pdf: bytes) -> set[str]:
    """Returns the lines of what the last signature shows."""
    shown = PdfReader(io.BytesIO(pdf)).pages[0]["/Annots"][-1].get_object()["/AP"]["/N"]
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    page[NameObject("/Contents")] = shown.clone(writer)
    page[NameObject("/Resources")] = shown["/Resources"].clone(writer)
    return set(page.extract_text().splitlines())


def _png() -> bytes:
    from PIL import Image  # noqa: PLC0415 - it comes with reportlab

    target = io.BytesIO()
    Image.new("RGBA", (60, 30), (20, 40, 180, 90)).save(target, "PNG")
    return target.getvalue()


def test_anybody_checks_a_file_on_the_public_page(
    world: World, signed: Mapping[Level, bytes], pdf: bytes
) -> None:
    stranger = Client(headers={"Accept-Language": "en"})
    assert "File to check" in stranger.get("/signatures/").content.decode()

    def shown(content: bytes, **more: bytes) -> str:
        form = {"file": SimpleUploadedFile("thư mời.pdf", content)}
        form |= {name: SimpleUploadedFile("a", value) for name, value in more.items()}
        answer = stranger.post("/signatures/", form)
        assert answer.status_code == 200
        return str(answer.content.decode())

    found = shown(signed[Level.LTA])
    for words in (
        "do not hold",
        "thư mời.pdf",
        "Nguyễn Văn An",
        "demonstration, which has no legal force",
        "Time-stamp over",
    ):
        assert words in found
    assert "is not signed" in shown(pdf)
    beside = cades.sign(b"content", world.person, now=NOW)
    assert "give the file, too" in shown(beside)
    assert "give the file, too" not in shown(beside, signed_file=b"content")
    assert stranger.post("/signatures/").status_code == 422


def test_report_is_offered_for_programs_although_nothing_is_kept(pdf: bytes) -> None:
    answer = Client().post("/signatures/", {"file": SimpleUploadedFile("thư.pdf", pdf)})
    found = re.search(r'href="data:application/json;base64,([^"]+)" download', answer.content.decode())
    assert found is not None
    report = json.loads(base64.b64decode(found[1]))
    assert (report["name"], report["verdict"], report["version"]) == ("thư.pdf", "unsigned", 1)


def test_who_has_no_account_checks_so_many_files_a_minute_and_is_told(
    home_affairs: System, pdf: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "CHECKS_PER_MINUTE", 2)
    cache.delete("signing.checks:127.0.0.1")
    stranger = Client(headers={"Accept-Language": "en"})
    answers = [stranger.post("/signatures/", {"file": SimpleUploadedFile("a", b"words")}) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "60"
    assert "2 files were checked from your address" in answers[2].content.decode()
    assert stranger.get("/signatures/").status_code == 200
    assert upload(home_affairs, "/signatures/validate", file=b"words").status_code == 200, "with an account"
    cache.delete("signing.checks:127.0.0.1")


def test_file_that_is_too_large_is_told_on_the_page(settings: Settings) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1000
    answer = Client(headers={"Accept-Language": "en"}).post(
        "/signatures/", {"file": SimpleUploadedFile("a.pdf", bytes(2000))}
    )
    assert answer.status_code == 422
    assert "a.pdf" in answer.content.decode()
