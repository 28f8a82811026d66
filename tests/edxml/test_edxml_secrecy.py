import unicodedata
from collections.abc import Callable

import pytest

from hienluong.edxml.secrecy import Finding, FoundIn, find_secrecy_markers


def _marks(text: str) -> list[str]:
    return [finding.marker for finding in find_secrecy_markers([text])]


@pytest.mark.parametrize("marker", ["MẬT", "TỐI MẬT", "TUYỆT MẬT"])
@pytest.mark.parametrize(
    "shape",
    [
        "{}",
        "Kế hoạch ({})",
        "đóng dấu {}.",
        "{}_2026.pdf",
        "Độ mật: {} - bản số 2",
    ],
)
@pytest.mark.parametrize(
    "written",
    [
        str,
        lambda text: unicodedata.normalize("NFD", text),
        " ".join,
        lambda text: ".".join(text.replace(" ", "")),
        lambda text: text.replace(" ", "\u00a0 "),
        "\u200b".join,
    ],
    ids=["plain", "decomposed", "spaced", "dotted", "no-break", "zero width"],
)
def test_stamp_in_capitals_is_found(marker: str, shape: str, written: Callable[[str], str]) -> None:
    assert _marks(shape.format(written(marker))) == [marker]


@pytest.mark.parametrize("text", ["Mật", " (Tối mật) ", "tuyệt mật"])
def test_mark_that_is_the_whole_text_is_found_in_any_case(text: str) -> None:
    assert len(_marks(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "V/v đổi mật khẩu và bảo mật thông tin",
        "Mật khẩu mới của hệ thống",
        "Luật Bảo vệ bí mật nhà nước",
        "QUY CHẾ BẢO MẬT THÔNG TIN",
        "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "KHẢO SÁT MẬT ĐỘ DÂN CƯ",
        "MẬTMÃ",
        "THÂN MẬTX",
        "",
    ],
)
def test_ordinary_words_are_no_mark(text: str) -> None:
    assert _marks(text) == []


def test_mark_beside_an_ordinary_word_is_found() -> None:
    assert _marks("QUY CHẾ BẢO MẬT (MẬT)") == ["MẬT"]


def test_secret_series_in_the_notation_is_found_as_a_whole_group() -> None:
    found = find_secrecy_markers([], notation_series=["TM"], notation="12/QĐ-TM")
    assert found == [Finding("TM", FoundIn.NOTATION, 0)]
    assert not find_secrecy_markers([], notation_series=["TM"], notation="12/TMDV-UBND")
    assert not find_secrecy_markers([], notation="12/QĐ-TM")


def test_finding_names_the_place_and_never_the_text() -> None:
    assert find_secrecy_markers(["công khai", "nội dung TỐI MẬT"]) == [Finding("TỐI MẬT", FoundIn.TEXT, 1)]


def test_markers_are_configuration() -> None:
    assert [one.marker for one in find_secrecy_markers(["HỎA TỐC, MẬT"], markers=["HỎA TỐC"])] == ["HỎA TỐC"]
