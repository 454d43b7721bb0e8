"""Training of the routing model: everything that learns, nothing that answers.

A multinomial logistic model in which units of one kind (综合执法队 of this street and of that one) share what
they handle, and a unit named after a place gains there: a town has many units and few matters of each.
Half-life and use of the clock are chosen by what foresees the later half of the past best.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack

from maplebridge.learning.linear_text import CannotTrain, softmax
from maplebridge.learning.routing import (
    Features,
    Floats,
    Integers,
    Past,
    Reading,
    Report,
    Routing,
    parse_time,
    place_name,
    value_of,
)
from maplebridge.learning.unit_names import MISSING

# Chosen by rolling validation on the matters of one district before the month of the benchmark: strong
# shrinkage of what a unit learns on its own, little of what units of a kind learn together.
OWN_SHRINKAGE, KIND_SHRINKAGE, PLACE_SHRINKAGE = 20.0, 1.2, 0.01
STEPS = 60
# A column with fewer values than this has learned each of them well enough as a whole.
LEAST_WORDED = 10
# In shares of the past: with 0.5, a matter in the middle of it counts half as much as the last one.
HALF_LIVES: tuple[float | None, ...] = (None, 1.0, 0.5)
# A model of the first half foresees the third quarter, one of three quarters the last: a choice that serves a
# month ahead and not only the next days.
CUTS = (0.5, 0.75)
RIGHT_ALONE = 0.90
# Enough for any town's last years, and a bound on time and on the file.
MOST_ROWS = 50_000
_CHUNK = 4096
# What stands around the name of a place in the name of a unit, and is not part of the kind of unit.
_OFFICE = "(?:街道办事处|街道办|街道|办事处|办|社区工作站|社区|辖区|镇|乡|村)?"
_BRACKETS = re.compile("[（）()]")


@dataclass(frozen=True)
class _Naming:
    """The kind of each unit, and the place it is named after where it is."""

    kind: tuple[int, ...]
    place: tuple[tuple[str, str] | None, ...]


@dataclass(frozen=True)
class _Fitted:
    vocabulary: tuple[str, ...]
    weights: Floats
    bias: Floats
    places: tuple[tuple[str, str] | None, ...]
    place_bonus: Floats


@dataclass(frozen=True)
class _Recipe:
    half_life: float | None
    clock: bool


@dataclass(frozen=True)
class _Foreseen:
    """Of matters held back: the highest probability, whether it was right, and that of the true unit."""

    best: Floats
    right: npt.NDArray[np.bool_]
    of_truth: Floats

    @property
    def mean_log_chance(self) -> float:
        return float(np.log(self.of_truth + 1e-12).mean()) if len(self.of_truth) else 0.0


def train(
    rows: Sequence[Features], units: Sequence[str], features: Sequence[str], *, report: Report
) -> Routing:
    """See `routing.train`."""
    named = [
        (row, unit.strip()) for row, unit in zip(rows, units, strict=True) if unit.strip() not in MISSING
    ]
    if not named:
        raise CannotTrain("no row names a unit")
    known = [row for row, _ in named]
    time_column = next((column for column in features if _is_time(known, column)), None)
    order = _in_order(known, features, time_column)[-MOST_ROWS:]
    known, labels = [known[place] for place in order], [named[place][1] for place in order]
    if len(set(labels)) < 2:
        raise CannotTrain(f"there is only one unit to learn: {labels[0]}")
    columns = _telling(known, [column for column in features if column != time_column])
    if not columns:
        raise CannotTrain("none of the columns can tell one matter from another")
    reading = Reading(columns, (), time_column)
    reading = replace(reading, word_columns=_word_columns(known, labels, columns))
    recipe, threshold, about = _choose(known, labels, reading, report)
    report("training with everything")
    reading = replace(reading, clock=recipe.clock)
    names = tuple(sorted(set(labels)))
    fitted = _fit(known, labels, names, reading, recipe)
    return Routing(
        units=names,
        reading=reading,
        vocabulary=fitted.vocabulary,
        weights=fitted.weights.astype(np.float32),
        bias=fitted.bias.astype(np.float32),
        places=fitted.places,
        place_bonus=fitted.place_bonus.astype(np.float32),
        threshold=threshold,
        past=_past(known, labels, names, reading),
        about={"rows": len(known), "rows_without_unit": len(rows) - len(named), **about},
    )


def _is_time(rows: Sequence[Features], column: str) -> bool:
    given = [value for row in rows if (value := value_of(row, column))]
    # A first look at a few spares the parsing of a column that is plainly something else.
    return all(
        part and sum(parse_time(value) is not None for value in part) >= 0.95 * len(part)
        for part in (given[:20], given)
    )


def _in_order(rows: Sequence[Features], features: Sequence[str], time_column: str | None) -> list[int]:
    """Return the rows' places, oldest first: by time, else by a running number, else as in the file."""
    if time_column:
        times = [parse_time(value_of(row, time_column)) for row in rows]
        written = [time.isoformat() if time else "" for time in times]
        return sorted(range(len(rows)), key=lambda place: (written[place], place))
    for column in features:
        numbers = [value_of(row, column) for row in rows]
        if len(set(numbers)) == len(rows) and all(number.isdecimal() for number in numbers):
            return sorted(range(len(rows)), key=lambda place: int(numbers[place]))
    return list(range(len(rows)))


