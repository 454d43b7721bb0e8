"""Training of the linear model of texts, with scikit-learn: everything that learns, nothing that answers."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import chi2
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from maplebridge.learning.grams import GramOrder, Keys, fold
from maplebridge.learning.linear_text import (
    Block,
    CannotTrain,
    Floats,
    Integers,
    LinearText,
    Nets,
    Recipe,
    Report,
    Text,
    meant_by,
    read,
    softmax,
)
from maplebridge.learning.word_meanings import WordMeanings, shipped

Scores = npt.NDArray[np.float64]

NEVER = -30.0  # the score of a label that the texts at hand do not contain
NET_BATCH = 64
NET_STEPS = 280
LOUDNESS = 8.0  # texts have length one; networks start with weights meant for larger values
MEANING_LOUDNESS = 4.0  # what words mean is an aside to what is said


@dataclass(frozen=True)
class _Counts:
    """Texts as counts of grams, all blocks side by side; `block_of` says which block a column belongs to.

    `meant` has what the words of each text mean, no columns where this is not heard.
    """

    counts: csr_matrix
    meant: Floats
    keys: Keys
    block_of: Integers


@dataclass(frozen=True)
class _Fitted:
    """What one training learned: `columns` of the counts, in the order of their keys, and what they say."""

    columns: Integers
    rarity: Floats
    block_of: Integers
    block_weights: Floats
    weights: Floats
    bias: Floats
    nets: Nets

    def scores(self, counts: csr_matrix, meant: Floats) -> tuple[Scores, Scores]:
        """Return what the weights say and what the networks say on average, a row for each text."""
        values = _values(counts[:, self.columns], self.rarity, self.block_of, self.block_weights)
        net_rows = self.nets.rows(len(self.columns))
        rows = [slice(*values.indptr[row : row + 2]) for row in range(values.shape[0])]
        heard = [
            self.nets.scores(net_rows[values.indices[row]], values.data[row], meaning)
            for row, meaning in zip(rows, meant, strict=True)
        ]
        return np.asarray(values @ self.weights + self.bias, np.float64), np.array(heard, np.float64)


def train(
    texts: Sequence[Text],
    labels: Sequence[str],
    *,
    groups: Sequence[Hashable] | None,
    kin: Sequence[Mapping[str, str]],
    recipe: Recipe,
    report: Report,
) -> LinearText:
    """See `linear_text.train`."""
    rows = [(text,) if isinstance(text, str) else tuple(text) for text in texts]
    classes, wanted = _checked(rows, labels)
    families = [_families(classes, names) for names in kin]
    blocks = _blocks(rows, recipe)
    report(f"reading {len(rows)} texts")
    meanings = shipped() if recipe.hears_meanings else None
    counted = _count(rows, blocks, meanings)
    folds = _deal(wanted, _own_groups(rows) if groups is None else groups, recipe.folds)
    judged = np.zeros(len(rows), bool)
    by_weights, by_nets = np.zeros((2, len(rows), len(classes)))
    for number in range(recipe.folds):
        inside = folds != number
        if len(np.unique(wanted[inside])) > 1 and not inside.all():
            report(f"training without part {number + 1} of {recipe.folds}")
            fitted = _fit(counted, inside, wanted, len(classes), families, blocks, recipe)
            by_weights[~inside], by_nets[~inside] = fitted.scores(
                counted.counts[~inside], counted.meant[~inside]
            )
            judged |= ~inside
    verdict = _judge(by_weights[judged], by_nets[judged], wanted[judged], recipe)
    report("training with everything")
    final = _fit(counted, np.ones(len(rows), bool), wanted, len(classes), families, blocks, recipe)
    return LinearText(
        classes=classes,
        fields=len(rows[0]),
        blocks=blocks,
        keys=counted.keys[final.columns],
        rarity=final.rarity,
        weights=final.weights.astype(np.float16),
        bias=final.bias.astype(np.float32),
        nets=final.nets,
        net_share=verdict.net_share,
        sharpness=verdict.sharpness,
        threshold=verdict.threshold,
        about={"rows": len(rows), **verdict.about},
        meanings=meanings,
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


def _blocks(rows: list[tuple[str, ...]], recipe: Recipe) -> tuple[Block, ...]:
    """Read all fields as one text, titles before the message (the longest field), and the titles apart.

    A title alone has too few words to learn from; read with the message, it borrows what messages taught. Where
    it is missing, the opening of a long message may stand for it.
    """
    numbers = range(len(rows[0]))
    message = max(numbers, key=lambda number: sum(len(row[number]) for row in rows))
    titles = [number for number in numbers if number != message]
    readings: list[tuple[tuple[int, ...], float, int | None]] = [
        ((*titles * recipe.repeat_titles, message), 1.0, None)
    ]
    if recipe.opening and np.median([len(row[message]) for row in rows]) > 2 * recipe.opening:
        readings += [((title, message), recipe.apart_weight, recipe.opening) for title in titles or [message]]
    else:
        readings += [((title,), recipe.apart_weight, None) for title in titles]
    kinds = list(_split(recipe.order))
    return tuple(
        Block(fields, kind, weight / len(kinds) ** 0.5, opening)
        for fields, weight, opening in readings
        for kind in kinds
    )


def _split(order: GramOrder) -> Iterator[GramOrder]:
    if order.characters:
        yield GramOrder(order.characters, 0)
    if order.words:
        yield GramOrder(0, order.words)


def _count(rows: list[tuple[str, ...]], blocks: tuple[Block, ...], meanings: WordMeanings | None) -> _Counts:
    found: list[list[tuple[Keys, Integers]]] = [[] for _ in blocks]
    for row in rows:
        for place, (_, grams) in enumerate(read(row, blocks)):
            found[place].append(np.unique(grams.keys, return_counts=True))
    counted = [_matrix(of_block) for of_block in found]
    if not any(len(keys) for _, keys in counted):
        raise CannotTrain("all texts are empty")
    return _Counts(
        counts=csr_matrix(hstack([counts for counts, _ in counted])),
        meant=np.stack([meant_by(blocks[0].read(row), meanings) for row in rows]),
        keys=np.concatenate([keys for _, keys in counted]),
        block_of=np.repeat(np.arange(len(blocks)), [len(keys) for _, keys in counted]),
    )


def _matrix(found: list[tuple[Keys, Integers]]) -> tuple[csr_matrix, Keys]:
    keys, columns = np.unique(np.concatenate([keys for keys, _ in found]), return_inverse=True)
    counts = np.concatenate([counts for _, counts in found]).astype(np.float32)
    ends = np.cumsum([0, *(len(keys) for keys, _ in found)])
    return csr_matrix((counts, columns, ends), shape=(len(found), len(keys))), keys


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


def _fit(
    counted: _Counts,
    inside: npt.NDArray[np.bool_],
    wanted: Integers,
    classes: int,
    families: Sequence[Integers],
    blocks: tuple[Block, ...],
    recipe: Recipe,
) -> _Fitted:
    counts, labels = counted.counts[inside], wanted[inside]
    texts_with = np.bincount(counts.indices, minlength=counts.shape[1])
    columns = _chosen(counts, texts_with, labels, classes, recipe)
    columns = columns[np.argsort(counted.keys[columns])]
    rarity = (1 + np.log((1 + counts.shape[0]) / (1 + texts_with[columns]))).astype(np.float32)
    block_of, block_weights = (
        counted.block_of[columns],
        np.array([block.weight for block in blocks], np.float32),
    )
    values = _values(counts[:, columns], rarity, block_of, block_weights)
    weights, bias = _with_kin(values, labels, classes, families, recipe)
    nets = _nets(values, counted.meant[inside], labels, classes, recipe)
    return _Fitted(columns, rarity, block_of, block_weights, weights, bias, nets)


def _chosen(
    counts: csr_matrix, texts_with: Integers, labels: Integers, classes: int, recipe: Recipe
) -> Integers:
    """Return the columns worth their place in the file."""
    enough = np.flatnonzero(texts_with >= min(recipe.least_texts, texts_with.max()))
    # A key takes 8 bytes, a weight 2; rarities and places take about 1 once compressed.
    net_bytes = recipe.nets * recipe.net_grams * (1 + 2 * recipe.net_size)
    room = max(100, (recipe.model_bytes - net_bytes) // (9 + 2 * classes))
    return enough[_telling(counts[:, enough], labels, room)]


def _telling(counts: csr_matrix, labels: Integers, most: int) -> Integers:
    """Return the columns that tell the labels apart best, by chi-squared of their presence."""
    if counts.shape[1] <= most:
        return np.arange(counts.shape[1])
    surprise, _ = chi2(counts.astype(bool), labels)
    return np.sort(np.argsort(-surprise, kind="stable")[:most])


def _values(counts: csr_matrix, rarity: Floats, block_of: Integers, block_weights: Floats) -> csr_matrix:
    """Return tf-idf with logarithmic counts, each block of each text brought to the block's length."""
    values = counts.copy()
    values.data = (1 + np.log(values.data)) * rarity[values.indices]
    rows = np.repeat(np.arange(values.shape[0]), np.diff(values.indptr))
    cells = rows * len(block_weights) + block_of[values.indices]
    norms = np.sqrt(np.bincount(cells, values.data**2, minlength=values.shape[0] * len(block_weights)))
    values.data = (values.data * block_weights[block_of[values.indices]] / norms[cells]).astype(np.float32)
    return values


