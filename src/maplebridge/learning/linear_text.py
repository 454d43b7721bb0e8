"""A model of texts: which of a town's own labels fits a message, how surely, and which words say so.

Weights of grams do most of the work and give the reasons; a small network beside them hears what grams mean together,
and where the recipe says so also what the words mean, so that a word never read is heard through its kin.
Trained with scikit-learn, read with numpy alone; a file of arrays and JSON, never a pickle.
"""

import json
import os
import zipfile
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from maplebridge.learning.grams import GramOrder, Grams, Keys, between_words, fold, grams, keys_of, words_of

if TYPE_CHECKING:
    from maplebridge.learning.word_meanings import WordMeanings

Halves = npt.NDArray[np.float16]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Text = str | Sequence[str]
Report = Callable[[str], None]

FORMAT = "maplebridge.linear_text/1"
FLOOR = 1e-4
AT_ONCE = 64  # texts scored together: a letter is read in pieces, and every operation on arrays has its price


class NotAModel(ValueError):
    """The file was not written by `LinearText.save`."""


class CannotTrain(ValueError):
    """There is nothing to learn from what was given."""


@dataclass(frozen=True)
class Recipe:
    """How to train; the defaults were chosen by cross-validation, or for the reason beside them."""

    order: GramOrder = field(default_factory=lambda: GramOrder(characters=4, words=2))
    apart_weight: float = 0.3
    repeat_titles: int = 1
    opening: int | None = None  # characters at the beginning of a long message that stand for a missing title
    least_texts: int = 2  # a gram that one text alone contains says nothing about the next
    model_bytes: int = 9_500_000  # before compression, which saves a fifth; bounds the vocabulary
    strength: float = 1.0
    kin_share: float = 0.5  # of what speaks for a label's kin, counted for the label itself
    nets: int = 2
    net_grams: int = 30_000
    net_size: int = 32
    hears_meanings: bool = False  # of words, by the vectors that the product ships
    folds: int = 4
    decides_alone_right: float = 0.95


RECIPE = Recipe()
# For long messages, some of which have titles.
LETTERS = Recipe(
    order=GramOrder(characters=4, words=0),
    repeat_titles=3,
    opening=80,
    nets=1,
    model_bytes=11_000_000,
    hears_meanings=True,
)


@dataclass(frozen=True)
class Block:
    """One reading of a text: its fields one after the other, or the opening of the first that is not empty.

    The values of its grams have the length `weight`, however long the text is.
    """

    fields: tuple[int, ...]
    order: GramOrder
    weight: float
    opening: int | None = None

    def read(self, row: Sequence[str]) -> str:
        given = [row[number] for number in self.fields if row[number].strip()]
        return fold("\n".join(given) if self.opening is None else "".join(given[:1])[: self.opening])


@dataclass(frozen=True)
class Nets:
    """Networks with one hidden layer of rectified units, all reading the grams at `places` of the vocabulary.

    `hidden` has a row for each place, with the units of all networks side by side; `out` one layer for each network.
    `meaning` has a row for each dimension of what the words of the text mean, none where this is not heard.
    """

    places: Integers
    hidden: Halves
    meaning: Halves
    hidden_bias: Floats
    out: Floats
    out_bias: Floats

    def rows(self, vocabulary: int) -> Integers:
        """Return for each place of the vocabulary its row in `hidden`, or -1."""
        rows = np.full(vocabulary, -1, np.int64)
        rows[self.places] = np.arange(len(self.places))
        return rows

    def scores(self, rows: Integers, values: Floats, meant: Floats) -> Floats:
        """Return mean logarithms of chances, bounded below: what networks rule out, words may still prove."""
        known = rows >= 0
        heard = values[known] @ self.hidden[rows[known]].astype(np.float32) + self.hidden_bias
        heard += meant @ self.meaning.astype(np.float32)
        raised = np.maximum(heard, 0).reshape(len(self.out), 1, -1)
        chances = softmax((raised @ self.out)[:, 0].astype(np.float64) + self.out_bias)
        scores: Floats = np.log(chances + FLOOR).mean(axis=0)
        return scores


