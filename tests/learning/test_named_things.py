import pytest

from maplebridge.learning.named_things import LONGEST_NAME, Kind, find_named_things, named_things


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("投诉海棠花园物业乱收费", ["海棠花园"]),
        ("我家住在碧波苑小区3栋", ["碧波苑小区"]),
        ("请问银杏路什么时候修好", ["银杏路"]),
        ("反映宏达建材有限公司拖欠工资", ["宏达建材有限公司"]),
        ("希望37路公交车准点", ["37路"]),
        ("位于和顺区的青禾小学门口很堵", ["青禾小学"]),
        ("枫林街道柳叶社区的垃圾没人收", ["枫林街道", "柳叶社区"]),
    ],
)
def test_a_name_ends_with_its_ending_and_begins_after_the_last_word_outside(
    text: str, names: list[str]
) -> None:
    assert named_things(text) == names


@pytest.mark.parametrize(
    "text",
    ["我们小区的道路坏了", "附近的公园什么时候开门", "本村的公路没有路灯", "全城都停水了", "", "   ", "!!!"],
)
def test_what_only_has_an_ending_names_nothing(text: str) -> None:
    assert named_things(text) == []


def test_a_thing_told_twice_is_listed_once_and_found_twice() -> None:
    text = "海棠花园停水了，海棠花园天天停水"
    assert named_things(text) == ["海棠花园"]
    assert [text[thing.start : thing.end] for thing in find_named_things(text)] == ["海棠花园", "海棠花园"]


def test_a_road_is_a_line_an_estate_is_made_and_a_town_is_an_area() -> None:
    found = {thing.name: thing.kind for thing in find_named_things("白马镇的银杏路旁边有碧波苑小区")}
    assert found == {"白马镇": Kind.AREA, "银杏路": Kind.LINE, "碧波苑小区": Kind.MADE}


def test_what_stands_in_quotation_marks_is_kept_as_quoted() -> None:
    kinds = {thing.name: thing.kind for thing in find_named_things("这就是所谓的“星河计划”吗")}
    assert kinds == {"星河计划": Kind.QUOTED}


def test_a_district_written_as_a_letter_is_no_part_of_a_name() -> None:
    assert named_things("B2区海棠花园停水") == ["海棠花园"]


def test_a_name_never_has_more_than_fourteen_characters() -> None:
    names = named_things("海" * 500 + "花园，" + "枫林翠竹玉兰银杏红梅青松碧桃紫藤丹桂" * 3 + "有限公司")
    assert all(len(name) <= LONGEST_NAME for name in names)
