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
from warnings import catch_warnings, simplefilter

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
NETS_FORMAT = "maplebridge.meaning_nets/1"
LOUDNESS = 6.0  # a direction of length one has values too small for a network to begin with
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
        _write(path, HEAD_FORMAT, self.classes, weights=self.weights, bias=self.bias)


@dataclass(frozen=True)
class MeaningNets:
    """Small networks on the direction of a text, asked together: what two words mean beside each other.

    `hidden` has the units of all networks side by side, `out` one layer for each network.
    """

    meanings: WordMeanings
    classes: tuple[str, ...]
    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats

    def probabilities(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return a row for each text and a column for each of `classes`; every row sums to one."""
        heard = self.meanings.means(texts) @ self.hidden + self.hidden_bias
        raised = np.maximum(heard, 0).reshape(len(texts), len(self.out), -1).swapaxes(0, 1)
        scores = (raised @ self.out + self.out_bias[:, None, :]).astype(np.float64)
        chances: npt.NDArray[np.float64] = np.mean([softmax(one) for one in scores], axis=0)
        return chances

    def save(self, path: Path) -> None:
        """Write the model without the vectors, which are shipped once."""
        _write(
            path,
            NETS_FORMAT,
            self.classes,
            hidden=self.hidden.astype(np.float16),
            hidden_bias=self.hidden_bias,
            out=self.out,
            out_bias=self.out_bias,
        )


def _write(path: Path, kind: str, classes: Sequence[str], **arrays: npt.NDArray[Any]) -> None:
    meta = json.dumps({"format": kind, "classes": classes}, ensure_ascii=False)
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, meta=np.array(meta), **arrays)
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


def load_nets(path: Path, meanings: WordMeanings) -> MeaningNets:
    """Read networks that `MeaningNets.save` wrote; raise NotAModel for anything else."""
    with _opened(path, NETS_FORMAT) as (arrays, meta):
        parts = {name: arrays[name] for name in ("hidden", "hidden_bias", "out", "out_bias")}
        if len(parts["hidden"]) != meanings.vectors.shape[1]:
            raise NotAModel(f"{path} belongs to other vectors")
        parts["hidden"] = parts["hidden"].astype(np.float32)
        return MeaningNets(meanings, tuple(meta["classes"]), **parts)


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


def train_nets(
    meanings: WordMeanings, texts: Sequence[str], labels: Sequence[str], *, nets: int = 4, size: int = 64
) -> MeaningNets:
    """Learn labels from what texts mean; the same texts always give the same model."""
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 - heavy, only for training
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415 - the same

    directions = LOUDNESS * meanings.means(texts)
    layers = []
    for seed in range(nets):
        network = MLPClassifier(
            (size,), alpha=0.1, batch_size=min(64, len(texts)), max_iter=20, random_state=seed
        )
        with catch_warnings():  # few rounds on purpose, before the network knows its texts by heart
            simplefilter("ignore", ConvergenceWarning)
            network.fit(directions, list(labels))
        (hidden, out), (hidden_bias, out_bias) = network.coefs_, network.intercepts_
        if out.shape[1] == 1:  # of two labels scikit-learn scores only the second
            out, out_bias = np.hstack([0 * out, out]), np.array([0, out_bias[0]])
        layers.append((hidden, hidden_bias, out, out_bias))
    every_hidden, every_hidden_bias, every_out, every_out_bias = zip(*layers, strict=True)
    return MeaningNets(
        meanings,
        tuple(map(str, network.classes_)),
        (LOUDNESS * np.hstack(every_hidden)).astype(np.float32),
        np.hstack(every_hidden_bias).astype(np.float32),
        np.stack(every_out).astype(np.float32),
        np.stack(every_out_bias).astype(np.float32),
    )


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
