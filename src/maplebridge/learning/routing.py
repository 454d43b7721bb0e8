"""Which unit handles a matter, learned from where a town's matters went, and the past that says so in words.

Read with numpy alone; trained in `routing_training`. A file of arrays and JSON, never a pickle.
"""

import json
import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import combinations
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from maplebridge.learning import evaluation
from maplebridge.learning.linear_text import CannotTrain, NotAModel, softmax
from maplebridge.learning.unit_names import MISSING, all_as_known, one_name_each

__all__ = ["CannotTrain", "NotAModel", "Routing", "evaluate", "load", "train"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Features = Mapping[str, str]
Report = Callable[[str], None]

FORMAT = "maplebridge.routing/1"
# Fewer matters than this are an anecdote, not a reason.
LEAST_MATTERS = 5
MOST_COLUMNS_IN_A_REASON = 3
# Beside 1 for the value of a column with words: what a matter is about says more than where it is and how it
# came. Chosen by rolling validation.
_OTHERS_WEIGHT, _PAIRS_WEIGHT, _CLOCK_WEIGHT = 0.7, 1.5, 0.5
_TIME_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p")
# How names of places end, where the name of a unit may leave the ending out.
_PLACE_ENDINGS = ("街道", "社区", "地区", "新区", "区", "县", "市", "镇", "乡", "村")


class UnknownUnit(ValueError):
    """The model has never seen a matter that this unit handled."""


@dataclass(frozen=True)
class Proposal:
    unit: str
    probability: float


@dataclass(frozen=True)
class Reason:
    """Of `count` past matters with these values in these columns, `share` went to the unit.

    Without columns it speaks of all matters. `since` is the day of the oldest of them, where times are known.
    """

    columns: tuple[str, ...]
    values: tuple[str, ...]
    share: float
    count: int
    since: str | None = None

    def __str__(self) -> str:
        where = ", ".join(
            f"{column}={value}" for column, value in zip(self.columns, self.values, strict=True)
        )
        return f"{self.share:.0%} of {self.count} matters{f' with {where}' if where else ''}"


@dataclass(frozen=True)
class Reading:
    """How a row becomes numbers: what is read as a value, as the words of a value, and as time."""

    columns: tuple[str, ...]
    word_columns: tuple[str, ...] = ()
    time_column: str | None = None
    clock: bool = False

    def words_of(self, features: Features) -> list[tuple[str, float]]:
        """Return the features of a row with their weights; what is missing says nothing."""
        found = [
            (f"{column}={value}", 1.0 if column in self.word_columns else _OTHERS_WEIGHT)
            for column in self.columns
            if (value := value_of(features, column))
        ]
        weights: dict[str, float] = {}
        for column in self.word_columns:
            pairs = set(_pairs(value_of(features, column)))
            weights |= {f"~{pair}": _PAIRS_WEIGHT / sqrt(len(pairs)) for pair in sorted(pairs)}
        found += weights.items()
        if self.clock and self.time_column and (time := parse_time(value_of(features, self.time_column))):
            found += [
                (f"@hour {time.hour // 3}", _CLOCK_WEIGHT),
                (f"@weekday {time.weekday()}", _CLOCK_WEIGHT),
            ]
        return found


@dataclass(frozen=True)
class Past:
    """The matters that the model learned from, as numbers: `values[i, j]` is a place in `names[j]`."""

    names: tuple[tuple[str, ...], ...]
    values: npt.NDArray[np.int32]
    units: npt.NDArray[np.int32]
    days: npt.NDArray[np.int32]  # since 1970-01-01; -1 where unknown


@dataclass(frozen=True)
class Routing:
    """A trained model. From the probability `threshold` on the product may decide alone."""

    units: tuple[str, ...]
    reading: Reading
    vocabulary: tuple[str, ...]
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    # A unit named after the place it serves: (column, name of the place), and what it gains in that place.
    places: tuple[tuple[str, str] | None, ...]
    place_bonus: npt.NDArray[np.float32]
    threshold: float
    past: Past
    about: dict[str, Any] = field(default_factory=dict)
    # Where units were told apart by number: what each number's unit is called.
    known_as: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the model looks at."""
        return self.reading.columns

    @cached_property
    def _index(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.vocabulary)}

    @cached_property
    def _units_named(self) -> dict[tuple[str, str], list[int]]:
        named: dict[tuple[str, str], list[int]] = {}
        for number, place in enumerate(self.places):
            if place:
                named.setdefault(place, []).append(number)
        return named

    @cached_property
    def _place_columns(self) -> tuple[str, ...]:
        return tuple(sorted({column for column, _ in self._units_named}))

    def probabilities(self, rows: Sequence[Features]) -> Floats:
        """Return a row for each matter and a column for each of `units`; every row sums to one."""
        scores = np.array([self._scores(row) for row in rows], np.float64)
        return softmax(scores.reshape(len(rows), len(self.units)))

    def propose(self, features: Features, most: int = 3) -> list[Proposal]:
        """Return the likeliest units, the likeliest first; equal ones in the order of `units`."""
        chances = self.probabilities([features])[0]
        best = np.argsort(-chances, kind="stable")[:most]
        return [Proposal(self.units[number], float(chances[number])) for number in best]

    def explain(self, features: Features, unit: str, most: int = 3) -> list[Reason]:
        """Return what in the past speaks for the unit, the strongest first.

        Strong is a share that is high for certain (the lower end of its interval), so that many matters
        outweigh few; of reasons about the very same matters only the one with the fewest columns is given.
        """
        if unit not in self.units:
            raise UnknownUnit(unit)
        went_there = self.past.units == self.units.index(unit)
        known = self._known_values(features)
        ranked: list[tuple[float, Reason]] = []
        seen: set[tuple[int, int]] = set()
        for size in range(1, MOST_COLUMNS_IN_A_REASON + 1):
            for chosen in combinations(known, size):
                same = np.logical_and.reduce([self.past.values[:, j] == code for j, code in chosen])
                count, hits = int(same.sum()), int((same & went_there).sum())
                if count >= LEAST_MATTERS and hits and (count, hits) not in seen:
                    seen.add((count, hits))
                    ranked.append((_at_least(hits, count), self._reason(chosen, same, hits / count, count)))
        ranked.sort(key=lambda item: (-item[0], len(item[1].columns), item[1].columns))
        return [reason for _, reason in ranked[:most]] or [self._overall(went_there)]

    def _known_values(self, features: Features) -> list[tuple[int, int]]:
        return [
            (j, self.past.names[j].index(value))
            for j, column in enumerate(self.reading.columns)
            if (value := value_of(features, column)) in self.past.names[j]
        ]

    def _reason(
        self, chosen: Sequence[tuple[int, int]], same: npt.NDArray[np.bool_], share: float, count: int
    ) -> Reason:
        days = self.past.days[same]
        days = days[days >= 0]
        return Reason(
            columns=tuple(self.reading.columns[j] for j, _ in chosen),
            values=tuple(self.past.names[j][code] for j, code in chosen),
            share=share,
            count=count,
            since=str(np.datetime64(int(days.min()), "D")) if len(days) else None,
        )

    def _overall(self, went_there: npt.NDArray[np.bool_]) -> Reason:
        everything = np.ones(len(went_there), bool)
        return self._reason((), everything, float(went_there.mean()), len(went_there))

    def unseen(self, features: Features) -> list[str]:
        """Return the columns whose value was in no matter that the model learned from."""
        return [
            column
            for column in self.reading.columns
            if (value := value_of(features, column)) and f"{column}={value}" not in self._index
        ]

    def _scores(self, features: Features) -> npt.NDArray[np.float32]:
        known = [
            (self._index[word], weight)
            for word, weight in self.reading.words_of(features)
            if word in self._index
        ]
        scores = self.bias.copy()
        if known:
            places, values = zip(*known, strict=True)
            scores += np.array(values, np.float32) @ self.weights[list(places)]
        for column in self._place_columns:
            here = self._units_named.get((column, place_name(value_of(features, column))), [])
            scores[here] += self.place_bonus[here]
        return scores

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model so that a reader sees the old file or the new one, never half of one."""
        target = Path(path)
        meta = {
            "format": FORMAT,
            "units": self.units,
            "reading": asdict(self.reading),
            "vocabulary": self.vocabulary,
            "places": self.places,
            "threshold": self.threshold,
            "names": self.past.names,
            "about": self.about,
            "known_as": self.known_as,
        }
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=target.name, delete=False) as draft:
            try:
                np.savez_compressed(
                    draft,
                    meta=np.array(json.dumps(meta, ensure_ascii=False)),
                    weights=self.weights,
                    bias=self.bias,
                    place_bonus=self.place_bonus,
                    past_values=self.past.values,
                    past_units=self.past.units,
                    past_days=self.past.days,
                )
                draft.flush()
                os.fsync(draft.fileno())
                os.replace(draft.name, target)
            except BaseException:
                os.unlink(draft.name)
                raise


