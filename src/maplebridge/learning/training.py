"""Training of the linear model of texts, with scikit-learn: everything that learns, nothing that answers."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.svm import LinearSVC

from maplebridge.learning.grams import GramOrder, Keys, fold, grams
from maplebridge.learning.linear_text import (
    Block,
    CannotTrain,
    Floats,
    Integers,
    LinearText,
    Recipe,
    Report,
    Text,
    softmax,
)


@dataclass(frozen=True)
class _Sums:
    """Texts as counts of grams, all blocks side by side; `block_of` says which block a column belongs to."""

    counts: csr_matrix
    keys: Keys
    block_of: Integers


def train(
    texts: Sequence[Text],
    labels: Sequence[str],
    *,
    groups: Sequence[Hashable] | None = None,
    recipe: Recipe,
    report: Report,
) -> LinearText:
    """See `linear_text.train`."""
    rows = [(text,) if isinstance(text, str) else tuple(text) for text in texts]
    classes, wanted = _checked(rows, labels)
    blocks = _blocks(len(rows[0]), recipe)
    report(f"reading {len(rows)} texts")
    sums = _count(rows, blocks)
    folds = _deal(wanted, _own_groups(rows) if groups is None else groups, recipe.folds)
    held_back = np.full((len(rows), len(classes)), -np.inf)
    for number in range(recipe.folds):
        report(f"training without part {number + 1} of {recipe.folds}")
        inside = folds != number
        if len(np.unique(wanted[inside])) > 1 and not inside.all():
            fitted = _fit(sums, inside, wanted, len(classes), blocks, recipe)
            held_back[~inside] = fitted.scores(sums.counts[~inside])
    sharpness, threshold, about = _judge(held_back, wanted, recipe)
    report("training with everything")
    final = _fit(sums, np.ones(len(rows), bool), wanted, len(classes), blocks, recipe)
    order = np.argsort(sums.keys[final.columns])
    return LinearText(
        classes=classes,
        fields=len(rows[0]),
        blocks=blocks,
        keys=sums.keys[final.columns][order],
        rarity=final.rarity[order],
        weights=final.weights[order].astype(np.float16),
        bias=final.bias,
        sharpness=sharpness,
        threshold=threshold,
        about={"rows": len(rows), **about},
    )


def _checked(rows: list[tuple[str, ...]], labels: Sequence[str]) -> tuple[tuple[str, ...], Integers]:
    if not rows:
        raise CannotTrain("there are no texts to learn from")
    if len(rows) != len(labels):
        raise CannotTrain(f"{len(rows)} texts but {len(labels)} labels")
    if len({len(row) for row in rows}) > 1:
        raise CannotTrain("all texts must have the same number of fields")
    classes, wanted = np.unique(np.array(labels, dtype=object), return_inverse=True)
    if len(classes) < 2:
        raise CannotTrain(f"there is only one label to learn: {classes[0]}")
    return tuple(map(str, classes)), wanted


def _blocks(fields: int, recipe: Recipe) -> tuple[Block, ...]:
    half = 0.5**0.5
    return tuple(
        Block(number, order, half if number == 0 else half * recipe.others_weight)
        for number in range(fields)
        for order in _split(recipe.first if number == 0 else recipe.others)
    )


def _split(order: GramOrder) -> Iterator[GramOrder]:
    if order.characters:
        yield GramOrder(order.characters, 0)
    if order.words:
        yield GramOrder(0, order.words)


def _count(rows: list[tuple[str, ...]], blocks: tuple[Block, ...]) -> _Sums:
    counted = [_count_block([row[block.field] for row in rows], block) for block in blocks]
    return _Sums(
        counts=csr_matrix(hstack([counts for counts, _ in counted])),
        keys=np.concatenate([keys for _, keys in counted]),
        block_of=np.repeat(np.arange(len(blocks)), [len(keys) for _, keys in counted]),
    )


def _count_block(texts: list[str], block: Block) -> tuple[csr_matrix, Keys]:
    found = [
        np.unique(grams(text, block.order, field=block.field).keys, return_counts=True) for text in texts
    ]
    keys, columns = np.unique(np.concatenate([keys for keys, _ in found]), return_inverse=True)
    counts = np.concatenate([counts for _, counts in found]).astype(np.float32)
    ends = np.cumsum([0, *(len(keys) for keys, _ in found)])
    return csr_matrix((counts, columns, ends), shape=(len(texts), len(keys))), keys


def _own_groups(rows: list[tuple[str, ...]]) -> list[Hashable]:
    return [tuple(map(fold, row)) for row in rows]


def _deal(wanted: Integers, groups: Sequence[Hashable], folds: int) -> Integers:
    """Return the fold of each row: groups whole, and each label's groups dealt out evenly."""
    first_label: dict[Hashable, int] = {}
    for label, group in zip(wanted.tolist(), groups, strict=True):
        first_label.setdefault(group, label)
    ranked = sorted(enumerate(first_label), key=lambda item: (first_label[item[1]], item[0]))
    fold_of = {group: place % folds for place, (_, group) in enumerate(ranked)}
    return np.array([fold_of[group] for group in groups])


@dataclass(frozen=True)
class _Fitted:
    columns: Integers
    rarity: Floats
    weights: Floats
    bias: Floats
    block_of: Integers
    block_weights: Floats

    def scores(self, counts: csr_matrix) -> npt.NDArray[np.float64]:
        values = _values(counts[:, self.columns], self.rarity, self.block_of, self.block_weights)
        return np.asarray(values @ self.weights + self.bias, np.float64)


