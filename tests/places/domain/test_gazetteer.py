import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.places.domain.address import Kind, number, parse
from maplebridge.places.domain.gazetteer import (
    BuildingEntry,
    Doubt,
    EstateEntry,
    Found,
    Gazetteer,
    Match,
    Missing,
    find,
    locate,
)

ESTATES = [
    EstateEntry("E1", "海棠苑", ("老纺织厂家属院",)),
    EstateEntry("E2", "丁香一苑"),
    EstateEntry("E3", "丁香二苑"),
    EstateEntry("E4", "和顺家园"),
    EstateEntry("E5", "翠湖小区"),
    EstateEntry("E6", "翠湖花园"),
    EstateEntry("E7", "碧水·天成"),
]
BUILDINGS = [
    *(BuildingEntry(f"E1-{n}", str(n), "E1", "海棠路", "12", ("1", "2", "3")) for n in range(1, 6)),
    *(BuildingEntry(f"E2-{n}", f"{n}", "E2", "迎宾路", "8") for n in (1, 2)),
    BuildingEntry("E4-1", "1", "E4", "迎宾路", "20"),
    BuildingEntry("E5-1", "1号楼", "E5"),
    BuildingEntry("E6-2", "2", "E6"),
    BuildingEntry("R-30", "1", None, "海棠路", "30"),
    BuildingEntry("R-88", "1", None, "学府路", "88", name="和顺大厦"),
    BuildingEntry("E7-甲", "甲", "E7"),
]
HERE = Gazetteer(ESTATES, BUILDINGS, roads=["文化街"], areas={"和顺区": Kind.DISTRICT})
ALL_OF_E1 = tuple(f"E1-{n}" for n in range(1, 6))


@pytest.mark.parametrize(
    ("text", "building"),
    [
        ("和顺区海棠路12号3号楼2单元401", "E1-3"),
        ("海棠苑3栋二单元401室", "E1-3"),
        ("海棠苑3-2-401", "E1-3"),
        ("老纺织厂家属院三号楼", "E1-3"),
        ("海棠苑３號樓", "E1-3"),
        ("海棠路30号", "R-30"),
        ("迎宾路20号门口", "E4-1"),
        ("你好,我们海棠苑的,3号楼2单元楼道灯坏了,请来看看", "E1-3"),
        ("昨天停电了。丁香二苑没事,我们丁香一苑2号楼还没来电", "E2-2"),
        ("翠湖花园2号楼", "E6-2"),
        ("翠湖小区1栋", "E5-1"),
        ("海棠苑3幢2门401", "E1-3"),
        ("和顺大厦", "R-88"),
        ("学府路88号和顺大厦12楼1203", "R-88"),
        ("昨晚和顺大厦的电梯又坏了", "R-88"),
        ("碧水·天成甲栋", "E7-甲"),
        ("碧水天成甲栋", "E7-甲"),
    ],
)
def test_an_address_finds_its_building(text: str, building: str) -> None:
    match = locate(text, HERE)[1]
    assert (match.found, match.code, match.missing, match.doubts) == (Found.BUILDING, building, (), ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("海裳苑3号楼", "E1-3"),
        ("海棠3号楼", "E1-3"),
        ("海棠小区3号楼", "E1-3"),
        ("和顺家圆1号楼", "E4-1"),
        ("和顺的家园1号楼", "E4-1"),
    ],
)
def test_one_wrong_character_is_corrected_and_said(text: str, code: str) -> None:
    match = locate(text, HERE)[1]
    assert (match.found, match.code, match.doubts) == (Found.BUILDING, code, (Doubt.CORRECTED,))


@pytest.mark.parametrize("text", ["丁香三苑1号楼", "丁香苑1号楼", "丁香A苑1号楼"])
def test_another_number_is_another_estate(text: str) -> None:
    match = locate(text, HERE)[1]
    assert (match.found, match.missing) == (Found.NONE, (Missing.ESTATE,))


