from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.places.domain.address import Kind, Names, number, parse

P, C, D, T, V, Z = Kind.PROVINCE, Kind.CITY, Kind.DISTRICT, Kind.TOWN, Kind.COMMUNITY, Kind.ZONE
R, N, E, S, B, U, F, M = (
    Kind.ROAD, Kind.ROAD_NUMBER, Kind.ESTATE, Kind.SECTION, Kind.BUILDING, Kind.ENTRANCE, Kind.FLOOR, Kind.ROOM,
)  # fmt: skip
L = Kind.LANDMARK


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("和顺区海棠路12号3号楼2单元401", [(D, "和顺区"), (R, "海棠路"), (N, "12"), (B, "3"), (U, "2"), (M, "401")]),
        ("海棠苑3栋二单元401室", [(E, "海棠苑"), (B, "3"), (U, "2"), (M, "401")]),
        ("海棠苑3栋2单元401楼上", [(E, "海棠苑"), (B, "3"), (U, "2"), (M, "401"), (L, "楼上")]),
        ("海棠苑3-2-401", [(E, "海棠苑"), (B, "3"), (U, "2"), (M, "401")]),
        ("海棠苑3—2—401室", [(E, "海棠苑"), (B, "3"), (U, "2"), (M, "401")]),
        ("海棠苑３号楼２单元４０１", [(E, "海棠苑"), (B, "3"), (U, "2"), (M, "401")]),
        ("海棠苑3#楼401", [(E, "海棠苑"), (B, "3"), (M, "401")]),
        ("海棠苑3幢401", [(E, "海棠苑"), (B, "3"), (M, "401")]),
        ("海棠苑十二号楼三单元", [(E, "海棠苑"), (B, "12"), (U, "3")]),
        ("海棠苑12-1503", [(E, "海棠苑"), (B, "12"), (M, "1503")]),
        ("海棠苑F座", [(E, "海棠苑"), (B, "F")]),
        ("海棠苑B座15层", [(E, "海棠苑"), (B, "B"), (F, "15")]),
        ("海棠苑3號樓2單元", [(E, "海棠苑"), (B, "3"), (U, "2")]),
        ("海棠苑二期3号楼", [(E, "海棠苑"), (S, "二期"), (B, "3")]),
        ("海棠花园小区5号楼3单元6楼东", [(E, "海棠花园小区"), (B, "5"), (U, "3"), (F, "6"), (L, "东")]),
        ("海棠苑", [(E, "海棠苑")]),
        ("海棠路12号", [(R, "海棠路"), (N, "12")]),
        ("海棠路12号门口", [(R, "海棠路"), (N, "12"), (L, "门口")]),
        ("海棠路168", [(R, "海棠路"), (N, "168")]),
        ("海棠路12号附3号", [(R, "海棠路"), (N, "12附3")]),
        ("海棠苑对面", [(E, "海棠苑"), (L, "对面")]),
        ("海棠路与迎宾大道交叉口", [(R, "海棠路"), (L, "与"), (R, "迎宾大道"), (L, "交叉口")]),
        ("人民广场东路8号", [(R, "人民广场东路"), (N, "8")]),
        ("海棠工业区开元路64号", [(E, "海棠工业区"), (R, "开元路"), (N, "64")]),
        ("青海省西宁市城西区海晏路街道海棠社区",
         [(P, "青海省"), (C, "西宁市"), (D, "城西区"), (T, "海晏路街道"), (V, "海棠社区")]),
        ("西宁和顺区虎台街道五四大街8号", [(C, "西宁"), (D, "和顺区"), (T, "虎台街道"), (R, "五四大街"), (N, "8")]),
        ("和顺县柳树镇下河村5组23号", [(D, "和顺县"), (T, "柳树镇"), (V, "下河村"), (R, "5组"), (N, "23")]),
        ("海棠路12弄3号401室", [(R, "海棠路"), (N, "12"), (B, "3"), (M, "401")]),
    ],
)  # fmt: skip
def test_addresses_as_people_write_them(text: str, values: list[tuple[Kind, str]]) -> None:
    assert [(part.kind, part.value) for part in parse(text)] == values


def test_names_that_are_known_come_before_the_rules() -> None:
    names = Names({"老街里": Kind.ESTATE, "柳湾": Kind.TOWN})
    assert [(p.kind, p.value) for p in parse("柳湾老街里3号楼", names)] == [
        (T, "柳湾"), (E, "老街里"), (B, "3"),
    ]  # fmt: skip


def test_a_road_may_have_the_name_of_a_town() -> None:
    assert [(p.kind, p.value) for p in parse("柳湾路3号", Names({"柳湾": Kind.TOWN}))] == [
        (R, "柳湾路"),
        (N, "3"),
    ]


@given(
    st.text(
        st.sampled_from("海棠和顺路街苑区镇村号楼栋单元室层12345一二三AB-—#  ,。与对面旁口市县第组东西"),
        max_size=40,
    )
)
def test_parts_lie_in_the_text_in_order(text: str) -> None:
    parts = parse(text)
    assert all(text[part.start : part.end] == part.text for part in parts)
    assert all(before.end <= after.start for before, after in pairwise(parts))


@given(st.text(max_size=60))
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    assert all(text[part.start : part.end] == part.text for part in parse(text))


@given(st.integers(1, 99), st.integers(1, 9), st.integers(101, 3499))
def test_every_way_to_write_a_flat_is_the_same_flat(building: int, entrance: int, room: int) -> None:
    ways = [
        f"海棠苑{building}号楼{entrance}单元{room}",
        f"海棠苑{building}栋{entrance}单元{room}室",
        f"海棠苑{building}幢 {entrance}单元 {room}室",
        f"海棠苑{building}-{entrance}-{room}",
        f"海棠苑{building}#{entrance}单元{room}",
    ]
    read = {tuple((part.kind, part.value) for part in parse(way)) for way in ways}
    assert read == {((E, "海棠苑"), (B, str(building)), (U, str(entrance)), (M, str(room)))}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("03", "3"), ("十", "10"), ("十二", "12"), ("二十", "20"), ("二十三", "23"), ("一百零一", "101"),
        ("一〇三", "103"), ("两", "2"), ("b", "B"), ("A12", "A12"), ("", ""),
        ("3号楼", "3"), ("F座", "F"), ("12F", "12"),
    ],
)  # fmt: skip
def test_numbers_compare_however_they_are_written(text: str, value: str) -> None:
    assert number(text) == value