def load(path: str | os.PathLike[str]) -> Routing:
    """Read a model that `Routing.save` wrote; raise NotAModel for anything else."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            meta = json.loads(str(arrays["meta"]))
            if meta["format"] != FORMAT:
                raise NotAModel(f"{path} is a model of another kind: {meta['format']}")
            return _restored(meta, arrays)
    except NotAModel:
        raise
    except (ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise NotAModel(f"{path} is not a routing model of Maple Bridge") from error


def _restored(meta: dict[str, Any], arrays: Mapping[str, Any]) -> Routing:
    reading = meta["reading"]
    return Routing(
        units=tuple(meta["units"]),
        reading=Reading(
            columns=tuple(reading["columns"]),
            word_columns=tuple(reading["word_columns"]),
            time_column=reading["time_column"],
            clock=reading["clock"],
        ),
        vocabulary=tuple(meta["vocabulary"]),
        weights=arrays["weights"],
        bias=arrays["bias"],
        places=tuple((place[0], place[1]) if place else None for place in meta["places"]),
        place_bonus=arrays["place_bonus"],
        threshold=float(meta["threshold"]),
        past=Past(
            names=tuple(tuple(names) for names in meta["names"]),
            values=arrays["past_values"],
            units=arrays["past_units"],
            days=arrays["past_days"],
        ),
        about=meta["about"],
        # Models written before units had numbers know none.
        known_as=meta.get("known_as", {}),
    )


def train(
    rows: Sequence[Features],
    units: Sequence[str],
    features: Sequence[str],
    *,
    numbers: Sequence[str] | None = None,
    report: Report = lambda message: None,
) -> Routing:
    """Learn from past matters, in file order or in the order of a column of times, who handles what.

    With numbers of the units, one that was renamed or written in several ways is learned as one.
    """
    # SciPy takes its time to import: who only asks for proposals does not pay for it.
    from maplebridge.learning import routing_training  # noqa: PLC0415

    known_as = one_name_each(units, numbers) if numbers is not None else {}
    called = _as_known(units, numbers, known_as)
    return replace(routing_training.train(rows, called, features, report=report), known_as=known_as)


def evaluate(
    model: Routing, rows: Sequence[Features], units: Sequence[str], numbers: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return how well the model names the units that really handled the matters.

    A matter whose unit the model has never seen, or that names none, counts as wrong and is counted apart.
    With numbers, a unit that has been renamed since is the one the model knows.
    """
    labels = _as_known(units, numbers, model.known_as)
    unseen = Counter(column for row in rows for column in model.unseen(row))
    unknown = [unit for unit in labels if unit not in model.units]
    result = evaluation.evaluate(
        classes=model.units,
        probabilities=model.probabilities(rows),
        labels=labels,
        threshold=model.threshold,
    ).as_json()
    del result["unseen_labels"]
    return {
        **result,
        "rows_without_unit": sum(unit in MISSING for unit in unknown),
        "unseen_units": dict(Counter(unit for unit in unknown if unit not in MISSING)),
        "unseen_values": {column: unseen[column] for column in model.columns if unseen[column]},
    }