def test_similar_estates_are_offered_to_choose_from() -> None:
    assert locate("丁香苑1号楼", HERE)[1].candidates == ("E2", "E3")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("海棠苑", Match(Found.ESTATE, "E1", ALL_OF_E1, (Missing.BUILDING,))),
        ("海棠路12号", Match(Found.ESTATE, "E1", ALL_OF_E1, (Missing.BUILDING,))),
        ("海棠路", Match(Found.ROAD, "海棠路", (*ALL_OF_E1, "R-30"), (Missing.ROAD_NUMBER,))),
        ("文化街", Match(Found.ROAD, "文化街", (), (Missing.ROAD_NUMBER,))),
        ("海棠路99号", Match(Found.ROAD, "海棠路", (*ALL_OF_E1, "R-30"), (Missing.ROAD_NUMBER,),
                         (Doubt.NO_SUCH_ROAD_NUMBER,))),
        ("海棠苑9号楼", Match(Found.ESTATE, "E1", ALL_OF_E1, (Missing.BUILDING,), (Doubt.NO_SUCH_BUILDING,))),
        ("海棠苑对面", Match(Found.ESTATE, "E1", ALL_OF_E1, (Missing.BUILDING,), (Doubt.NEARBY,))),
        ("海棠苑3号楼7单元", Match(Found.BUILDING, "E1-3", doubts=(Doubt.NO_SUCH_ENTRANCE,), entrance="7")),
        ("迎宾路8号海棠苑3号楼", Match(Found.BUILDING, "E1-3", doubts=(Doubt.ESTATE_AND_ROAD_DIFFER,))),
        ("翠湖公寓3号楼", Match(Found.NONE, None, ("E5", "E6"), (Missing.ESTATE,),
                          (Doubt.CORRECTED, Doubt.NO_SUCH_BUILDING, Doubt.AMBIGUOUS))),
        ("3号楼2单元漏水", Match(Found.NONE, None, (), (Missing.ESTATE,), (), "2")),
        ("今天天气真好", Match(Found.NONE, None, (), (Missing.ESTATE,))),
    ],
)  # fmt: skip
def test_what_is_missing_or_doubtful_is_said(text: str, match: Match) -> None:
    assert locate(text, HERE)[1] == match


def test_the_building_tells_which_of_two_estates_is_meant() -> None:
    assert locate("翠湖公寓2号楼", HERE)[1].code == "E6-2"


def test_in_the_group_of_an_estate_its_name_need_not_be_said() -> None:
    match = locate("3号楼2单元漏水", HERE, here="E1")[1]
    assert (match.code, match.entrance, match.doubts) == ("E1-3", "2", (Doubt.HERE,))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("今天又碰上,2号楼", ["2号楼"]),
        ("今天又碰上，2号楼门口那条狗追着我叫", ["2号楼", "门口"]),
        ("楼上漏水，3号楼2单元301", ["3号楼", "2单元", "301"]),
        ("漏水，海棠苑，3号楼，301", ["海棠苑", "3号楼", "301"]),
    ],
)
def test_words_before_a_comma_are_no_part_of_the_place(text: str, told: list[str]) -> None:
    parts, match = locate(text, HERE, here="E1")
    assert match.found == Found.BUILDING
    assert [part.text for part in parts if part.kind is not Kind.OTHER] == told


def test_another_estate_is_not_taken_for_the_one_of_the_group() -> None:
    match = locate("玫瑰苑3号楼漏水", HERE, here="E1")[1]
    assert (match.found, match.doubts) == (Found.NONE, (Doubt.UNKNOWN_ESTATE,))


def test_small_talk_in_a_group_is_no_address() -> None:
    assert locate("今天天气真好", HERE, here="E1")[1].found == Found.NONE


def test_the_flat_goes_with_the_building() -> None:
    match = find(parse("海棠苑3-2-401"), HERE)
    assert (match.entrance, match.floor, match.room) == ("2", None, "401")


def test_in_an_empty_place_nothing_is_found() -> None:
    assert locate("海棠苑3号楼", Gazetteer([], []))[1].found == Found.NONE


@given(
    st.sampled_from(BUILDINGS),
    st.sampled_from(["", "和顺区", "你好,我在", "请问"]),
    st.sampled_from(["", "2单元", "楼下有人吵架"]),
)
def test_every_building_with_an_estate_is_found_by_its_address(
    building: BuildingEntry, before: str, after: str
) -> None:
    name = next((estate.name for estate in ESTATES if estate.code == building.estate), None)
    where = f"{name}{number(building.number)}号楼" if name else f"{building.road}{building.road_number}号"
    assert locate(f"{before}{where}{after}", HERE)[1].code == building.code


@given(st.text(max_size=200))
def test_no_message_is_too_odd(text: str) -> None:
    match = locate(text, HERE, here="E1")[1]
    assert (match.code is None) == (match.found == Found.NONE)


def test_a_door_is_an_entrance_where_a_room_follows() -> None:
    match = locate("海棠苑3幢2门401", HERE)[1]
    assert (match.entrance, match.room) == ("2", "401")
    assert locate("海棠苑3幢的大门坏了", HERE)[1].entrance is None