def _fit(
    sums: _Sums,
    inside: npt.NDArray[np.bool_],
    wanted: Integers,
    classes: int,
    blocks: tuple[Block, ...],
    recipe: Recipe,
) -> _Fitted:
    counts, labels = sums.counts[inside], wanted[inside]
    texts_with = np.bincount(counts.indices, minlength=counts.shape[1])
    columns = _chosen(counts, texts_with, labels, classes, recipe)
    rarity = (1 + np.log((1 + counts.shape[0]) / (1 + texts_with[columns]))).astype(np.float32)
    block_of, block_weights = sums.block_of[columns], np.array([block.weight for block in blocks], np.float32)
    values = _values(counts[:, columns], rarity, block_of, block_weights)
    weights, bias = _nb_svm(values, labels, classes, recipe)
    return _Fitted(columns, rarity, weights, bias, block_of, block_weights)


def _chosen(
    counts: csr_matrix, texts_with: Integers, labels: Integers, classes: int, recipe: Recipe
) -> Integers:
    """Return the columns worth their place in the file: whose texts' labels surprise most (chi-squared)."""
    enough = np.flatnonzero(texts_with >= min(recipe.least_texts, texts_with.max(initial=1)))
    room = recipe.model_bytes // (12 + 2 * classes)
    if len(enough) <= room:
        return enough
    member = csr_matrix(
        (np.ones(len(labels)), (labels, np.arange(len(labels)))), shape=(classes, len(labels))
    )
    present = counts[:, enough].astype(bool).astype(np.float32)
    seen = (member @ present).toarray()
    expected = np.outer(np.bincount(labels, minlength=classes) / len(labels), texts_with[enough])
    surprise = ((seen - expected) ** 2 / np.maximum(expected, 1e-9)).sum(axis=0)
    return np.sort(enough[np.argsort(-surprise, kind="stable")[:room]])


def _values(counts: csr_matrix, rarity: Floats, block_of: Integers, block_weights: Floats) -> csr_matrix:
    """Return tf-idf with logarithmic counts, each block of each text brought to the block's length."""
    values = counts.copy()
    values.data = (1 + np.log(values.data)) * rarity[values.indices]
    rows = np.repeat(np.arange(values.shape[0]), np.diff(values.indptr))
    cells = rows * len(block_weights) + block_of[values.indices]
    norms = np.sqrt(np.bincount(cells, values.data**2, minlength=values.shape[0] * len(block_weights)))
    values.data = (values.data * block_weights[block_of[values.indices]] / norms[cells]).astype(np.float32)
    return values


def _nb_svm(values: csr_matrix, labels: Integers, classes: int, recipe: Recipe) -> tuple[Floats, Floats]:
    """Return weights and bias of one support vector machine a class, on features scaled by log-count ratios.

    Wang and Manning (2012), "Baselines and Bigrams". The scaling is folded into the weights.
    """
    weights = np.zeros((values.shape[1], classes), np.float32)
    # A label that this part does not contain is never proposed.
    bias = np.full(classes, -10.0, np.float32)
    smoothing = values.sum() / values.shape[1]
    for label in np.unique(labels):
        of_label = labels == label
        ratio = _log_ratio(
            values[of_label].sum(axis=0) + smoothing, values[~of_label].sum(axis=0) + smoothing
        )
        machine = LinearSVC(C=recipe.strength, random_state=0).fit(values @ diags(ratio), of_label)
        weights[:, label] = machine.coef_[0] * ratio
        bias[label] = machine.intercept_[0]
    return weights, bias


def _log_ratio(inside: npt.ArrayLike, outside: npt.ArrayLike) -> Floats:
    p, q = np.asarray(inside).ravel(), np.asarray(outside).ravel()
    ratio = np.log(p / p.sum()) - np.log(q / q.sum())
    # Where all grams say the same, none says anything.
    scaled: Floats = (ratio / max(np.sqrt((ratio**2).mean()), 1e-9)).astype(np.float32)
    return scaled


def _judge(
    held_back: npt.NDArray[np.float64], wanted: Integers, recipe: Recipe
) -> tuple[float, float, dict[str, float]]:
    """Return sharpness and threshold, and how good the model was on what it had not seen."""
    judged = np.isfinite(held_back).all(axis=1)
    scores, truth = held_back[judged], wanted[judged]
    if not len(truth):
        return 1.0, 1.0, {}
    sharpness = _sharpness(scores, truth)
    chances = softmax(sharpness * scores)
    right = chances.argmax(axis=1) == truth
    threshold = _threshold(chances.max(axis=1), right, recipe.decides_alone_right)
    return sharpness, threshold, {"held_back_accuracy": round(float(right.mean()), 4)}


def _sharpness(scores: npt.NDArray[np.float64], truth: Integers) -> float:
    """Return the factor that makes the truth most likely (temperature scaling: Guo et al. 2017).

    However well they are told apart, few texts prove no certainty: targets are softened as by Platt (1999).
    """
    candidates = np.geomspace(0.1, 100, 121)
    doubt = 1 / (len(truth) + 2)
    targets = np.full(scores.shape, doubt / (scores.shape[1] - 1))
    targets[np.arange(len(truth)), truth] = 1 - doubt
    surprise = [-(targets * np.log(softmax(factor * scores) + 1e-12)).sum() for factor in candidates]
    return float(candidates[np.argmin(surprise)])


def _threshold(chances: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], wanted: float) -> float:
    """Return the lowest probability above which the wanted share was right; 1 if there is none."""
    order = np.argsort(-chances, kind="stable")
    share_right = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    last_of_its_chance = np.append(np.diff(chances[order]) < 0, True)
    enough = np.flatnonzero((share_right >= wanted) & last_of_its_chance)
    return float(np.nextafter(chances[order][enough[-1]], 0)) if len(enough) else 1.0
