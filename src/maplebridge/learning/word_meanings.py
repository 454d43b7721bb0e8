"""What the words of a text mean together: a vector for each of 27,000 Chinese words, and a text as their mean.

An n-gram says nothing where it was never read; a word with a known vector still stands near its kin. The vectors are
those of multilingual-e5-small (Wang et al. 2024, MIT license) for each word alone, reduced to 256 dimensions; the
mean is weighted by rarity as by Arora et al. (2017). Read with numpy alone; arrays and JSON, never a pickle.
"""

import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from maplebridge.kernel.text import words
from maplebridge.learning.linear_text import NotAModel, softmax

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.int8]
Halves = npt.NDArray[np.float16]

SHIPPED = Path(__file__).with_name("word_meanings.npz")
FORMAT = "maplebridge.word_meanings/1"
HEAD_FORMAT = "maplebridge.meaning_head/1"
# A word that is not known is heard through its characters, which say less than the word would.
CHARACTERS_COUNT = 0.5


class Meanings(Protocol):
    """Whatever tells what texts mean."""

    def mean(self, text: str) -> Floats: ...

    def means(self, texts: Sequence[str]) -> Floats: ...


@dataclass(frozen=True)
class WordMeanings:
    """A vector and a weight for each known word; the rarer, the heavier."""

    places: dict[str, int]
    vectors: Bytes
    weights: Halves

    def mean(self, text: str) -> Floats:
        """Return the direction of a text, of length one; zeros where no word is known."""
        return self.direction(words(text))

    def direction(self, said: Iterable[str]) -> Floats:
        """Return the direction of what these words say together."""
        heard = list(self._heard(said))
        places = np.array([place for place, _share in heard], np.intp)
        shares = np.array([share for _place, share in heard], np.float32)
        total = (shares * self.weights[places]) @ self.vectors[places].astype(np.float32)
        length = float(np.linalg.norm(total))
        direction: Floats = (total / length if length else total).astype(np.float32)
        return direction

    def means(self, texts: Sequence[str]) -> Floats:
        """Return a row for each text."""
        return np.array([self.mean(text) for text in texts], np.float32).reshape(-1, self.vectors.shape[1])

    def _heard(self, said: Iterable[str]) -> Iterator[tuple[int, float]]:
        for word in said:
            if word in self.places:
                yield self.places[word], 1.0
            else:
                known = [self.places[character] for character in word if character in self.places]
                yield from ((place, CHARACTERS_COUNT / len(known)) for place in known)


class Remembered:
    """The directions of texts that are compared again and again, by digest: no text is kept, the oldest go first."""

    def __init__(self, meanings: WordMeanings, most: int) -> None:
        self.meanings, self.most = meanings, most
        self._known: dict[bytes, Floats] = {}
        self._alone = Lock()

    def mean(self, text: str) -> Floats:
        return self.meanings.mean(text)

    def means(self, texts: Sequence[str]) -> Floats:
        """Return a row for each text, as `WordMeanings.means` does."""
        keys = [blake2b(text.encode(), digest_size=16).digest() for text in texts]
        found = {key: self._known.get(key) for key in keys}
        for key, text in zip(keys, texts, strict=True):
            if found[key] is None:
                found[key] = self.mean(text)
        with self._alone:
            self._known.update((key, one) for key, one in found.items() if one is not None)
            for key in list(self._known)[: max(len(self._known) - self.most, 0)]:
                del self._known[key]
        rows = [found[key] for key in keys]
        return np.array(rows, np.float32).reshape(-1, self.meanings.vectors.shape[1])


@dataclass(frozen=True)
class MeaningHead:
    """A linear model on the direction of a text."""

    meanings: WordMeanings
    classes: tuple[str, ...]
    weights: Floats
    bias: Floats

    def probabilities(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return a row for each text and a column for each of `classes`; every row sums to one."""
        scores = self.meanings.means(texts) @ self.weights + self.bias
        return softmax(scores.astype(np.float64))

    def save(self, path: Path) -> None:
        """Write the model without the vectors, which are shipped once."""
        meta = json.dumps({"format": HEAD_FORMAT, "classes": self.classes}, ensure_ascii=False)
        draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
        try:
            with draft.open("wb") as file:
                np.savez_compressed(file, meta=np.array(meta), weights=self.weights, bias=self.bias)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)


def load_head(path: Path, meanings: WordMeanings) -> MeaningHead:
    """Read a head that `MeaningHead.save` wrote; raise NotAModel for anything else."""
    with _opened(path, HEAD_FORMAT) as (arrays, meta):
        weights, bias = arrays["weights"], arrays["bias"]
        if weights.shape != (meanings.vectors.shape[1], len(meta["classes"])):
            raise NotAModel(f"{path} belongs to other vectors")
        return MeaningHead(meanings, tuple(meta["classes"]), weights, bias)


def train_head(
    meanings: WordMeanings, texts: Sequence[str], labels: Sequence[str], *, strength: float = 10.0
) -> MeaningHead:
    """Learn labels from what texts mean; the same texts always give the same model."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy, only for training

    learned = LogisticRegression(C=strength, max_iter=400).fit(meanings.means(texts), list(labels))
    weights, bias = learned.coef_.T, learned.intercept_
    if len(learned.classes_) == 2:  # of two labels scikit-learn scores only the second
        weights, bias = np.hstack([0 * weights, weights]), np.array([0, bias[0]])
    classes = tuple(map(str, learned.classes_))
    return MeaningHead(meanings, classes, weights.astype(np.float32), bias.astype(np.float32))


@cache
def shipped() -> WordMeanings:
    """Return the vectors that the product ships."""
    return load(SHIPPED)


def load(path: Path) -> WordMeanings:
    """Read vectors; raise NotAModel for a file of another kind."""
    with _opened(path, FORMAT) as (arrays, meta):
        known = {word: place for place, word in enumerate(meta["words"])}
        return WordMeanings(known, arrays["vectors"], arrays["weights"])


@contextmanager
def _opened(path: Path, wanted: str) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            meta = json.loads(str(arrays["meta"]))
            if meta["format"] != wanted:
                raise NotAModel(f"{path} is a model of another kind: {meta['format']}")
            yield arrays, meta
    except (ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        if isinstance(error, NotAModel):
            raise
        raise NotAModel(f"{path} is not a model of Maple Bridge") from error
