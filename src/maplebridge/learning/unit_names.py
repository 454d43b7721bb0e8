"""One name for each unit that a file tells apart by number.

Units are renamed, and written with or without the office they belong to, while the matters stay theirs: who goes by
the name alone learns one unit as two, and finds "unknown" ones that have been there for years.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set

MISSING = frozenset({"", "-"})


def one_name_each(units: Sequence[str], numbers: Sequence[str]) -> dict[str, str]:
    """Return what the unit of each number is called most often; several of one name carry their number."""
    written: dict[str, Counter[str]] = defaultdict(Counter)
    for unit, number in zip(units, numbers, strict=True):
        if unit.strip() not in MISSING and number.strip() not in MISSING:
            written[number.strip()][unit.strip()] += 1
    called = {number: names.most_common(1)[0][0] for number, names in written.items()}
    bearers = Counter(called.values())
    return {
        number: name if bearers[name] == 1 else _numbered(name, number) for number, name in called.items()
    }


def all_as_known(units: Sequence[str], numbers: Sequence[str], known_as: Mapping[str, str]) -> list[str]:
    """Return what the unit of each number is called; under a new number an old name is another unit."""
    names = frozenset(known_as.values())
    return [
        _as_known(unit.strip(), number.strip(), known_as, names)
        for unit, number in zip(units, numbers, strict=True)
    ]


def _as_known(unit: str, number: str, known_as: Mapping[str, str], names: Set[str]) -> str:
    if number in MISSING or unit in MISSING:
        return known_as.get(number, unit)
    return known_as.get(number) or (_numbered(unit, number) if unit in names else unit)


def _numbered(name: str, number: str) -> str:
    return f"{name} ({number})"
