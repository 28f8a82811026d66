"""The formats of the log, byte for byte: addresses of tiles, keys, notes, checkpoints, proofs."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hienluong.ledger.keys import FileKey
from hienluong.tlog.checkpoints import Checkpoint, open_checkpoint
from hienluong.tlog.notes import NoteInvalid, Signer, Verifier, open_note, sign_note
from hienluong.tlog.paths import parse_tile_path, tile_path
from hienluong.tlog.proof import TlogProof, verify_proof
from hienluong.tlog.records import bundle, record_of
from hienluong.tlog.tree import Growth, ProofInvalid, Tree, leaf_hash

GOLDEN = Path(__file__).parent / "golden"
ORIGIN = "lienthong.example.vn/log"


def signer(name: str = ORIGIN, seed: int = 1) -> Signer:
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    form, nothing = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, form, nothing).decode()
    return Signer(name, FileKey(pem))


def proof() -> TlogProof:
    """A proof of the third of five entries, always the same bytes: Ed25519 is deterministic."""
    salts = [bytes([number]) * 16 for number in range(5)]
    entries = [f'{{"n":{number}}}'.encode() for number in range(5)]
    growth = Growth(0, lambda level, number: b"")  # noqa: ARG005 - there are no tiles yet
    growth.append(
        leaf_hash(record_of(salt=salt, entry=entry)) for salt, entry in zip(salts, entries, strict=True)
    )
    tiles = growth.take()
    tree = Tree(5, lambda level, number: tiles[level, number])
    note = Checkpoint(ORIGIN, 5, tree.root()).signed(signer())
    return TlogProof(2, tree.inclusion_proof(2), note, salts[2] + entries[2])


def same_as_kept(name: str, text: str, *, renew: bool) -> None:
    if renew:
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / name).write_text(text, encoding="utf-8")
    assert (GOLDEN / name).read_text(encoding="utf-8") == text


def test_checkpoint_and_proof_are_written_as_ever(pytestconfig: pytest.Config) -> None:
    renew = bool(pytestconfig.getoption("--renew"))
    same_as_kept("checkpoint.txt", proof().checkpoint, renew=renew)
    same_as_kept("act.tlog-proof", proof().text(), renew=renew)
    same_as_kept("key.txt", f"{signer().verifier}\n", renew=renew)


@pytest.mark.parametrize(
    ("number", "width", "path"),
    [
        (0, 256, "000"),
        (7, 256, "007"),
        (999, 256, "999"),
        (1000, 256, "x001/000"),
        (1_234_067, 256, "x001/x234/067"),
        (273, 112, "273.p/112"),
        (1_234_067, 1, "x001/x234/067.p/1"),
    ],
)
def test_tile_has_its_one_address(number: int, width: int, path: str) -> None:
    assert tile_path(number, width) == path
    assert parse_tile_path(path) == (number, width)


@pytest.mark.parametrize(
    "path",
    ["", "0", "00", "0000", "x000/000", "1000", "001/000", "x001", "000.p/0", "000.p/256", "000.p/01", "000.p/", "-01", "٠٠٠", "x001/x234/067/", "000\n"],
)  # fmt: skip
def test_address_in_another_form_is_none(path: str) -> None:
    assert parse_tile_path(path) is None


@given(st.integers(0, 10**15), st.integers(1, 256))
def test_any_address_reads_back(number: int, width: int) -> None:
    assert parse_tile_path(tile_path(number, width)) == (number, width)


def test_bundle_has_the_length_before_each_record() -> None:
    assert bundle([b"abc", b""]) == b"\x00\x03abc\x00\x00"


def test_key_reads_back_and_its_id_is_checked() -> None:
    vkey = str(signer().verifier)
    assert Verifier.parse(vkey) == signer().verifier
    name, key_id, key = vkey.split("+", 2)
    for wrong in (
        f"other+{key_id}+{key}",
        f"{name}+00000000+{key}",
        f"{name}+{key_id}",
        "",
        f"{name}+{key_id}+AAAA",
    ):
        with pytest.raises(ValueError, match=r"key|id"):
            Verifier.parse(wrong)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\n"])
def test_name_that_would_break_the_line_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        signer(name)


def test_note_with_several_signatures_opens_for_each_of_its_keys_and_no_other() -> None:
    text = "một dòng\n\nhai dòng\n"
    ours, witness, stranger = signer(), signer("witness", 2), signer("stranger", 3)
    note = sign_note(text, [ours, witness])
    assert open_note(note, [ours.verifier, witness.verifier]) == (text, [ours.verifier, witness.verifier])
    assert open_note(note, [witness.verifier, stranger.verifier]) == (text, [witness.verifier])
    with pytest.raises(NoteInvalid, match="No trusted key"):
        open_note(note, [stranger.verifier])


def test_one_wrong_signature_of_a_trusted_key_spoils_the_note() -> None:
    ours, witness = signer(), signer("witness", 2)
    note = sign_note("text\n", [ours]) + witness.sign("another\n").line()
    assert open_note(note, [ours.verifier])[0] == "text\n"
    with pytest.raises(NoteInvalid, match="witness is wrong"):
        open_note(note, [ours.verifier, witness.verifier])


@given(st.integers(0, 400), st.integers(1, 255))
def test_note_with_any_byte_changed_opens_no_more(place: int, change: int) -> None:
    note = Checkpoint(ORIGIN, 5, bytes(32)).signed(signer()).encode()
    place %= len(note)
    altered = bytes([*note[:place], note[place] ^ change, *note[place + 1 :]])
    try:
        text = altered.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(NoteInvalid):
        open_checkpoint(text, [signer().verifier])


@pytest.mark.parametrize(
    "text",
    ["a\n1\n", "a\n01\n" + "A" * 43 + "=\n", "a\n-1\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n", "\n1\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 42 + "B=\n"],
)  # fmt: skip
def test_malformed_checkpoint_is_refused_though_it_is_signed(text: str) -> None:
    with pytest.raises(NoteInvalid, match=r"A checkpoint has three lines|is malformed"):
        open_checkpoint(sign_note(text, [signer()]), [signer().verifier])


def test_checkpoint_of_another_log_is_refused_although_our_key_signed_it() -> None:
    note = Checkpoint("another/log", 5, bytes(32)).signed(signer())
    with pytest.raises(NoteInvalid, match="another log"):
        open_checkpoint(note, [signer().verifier])


def test_proof_reads_back_and_holds() -> None:
    read = TlogProof.read(proof().text())
    assert read == proof()
    assert verify_proof(read, signer().verifier).size == 5
    assert read.entry == b'{"n":2}'


def test_proof_without_its_entry_holds_for_the_record_alone() -> None:
    bare = TlogProof(2, proof().hashes, proof().checkpoint)
    assert "extra" not in bare.text()
    record = record_of(salt=bytes([2]) * 16, entry=b'{"n":2}')
    assert verify_proof(TlogProof.read(bare.text()), signer().verifier, record=record).size == 5
    with pytest.raises(ProofInvalid, match="does not say"):
        verify_proof(bare, signer().verifier)


@given(st.integers(0, 2000), st.integers(1, 255))
def test_proof_with_any_byte_changed_holds_no_more(place: int, change: int) -> None:
    text = proof().text().encode()
    place %= len(text)
    altered = bytes([*text[:place], text[place] ^ change, *text[place + 1 :]])
    try:
        read = altered.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(ProofInvalid):
        verify_proof(TlogProof.read(read), signer().verifier)


def test_hash_has_one_spelling_in_base64() -> None:
    encoded = base64.b64encode(bytes(32)).decode()
    assert encoded in proof().checkpoint.replace(proof().checkpoint.split("\n")[2], encoded)
    with pytest.raises(ProofInvalid):
        TlogProof.read(f"c2sp.org/tlog-proof@v1\nindex 0\n{encoded[:-2]}B=\n\n{proof().checkpoint}")
