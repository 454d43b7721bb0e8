"""What the invented staff are called in groups, and the user names under which they sign in."""

import csv
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from maplebridge.demo.people import Agency, Posting
from maplebridge.demo.town_data import TOWN_FOLDER
from maplebridge.people.domain.roles import Role, TeamRole

TEAM_TITLES = {
    TeamRole.GOVERNANCE: "综治专员",
    TeamRole.PUBLIC_ORDER: "治安专员",
    TeamRole.HEALTH: "卫生专员",
    TeamRole.URBAN_MANAGEMENT: "城管专员",
    TeamRole.MARKET_SUPERVISION: "市监专员",
    TeamRole.MEDIATION: "调解专员",
}
STATION_TITLES = {
    Role.SORTING_OFFICER: "分拨员",
    Role.COMMAND: "指挥员",
    Role.CONFIDENTIAL: "关爱专员",
    Role.SUPERVISOR: "督办员",
    Role.ANALYST: "分析员",
    Role.ADMINISTRATOR: "管理员",
}


def latin_surnames(folder: Path = TOWN_FOLDER) -> dict[str, str]:
    """Read how the surnames are written in user names."""
    with (folder / "surnames.csv").open(encoding="utf-8", newline="") as file:
        return {row["surname"]: row["latin"] for row in csv.DictReader(file)}


def surname_of(name: str, known: Iterable[str]) -> str:
    """Return the surname, the longer of two that fit: 欧阳 before 欧."""
    return max((one for one in known if name.startswith(one)), key=len, default=name[0])


def user_names(names: Mapping[str, str], latin: Mapping[str, str]) -> dict[str, str]:
    """Give everybody a user name from the surname and a running number: wang01, wang02."""
    counts: Counter[str] = Counter()
    given = {}
    for person, name in names.items():
        root = latin.get(surname_of(name, latin), "staff")
        counts[root] += 1
        given[person] = f"{root}{counts[root]:02}"
    return given


def told_apart(
    nicknames: Mapping[str, str], names: Mapping[str, str], known: Iterable[str]
) -> dict[str, str]:
    """Call those who would be called the same by their whole name: 辅警王海波 and 辅警王小军, not 辅警小王 twice."""
    surnames = list(known)
    counts = Counter(nicknames.values())
    taken: set[str] = set()
    result = {}
    for person, short in nicknames.items():
        called = short if counts[short] == 1 else _by_whole_name(short, names[person], surnames)
        numbered = (f"{called}{number}" for number in itertools.count(2))
        result[person] = next(one for one in itertools.chain([called], numbered) if one not in taken)
        taken.add(result[person])
    return result


def _by_whole_name(nickname: str, name: str, surnames: Iterable[str]) -> str:
    """Put the whole name where the surname stands, or behind what names nobody: 第三网格长王海波."""
    surname = surname_of(name, surnames)
    before, found, after = nickname.rpartition(surname)
    if not found or after not in ("", "警官", "书记"):  # a village may have the name of its people
        return f"{nickname}{name}"
    return f"{before.removesuffix('小').removesuffix('老')}{name}{after}"


def nickname(
    surname: str, posting: Posting, grids: Mapping[str, tuple[str, int]], agencies: Mapping[str, Agency]
) -> str:
    """Return how somebody with a posting is called; `grids` holds name and level of each."""
    ground, level = grids.get(posting.grid or "", ("", 0))
    match posting.role:
        case Role.OFFICER | Role.DEPUTY_SECRETARY:
            return f"{surname}警官"
        case Role.AUXILIARY:
            return f"辅警小{surname}"
        case Role.GRID_WORKER:
            return f"{ground.removesuffix('网格')}网格员小{surname}"
        case Role.GRID_CHIEF:
            return (
                f"{ground}{surname}书记" if level == 3 else f"{ground}长" if level == 2 else f"{ground}网格长"
            )
        case Role.TEAM_MEMBER:
            return f"{ground}{TEAM_TITLES[posting.team_role or TeamRole.GOVERNANCE]}{surname}"
        case Role.MEDIATOR:
            return f"{ground}调解员老{surname}"
        case Role.AGENCY_CLERK:
            return _clerk(surname, agencies[posting.agency or ""])
        case _:
            return f"{STATION_TITLES[posting.role]}小{surname}"


def _clerk(surname: str, agency: Agency) -> str:
    place = agency.name.removesuffix("服务中心") if agency.estate else agency.short
    if agency.grids:
        place = agency.name.removesuffix("居委会").removesuffix("办事处")
    return f"{place}小{surname}"