@dataclass(frozen=True)
class LinearText:
    """A trained model. `threshold` is the probability above which it may decide alone."""

    classes: tuple[str, ...]
    fields: int
    blocks: tuple[Block, ...]
    keys: Keys
    rarity: Floats
    weights: Halves
    bias: Floats
    nets: Nets
    net_share: float
    sharpness: float
    threshold: float
    about: dict[str, Any] = field(default_factory=dict)
    meanings: "WordMeanings | None" = None

    def probabilities(self, texts: Sequence[Text]) -> npt.NDArray[np.float64]:
        """Return a row for each text and a column for each of `classes`; every row sums to one."""
        parts = [self._scores(texts[first : first + AT_ONCE]) for first in range(0, len(texts), AT_ONCE)]
        scores = np.concatenate(parts or [np.empty((0, len(self.classes)), np.float32)])
        return softmax(self.sharpness * scores.astype(np.float64))

    def explain(self, text: Text, label: str, most: int = 5) -> list[tuple[str, float]]:
        """Return the words that spoke for the label rather than for the others, the strongest first."""
        column = self.classes.index(label)
        spoken: dict[str, float] = {}
        for block, found in self._read(text):
            places, values, at = self._lookup(found, block)
            weights = self.weights[places].astype(np.float32)
            shares = values * (weights[:, column] - weights.mean(axis=1))
            edges = between_words(found.text)
            for index, share in zip(at.tolist(), shares.tolist(), strict=True):
                if found.starts[index] in edges and found.ends[index] in edges:
                    written = found.written(index)
                    spoken[written] = spoken.get(written, 0.0) + share
        return _apart(sorted(spoken.items(), key=lambda item: (-item[1], item[0])), most)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model so that a reader sees the old file or the new one, never half of one."""
        target = Path(path)
        meta = {
            "format": FORMAT,
            "classes": self.classes,
            "fields": self.fields,
            "blocks": [asdict(block) for block in self.blocks],
            "net_share": self.net_share,
            "sharpness": self.sharpness,
            "threshold": self.threshold,
            "about": self.about,
        }
        nets = {f"nets_{part}": array for part, array in vars(self.nets).items()}
        draft = target.with_name(f"{target.name}.{os.getpid()}.draft")
        try:
            with draft.open("wb") as file:
                np.savez_compressed(
                    file,
                    meta=np.array(json.dumps(meta, ensure_ascii=False)),
                    keys=self.keys,
                    rarity=self.rarity,
                    weights=self.weights,
                    bias=self.bias,
                    **nets,
                )
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)

    def _scores(self, texts: Sequence[Text]) -> Floats:
        rows = [self._fields(text) for text in texts]
        readings = [tuple(map(block.read, rows)) for block in self.blocks]
        found = [
            keys_of(reading, block.order, space=number)
            for number, (block, reading) in enumerate(zip(self.blocks, readings, strict=True))
        ]
        owners = np.concatenate([of * len(self.blocks) + number for number, (_, of) in enumerate(found)])
        places = self._places(np.concatenate([keys for keys, _ in found]))
        known = places >= 0
        gathered, counts = np.unique(owners[known] * len(self.keys) + places[known], return_counts=True)
        owners, places = np.divmod(gathered, len(self.keys))
        values = self._values(places, counts)
        cells = len(texts) * len(self.blocks)
        lengths = np.sqrt(np.bincount(owners, values**2, minlength=cells))
        weights = np.tile([block.weight for block in self.blocks], len(texts))
        weights = weights / np.where(lengths > 0, lengths, 1)
        heard = (values * weights[owners]).astype(np.float32)
        ends = np.searchsorted(owners, np.arange(0, cells + 1, len(self.blocks)))
        spans = zip(readings[0], pairwise(ends.tolist()), strict=True)
        return np.stack([self._score(places[a:b], heard[a:b], folded) for folded, (a, b) in spans])

    def _score(self, places: Integers, values: Floats, folded: str) -> Floats:
        scores: Floats = values @ self.weights[places].astype(np.float32) + self.bias
        if self.net_share:
            meant = meant_by(folded, self.meanings)
            scores = scores + self.net_share * self.nets.scores(self._net_rows[places], values, meant)
        return scores

    def _places(self, keys: Keys) -> Integers:
        """Return the place of each gram in the vocabulary, or -1.

        Keys are spread evenly, so that their first bits tell where to look, in fewer steps than halving.
        """
        shift, first, most = self._drawers
        places = first[keys >> shift]
        found = np.full(len(keys), -1, np.int64)
        for _ in range(most):
            np.copyto(found, places, where=self.keys[places] == keys)
            places = np.minimum(places + 1, len(self.keys) - 1)
        return found

    @cached_property
    def _drawers(self) -> tuple[np.uint64, Integers, int]:
        """Return how far to shift a key, where the keys with these first bits begin, and the most that share them."""
        bits = len(self.keys).bit_length() + 1
        shift = np.uint64(64 - bits)
        first = np.searchsorted(self.keys >> shift, np.arange(2**bits + 1, dtype=np.uint64))
        return shift, np.minimum(first[:-1], len(self.keys) - 1), int(np.diff(first).max())

    def _values(self, places: Integers, counts: Integers) -> npt.NDArray[np.float64]:
        values: npt.NDArray[np.float64] = (1 + np.log(counts)) * self.rarity[places]
        return values

    @cached_property
    def _net_rows(self) -> Integers:
        return self.nets.rows(len(self.keys))

    def _read(self, text: Text) -> Iterator[tuple[Block, Grams]]:
        return read(self._fields(text), self.blocks)

    def _fields(self, text: Text) -> tuple[str, ...]:
        given = (text,) if isinstance(text, str) else tuple(text)
        if len(given) != self.fields:
            raise ValueError(f"the model reads {self.fields} text fields, {len(given)} given")
        return given

    def _lookup(self, found: Grams, block: Block) -> tuple[Integers, Floats, Integers]:
        """Return the known grams' places in the vocabulary, their values, and where in `found` they are."""
        keys, at, counts = np.unique(found.keys, return_index=True, return_counts=True)
        places = self._places(keys)
        known = places >= 0
        places = places[known]
        values = self._values(places, counts[known])
        norm = np.sqrt((values**2).sum())
        return places, (values * (block.weight / norm if norm else 0)).astype(np.float32), at[known]


