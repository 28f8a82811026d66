"""The demonstration shows a document at each step, once; a real installation never."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from house import TODAY, House
from PIL import Image
from pytest_django import Settings

from hienluong.demo import drawing
from hienluong.directory import service as directory
from hienluong.directory.models import Person
from hienluong.directory.service import Post
from hienluong.files import service as files
from hienluong.issuing import commands, demonstration, queries
from hienluong.issuing.models import Document, Step
from hienluong.issuing.rendering import page_image
from hienluong.kit import clock
from hienluong.kit.events import publish
from hienluong.signing import service as signing
from hienluong.signing.events import DemonstrationReady
from hienluong.signing.formats.device import fingerprint
from hienluong.signing.models import SigningCertificate
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
    stored = files.store(drawing.seal("Sở Nội vụ"))
    files.hold(stored, holders=[house.rows["seal"].pk], now=clock.now())
    SigningCertificate.objects.filter(pk=house.rows["seal"].pk).update(image=stored.id)
    publish(ready)
    publish(replace(ready, at=clock.now()))
    found = {Step(one.step): one for one in Document.objects.all()}
    assert list(found) == [Step.PREPARED, Step.NUMBERED, Step.SIGNED, Step.SEALED]
    assert Document.objects.count() == len(found)
    sealed = signing.validate_file(house.clerk, queries.file_bytes(found[Step.SEALED]), now=clock.now())
    assert (sealed.verdict, sealed.demonstration, len(sealed.signatures)) == (Verdict.VALID, True, 2)
    page = Image.open(BytesIO(page_image(queries.file_bytes(found[Step.SEALED]), 0)))
    red = sum(count for count, (r, g, b) in page.getcolors(1_000_000) if r > 180 and g < 80 and b < 80)
    assert red > 1000, "the page shows the seal"
    house.seal(found[Step.SIGNED])
    numbered = commands.number_document(
        actor=house.clerk, document_id=found[Step.PREPARED].pk, dated_on=TODAY, number="04", now=clock.now()
    )
    assert numbered.wrote_number, "the letter leaves room"
    assert numbered.wrote_date
    assert numbered.says_number
    assert numbered.says_date, "figures that stand among the spaces of a gap are read"


def test_real_installation_and_one_without_a_head_are_shown_none(
    house: House, ready: DemonstrationReady, settings: Settings
) -> None:
    settings.DEMONSTRATION = False
    publish(ready)
    settings.DEMONSTRATION = True
    Post.objects.filter(role=Post.Role.HEAD).update(role=Post.Role.OFFICER)
    demonstration.show_documents(ready)
    assert not Document.objects.exists()
