"""The demonstration shows a document at each step, once; a real installation never."""

from __future__ import annotations

from dataclasses import replace

import pytest
from house import House
from pytest_django import Settings

from hienluong.directory import service as directory
from hienluong.directory.models import Person
from hienluong.directory.service import Post
from hienluong.issuing import demonstration, queries
from hienluong.issuing.blanks import blanks_of
from hienluong.issuing.models import Document, Step
from hienluong.kit import clock
from hienluong.kit.events import publish
from hienluong.signing import service as signing
from hienluong.signing.device import fingerprint
from hienluong.signing.events import DemonstrationReady
from hienluong.signing.service import Verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(house: House) -> DemonstrationReady:
    """The demonstration's people have accounts, and their devices sign."""
    for number, post in enumerate(house.posts.values()):
        person = Person.objects.get(pk=post.person_id)
        person.user = directory.User.objects.create_user(f"shown-{number}")
        person.save()
    keys = {fingerprint(key): key for key in house.keys.values()}
    return DemonstrationReady(lambda sha256, digest: keys[sha256].sign_digest(digest), clock.now())


def test_visitor_finds_a_document_at_each_step_and_a_second_start_adds_none(
    house: House, ready: DemonstrationReady
) -> None:
    publish(ready)
    publish(replace(ready, at=clock.now()))
    found = {Step(one.step): one for one in Document.objects.all()}
    assert list(found) == [Step.PREPARED, Step.NUMBERED, Step.SIGNED, Step.SEALED]
    assert Document.objects.count() == len(found)
    sealed = signing.validate_file(house.clerk, queries.file_bytes(found[Step.SEALED]), now=clock.now())
    assert (sealed.verdict, sealed.demonstration, len(sealed.signatures)) == (Verdict.VALID, True, 2)
    house.seal(found[Step.SIGNED])
    blanks = blanks_of(queries.file_bytes(found[Step.PREPARED]))
    assert blanks.number and blanks.dated and blanks.year


def test_real_installation_and_one_without_a_head_are_shown_none(
    house: House, ready: DemonstrationReady, settings: Settings
) -> None:
    settings.DEMONSTRATION = False
    publish(ready)
    settings.DEMONSTRATION = True
    Post.objects.filter(role=Post.Role.HEAD).update(role=Post.Role.OFFICER)
    demonstration.show_documents(ready)
    assert not Document.objects.exists()