def _telling(rows: Sequence[Features], columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns worth reading: no constants, no identifiers, of a code and its name the name."""
    values = {column: [value_of(row, column) for row in rows] for column in dict.fromkeys(columns)}
    kept: list[str] = []
    for column, found in values.items():
        distinct = len(set(found) - {""})
        if distinct < 2 or (distinct > 20 and distinct > len(rows) / 2):
            continue
        twin = next((other for other in kept if _one_to_one(values[other], found)), None)
        if twin is None:
            kept.append(column)
        elif _is_code(values[twin]) and not _is_code(found):
            kept[kept.index(twin)] = column
    return tuple(kept)


def _one_to_one(left: Sequence[str], right: Sequence[str]) -> bool:
    pairs = Counter(zip(left, right, strict=True))
    for side in (0, 1):
        most: dict[str, int] = {}
        for pair, count in pairs.items():
            most[pair[side]] = max(most.get(pair[side], 0), count)
        if sum(most.values()) < 0.99 * len(left):
            return False
    return True


def _is_code(values: Sequence[str]) -> bool:
    given = [value for value in values if value]
    return sum(value.isascii() and not value.isalpha() for value in given) > len(given) / 2


def _word_columns(
    rows: Sequence[Features], labels: Sequence[str], columns: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the columns whose words say something: not codes, few words, or places units are named after."""
    places = {place[0] for place in _naming(rows, labels, tuple(sorted(set(labels))), columns).place if place}
    return tuple(
        column
        for column in columns
        if column not in places
        and not _is_code([value_of(row, column) for row in rows])
        and len({value_of(row, column) for row in rows}) >= LEAST_WORDED
    )


def _choose(
    rows: Sequence[Features], labels: Sequence[str], reading: Reading, report: Report
) -> tuple[_Recipe, float, dict[str, float | str | bool | None]]:
    """Return the recipe that foresees best, and from which probability on the product may decide."""
    cuts = [round(share * len(rows)) for share in CUTS]
    if any(len(set(labels[:cut])) < 2 for cut in cuts):
        return _Recipe(None, False), 1.0, {}
    tried: dict[_Recipe, _Foreseen] = {}

    def best_of(recipes: Sequence[_Recipe]) -> _Recipe:
        for recipe in recipes:
            if recipe not in tried:
                report(f"trying half-life {recipe.half_life}, clock {recipe.clock}")
                tried[recipe] = _foreseen(rows, labels, cuts, reading, recipe)
        return max(recipes, key=lambda recipe: tried[recipe].mean_log_chance)

    recipe = best_of([_Recipe(half_life, False) for half_life in HALF_LIVES])
    if reading.time_column:
        recipe = best_of([recipe, replace(recipe, clock=True)])
    found = tried[recipe]
    return (
        recipe,
        _threshold(found.best, found.right),
        {
            "half_life": recipe.half_life,
            "clock": recipe.clock,
            "held_back_rows": len(found.right),
            "held_back_top_1": round(float(found.right.mean()), 4),
            "held_back_log_chance": round(found.mean_log_chance, 4),
        },
    )


def _foreseen(
    rows: Sequence[Features], labels: Sequence[str], cuts: Sequence[int], reading: Reading, recipe: _Recipe
) -> _Foreseen:
    """Return what models that know the past up to each cut say about what came until the next."""
    read = replace(reading, clock=recipe.clock)
    best, right, of_truth = [], [], []
    for cut, until in pairwise((*cuts, len(rows))):
        names = tuple(sorted(set(labels[:cut])))
        fitted = _fit(rows[:cut], labels[:cut], names, read, recipe)
        chances = _chances(fitted, rows[cut:until], read)
        number = {name: place for place, name in enumerate(names)}
        truth = np.array([number.get(label, -1) for label in labels[cut:until]], dtype=np.intp)
        best.append(chances.max(axis=1))
        right.append(chances.argmax(axis=1) == truth)
        seen = truth >= 0
        of_truth.append(chances[seen, truth[seen]])
    return _Foreseen(np.concatenate(best), np.concatenate(right), np.concatenate(of_truth))


def _chances(fitted: _Fitted, rows: Sequence[Features], reading: Reading) -> Floats:
    index = {word: place for place, word in enumerate(fitted.vocabulary)}
    scores = _matrix(rows, reading, index) @ fitted.weights + fitted.bias
    return softmax(scores + _in_place(rows, fitted.places) * fitted.place_bonus)


def _threshold(chances: Floats, right: npt.NDArray[np.bool_]) -> float:
    """Return the lowest probability from which on at least RIGHT_ALONE was right; 1 if there is none."""
    order = np.argsort(-chances, kind="stable")
    share_right = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    last_of_its_chance = np.append(np.diff(chances[order]) < 0, True)
    enough = np.flatnonzero((share_right >= RIGHT_ALONE) & last_of_its_chance)
    return float(chances[order][enough[-1]]) if len(enough) else 1.0


def _fit(
    rows: Sequence[Features],
    labels: Sequence[str],
    names: tuple[str, ...],
    reading: Reading,
    recipe: _Recipe,
) -> _Fitted:
    vocabulary = tuple(sorted({word for row in rows for word, _ in reading.words_of(row)}))
    values = _matrix(rows, reading, {word: place for place, word in enumerate(vocabulary)})
    number = {name: place for place, name in enumerate(names)}
    naming = _naming(rows, labels, names, reading.columns)
    weights, bias, bonus = _maximised(
        values,
        np.array([number[label] for label in labels]),
        np.array(naming.kind),
        csr_matrix(_in_place(rows, naming.place)),
        _importance(len(rows), recipe.half_life),
    )
    return _Fitted(vocabulary, weights, bias, naming.place, bonus)


def _matrix(rows: Sequence[Features], reading: Reading, index: dict[str, int]) -> csr_matrix:
    data: list[float] = []
    columns: list[int] = []
    ends = [0]
    for row in rows:
        for word, weight in reading.words_of(row):
            if word in index:
                data.append(weight)
                columns.append(index[word])
        ends.append(len(data))
    return csr_matrix((data, columns, ends), shape=(len(rows), len(index)))


def _in_place(rows: Sequence[Features], places: Sequence[tuple[str, str] | None]) -> Floats:
    """Return 1 where a matter is in the place that the unit is named after, else 0."""
    result = np.zeros((len(rows), len(places)))
    for column in sorted({place[0] for place in places if place}):
        here = np.array([place_name(value_of(row, column)) for row in rows], dtype=object)
        for number, place in enumerate(places):
            if place and place[0] == column:
                result[:, number] = here == place[1]
    return result


def _importance(count: int, half_life: float | None) -> Floats:
    if half_life is None:
        return np.ones(count)
    age = np.arange(count)[::-1] / count
    importance: Floats = np.exp2(-age / half_life)
    importance /= importance.mean()
    return importance


def _maximised(
    values: csr_matrix, truth: Integers, kind: Integers, in_place: csr_matrix, importance: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return weights, bias and place bonus of each unit: the likeliest, shrunk towards those of its kind."""
    count = values.shape[0]
    values = _with_constant(values)
    units, kinds = len(kind), int(kind.max()) + 1
    member = np.zeros((units, kinds))
    member[np.arange(units), kind] = 1
    own_end, kind_end = values.shape[1] * units, values.shape[1] * (units + kinds)

    def parts(flat: Floats) -> tuple[Floats, Floats, Floats]:
        return (
            flat[:own_end].reshape(-1, units),
            flat[own_end:kind_end].reshape(-1, kinds),
            flat[kind_end:],
        )

    def loss(flat: Floats) -> tuple[float, Floats]:
        own, shared, bonus = parts(flat)
        weights, unit_bonus = own + shared @ member.T, bonus[kind]
        total, gradient, bonus_gradient = 0.0, np.zeros_like(weights), np.zeros(units)
        for start in range(0, count, _CHUNK):
            part = slice(start, start + _CHUNK)
            here = in_place[part].toarray()
            chances = softmax(values[part] @ weights + here * unit_bonus)
            hit = (np.arange(len(chances)), truth[part])
            total -= float((importance[part] * np.log(chances[hit] + 1e-300)).sum())
            chances[hit] -= 1
            chances *= importance[part, None]
            gradient += values[part].T @ chances
            bonus_gradient += (here * chances).sum(axis=0)
        total += 0.5 * OWN_SHRINKAGE * float((own**2).sum())
        total += 0.5 * KIND_SHRINKAGE * float((shared**2).sum())
        total += 0.5 * PLACE_SHRINKAGE * float((bonus**2).sum())
        slopes = (
            gradient + OWN_SHRINKAGE * own,
            gradient @ member + KIND_SHRINKAGE * shared,
            member.T @ bonus_gradient + PLACE_SHRINKAGE * bonus,
        )
        return total, np.concatenate([slope.ravel() for slope in slopes])

    found = minimize(
        loss, np.zeros(kind_end + kinds), jac=True, method="L-BFGS-B", options={"maxiter": STEPS}
    )
    own, shared, bonus = parts(found.x)
    weights = own + shared @ member.T
    return weights[:-1], weights[-1], bonus[kind]


def _with_constant(values: csr_matrix) -> csr_matrix:
    return csr_matrix(hstack([values, np.ones((values.shape[0], 1))]))


def _naming(
    rows: Sequence[Features], labels: Sequence[str], names: tuple[str, ...], columns: tuple[str, ...]
) -> _Naming:
    """Find the units that are named after the place they serve, and what they are without that name.

    Most of such a unit's matters are in the place; and the same kind of unit exists for another place too.
    """
    matters: dict[str, list[Features]] = defaultdict(list)
    for row, label in zip(rows, labels, strict=True):
        matters[label].append(row)
    named_after = {
        name: place for name in names if (place := _named_after(name, matters[name], columns)) is not None
    }
    every_place = sorted({place for _, place in named_after.values()}, key=lambda place: (-len(place), place))
    kind = {
        name: f"{column}:{_without(name, place, every_place)}"
        for name, (column, place) in named_after.items()
    }
    served: dict[str, set[str]] = defaultdict(set)
    for name, text in kind.items():
        served[text].add(named_after[name][1])
    local = {name: place for name, place in named_after.items() if len(served[kind[name]]) > 1}
    texts = [kind[name] if name in local else f"={name}" for name in names]
    number = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    return _Naming(tuple(number[text] for text in texts), tuple(local.get(name) for name in names))


def _named_after(name: str, matters: Sequence[Features], columns: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the column and the place in the unit's name that most of its matters share, or None."""
    best: tuple[str, str] | None = None
    most = 0.5
    for column in columns:
        counted = Counter(place_name(value_of(row, column)) for row in matters)
        for place, count in counted.items():
            # The same name of a place in two columns: the later column, which is the finer one by custom.
            if len(place) >= 2 and place in name and count / len(matters) >= most:
                best, most = (column, place), count / len(matters)
    return best


def _without(name: str, place: str, every_place: Sequence[str]) -> str:
    """Return the unit's name without the place, and without the offices of other places it belongs to."""
    rest = re.sub(re.escape(place) + _OFFICE, "", name)
    for other in every_place:
        rest = re.sub(re.escape(other) + _OFFICE.removesuffix("?"), "", rest)
    return _BRACKETS.sub("", rest)


def _past(rows: Sequence[Features], labels: Sequence[str], names: tuple[str, ...], reading: Reading) -> Past:
    columns = [[value_of(row, column) for row in rows] for column in reading.columns]
    found = [tuple(sorted(set(values))) for values in columns]
    numbers = [{value: at for at, value in enumerate(distinct)} for distinct in found]
    unit = {name: at for at, name in enumerate(names)}
    times = [parse_time(value_of(row, reading.time_column)) if reading.time_column else None for row in rows]
    return Past(
        names=tuple(found),
        values=np.array(
            [
                [index[value] for index, value in zip(numbers, row, strict=True)]
                for row in zip(*columns, strict=True)
            ],
            np.int32,
        ),
        units=np.array([unit[label] for label in labels], np.int32),
        days=np.array([np.datetime64(time, "D").astype(int) if time else -1 for time in times], np.int32),
    )