def meant_by(folded: str, meanings: "WordMeanings | None") -> Floats:
    """Return the direction of the words of a text, of no dimension where meanings are not heard."""
    return np.zeros(0, np.float32) if meanings is None else meanings.direction(words_of(folded))


def read(row: Sequence[str], blocks: Sequence[Block]) -> Iterator[tuple[Block, Grams]]:
    """Yield the grams of each block of a text."""
    for space, block in enumerate(blocks):
        yield block, grams(block.read(row), block.order, space=space)


def train(
    texts: Sequence[Text],
    labels: Sequence[str],
    *,
    groups: Sequence[Hashable] | None = None,
    kin: Sequence[Mapping[str, str]] = (),
    recipe: Recipe = RECIPE,
    report: Report = lambda message: None,
) -> LinearText:
    """Learn labels from texts, and from what was held back in turn how sure the model may be.

    A text is a string, or as many strings as there are fields, which are kept apart. Texts of one group (near
    duplicates) are held back together; without groups, equal texts are one. Each mapping of `kin` names the
    family of every label: where a label has few texts of its own, those of its family speak for it too.
    """
    # scikit-learn takes a second to import: who only asks for probabilities does not pay for it.
    from maplebridge.learning import training  # noqa: PLC0415

    return training.train(texts, labels, groups=groups, kin=kin, recipe=recipe, report=report)


def load(path: str | os.PathLike[str]) -> LinearText:
    """Read a model that `LinearText.save` wrote; raise NotAModel for anything else."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _from_arrays(arrays, json.loads(str(arrays["meta"])))
    except NotAModel as error:
        raise NotAModel(f"{path} {error}") from error
    except (ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise NotAModel(f"{path} is not a model of Maple Bridge") from error


def _from_arrays(arrays: Mapping[str, Any], meta: Mapping[str, Any]) -> LinearText:
    if meta["format"] != FORMAT:
        raise NotAModel(f"is a model of another kind: {meta['format']}")
    nets = _nets(arrays)
    return LinearText(
        classes=tuple(meta["classes"]),
        fields=meta["fields"],
        blocks=tuple(map(_block, meta["blocks"])),
        keys=arrays["keys"],
        rarity=arrays["rarity"],
        weights=arrays["weights"],
        bias=arrays["bias"],
        nets=nets,
        net_share=meta["net_share"],
        sharpness=meta["sharpness"],
        threshold=meta["threshold"],
        about=meta["about"],
        meanings=_meanings_for(nets),
    )


def _nets(arrays: Mapping[str, Any]) -> Nets:
    """Read the networks; those of files written before meanings were heard, hear none."""
    deaf = np.zeros((0, arrays["nets_hidden"].shape[1]), np.float16)
    names = [part.name for part in fields(Nets)]
    given = {name: arrays[f"nets_{name}"] for name in names if f"nets_{name}" in arrays}
    return Nets(**{"meaning": deaf, **given})


def _meanings_for(nets: Nets) -> "WordMeanings | None":
    if not len(nets.meaning):
        return None
    # Five megabytes that only such a model needs; besides, their module imports this one.
    from maplebridge.learning.word_meanings import shipped  # noqa: PLC0415

    if shipped().vectors.shape[1] != len(nets.meaning):
        raise NotAModel("belongs to other vectors")
    return shipped()


def _block(meta: Mapping[str, Any]) -> Block:
    return Block(tuple(meta["fields"]), GramOrder(**meta["order"]), meta["weight"], meta.get("opening"))


def softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    result: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result


def _apart(ranked: list[tuple[str, float]], most: int) -> list[tuple[str, float]]:
    """Keep what a person reads as a reason: no punctuation or single characters, and nothing said twice."""
    chosen: list[tuple[str, float]] = []
    for written, share in ranked:
        if share <= 0 or len(chosen) == most:
            break
        repeated = any(written in other or other in written for other, _ in chosen)
        if len(written) > 1 and written.isalpha() and not repeated:
            chosen.append((written, share))
    return chosen
