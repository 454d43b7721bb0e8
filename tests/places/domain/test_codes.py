import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.places.domain import codes
from maplebridge.places.domain.codes import AreaKind, BadCode, Level, Nearest, Reason


@pytest.mark.parametrize(
    ("code", "level", "parent", "kind"),
    [
        ("630000000000", Level.PROVINCE, None, None),
        ("630100000000", Level.PREFECTURE, "630000000000", None),
        ("630103000000", Level.COUNTY, "630100000000", None),
        ("630103001000", Level.TOWN, "630103000000", AreaKind.SUBDISTRICT),
        ("630103100000", Level.TOWN, "630103000000", AreaKind.TOWN),
        ("630103200000", Level.TOWN, "630103000000", AreaKind.TOWNSHIP),
        ("630103400000", Level.TOWN, "630103000000", AreaKind.SIMILAR_TO_TOWN),
        ("630103001001", Level.COMMUNITY, "630103001000", AreaKind.RESIDENTS_COMMITTEE),
        ("630103100201", Level.COMMUNITY, "630103100000", AreaKind.VILLAGE_COMMITTEE),
        ("630103100498", Level.COMMUNITY, "630103100000", AreaKind.SIMILAR_TO_COMMUNITY),
        ("630103001601", Level.COMMUNITY, "630103001000", None),
        ("630103001001004", Level.GRID, "630103001001", None),
        ("630103001001004002", Level.ENTRANCE, "630103001001004", None),
    ],
)
def test_a_code_says_its_level_parent_and_kind(
    code: str, level: Level, parent: str | None, kind: AreaKind | None
) -> None:
    assert codes.clean(code) == code
    assert (codes.level(code), codes.parent(code), codes.kind(code)) == (level, parent, kind)


def test_full_width_digits_and_blanks_are_a_code_all_the_same() -> None:
    assert codes.clean(" ６３０１０３ 001001 ") == "630103001001"


@pytest.mark.parametrize(("short", "whole"), [("630103", "630103000000"), ("630103001", "630103001000")])
def test_the_zeros_at_the_end_may_be_left_out(short: str, whole: str) -> None:
    assert codes.clean(short) == whole


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("6.30103E+11", Reason.SCIENTIFIC),
        ("63010300100A", Reason.NOT_DIGITS),
        ("", Reason.NOT_DIGITS),
        ("六三零一零三", Reason.NOT_DIGITS),
        ("63010300100", Reason.WRONG_LENGTH),
        ("6301030010010", Reason.WRONG_LENGTH),
        ("990103001001", Reason.NO_SUCH_PROVINCE),
        ("630103000001", Reason.GAP),
        ("630003001001", Reason.GAP),
        ("630103001000001", Reason.GRID_WITHOUT_COMMUNITY),
        ("630103001001000", Reason.NUMBER_ZERO),
        ("630103001001000001", Reason.NUMBER_ZERO),
    ],
)
def test_what_cannot_be_a_code_is_refused_with_a_reason(text: str, reason: Reason) -> None:
    with pytest.raises(BadCode) as caught:
        codes.clean(text)
    assert caught.value.reason == reason
    assert "{" not in str(caught.value)


KNOWN = ["630103001001", "630103001002", "630103002001", "630104001001"]


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("630103001003", "630103001001"),  # one digit wrong: the lowest of the equally near
        ("630103003001", "630103001001"),
        ("630104001007", "630104001001"),
        ("63010300101", "630103001001"),  # one digit lost
        ("6301030010022", "630103001002"),  # one too many
        ("360103001002", "630103001002"),  # two exchanged
        ("630103009877", "630103002001"),  # nothing near: the one that begins alike
        ("110101001001", None),
    ],
)
def test_the_nearest_code_is_the_one_probably_meant(code: str, meant: str | None) -> None:
    assert Nearest(KNOWN).to(code) == meant


def test_where_nothing_is_known_nothing_is_suggested() -> None:
    assert Nearest([]).to("630103001001") is None


@given(st.lists(st.from_regex(r"63010[1-9]00[1-9]00[1-9]", fullmatch=True), min_size=1), st.data())
def test_one_wrong_digit_always_has_a_suggestion(known: list[str], data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(known))
    place = data.draw(st.integers(0, 11))
    wrong = code[:place] + data.draw(st.sampled_from("0123456789")) + code[place + 1 :]
    nearest = Nearest(known).to(wrong)
    assert nearest in known
    assert sum(a != b for a, b in zip(nearest, wrong, strict=True)) <= 2
