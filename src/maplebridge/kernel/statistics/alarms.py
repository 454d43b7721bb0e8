"""From which strength on is a signal an alarm? As many false alarms a month as the town can bear.

Detectors promise a rate of false alarms for data as their model has them; real counts spread more, and the same
chance cluster is found again on the next nights. So the threshold is learned from the town's own nights: the peaks
of ordinary nights above a high level fall off exponentially (peaks over threshold, Davison and Smith 1990, JRSS B
52:393), which tells from how many peaks to expect how many alarms, also beyond what was seen.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, log, log10

import numpy as np

NIGHTS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class Signal:
    """What one source (a category, an area, a detector) says on one night; larger strength is less usual."""

    night: int
    source: str
    strength: float
    places: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Budget:
    """How many false alarms a month the town accepts, over all sources together.

    The same source at the same place is the same alarm until it has been quiet for `quiet` nights.
    """

    alarms_a_month: float
    quiet: int = 14

    def __post_init__(self) -> None:
        if not (self.alarms_a_month > 0 and self.quiet >= 0):
            raise ValueError("A budget is a positive number of alarms a month and a number of quiet nights.")

    def recurrence(self, sources: int = 1) -> float:
        """Return the nights in which one source may cry wolf once, if all sources share alike."""
        return sources * NIGHTS_A_MONTH / self.alarms_a_month


def strength_of_p(p: float) -> float:
    """Return the strength of a p-value: its zeros behind the point."""
    return -log10(max(p, 1e-300))


def new_alarms(signals: Iterable[Signal], thresholds: Mapping[str, float], quiet: int) -> list[Signal]:
    """Return the signals that begin an alarm; those that go on with one are left out.

    A source without a threshold never alarms. Sources without places have one alarm at a time.
    """
    found: list[Signal] = []
    going_on: defaultdict[str, list[Signal]] = defaultdict(list)
    for signal in sorted(signals, key=lambda signal: (signal.night, -signal.strength)):
        if signal.strength < thresholds.get(signal.source, inf):
            continue
        same = [
            one for one in going_on[signal.source] if signal.night - one.night <= quiet and _meet(one, signal)
        ]
        if not same:
            found.append(signal)
        going_on[signal.source] = [
            one for one in going_on[signal.source] if signal.night - one.night <= quiet
        ] + [signal]
    return found


def _meet(one: Signal, other: Signal) -> bool:
    return not one.places or not other.places or not one.places.isdisjoint(other.places)


def peaks(signals: Sequence[Signal], quiet: int) -> list[Signal]:
    """Return the strongest signal of every run of one source, strongest first."""
    found: list[Signal] = []
    for signal in sorted(signals, key=lambda signal: (-signal.strength, signal.night)):
        if not any(abs(one.night - signal.night) <= quiet and _meet(one, signal) for one in found):
            found.append(signal)
    return found


def learn(
    history: Iterable[Signal], *, nights: int, budget: Budget, real: Collection[Signal] = ()
) -> dict[str, float]:
    """Return every source's threshold, so that all together alarm falsely as often as the budget says.

    `history` are the signals of that many past nights, weak ones too; `real` are those that turned out to be true
    and teach nothing about false ones. All sources share alike. A source that said nothing has no threshold.
    """
    by_source: defaultdict[str, list[Signal]] = defaultdict(list)
    for signal in history:
        if signal not in real:
            by_source[signal.source].append(signal)
    if nights < 28:
        raise ValueError("Four weeks of nights are the least that can be learned from.")
    if not by_source:
        return {}
    tails = {source: _Tail.of(peaks(signals, budget.quiet)) for source, signals in by_source.items()}
    accepted = budget.alarms_a_month * nights / NIGHTS_A_MONTH / len(tails)
    return {source: tail.level(accepted) for source, tail in tails.items()}


@dataclass(frozen=True, slots=True)
class _Tail:
    """The strongest peaks, and their mean excess over the weakest of them."""

    highest: Sequence[float]
    excess: float

    @classmethod
    def of(cls, found: Sequence[Signal]) -> "_Tail":
        highest = [one.strength for one in found][: max(12, len(found) // 4)]
        above = [strength - highest[-1] for strength in highest[:-1]]
        return cls(highest, float(np.mean(above)) if above else 0.0)

    def level(self, accepted: float) -> float:
        """Return the level that so many peaks pass: between those seen, or on the exponential beyond."""
        count = len(self.highest)
        if accepted >= count or not self.excess:
            return self.highest[-1]
        return self.highest[-1] + self.excess * log(count / accepted)
