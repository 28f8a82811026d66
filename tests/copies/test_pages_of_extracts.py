"""Which pages an extract has: as people name them, in order, each once; and what is left out is left out."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest
from desk import paper
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from hienluong.copies.policy import PAGE_MOST, pages_of, ranges_of
from hienluong.copies.reading import read_pdf
from hienluong.kit.errors import InvalidInput

PAGES = st.sets(st.integers(1, PAGE_MOST), min_size=1, max_size=60)


@settings(deadline=None)
@given(PAGES)
def test_pages_that_were_named_are_read_again_as_they_were(pages: set[int]) -> None:
    assert pages_of(ranges_of(sorted(pages))) == sorted(pages)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 9)), min_size=1, max_size=20), st.data())
def test_order_overlaps_and_spaces_change_nothing(runs: list[tuple[int, int]], data: st.DataObject) -> None:
    spaces = st.text(" ", max_size=2)
    parts = [
        f"{data.draw(spaces)}{first}{data.draw(spaces)}-{data.draw(spaces)}{first + more}"
        if more
        else f"{first}"
        for first, more in runs
    ]
    wanted = {page for first, more in runs for page in range(first, first + more + 1)}
    assert pages_of(",".join(parts)) == sorted(wanted)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_whatever_is_typed_names_pages_or_is_refused(text: str) -> None:
    with suppress(InvalidInput):
        pages = pages_of(text)
        assert pages == sorted(set(pages))
        assert 1 <= pages[0] <= pages[-1] <= PAGE_MOST


@pytest.mark.parametrize("text", ["", " , ", "0", "5-3", "1-", "-3", "1;2", "một", "1-99999", "²", "1--3"])
def test_what_names_no_pages_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        pages_of(text)
    assert [one.pointer for one in refused.value.errors] == ["/pages"]


@settings(max_examples=12, deadline=None)
@given(st.sets(st.integers(1, 9), min_size=1))
def test_extract_has_those_pages_and_nothing_of_the_others(pages: set[int]) -> None:
    facts, extract = read_pdf("a.pdf", paper(9, links=True), sorted(pages))
    made = PdfReader(io.BytesIO(extract))
    assert [one.extract_text().strip() for one in made.pages] == [
        f"Trang-{page}-cua-9" for page in sorted(pages)
    ]
    assert facts["pages"] == len(pages)
    # Not on a page that is shown, and nowhere else in the file either.
    streams = b"".join(
        one.get_data() for number in range(1, 200) if hasattr(one := made.get_object(number), "get_data")
    )
    left_out = set(range(1, 10)) - pages
    assert not [page for page in left_out if f"Trang-{page}-".encode() in streams + extract]
    assert "mật".encode("utf-16-be") not in extract


def test_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_pdf("a.pdf", paper(3), [2, 4])
    assert [one.pointer for one in refused.value.errors] == ["/pages"]
