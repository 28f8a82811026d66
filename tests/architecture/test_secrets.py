"""No secret is compared with `==`: how long that takes tells how much of it was right."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

SECRET = re.compile(
    r"(?:^|_)(?:secret|token|password|passwd|hash|digest|signature|mac|hmac|otp|totp|nonce|etag|sha256|leaf|salt|key)"
    r"(?:s)?(?:$|_)",
    re.IGNORECASE,
)
# Names that sound like secrets and are none; the comparison itself, as it stands in the source, with the reason.
NO_SECRET = {
    "before.file_sha256 != document.file_sha256": "whether a document is as it was when it was prepared",
    "before.file_sha256 != (document.file_sha256 if one is None else one.original_sha256)": "the same",
    "hashlib.sha256(pdf).hexdigest() != document.signed_sha256": "whether a document is what was signed",
    "document.file_sha256 != document.signed_sha256": "the same",
    "signing.prepared(actor, prepared_id, now=now).file_sha256 != one.file_sha256": "the same",
    "one.file_sha256 != seen.file_sha256": "the same",
    "document.file_sha256 != seen.file_sha256": "whether somebody else renewed it meanwhile",
    "bytes(row.signature) == signature": "a signature, which stands in the document for everybody",
    "request.headers.get('If-None-Match') == etag": "the ETag is a hash of bytes that the caller may fetch",
    "headers.get('etag', '').strip('\"') != sha256": "the client checks that a file came whole",
    "token != text": "a piece of an XML document",
    "digest != piece.sha256": "a backup is checked for damage",
    "known_key == key": "an idempotency key names a sending of the same agency and opens nothing",
    "cleaned['password'] != cleaned['again']": "what one person typed twice in one form",
    "self.authenticator.type == Authenticator.Type.TOTP": "a kind",
    "ended.session_key == request.session.session_key": "one's own session, found by its number",
    "row.key_id == key_id": "the public part of a secret, which names it",
    "bytes(known) != sha256": "the hash of a file that the same agency handed in",
    "query.keys() != _QUERY": "names of attributes",
    "token.tst_info.message_imprint.hash_algorithm != _SHA256": "the name of a hash function",
    "leaf != hashed": "two hashes that anybody may read",
    "(one.name, one.key_id) == (key.name, key.key_id)": "name and short name of a public key",
    "made != leaf": "the same",
    "verifier.key_id.hex() != key_id": "the short name of a public key",
    "public.key_type == KeyType.RSA": "a kind",
    "stamped != message_digest": "the hash of a document that its signer sent and got back",
    "asked.issuer_key_hash == _key_of_issuer(self.issuing.key.public_key()).key_identifier": "the hash of a public key",
    "algorithm == hash_of(key.certificate)": "the name of a hash function",
    "one.sha256 == fingerprint": "of a certificate, which is public",
    "one.sha256 == wanted": "the same",
    "self.wire_content.sha256 != self.content.sha256": "the same file, wrapped and unwrapped",
}


def _names(node: ast.expr) -> set[str]:
    """Returns the names that say what an operand is: the variable, the attribute, the key, the function called."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Attribute):
        return {node.attr}
    if isinstance(node, ast.Subscript):
        return _names(node.value) | _names(node.slice)
    if isinstance(node, ast.Call):
        return _names(node.func)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    return set()


def _comparisons(tree: ast.Module) -> Iterator[ast.Compare]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            yield node


def _is_of_secrets(node: ast.Compare) -> bool:
    operands = [node.left, *node.comparators]
    if any(isinstance(one, ast.Constant) or _is_length(one) for one in operands):
        return False  # a kind, a count or an empty text: nothing to guess
    return any(SECRET.search(name) for one in operands for name in _names(one))


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"len", "type"}


def test_secret_is_compared_in_constant_time(house: Any) -> None:
    found = {
        f"{source.name}: {text}"
        for source in house.sources
        for node in _comparisons(source.tree)
        if _is_of_secrets(node) and (text := ast.unparse(node)) not in NO_SECRET
    }
    assert found == set(), (
        "kit.ids.timing_safe_equal, or look it up by its hash; or name it in NO_SECRET with why"
    )


def test_exceptions_name_comparisons_that_exist(house: Any) -> None:
    written = {ast.unparse(node) for source in house.sources for node in _comparisons(source.tree)}
    assert set(NO_SECRET) <= written


def test_comparison_of_a_secret_is_found() -> None:
    tree = ast.parse(
        "if given_token == row.secret: pass\nif len(key) == 64: pass\nif token_type != 'bearer': pass"
    )
    assert [_is_of_secrets(node) for node in _comparisons(tree)] == [True, False, False]
