"""Codes of areas and grids.

An area has the 12-digit statistical code: 1-6 county and above (GB/T 2260), 7-9 town or subdistrict, 10-12
community (rules of the National Bureau of Statistics). A grid adds 3 digits to the code of its community (15
digits, GB/T 34300), a piece of a grid (an entrance, a group of buildings) 3 more.
"""

import re
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable
from enum import IntEnum, StrEnum
from itertools import takewhile
from unicodedata import normalize

SHORT_LENGTHS = frozenset({6, 9})
LENGTHS = (12, 15, 18)
# GB/T 2260: the first two digits, from Beijing to Macau.
_PROVINCE_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
_PROVINCES = frozenset(str(n) for first, last in _PROVINCE_RANGES for n in range(first, last + 1))


class Level(IntEnum):
    """How high an area stands, counted from the doorstep; the five of the grid net and the two above."""

    ENTRANCE = 1
    GRID = 2
    COMMUNITY = 3
    TOWN = 4
    COUNTY = 5
    PREFECTURE = 6
    PROVINCE = 7


class AreaKind(StrEnum):
    SUBDISTRICT = "subdistrict"
    TOWN = "town"
    TOWNSHIP = "township"
    SIMILAR_TO_TOWN = "similar_to_town"
    RESIDENTS_COMMITTEE = "residents_committee"
    VILLAGE_COMMITTEE = "village_committee"
    SIMILAR_TO_COMMUNITY = "similar_to_community"


Kinds = tuple[tuple[range, AreaKind], ...]
_TOWN_KINDS: Kinds = (
    (range(1, 100), AreaKind.SUBDISTRICT),
    (range(100, 200), AreaKind.TOWN),
    (range(200, 400), AreaKind.TOWNSHIP),
    (range(400, 600), AreaKind.SIMILAR_TO_TOWN),
)
_COMMUNITY_KINDS: Kinds = (
    (range(1, 200), AreaKind.RESIDENTS_COMMITTEE),
    (range(200, 400), AreaKind.VILLAGE_COMMITTEE),
    (range(400, 600), AreaKind.SIMILAR_TO_COMMUNITY),
)


class Reason(StrEnum):
    SCIENTIFIC = "scientific"
    NOT_DIGITS = "not_digits"
    WRONG_LENGTH = "wrong_length"
    NO_SUCH_PROVINCE = "no_such_province"
    GAP = "gap"
    GRID_WITHOUT_COMMUNITY = "grid_without_community"
    NUMBER_ZERO = "number_zero"


_ENGLISH = {
    Reason.SCIENTIFIC: "{code} lost its last digits in a spreadsheet; format the column as text.",
    Reason.NOT_DIGITS: "{code} is not made of digits.",
    Reason.WRONG_LENGTH: "{code} has {length} digits; an area has 12, a grid 15, a piece of a grid 18.",
    Reason.NO_SUCH_PROVINCE: "{code} begins with {province}, which is no province (GB/T 2260).",
    Reason.GAP: "{code} names something below a level that is 0.",
    Reason.GRID_WITHOUT_COMMUNITY: "{code} is a grid that belongs to no community.",
    Reason.NUMBER_ZERO: "{code} has 000 as the number of a grid; numbers begin with 001.",
}


class BadCode(ValueError):
    """A code that cannot be one, with the reason as a code and parameters."""

    def __init__(self, reason: Reason, **params: str | int) -> None:
        self.reason = reason
        self.params = params
        super().__init__(_ENGLISH[reason].format(**params))


def clean(text: str) -> str:
    """Return the code without blanks and in half-width digits, or raise BadCode.

    Counties and towns are often written without the zeros that follow: 630103 is 630103000000.
    """
    code = "".join(normalize("NFKC", text).split())
    if len(code) in SHORT_LENGTHS:
        code = code.ljust(12, "0")
    if re.fullmatch(r"\d+(\.\d+)?[Ee]\+?\d+", code):
        raise BadCode(Reason.SCIENTIFIC, code=code)
    if not (code.isascii() and code.isdigit()):
        raise BadCode(Reason.NOT_DIGITS, code=code)
    if len(code) not in LENGTHS:
        raise BadCode(Reason.WRONG_LENGTH, code=code, length=len(code))
    if code[:2] not in _PROVINCES:
        raise BadCode(Reason.NO_SUCH_PROVINCE, code=code, province=code[:2])
    _check_gaps(code)
    return code


def _check_gaps(code: str) -> None:
    prefecture, county, town, community = code[2:4], code[4:6], code[6:9], code[9:12]
    filled = [bool(int(part)) for part in (prefecture, county, town, community)]
    if len(code) > 12 and not filled[-1]:
        raise BadCode(Reason.GRID_WITHOUT_COMMUNITY, code=code)
    if filled != sorted(filled, reverse=True):
        raise BadCode(Reason.GAP, code=code)
    if any(code[start : start + 3] == "000" for start in range(12, len(code), 3)):
        raise BadCode(Reason.NUMBER_ZERO, code=code)


def level(code: str) -> Level:
    """Return the level of a clean code."""
    if len(code) > 12:
        return Level.GRID if len(code) == 15 else Level.ENTRANCE
    for start, found in ((9, Level.COMMUNITY), (6, Level.TOWN), (4, Level.COUNTY), (2, Level.PREFECTURE)):
        if int(code[start:]):
            return found
    return Level.PROVINCE


def parent(code: str) -> str | None:
    """Return the code one level up, or None for a province."""
    if len(code) > 12:
        return code[:-3]
    ends = {Level.COMMUNITY: 9, Level.TOWN: 6, Level.COUNTY: 4, Level.PREFECTURE: 2}
    end = ends.get(level(code))
    return None if end is None else code[:end].ljust(12, "0")


def kind(code: str) -> AreaKind | None:
    """Return what a town or community is, as far as its number says so."""
    match level(code):
        case Level.TOWN:
            number, kinds = int(code[6:9]), _TOWN_KINDS
        case Level.COMMUNITY:
            number, kinds = int(code[9:12]), _COMMUNITY_KINDS
        case _:
            return None
    return next((found for numbers, found in kinds if number in numbers), None)


class Nearest:
    """Finds, for a code that does not exist, the existing code that was probably meant."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = sorted(set(known))
        self._without_one: dict[str, list[str]] = defaultdict(list)
        for code in self._known:
            for shorter in _with_one_left_out(code):
                self._without_one[shorter].append(code)

    def to(self, code: str) -> str | None:
        """Return the lowest code one slip away, else the one that begins alike as far as the county."""
        slips = self._without_one.get(code, [])
        slips = slips + [found for shorter in _with_one_left_out(code) for found in self._one_slip(shorter)]
        return min(slips) if slips else self._begins_alike(code)

    def _one_slip(self, shorter: str) -> list[str]:
        exact = bisect(self._known, shorter)
        same = [shorter] if exact and self._known[exact - 1] == shorter else []
        return same + self._without_one.get(shorter, [])

    def _begins_alike(self, code: str) -> str | None:
        place = bisect(self._known, code)
        neighbors = self._known[max(place - 1, 0) : place + 1]
        alike = [(_common_start(code, found), found) for found in neighbors]
        return min(((-length, found) for length, found in alike if length >= 6), default=(0, None))[1]


def _common_start(a: str, b: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _with_one_left_out(code: str) -> set[str]:
    return {code[:i] + code[i + 1 :] for i in range(len(code))}