def _as_known(units: Sequence[str], numbers: Sequence[str] | None, known_as: Mapping[str, str]) -> list[str]:
    if numbers is None:
        return [unit.strip() for unit in units]
    return all_as_known(units, numbers, known_as)


def value_of(features: Features, column: str) -> str:
    """Return the value of a column, empty where it is missing."""
    value = (features.get(column) or "").strip()
    return "" if value in MISSING else value


def parse_time(value: str) -> datetime | None:
    """Return the local date and time that is written there, or None; a bare number is not a time."""
    if not value or value.isdigit():
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        pass
    for form in _TIME_FORMATS:
        try:
            return datetime.strptime(value, form)  # noqa: DTZ007 -- files give local time without a zone
        except ValueError:
            continue
    return None


def place_name(value: str) -> str:
    """Return the part of a place's name that tells it from others: 龙田 of 龙田街道."""
    for ending in _PLACE_ENDINGS:
        if value.endswith(ending) and len(value) - len(ending) >= 2:
            return value[: -len(ending)]
    return value


def _pairs(value: str) -> Iterable[str]:
    return (value[at : at + 2] for at in range(len(value) - 1))


def _at_least(hits: int, count: int) -> float:
    """Return the lower end of the 95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, hits / count
    middle = share + z * z / (2 * count)
    spread = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - spread) / (1 + z * z / count)