def _families(classes: tuple[str, ...], names: Mapping[str, str]) -> Integers:
    """Return the number of each class's family."""
    return np.unique([names[one] for one in classes], return_inverse=True)[1]


def _with_kin(
    values: csr_matrix, labels: Integers, classes: int, families: Sequence[Integers], recipe: Recipe
) -> tuple[Floats, Floats]:
    """Return weights and bias of the classes, a share of their families' added: a sum of lines is a line."""
    weights, bias = _nb_svm(values, labels, classes, recipe)
    for family in families:
        theirs, their_bias = _nb_svm(values, family[labels], int(family.max()) + 1, recipe)
        weights += recipe.kin_share * theirs[:, family]
        bias += recipe.kin_share * their_bias[family]
    return weights, bias


def _nb_svm(values: csr_matrix, labels: Integers, classes: int, recipe: Recipe) -> tuple[Floats, Floats]:
    """Return weights and bias of one support vector machine a class, on features scaled by log-count ratios.

    Wang and Manning (2012), "Baselines and Bigrams". The scaling is folded into the weights.
    """
    weights = np.zeros((values.shape[1], classes), np.float32)
    # A label that this part does not contain is never proposed.
    bias = np.full(classes, NEVER, np.float32)
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


def _nets(values: csr_matrix, meant: Floats, labels: Integers, classes: int, recipe: Recipe) -> Nets:
    places = _telling(values, labels, recipe.net_grams)
    heard = csr_matrix(hstack([values[:, places] * LOUDNESS, meant * MEANING_LOUDNESS]), dtype=np.float32)
    layers = [_net(heard, labels, classes, recipe, seed) for seed in range(recipe.nets)]
    inputs, hidden_bias, out, out_bias = zip(*layers, strict=True)
    hidden, meaning = np.split(np.hstack(inputs), [len(places)])
    return Nets(
        places=places,
        hidden=(hidden * LOUDNESS).astype(np.float16),
        meaning=(meaning * MEANING_LOUDNESS).astype(np.float16),
        hidden_bias=np.hstack(hidden_bias).astype(np.float32),
        out=np.stack(out).astype(np.float32),
        out_bias=np.stack(out_bias).astype(np.float32),
    )


