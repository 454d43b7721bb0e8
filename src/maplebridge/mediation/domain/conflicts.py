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
    household: str = ""  # a digest: equal ones live in one flat
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
        elif mediator.household and mediator.household == party.household:
            found.append(Conflict(ConflictKind.SAME_HOUSEHOLD, party.id))
        if _same_employer(mediator, party):
            found.append(Conflict(ConflictKind.SAME_EMPLOYER, party.id))
        if party.id in earlier:
            found.append(Conflict(ConflictKind.EARLIER_CASE, party.id))
    return sorted(found, key=lambda one: (not one.excludes, one.party_id or 0))


def _same_employer(one: Known, other: Known) -> bool:
    named = {comparable(name) for name in one.employers if name.strip()}
    return any(comparable(name) in named for name in other.employers if name.strip())
