"""The log's key: in a module (SoftHSM plays it), and changed by a statement that both keys sign; who checks follows the chain."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django import Settings
from tests.ledger.conftest import CLERK, Book
from tests.softhsm import MODULE, PIN, uri_of

from hienluong.config.installation import Installation
from hienluong.kit.jws import new_key
from hienluong.ledger import service as ledger
from hienluong.ledger.cli import group
from hienluong.ledger.errors import KeyChangeUnderWay, KeyMissing, KeyNotNew, KeyUnavailable, NoCheckpoint
from hienluong.ledger.keyring import signer
from hienluong.ledger.keys import FileKey, TokenKey, load_key
from hienluong.ledger.models import KeyChange, QueuedEntry, SignedCheckpoint
from hienluong.ledger.rotation import OVERLAP
from hienluong.ledger.verification import verify_log
from hienluong.tlog.checkpoints import open_checkpoint
from hienluong.tlog.key_changes import KeyChangeStatement, read_change, trusted_keys
from hienluong.tlog.notes import NoteInvalid, Signer, Verifier, parse_note, sign_note

NewFileKey = Callable[[], FileKey]


@pytest.fixture(scope="session")
def token(softhsm: Path) -> str:
    """A token with the key “ledger”, as a URI."""
    import pkcs11  # noqa: PLC0415 - only where there is a module
    from pkcs11.util.ec import encode_named_curve_parameters  # noqa: PLC0415 - the same

    with pkcs11.lib(str(MODULE)).get_token(token_label="hien luong").open(rw=True, user_pin=PIN) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("1.3.101.112")}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, curve, local=True)
        for label in ("ledger", "twin", "twin"):
            parameters.generate_keypair(
                mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label=label
            )
    return uri_of(softhsm, "hien luong", "ledger")


@pytest.fixture
def new_file_key(settings: Settings, tmp_path: Path) -> NewFileKey:
    """Makes keys as `rotate-key` does: files beside the first key."""
    settings.LEDGER_KEY_DIR = tmp_path

    def one() -> FileKey:
        pem = new_key()
        number = len(list(tmp_path.glob("ledger-key.*")))
        (tmp_path / f"ledger-key.{number}").write_text(pem, encoding="utf-8")
        return FileKey(pem)

    return one


def begin(book: Book, key: FileKey | TokenKey, overlap: timedelta = OVERLAP) -> KeyChange:
    return ledger.begin_key_change(actor=CLERK, now=book.now, make=lambda: key, overlap=overlap)


def signed_by(note: str) -> set[bytes]:
    return {one.key_id for one in parse_note(note)[1]}


def test_key_in_a_module_signs_like_one_in_a_file(token: str) -> None:
    key = load_key(token)
    verifier = Verifier("log.example.vn", key.public)
    note = sign_note("text\n", [Signer("log.example.vn", key)])
    assert parse_note(note)[1][0].key_id == verifier.key_id
    assert verifier.accepts("text\n", parse_note(note)[1][0].signature)


def test_session_that_was_lost_is_opened_anew(token: str) -> None:
    key = TokenKey(token)
    key._key.close()
    assert Verifier("a", key.public).made(key.sign(b"data"), b"data")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("object=ledger", "object=nothing"),
        ("object=ledger", "object=twin"),
        ("hien%20luong", "other"),
        (str(MODULE), "/nowhere.so"),
        ("/pin", "/no-pin"),
    ],
)
def test_module_that_gives_no_key_is_told(token: str, old: str, new: str) -> None:
    with pytest.raises(KeyUnavailable):
        load_key(token.replace(old, new))


def test_wrong_pin_is_told(token: str, tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("0000")
    with pytest.raises(KeyUnavailable, match=r"(?i)pin"):
        load_key(token.replace("hien%20luong", "another").rpartition("file:")[0] + f"file:{tmp_path}/pin")


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:",
        "pkcs11:token=a;object=b",
        "pkcs11:token=a;object=b?module-path=/m.so&pin-value=1234",
        "pkcs11:token=a?module-path=/m.so&pin-source=/p",
        "pkcs11:object=a?module-path=/m.so&pin-source=/p",
        "pkcs11:token=a;object=b;odd=c?module-path=/m.so&pin-source=/p",
    ],
)
def test_uri_that_is_none_of_ours_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match=r"module|token"):
        load_key(uri)


def test_log_begins_with_the_key_in_a_module_where_one_is_set(
    book: Book, settings: Settings, token: str
) -> None:
    settings.LEDGER_KEY_URIS = [token]
    book.grow(3)
    assert ledger.verifier().key == load_key(token).public
    assert open_checkpoint(ledger.published().note, [ledger.verifier()]).size == 3
    assert verify_log().faults == []


def test_log_moves_into_a_module_and_signs_with_both_until_the_time_is_over(
    book: Book, settings: Settings, token: str
) -> None:
    book.grow(3)
    old = ledger.verifier()
    settings.LEDGER_KEY_URIS = [token]
    change = begin(book, TokenKey(token), timedelta(days=1))
    new = Verifier.parse(change.new_vkey)
    assert (change.size, new.key, ledger.verifier()) == (3, load_key(token).public, new)
    book.grow(2)
    assert signed_by(ledger.published().note) == {old.key_id, new.key_id}
    assert [open_checkpoint(ledger.published().note, [one]).size for one in (old, new)] == [7, 7]
    book.later(86_400)
    book.grow(2)
    assert signed_by(ledger.published().note) == {new.key_id}
    assert verify_log().faults == []


def test_statement_is_recorded_published_and_leads_who_trusts_the_old_key_to_the_new_one(
    book: Book, new_file_key: NewFileKey, tmp_path: Path
) -> None:
    entry_id = book.grow(3)[1]
    old = ledger.verifier()
    for _ in range(2):
        begin(book, new_file_key(), timedelta(days=1))
        book.later(2 * 86_400)
        book.grow(2)
    notes = [Client().get(f"/log/key-changes/{number}").content.decode() for number in (1, 2)]
    assert Client().get("/log/key-changes/3").status_code == 404
    assert trusted_keys(old, notes)[-1] == ledger.verifier()
    with pytest.raises(NoteInvalid, match="lead on"):
        trusted_keys(old, notes[1:])
    with pytest.raises(NoteInvalid, match="lead on"):
        trusted_keys(ledger.verifier(), notes)

    files = [tmp_path / "1.note", tmp_path / "2.note", tmp_path / "act.tlog-proof"]
    for file, text in zip(files, [*notes, ledger.prove(entry_id).text()], strict=True):
        file.write_text(text, encoding="utf-8")
    check = ["verify-proof", str(files[2]), "--key", str(old)]
    assert CliRunner().invoke(group, check).exit_code == 1
    assert CliRunner().invoke(group, [*check, "--key-change", str(files[0])]).exit_code == 1
    both = [*check, "--key-change", str(files[0]), "--key-change", str(files[1])]
    assert CliRunner().invoke(group, both).exit_code == 0


def test_change_of_the_key_stands_in_the_ledger(book: Book, new_file_key: NewFileKey) -> None:
    book.grow(1)
    change = begin(book, new_file_key())
    entry = json.loads(bytes(QueuedEntry.objects.get().entry))
    assert entry["action"] == "ledger.key-changed"
    assert entry["details"]["new"] == change.new_vkey


def test_change_is_refused_before_a_checkpoint_during_another_and_to_a_former_key(
    book: Book, new_file_key: NewFileKey, settings: Settings
) -> None:
    with pytest.raises(NoCheckpoint):
        begin(book, new_file_key())
    book.grow(1)
    first = FileKey(settings.LEDGER_KEY)
    with pytest.raises(KeyNotNew):
        begin(book, first)
    begin(book, new_file_key())
    with pytest.raises(KeyChangeUnderWay):
        ledger.begin_key_change(actor=CLERK, now=book.now, make=lambda: pytest.fail("made for nothing"))
    book.later(int(OVERLAP.total_seconds()))
    with pytest.raises(KeyNotNew):
        begin(book, first)


def test_log_goes_on_when_the_former_key_is_lost_during_the_overlap_and_stops_without_the_new_one(
    book: Book, new_file_key: NewFileKey, settings: Settings, tmp_path: Path
) -> None:
    book.grow(1)
    begin(book, new_file_key())
    settings.LEDGER_KEY = new_key()
    book.grow(1)
    assert len(signed_by(ledger.published().note)) == 1
    for file in tmp_path.glob("ledger-key.*"):
        file.unlink()
    book.record()
    with pytest.raises(KeyMissing):
        book.grow(1)
    assert ledger.waiting() == 2, "what waits is kept"


def test_lost_key_stops_the_log_until_it_is_back_or_the_log_has_another_name(
    book: Book, settings: Settings
) -> None:
    book.grow(1)
    kept = settings.LEDGER_KEY
    settings.LEDGER_KEY = new_key()
    with pytest.raises(KeyMissing):
        book.grow(1)
    settings.LEDGER_KEY = kept
    book.grow(0)
    assert ledger.published().size == 2
    settings.LEDGER_KEY = new_key()
    settings.LEDGER_ORIGIN = "second.example.vn/log"
    book.grow(1)
    assert open_checkpoint(ledger.published().note, [ledger.verifier()]).origin == "second.example.vn/log"


@pytest.mark.parametrize(
    "forge",
    [
        lambda change, _key: setattr(change, "note", change.note[:-8] + "AAAA" + change.note[-4:]),
        lambda change, _key: setattr(change, "size", change.size + 1),
        lambda change, key: setattr(change, "new_vkey", str(Verifier(signer("").verifier.name, key.public))),
    ],
)
def test_forged_change_of_the_key_is_named(
    book: Book, new_file_key: NewFileKey, forge: Callable[[KeyChange, FileKey], None]
) -> None:
    book.grow(3)
    change = begin(book, new_file_key())
    book.grow(2)
    assert verify_log().faults == []
    forge(change, new_file_key())
    change.save()
    assert "Change 1 of the key: it does not hold, or does not lead to the key in force." in [
        one.text() for one in verify_log().faults
    ]


def test_deleted_change_of_the_key_gives_the_earlier_checkpoints_away(
    book: Book, new_file_key: NewFileKey
) -> None:
    book.grow(3)
    begin(book, new_file_key(), timedelta())
    book.grow(2)
    KeyChange.objects.all().delete()
    assert [one.text() for one in verify_log().faults] == ["Checkpoint 3: this log did not sign it."]
    assert SignedCheckpoint.objects.count() == 2


def test_statement_that_one_key_alone_signed_is_none() -> None:
    old, new = (Signer("a.example.vn", FileKey(new_key())) for _ in range(2))
    other = Signer("b.example.vn", FileKey(new_key()))
    moment = Book().now
    said = KeyChangeStatement("a.example.vn", 7, old.verifier, new.verifier, moment)
    assert read_change(said.signed(old, new)) == said
    for note in (
        sign_note(said.text(), [old]),
        sign_note(said.text(), [new]),
        sign_note("text\n", [old, new]),
        KeyChangeStatement("a.example.vn", 7, old.verifier, other.verifier, moment).signed(old, other),
        KeyChangeStatement("a.example.vn", 7, old.verifier, old.verifier, moment).signed(old, old),
    ):
        with pytest.raises(NoteInvalid):
            read_change(note)


def test_command_makes_a_key_durable_beside_the_first_and_changes_to_it(
    book: Book, settings: Settings, tmp_path: Path
) -> None:
    settings.INSTALLATION = SimpleNamespace(
        make_ledger_key=lambda: Installation.make_ledger_key(SimpleNamespace(secrets=tmp_path))  # type: ignore[arg-type]  # it needs no more
    )
    settings.LEDGER_KEY_DIR = tmp_path
    refused = CliRunner().invoke(group, ["rotate-key"], obj=nullcontext)
    assert (refused.exit_code, list(tmp_path.iterdir())) == (1, [])
    book.grow(1)
    first = ledger.verifier()
    done = CliRunner().invoke(group, ["rotate-key", "--overlap-days", "0", "--json"], obj=nullcontext)
    assert done.exit_code == 0, done.output
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(done.output)["key"] == str(ledger.verifier()) != str(first)
    book.grow(1)
    assert verify_log().faults == []
    unknown = CliRunner().invoke(group, ["rotate-key", "--to", "pkcs11:token=a"], obj=nullcontext)
    assert (unknown.exit_code, "HIENLUONG_LEDGER_KEY_URIS" in unknown.output) == (1, True)
