"""Signing with registered certificates: whose they are, where their keys are, and what is refused."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from pytest_django import Settings
from world import AGENCY, NOW, PERSON, World, row_of

from hienluong.directory.models import Agency
from hienluong.directory.service import Actor
from hienluong.files import service as files
from hienluong.kit.errors import NotAuthenticated
from hienluong.signing import service as signing
from hienluong.signing.errors import KeyElsewhere, KeyNotSet, SigningCertificateNotFound
from hienluong.signing.formats.keys import MemoryKey, from_pyca
from hienluong.signing.formats.levels import Level
from hienluong.signing.schemas import PreparedOut

pytestmark = pytest.mark.django_db
PASSWORD = "only in a specification"
HOME, FINANCE = "H50.S01", "H50.S02"
Employ = Callable[..., Actor]


@pytest.fixture
def keys_file(settings: Settings, tmp_path: Path, world: World) -> Path:
    """A file of keys that names the agency's seal."""
    content, _serial = world.authority.issue_pkcs12(AGENCY, PASSWORD, now=NOW - timedelta(hours=1))
    (tmp_path / "seal.p12").write_bytes(content)
    (tmp_path / "secret").write_text(PASSWORD + "\n", encoding="utf-8")
    file = tmp_path / "keys.toml"
    file.write_text('[seal]\nfile = "seal.p12"\npassword_file = "secret"\n', encoding="utf-8")
    settings.SIGNING_KEYS_FILE = str(file)
    return file


@pytest.fixture
def seal(keys_file: Path) -> MemoryKey:
    """The key that the file names."""
    return MemoryKey.from_pkcs12((keys_file.parent / "seal.p12").read_bytes(), PASSWORD)


def test_person_signs_with_own_certificates_and_a_clerk_with_the_agency_s_too(
    world: World,
    employ: Employ,
    agencies: Mapping[str, Agency],
    django_assert_num_queries: Callable[[int], object],
) -> None:
    clerk, head, stranger = employ(HOME, "clerk"), employ(HOME, "head"), employ(FINANCE, "clerk")
    of_clerk = row_of(world.person, person_id=clerk.id)
    of_agency = row_of(world.seal, agency=agencies[HOME])
    with django_assert_num_queries(1):  # type: ignore[attr-defined] # pytest-django's
        usable = signing.certificates_of(clerk, now=NOW)
        assert [(one.holder_name, one.is_agency, one.place) for one in usable] == [
            (PERSON.name, False, "device"),
            (AGENCY.name, True, "device"),
        ]
    assert signing.certificates_of(head, now=NOW) == [], "the agency's is the clerk's to use"
    assert signing.certificates_of(stranger, now=NOW) == []
    for actor, row in ((head, of_agency), (head, of_clerk), (stranger, of_agency), (stranger, of_clerk)):
        with pytest.raises(SigningCertificateNotFound):
            signing.certificate(actor, row.pk, now=NOW)
    with pytest.raises(NotAuthenticated):
        signing.certificates_of(None, now=NOW)


def test_certificate_that_ended_or_is_not_of_today_is_not_to_be_used(world: World, employ: Employ) -> None:
    clerk = employ(HOME, "clerk")
    row = row_of(world.person, person_id=clerk.id)
    assert signing.certificate(clerk, row.pk, now=NOW) == row
    for moment in (row.not_before - timedelta(seconds=1), row.not_after):
        assert signing.certificates_of(clerk, now=moment) == []
    row.ended_at = NOW
    row.save()
    assert signing.certificates_of(clerk, now=NOW) == []
    with pytest.raises(SigningCertificateNotFound):
        signing.certificate(clerk, uuid.uuid4(), now=NOW)


def test_agency_s_key_of_this_installation_signs_and_is_opened_once(
    demonstration: World,
    seal: MemoryKey,
    keys_file: Path,
    employ: Employ,
    agencies: Mapping[str, Agency],
    pdf: bytes,
) -> None:
    clerk = employ(HOME, "clerk")
    row = row_of(seal, agency=agencies[HOME], key_name="seal")
    signed = signing.sign_with(
        actor=clerk, certificate_id=row.pk, content=pdf, level=Level.B, now=NOW, on_behalf_of=HOME
    )
    found = signing.validate_file(clerk, signed.content, now=NOW)
    assert found.signatures[0].certificate is not None
    assert found.signatures[0].certificate.sha256 == row.sha256
    keys_file.unlink()
    assert signing.key_for(row) is signing.key_for(row), "it was opened already"
    with pytest.raises(KeyElsewhere):
        signing.prepare_with(actor=clerk, certificate_id=row.pk, content=pdf, level=Level.B, now=NOW)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[other]\nuri = 'pkcs11:'\n",
        "seal = 1\n",
        "[seal]\nfile = 'seal.p12'\n",
        "[seal]\nfile = 'gone.p12'\npassword_file = 'secret'\n",
        "[seal]\npin = 'open'\n",
        "not toml",
        None,
    ],
)
def test_key_that_the_file_does_not_give_is_refused_with_a_reason(
    content: str | None, world: World, keys_file: Path, agencies: Mapping[str, Agency]
) -> None:
    if content is None:
        keys_file.unlink()
    else:
        keys_file.write_text(content, encoding="utf-8")
    row = row_of(world.seal, agency=agencies[HOME], key_name="seal")
    with pytest.raises(KeyNotSet) as refusal:
        signing.key_for(row)
    assert refusal.value.params["reason"]


def test_key_of_another_certificate_is_refused(
    world: World, keys_file: Path, agencies: Mapping[str, Agency]
) -> None:
    row = row_of(world.seal, agency=agencies[HOME], key_name="seal")
    with pytest.raises(KeyNotSet, match="another certificate"):
        signing.key_for(row)


def test_hash_goes_out_for_the_device_of_a_registered_certificate(
    demonstration: World, employ: Employ, pdf: bytes
) -> None:
    head = employ(HOME, "head")
    private = ec.generate_private_key(ec.SECP256R1())
    issued = demonstration.authority.issue(PERSON, private.public_key(), begin=NOW - timedelta(hours=1))
    key = MemoryKey(private, from_pyca(issued), map(from_pyca, demonstration.authority.chain))
    row = row_of(key, person_id=head.id)
    prepared = signing.prepare_with(
        actor=head, certificate_id=row.pk, content=pdf, level=Level.B, now=NOW, name="letter.pdf"
    )
    digest = base64.b64decode(PreparedOut.of(prepared).hash)
    signature = private.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
    done = signing.complete_signature(actor=head, prepared_id=prepared.pk, signature=signature, now=NOW)
    assert done.signed_document is not None
    with pytest.raises(KeyElsewhere):
        signing.sign_with(actor=head, certificate_id=row.pk, content=pdf, level=Level.B, now=NOW)


def test_image_is_sealed_in_the_vault_for_its_certificate(world: World, employ: Employ) -> None:
    row = row_of(world.person, person_id=employ(HOME, "head").id)
    assert signing.image_of(row) is None
    stored = files.store(b"a picture")
    files.hold(stored, holders=[row.pk], now=NOW)
    row.image = stored.id
    assert signing.image_of(row) == b"a picture"
