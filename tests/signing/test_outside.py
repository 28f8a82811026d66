"""Programs of others say the same as ours: poppler of PDFs, OpenSSL of time-stamps and lists, xmlsec1 of XML."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from world import NOW, World, pem_of

from hienluong.signing.formats import pades, xades
from hienluong.signing.formats.keys import to_pyca
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.pades import Wanted

Signed = Mapping[Level, bytes]


def needs(program: str, package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        not shutil.which(program), reason=f"{program} is missing: apt-get install {package}"
    )


def said(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run([*map(str, command)], capture_output=True, check=False, timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


@pytest.fixture
def roots(world: World, tmp_path: Path) -> Path:
    """The root's certificate in a file."""
    file = tmp_path / "root.pem"
    file.write_bytes(world.authority.anchors)
    return file


@pytest.fixture(scope="session")
def store(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of NSS that believes the root, as poppler reads it."""
    place = tmp_path_factory.mktemp("nss")
    (place / "root.pem").write_bytes(world.authority.anchors)
    assert said("certutil", "-N", "-d", f"sql:{place}", "--empty-password")[0] == 0
    added = said(
        "certutil", "-A", "-d", f"sql:{place}", "-n", "root", "-t", "CT,CT,CT", "-i", place / "root.pem"
    )
    assert added[0] == 0, added
    return place


@needs("pdfsig", "poppler-utils")
@needs("certutil", "libnss3-tools")
def test_poppler_finds_our_signatures_valid_and_trusted(
    world: World, signed: Signed, store: Path, tmp_path: Path
) -> None:
    sealed = pades.sign(signed[Level.B], world.seal, Wanted(Level.B, NOW))
    file = tmp_path / "signed.pdf"
    for content, count in ((signed[Level.B], 1), (signed[Level.LTA], 1), (sealed, 2)):
        file.write_bytes(content)
        _code, answer = said("pdfsig", "-no-ocsp", "-nssdir", store, file)
        assert answer.count("Signature is Valid.") >= count, answer
        assert answer.count("Certificate is Trusted.") >= count, answer
        assert "Nguyễn Văn An" in answer
        assert "ETSI.CAdES.detached" in answer
    file.write_bytes(sealed.replace(b"ReportLab Generated", b"Reportlab Generated"))
    assert "Digest Mismatch." in said("pdfsig", "-no-ocsp", "-nssdir", store, file)[1]


@needs("openssl", "openssl")
def test_openssl_finds_the_demonstrations_time_stamp_good(world: World, roots: Path, tmp_path: Path) -> None:
    data, query, reply = (tmp_path / name for name in ("data", "query", "reply"))
    data.write_bytes(b"anything")
    assert said("openssl", "ts", "-query", "-data", data, "-sha256", "-cert", "-out", query)[0] == 0
    reply.write_bytes(world.authority.stamp(query.read_bytes(), now=NOW))
    check = ["openssl", "ts", "-verify", "-in", reply, "-CAfile", roots, "-untrusted"]
    between = tmp_path / "between.pem"
    between.write_bytes(pem_of(world.authority.issuing.certificate))
    assert said(*check, between, "-queryfile", query)[0] == 0
    data.write_bytes(b"something else")
    assert said(*check, between, "-data", data)[0] != 0
    assert "rejected" in said("openssl", "ts", "-reply", "-in", _refusal(world, tmp_path), "-text")[1].lower()


def _refusal(world: World, tmp_path: Path) -> Path:
    file = tmp_path / "refusal"
    file.write_bytes(world.authority.stamp(b"no request", now=NOW))
    return file


@needs("openssl", "openssl")
def test_openssl_reads_the_demonstrations_lists_and_answers(shaken: World, tmp_path: Path) -> None:
    person = to_pyca(shaken.person.certificate)
    files = {
        "root.pem": shaken.authority.anchors,
        "issuing.pem": pem_of(shaken.authority.issuing.certificate),
        "person.pem": pem_of(person),
        "all.pem": shaken.authority.anchors + pem_of(shaken.authority.issuing.certificate),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def asked(*, revoked: bool) -> None:
        for name, of_root in (("root", True), ("issuing", False)):
            der = tmp_path / f"{name}.crl"
            der.write_bytes(shaken.authority.crl(of_root=of_root, now=NOW))
            assert (
                said("openssl", "crl", "-inform", "DER", "-in", der, "-out", tmp_path / f"{name}.crl.pem")[0]
                == 0
            )
        lists = tmp_path / "lists.pem"
        lists.write_bytes(
            (tmp_path / "root.crl.pem").read_bytes() + (tmp_path / "issuing.crl.pem").read_bytes()
        )
        check = [
            "openssl",
            "verify",
            "-CAfile",
            tmp_path / "root.pem",
            "-untrusted",
            tmp_path / "issuing.pem",
        ]
        code, answer = said(*check, "-crl_check_all", "-CRLfile", lists, tmp_path / "person.pem")
        assert (code != 0, "revoked" in answer) == (revoked, revoked), answer
        request, reply = tmp_path / "request", tmp_path / "reply"
        ask = ["openssl", "ocsp", "-issuer", tmp_path / "issuing.pem", "-cert", tmp_path / "person.pem"]
        assert said(*ask, "-no_nonce", "-reqout", request)[0] == 0
        reply.write_bytes(shaken.authority.answer_ocsp(request.read_bytes(), now=NOW))
        answer = said(*ask, "-respin", reply, "-CAfile", tmp_path / "all.pem", "-no_nonce")[1]
        assert "Response verify OK" in answer, answer
        assert f"person.pem: {'revoked' if revoked else 'good'}" in answer, answer

    asked(revoked=False)
    shaken.authority.revoke(person.serial_number, now=NOW)
    asked(revoked=True)


@needs("xmlsec1", "xmlsec1")
def test_xmlsec_finds_our_signature_inside_xml_good(world: World, roots: Path, tmp_path: Path) -> None:
    made = xades.sign("<phieu số='1'><ten>Nguyễn Văn An</ten></phieu>".encode(), world.person, now=NOW)
    file = tmp_path / "signed.xml"
    command = ["xmlsec1", "--verify", "--trusted-pem", roots, "--enabled-key-data", "x509"]
    command += ["--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties"]
    command += ["--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:KeyInfo", file]
    file.write_bytes(made)
    code, answer = said(*command)
    assert code == 0, answer
    file.write_bytes(made.replace("Nguyễn Văn An".encode(), "Nguyễn Văn Ân".encode()))
    assert said(*command)[0] != 0


def test_certificates_say_that_they_have_no_force(world: World, tmp_path: Path) -> None:
    file = tmp_path / "person.der"
    file.write_bytes(to_pyca(world.person.certificate).public_bytes(Encoding.DER))
    answer = said("openssl", "x509", "-inform", "DER", "-in", file, "-noout", "-text", "-nameopt", "utf8")[1]
    assert "no legal force" in answer
    assert "TRÌNH DIỄN" in answer
