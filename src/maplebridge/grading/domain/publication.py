"""What may be told to everybody, and in which form, so that no small number can be worked out.

The floors are rules, not wishes: no color below 1,000 people or on fewer than 20 events in the window, counts below
10 only as "fewer than 10", satisfaction from 30 answers on and with its interval, some categories never, beats and
buildings never. What is left can still be subtracted: a part from its whole, a month from a longer one, an area from
its town, last month's edition from this one's. So everything ever told is taken together as equations, and for each
small number it is computed how closely they enclose it (linear programming, as in Fischetti & Salazar 2001).
What encloses it is told more coarsely, or not at all, until nobody can do better than "fewer than 10".
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import scipy
from numpy.typing import NDArray

from maplebridge.grading.domain.method import Color
from maplebridge.kernel.periods import Month

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Floats = NDArray[np.float64]

# Never on a map, and in no total either: a total less its other parts would tell them.
NEVER_PUBLIC = frozenset(
    {"sexual", "domestic_violence", "minors", "suicide", "mental_health", "drug_treatment", "trafficking"}
)
PUBLIC_LEVELS = frozenset({"station", "subdistrict", "town"})


@dataclass(frozen=True, slots=True)
class Limits:
    """The floors."""

    people: int = 1000  # below: no color
    people_to_warn: int = 5000  # below: the color is told with a word of caution
    events: int = 20  # in the window, over all rates
    small: int = 10  # counts below are told as "fewer than"
    answers: int = 30
    months_of_a_beat: int = 3  # before even staff see a beat's color


FLOORS = Limits()


class PublicationError(ValueError):
    def __init__(self, code: str, **where: object) -> None:
        super().__init__(f"{code} {where}" if where else code)
        self.code, self.where = code, where


class Reason(StrEnum):
    """Why something is not told."""

    LEVEL_NOT_PUBLIC = "level_not_public"
    TOO_FEW_PEOPLE = "too_few_people"
    TOO_FEW_EVENTS = "too_few_events"
    TOO_FEW_ANSWERS = "too_few_answers"
    NOT_ENOUGH_DATA = "not_enough_data"
    NOT_REVIEWED = "not_reviewed"


@dataclass(frozen=True, slots=True)
class ToldColor:
    color: Color
    reason: Reason | None = None  # why it is gray
    caution: bool = False  # few people: told with a warning


def told_color(
    color: Color,
    *,
    level: str,
    people: float,
    events: float,
    reviewed_by_two: bool,
    needs_two: bool,
    limits: Limits = FLOORS,
) -> ToldColor:
    """Return the color as it may be told: gray below the floors, and where a second person has not agreed yet.

    Raise `PublicationError` for a level that is never public.
    """
    if level not in PUBLIC_LEVELS:
        raise PublicationError(Reason.LEVEL_NOT_PUBLIC, level=level)
    if people < limits.people:
        return ToldColor(Color.GRAY, Reason.TOO_FEW_PEOPLE)
    if color == Color.GRAY:
        return ToldColor(Color.GRAY, Reason.NOT_ENOUGH_DATA)
    if events < limits.events:
        return ToldColor(Color.GRAY, Reason.TOO_FEW_EVENTS)
    if needs_two and not reviewed_by_two:
        return ToldColor(Color.GRAY, Reason.NOT_REVIEWED)
    return ToldColor(color, caution=people < limits.people_to_warn)


@dataclass(frozen=True, slots=True)
class ToldShare:
    """A share in whole percents with its interval, so that it cannot be turned back into answers."""

    percent: int
    lower: int
    upper: int


def told_share(
    share: float, lower: float, upper: float, answers: int, limits: Limits = FLOORS
) -> ToldShare | Reason:
    if answers < limits.answers:
        return Reason.TOO_FEW_ANSWERS
    return ToldShare(round(100 * share), int(np.floor(100 * lower)), int(np.ceil(100 * upper)))


def told_chance(probability: float) -> tuple[int, int]:
    """Return a probability as a span of ten percents: nothing is ever certain, and decimals tell counts."""
    low = int(np.clip(np.floor(probability * 10 + 1e-9), 0, 9)) * 10
    return low, low + 10


class Form(StrEnum):
    EXACT = "exact"
    BAND = "band"
    WITHHELD = "withheld"


BANDS = (0, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True, order=True)
class Atom:
    """The smallest thing counted: a category in an area that has no parts, in one month."""

    area: str
    category: str
    month: Month


@dataclass(frozen=True, slots=True)
class Figure:
    """A number somebody may want to tell: of an area or its whole, of a category or all, of months together."""

    area: str
    category: str | None  # None: all that are public
    first: Month
    months: int
    atoms: frozenset[Atom]


@dataclass(frozen=True, slots=True)
class Statement:
    """A figure as told: between `low` and `high`, which are equal where it is exact; endless where withheld."""

    figure: Figure
    form: Form
    low: float = 0.0
    high: float = float("inf")


@dataclass(frozen=True, slots=True)
class Secret:
    """What must not be known: whatever was told, it may be as little as `low` and as much as `high`."""

    atoms: frozenset[Atom]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """A secret that what was told encloses too closely, and which statements do so."""

    secret: Secret
    low: float
    high: float
    by: tuple[int, ...]  # places in the statements


Counts = Mapping[Atom, int]


def figures(
    counts: Counts, parents: Mapping[str, str | None], periods: Iterable[tuple[Month, int]]
) -> list[Figure]:
    """Return every area and its wholes x every public category and all x every period (first month, months)."""
    below = _leaves(parents)
    public = sorted({atom.category for atom in counts if atom.category not in NEVER_PUBLIC})
    atoms: defaultdict[tuple[str, Month], dict[str, Atom]] = defaultdict(dict)
    for atom in counts:
        if atom.category not in NEVER_PUBLIC:
            atoms[atom.area, atom.month][atom.category] = atom
    found = []
    for first, months in periods:
        span = [first + step for step in range(months)]
        for area, leaves in below.items():
            cells = [atoms[leaf, month] for leaf in leaves for month in span]
            for category in (*public, None):
                names = public if category is None else [category]
                members = frozenset(cell[name] for cell in cells for name in names if name in cell)
                if members:
                    found.append(Figure(area, category, first, months, members))
    return found


def _leaves(parents: Mapping[str, str | None]) -> dict[str, list[str]]:
    """Return for each area the areas without parts that it is made of."""
    below: dict[str, list[str]] = {area: [] for area in parents}
    wholes = {parent for parent in parents.values() if parent is not None}
    for leaf in sorted(set(parents) - wholes):
        at: str | None = leaf
        while at is not None:
            below[at].append(leaf)
            at = parents[at]
    return below


def secrets(
    counts: Counts, told: Iterable[Figure], hidden_areas: Collection[str] = (), limits: Limits = FLOORS
) -> list[Secret]:
    """Return what must stay unknown: every small count among the figures and in every month, and hidden areas.

    A small count must be able to be anything from 1 to 9. A hidden area's number, whatever it is, must be able to
    be half as much or half as much again.
    """
    found: dict[frozenset[Atom], Secret] = {}
    everything = [figure.atoms for figure in told]
    monthly: defaultdict[tuple[str, Month], set[Atom]] = defaultdict(set)
    for atom in counts:
        if atom.category not in NEVER_PUBLIC:
            everything.append(frozenset({atom}))
            monthly[atom.area, atom.month].add(atom)
    everything += [frozenset(atoms) for atoms in monthly.values()]
    for atoms in everything:
        value = sum(counts[atom] for atom in atoms)
        if 1 <= value < limits.small:
            found[atoms] = Secret(atoms, 1, limits.small - 1)
        elif value and {atom.area for atom in atoms} <= set(hidden_areas):
            found[atoms] = Secret(atoms, value * 0.5, value * 1.5)
    return list(found.values())


def protect(
    counts: Counts,
    new: Sequence[Figure],
    *,
    already: Sequence[Statement] = (),
    hidden_areas: Collection[str] = (),
    limits: Limits = FLOORS,
) -> list[Statement]:
    """Return how each new figure may be told beside all that was told already, as exactly as is safe.

    `counts` are those of all months that anything was or is told about. A figure that was told before is told
    again in the same form. Raise `PublicationError` where what is out already tells a secret: withholding the new
    cannot mend that. Periods that do not overlap keep this quick: only what shares months with the new is asked.
    """
    connected = _connected(already, new)
    if not connected and stand_apart(new):
        return [_first_form(one, counts, hidden_areas, limits) for one in new]
    before = {one.figure: one for one in connected}
    statements = [before.get(one) or _first_form(one, counts, hidden_areas, limits) for one in new]
    fixed = {place for place, one in enumerate(new) if one in before}
    known = [*connected, *statements]
    kept = secrets(counts, [one.figure for one in known], hidden_areas, limits)
    # Of a number that was never told, older numbers may have said something by chance: that is no fault of the new.
    first_told = {one.atoms for one in new} - {
        one.figure.atoms for one in connected if len(one.figure.atoms) > 1
    }
    attack = _Attack(known, kept, counts)
    while exposures := attack.exposures():
        changed: set[int] = set()
        for exposure in exposures:
            if changed.intersection(exposure.by):
                continue  # it may be safe by now: it is asked again in the next round
            place = _to_coarsen(exposure, known, len(connected), fixed)
            if place is not None:
                known[place] = coarser(known[place], limits)
                changed.add(place)
            elif exposure.secret.atoms in first_told and len(exposure.secret.atoms) > 1:
                attack.accept(exposure)
            else:
                raise PublicationError("already_told", area=min(one.area for one in exposure.secret.atoms))
        attack.told(known)
    return known[len(connected) :]


def _connected(already: Sequence[Statement], new: Sequence[Figure]) -> list[Statement]:
    """Return what was told of the months of the new figures, and of months told together with those, and so on."""
    months = {atom.month for one in new for atom in one.atoms} or {
        atom.month for one in already for atom in one.figure.atoms
    }
    spans = [{atom.month for atom in one.figure.atoms} for one in already]
    size = 0
    while size < len(months):
        size = len(months)
        months = months.union(*(span for span in spans if span & months))
    return [one for one, span in zip(already, spans, strict=True) if span & months]


def stand_apart(told: Sequence[Figure]) -> bool:
    """Tell whether no two figures have anything in common; then no one helps to work out another.

    A sum of 10 or more that stands alone tells of none of its parts more than that it is between 0 and the sum,
    and "fewer than 10" no more than that; both are wider than what a small count must be able to be.
    """
    return sum(len(one.atoms) for one in told) == len({atom for one in told for atom in one.atoms})


def _first_form(figure: Figure, counts: Counts, hidden_areas: Collection[str], limits: Limits) -> Statement:
    value = sum(counts[atom] for atom in figure.atoms)
    if figure.area in hidden_areas:
        return Statement(figure, Form.WITHHELD)
    if value < limits.small:
        return Statement(figure, Form.BAND, 0, limits.small - 1)
    return Statement(figure, Form.EXACT, value, value)


def coarser(statement: Statement, limits: Limits = FLOORS) -> Statement:
    """Return the next coarser form of a statement: a band for a number, nothing for a band."""
    if statement.form == Form.EXACT and statement.low >= limits.small:
        place = int(np.searchsorted(BANDS, statement.low, side="right"))
        high = BANDS[place] - 1 if place < len(BANDS) else float("inf")
        return Statement(statement.figure, Form.BAND, BANDS[place - 1], high)
    return Statement(statement.figure, Form.WITHHELD)


def _to_coarsen(
    exposure: Exposure, statements: Sequence[Statement], offset: int, fixed: Collection[int]
) -> int | None:
    """Return the statement to tell more coarsely: an exact one before a band, of few before of many."""
    free = [
        place
        for place in exposure.by
        if place >= offset and place - offset not in fixed and statements[place].form != Form.WITHHELD
    ]
    order = {Form.EXACT: 0, Form.BAND: 1}
    # "Fewer than 10" is given up last: it is what the reader is owed of a small number.
    return min(
        free,
        key=lambda place: (
            statements[place].form == Form.BAND and statements[place].low == 0,
            order[statements[place].form],
            len(statements[place].figure.atoms),
            place,
        ),
        default=None,
    )


TOLERANCE = 1e-6


class _Attack:
    """What somebody can work out who has all statements, a computer, and time.

    Every solution found shows for all secrets at once what they may be, so most questions need no solution of
    their own; the rest are asked one by one. What was possible stays possible when less is told.
    """

    def __init__(self, statements: Sequence[Statement], kept: Sequence[Secret], counts: Counts) -> None:
        atoms = {atom for one in statements for atom in one.figure.atoms}
        atoms |= {atom for one in kept for atom in one.atoms}
        self._column = {atom: place for place, atom in enumerate(sorted(atoms))}
        self._kept = kept
        self._secrets = self._rows([one.atoms for one in kept])
        self._low = np.array([one.low for one in kept])
        self._high = np.array([one.high for one in kept])
        truth = self._secrets @ np.array([counts[atom] for atom in self._column], dtype=np.float64)
        self._least, self._most = truth.copy(), truth.copy()
        self.told(statements)

    def told(self, statements: Sequence[Statement]) -> None:
        """Take the statements, of which none says more than before."""
        equal = [place for place, one in enumerate(statements) if one.form == Form.EXACT]
        bands = [place for place, one in enumerate(statements) if one.form == Form.BAND]
        upper = [place for place in bands if np.isfinite(statements[place].high)]
        lower = [place for place in bands if statements[place].low > 0]
        self._equal_by, self._bound_by = equal, upper + lower
        self._equal = self._rows([statements[place].figure.atoms for place in equal])
        self._equal_to = np.array([statements[place].low for place in equal])
        signs = np.repeat([1.0, -1.0], [len(upper), len(lower)])
        bound = self._rows([statements[place].figure.atoms for place in self._bound_by])
        self._bound = scipy.sparse.csr_array(scipy.sparse.diags_array(signs) @ bound) if len(signs) else bound
        self._bound_to = np.array([statements[p].high for p in upper] + [-statements[p].low for p in lower])

    def exposures(self) -> list[Exposure]:
        """Return the secrets that are enclosed too closely, and by what."""
        self._try_together()
        return [exposure for place in np.flatnonzero(self._lacking) if (exposure := self._ask(int(place)))]

    def accept(self, exposure: Exposure) -> None:
        """Ask no more of a secret than what it is already: nothing that is told now encloses it."""
        place = self._kept.index(exposure.secret)
        self._low[place] = max(self._low[place], exposure.low)
        self._high[place] = min(self._high[place], exposure.high)

    @property
    def _lacking(self) -> NDArray[np.bool_]:
        """Return the secrets of which no solution yet shows that they may be as little and as much as allowed."""
        return np.asarray((self._least > self._low + TOLERANCE) | (self._most < self._high - TOLERANCE))

    def _try_together(self) -> None:
        """Look for solutions that answer many questions at once, as long as that helps."""
        left = -1
        turn = 0
        while left != (left := int(self._lacking.sum())) and left:
            turn += 1
            for sign, lacking in (
                (1.0, self._least > self._low + TOLERANCE),
                (-1.0, self._most < self._high - TOLERANCE),
            ):
                if lacking.any():
                    # Different weights each time, so that another corner of the possible is found.
                    mix = np.where(lacking, 1 + ((np.arange(len(lacking)) * turn) % 7), 0.0)
                    self._solve(sign * (self._secrets.T @ mix))

    def _ask(self, place: int) -> Exposure | None:
        """Return how closely a secret is enclosed, or None where it is not."""
        goal = self._secrets[[place]].toarray()[0]
        by: set[int] = set()
        for sign, seen, allowed in ((1.0, self._least, self._low), (-1.0, self._most, self._high)):
            if sign * (seen[place] - allowed[place]) > TOLERANCE:
                holding = self._solve(sign * goal)
                if sign * (seen[place] - allowed[place]) > TOLERANCE:
                    by |= holding
        if not by:
            return None
        return Exposure(
            self._kept[place], float(self._least[place]), float(self._most[place]), tuple(sorted(by))
        )

    def _rows(self, sets: Sequence[Iterable[Atom]]) -> "csr_array":
        columns = [sorted(self._column[atom] for atom in atoms) for atoms in sets]
        rows = np.repeat(np.arange(len(sets)), [len(one) for one in columns])
        flat = np.array([one for each in columns for one in each], dtype=np.int64)
        return scipy.sparse.csr_array(
            (np.ones(len(flat)), (rows, flat)), shape=(len(sets), len(self._column))
        )

    def _solve(self, goal: Floats) -> set[int]:
        """Minimize a goal, note what the solution shows, and return the statements that hold it up."""
        result = scipy.optimize.linprog(
            goal,
            A_eq=self._equal if self._equal_by else None,
            b_eq=self._equal_to if self._equal_by else None,
            A_ub=self._bound if self._bound_by else None,
            b_ub=self._bound_to if self._bound_by else None,
            bounds=(0, MOST),
            method="highs",
        )
        if result.x is None:
            raise PublicationError("statements_contradict")
        seen = self._secrets @ result.x
        np.minimum(self._least, seen, out=self._least)
        np.maximum(self._most, seen, out=self._most)
        holding = set()
        for places, side in ((self._equal_by, result.eqlin), (self._bound_by, result.ineqlin)):
            holding |= {
                place for place, force in zip(places, side.marginals, strict=True) if abs(force) > 1e-9
            }
        return holding


MOST = 1e7  # more than any count: keeps every question bounded
