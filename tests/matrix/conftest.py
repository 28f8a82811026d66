"""The province that is tried, once for each file."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import transaction
from django.template import Template
from django.test import override_settings
from django.test.utils import _TestState
from django.utils import translation
from tests.identity.hostile_provider import CLIENT_ID, CLIENT_SECRET, Provider, serve
from tests.matrix.province import LATE, Province
from tests.matrix.sign_on import signing_key
from tests.matrix.things import furnish

from hienluong.directory import service as directory
from hienluong.kit import clock
from hienluong.signing.models import PreparedSignature


@pytest.fixture(scope="module")
def province(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Province]:
    """One province for all doors; whatever a persona does behind one is undone at once."""
    provider = Provider()
    server = serve(provider)
    settings = override_settings(
        FILES_ROOT=tmp_path_factory.mktemp("vault"),
        IDP_OIDC_PRIVATE_KEYS=[signing_key()],
        PUBLIC_URL="http://testserver",
        EMAIL_HOST="mail.example.org",
        SIGN_IN_PROVIDERS=[
            {
                "id": "tinh",
                "name": "Tài khoản tỉnh",
                "server_url": provider.address,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "claim": "preferred_username",
                "networks": ["127.0.0.1/32"],
            }
        ],
    )
    with pytest.MonkeyPatch.context() as quick, django_db_blocker.unblock(), settings:
        for cost, least in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
            quick.setattr(Argon2PasswordHasher, cost, least)
        quick.setattr(
            Template, "_render", _TestState.saved_data.template_render
        )  # keeps no copy of every context
        logging.disable(logging.WARNING)  # thousands of refusals are what is wanted here
        with transaction.atomic(), translation.override("en"):
            directory.forget()
            made = furnish()
            PreparedSignature.objects.update(expires_at=clock.now() + LATE)
            # What is kept apart can be scanned again only where there is something that scans.
            with override_settings(CLAMD="unix:/nowhere"):
                yield made
            transaction.set_rollback(True)
        logging.disable(logging.NOTSET)
    directory.forget()
    server.shutdown()
    server.server_close()
