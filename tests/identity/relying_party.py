"""A system that people sign on to, as its maker would write it with Authlib: a process of its own.

Called with issuer, client id, secret and the address to return to. Prints the address to send the person to; reads the
address the person came back to from standard input; prints what it then knows of the person, as JSON.
"""

from __future__ import annotations

import json
import sys
import warnings

warnings.simplefilter("ignore")  # Authlib announces its next version

from authlib.common.security import generate_token  # noqa: E402 - the warnings come at import
from authlib.integrations.requests_client import OAuth2Session  # noqa: E402 - the same
from joserfc import jwt  # noqa: E402 - the same
from joserfc.jwk import KeySet  # noqa: E402 - the same


def main(issuer: str, client_id: str, secret: str, back: str) -> None:
    """Signs one person on."""
    session = OAuth2Session(
        client_id,
        secret,
        scope="openid profile post",
        redirect_uri=back,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",
    )
    told = session.request("GET", f"{issuer}/.well-known/openid-configuration", withhold_token=True).json()
    assert told["issuer"] == issuer
    verifier, nonce = generate_token(64), generate_token(32)
    address, state = session.create_authorization_url(
        told["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    print(address, flush=True)  # noqa: T201 - how it talks to the specification
    returned = sys.stdin.readline().strip()
    token = session.fetch_token(
        told["token_endpoint"], authorization_response=returned, code_verifier=verifier, state=state
    )
    keys = KeySet.import_key_set(session.request("GET", told["jwks_uri"], withhold_token=True).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
    )
    registry.validate(claims)
    userinfo = session.get(told["userinfo_endpoint"]).json()
    assert userinfo["sub"] == claims["sub"]
    print(json.dumps(userinfo), flush=True)  # noqa: T201 - the same


if __name__ == "__main__":
    main(*sys.argv[1:])
