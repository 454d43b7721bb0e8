"""Whether a mediator is too close to a party: same household, same employer, earlier case, or declared."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from maplebridge.kernel.text import comparable


class ConflictKind(StrEnum):
    SAME_PERSON = "same_person"
    SAME_HOUSEHOLD = "same_household"
    SAME_EMPLOYER = "same_employer"
    EARLIER_CASE = "earlier_case"
    DECLARED = "declared"


# With these nobody mediates, whoever agrees to it.
EXCLUDING = frozenset({ConflictKind.SAME_PERSON, ConflictKind.SAME_HOUSEHOLD, ConflictKind.DECLARED})


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of somebody, as far as closeness is judged by it. Empty says nothing."""

    id: int
    person_id: int | None = None
    building_id: int | None = None
    room: str = ""
    employers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    kind: ConflictKind
    party_id: int | None = None  # none: with the dispute as a whole
    words: str = ""

    @property
    def excludes(self) -> bool:
        return self.kind in EXCLUDING


def conflicts(
    mediator: Known,
    parties: Sequence[Known],
    *,
    earlier: Collection[int] = (),
    declared: Sequence[tuple[int | None, str]] = (),
) -> list[Conflict]:
    """Return what stands between a mediator and the parties, the gravest first.

    `earlier` are parties who were in a case of this mediator before; `declared` is what was said, of which party.
    """
    found = [Conflict(ConflictKind.DECLARED, party_id, words) for party_id, words in declared]
    for party in parties:
        if mediator.person_id is not None and mediator.person_id == party.person_id:
            found.append(Conflict(ConflictKind.SAME_PERSON, party.id))
        elif _same_household(mediator, party):
            found.append(Conflict(ConflictKind.SAME_HOUSEHOLD, party.id))
        if _same_employer(mediator, party):
            found.append(Conflict(ConflictKind.SAME_EMPLOYER, party.id))
        if party.id in earlier:
            found.append(Conflict(ConflictKind.EARLIER_CASE, party.id))
    return sorted(found, key=lambda one: (not one.excludes, one.party_id or 0))


def _same_household(one: Known, other: Known) -> bool:
    """Two in one building with the same flat; without a flat's number a building says nothing."""
    if one.building_id is None or one.building_id != other.building_id:
        return False
    return bool(one.room) and comparable(one.room) == comparable(other.room)


def _same_employer(one: Known, other: Known) -> bool:
    named = {comparable(name) for name in one.employers if name.strip()}
    return any(comparable(name) in named for name in other.employers if name.strip())