def _net(
    heard: csr_matrix, labels: Integers, classes: int, recipe: Recipe, seed: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Train few rounds, before the network knows its texts by heart; few texts need more rounds for the steps."""
    rounds = max(4, ceil(NET_STEPS * NET_BATCH / len(labels)))
    network = MLPClassifier(
        (recipe.net_size,), batch_size=min(NET_BATCH, len(labels)), max_iter=rounds, random_state=seed
    )
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)
        network.fit(heard, labels)
    (hidden, out), (hidden_bias, out_bias) = network.coefs_, network.intercepts_
    if out.shape[1] == 1:  # of two labels scikit-learn scores only the second
        out, out_bias = np.hstack([0 * out, out]), np.array([0, out_bias[0]])
    every_out = np.zeros((len(hidden_bias), classes), np.float32)
    every_bias = np.full(classes, NEVER, np.float32)
    every_out[:, network.classes_], every_bias[network.classes_] = out, out_bias
    return hidden, hidden_bias, every_out, every_bias


# -- what was held back decides how sure the model may be


@dataclass(frozen=True)
class _Verdict:
    net_share: float
    sharpness: float
    threshold: float
    about: dict[str, float]


def _judge(by_weights: Scores, by_nets: Scores, truth: Integers, recipe: Recipe) -> _Verdict:
    if not len(truth):
        return _Verdict(net_share=0.0, sharpness=1.0, threshold=1.0, about={})
    surprises = [
        (*_sharpness(by_weights + share * by_nets, truth), share) for share in (0.0, 0.1, 0.2, 0.3, 0.5, 1.0)
    ]
    _, sharpness, net_share = min(surprises)
    chances = softmax(sharpness * (by_weights + net_share * by_nets))
    right = chances.argmax(axis=1) == truth
    threshold = _threshold(chances.max(axis=1), right, recipe.decides_alone_right)
    about = {
        "held_back_accuracy": float(right.mean()),
        "held_back_coverage": float((chances.max(axis=1) > threshold).mean()),
    }
    return _Verdict(net_share, sharpness, threshold, {name: round(value, 4) for name, value in about.items()})


def _sharpness(scores: Scores, truth: Integers) -> tuple[float, float]:
    """Return the least surprise and the factor that gives it (temperature scaling: Guo et al. 2017).

    However well they are told apart, few texts prove no certainty: targets are softened as by Platt (1999).
    """
    candidates = np.geomspace(0.1, 100, 61)
    doubt = 1 / (len(truth) + 2)
    targets = np.full(scores.shape, doubt / (scores.shape[1] - 1))
    targets[np.arange(len(truth)), truth] = 1 - doubt
    surprise = [-(targets * np.log(softmax(factor * scores) + 1e-12)).sum() for factor in candidates]
    best = int(np.argmin(surprise))
    return float(surprise[best]), float(candidates[best])


def _threshold(chances: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], wanted: float) -> float:
    """Return the lowest probability above which the wanted share was right; 1 if there is none."""
    order = np.argsort(-chances, kind="stable")
    share_right = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
    last_of_its_chance = np.append(np.diff(chances[order]) < 0, True)
    enough = np.flatnonzero((share_right >= wanted) & last_of_its_chance)
    return float(np.nextafter(chances[order][enough[-1]], 0)) if len(enough) else 1.0
