"""The record of a dispute as GB/T 31000-2015 has it (矛盾纠纷排查化解): 27 items in their order.

Nation, schooling and category of a person (13 to 15) are not needed to mediate, are not collected, and stay blank. The
values of its codes are not public; where an item is a code, the word is written. The identity card is 111 (GA/T 517).
"""

from dataclasses import dataclass
from datetime import date

COLUMNS = (
    "事件名称",
    "发生日期",
    "发生地点",
    "事件规模",
    "事件类别",
    "涉及人数",
    "事件简述",
    "涉及单位",
    "主要当事人证件代码",
    "主要当事人证件号码",
    "主要当事人姓名",
    "主要当事人性别",
    "主要当事人民族",
    "主要当事人学历",
    "主要当事人人员类别",
    "主要当事人居住详址",
    "化解时限",
    "化解方式",
    "化解组织",
    "化解责任人姓名",
    "化解责任人联系方式",
    "化解是否成功",
    "化解情况",
    "考评日期",
    "考评意见",
    "经度",
    "纬度",
)
LONGEST = 2000
LONGEST_NAME = 80
IDENTITY_CARD = "111"  # GA/T 517
GENDERS = {"m": "1", "f": "2", "男": "1", "女": "2"}  # GB/T 2261.1; 9 is not said
NOT_SAID = "9"
SCALES = ((5, "5人以下"), (10, "5至9人"), (30, "10至29人"), (100, "30至99人"))


@dataclass(frozen=True, slots=True)
class MainParty:
    """The first party of the first side, as far as whoever exports may read it; blank where they may not."""

    name: str = ""
    id_number: str = ""
    gender: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What the record takes from a dispute. `success` is None while it is not concluded."""

    name: str
    happened_on: date | None
    place: str
    type: str
    people: int
    summary: str
    organizations: tuple[str, ...]
    main_party: MainParty
    due_on: date | None
    committee: str
    responsible: str
    success: bool | None
    result: str
    assessed_on: date | None
    assessment: str


def cells(record: Record) -> list[object]:
    """Return the 27 items in order; what is not known is blank, and so is what is not collected."""
    party = record.main_party
    return [
        record.name[:LONGEST_NAME],
        _day(record.happened_on),
        record.place,
        scale(record.people),
        record.type,
        record.people,
        record.summary[:LONGEST],
        "、".join(record.organizations),
        IDENTITY_CARD if party.id_number else "",
        party.id_number,
        party.name[:LONGEST_NAME],
        GENDERS.get(party.gender, NOT_SAID) if party.name else "",
        "",
        "",
        "",
        party.address,
        _day(record.due_on),
        "人民调解",
        record.committee,
        record.responsible,
        "",
        "" if record.success is None else str(int(record.success)),
        record.result[:LONGEST],
        _day(record.assessed_on),
        record.assessment[:LONGEST],
        "",
        "",
    ]


def scale(people: int) -> str:
    """Return how large a dispute is, by how many people are in it."""
    return next((words for limit, words in SCALES if people < limit), "100人以上")


def _day(day: date | None) -> str:
    return day.strftime("%Y%m%d") if day else ""
