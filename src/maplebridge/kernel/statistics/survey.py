"""What residents answered, counted for everybody: design, weights, standard errors, small areas.

Standard errors are those of linearized estimates with clusters drawn within strata (Särndal, Swensson & Wretman
1992), so that a sample by area, age or building is not taken for a simple one. Whoever said "I don't know" is
counted apart and never as a middle answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import exp, log

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


class SurveyError(ValueError):
    """A sample from which nothing can be said, with a code."""

    def __init__(self, code: str, **where: object) -> None:
        super().__init__(f"{code} {where}" if where else code)
        self.code, self.where = code, where


@dataclass(frozen=True, slots=True)
class Estimate:
    value: float
    error: float  # standard error
    freedom: int  # degrees of freedom: clusters less strata

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        reach = float(scipy.special.stdtrit(self.freedom, (1 + confidence) / 2)) * self.error
        return self.value - reach, self.value + reach

    def share_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the interval of a share, made on the logit scale so that it stays within 0 and 1."""
        if not 0 < self.value < 1:
            return (0.0, 0.0) if self.value <= 0 else (1.0, 1.0)
        reach = (
            float(scipy.special.stdtrit(self.freedom, (1 + confidence) / 2))
            * self.error
            / (self.value * (1 - self.value))
        )
        middle = log(self.value / (1 - self.value))
        return 1 / (1 + exp(reach - middle)), 1 / (1 + exp(-reach - middle))


@dataclass(frozen=True)
class Design:
    """How the sample was drawn: weight, stratum and cluster of each answer; clusters there are in each stratum.

    Without `clusters` each answer is its own; without `clusters_there_are` the whole is taken as endless.
    `fitted_to` is the grouping to whose population the weights were fitted: it no longer adds to the error.
    """

    weights: Floats
    strata: Labels
    clusters: Labels
    clusters_there_are: Mapping[int, float] = field(default_factory=dict)
    fitted_to: Labels | None = None
    before: Floats | None = None  # the weights before they were fitted

    @classmethod
    def of(
        cls,
        weights: ArrayLike,
        *,
        strata: ArrayLike | None = None,
        clusters: ArrayLike | None = None,
        clusters_there_are: Mapping[int, float] | None = None,
    ) -> "Design":
        given = np.asarray(weights, dtype=np.float64)
        if not len(given):
            raise SurveyError("nobody_answered")
        if not np.isfinite(given).all() or (given <= 0).any():
            raise SurveyError("weight_not_positive")
        stratum = np.zeros(len(given), np.int64) if strata is None else np.asarray(strata, np.int64)
        cluster = np.arange(len(given)) if clusters is None else np.asarray(clusters, np.int64)
        return cls(given, stratum, cluster, dict(clusters_there_are or {}))

    def of_only(self, rows: NDArray[np.bool_]) -> "Design":
        """Return the design in which only some answers count, as a domain: the others keep their clusters."""
        return replace(self, weights=np.where(rows, self.weights, 0.0))


def mean(values: ArrayLike, design: Design) -> Estimate:
    """Return the weighted mean with its standard error."""
    return ratio(values, np.ones(len(design.weights)), design)


def ratio(values: ArrayLike, sizes: ArrayLike, design: Design) -> Estimate:
    """Return total over total, such as answered over invited, with its standard error."""
    above, below = np.asarray(values, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    whole = float(design.weights @ below)
    if whole <= 0:
        raise SurveyError("nobody_answered")
    value = float(design.weights @ above) / whole
    influence = _less_what_is_known((above - value * below) / whole, design)
    variance, freedom = _variance(design.weights * influence, design)
    return Estimate(value, variance**0.5, freedom)


def _less_what_is_known(influence: Floats, design: Design) -> Floats:
    """Return what of each answer's influence its group does not explain.

    Deville & Särndal (1992): residuals of a regression with the weights before fitting.
    """
    if design.fitted_to is None:
        return influence
    weights = design.weights if design.before is None else design.before
    places = np.unique(design.fitted_to, return_inverse=True)[1]
    middle = np.bincount(places, weights * influence) / np.bincount(places, weights)
    return influence - middle[places]


def _variance(influence: Floats, design: Design) -> tuple[float, int]:
    total, freedom = 0.0, 0
    for stratum in np.unique(design.strata):
        rows = design.strata == stratum
        sums = np.bincount(np.unique(design.clusters[rows], return_inverse=True)[1], influence[rows])
        drawn = len(sums)
        freedom += drawn - 1
        if drawn < 2:
            continue  # a single cluster tells nothing of how they differ
        there_are = design.clusters_there_are.get(int(stratum), np.inf)
        unseen = max(1 - drawn / there_are, 0.0)
        total += unseen * drawn / (drawn - 1) * float(((sums - sums.mean()) ** 2).sum())
    if freedom < 1:
        raise SurveyError("one_cluster_only")
    return total, freedom


def post_stratify(design: Design, groups: ArrayLike, population: Mapping[int, float]) -> Design:
    """Return weights that add up to the population of each group; groups nobody of whom answered are an error."""
    labels = np.asarray(groups, np.int64)
    _check_groups(labels, population)
    weights = _fitted(design.weights, labels, population)
    return replace(design, weights=weights, fitted_to=labels, before=design.weights)


def _check_groups(labels: Labels, population: Mapping[int, float]) -> None:
    answered = set(np.unique(labels).tolist())
    if missing := sorted(
        group for group, people in population.items() if people > 0 and group not in answered
    ):
        raise SurveyError("group_did_not_answer", groups=missing)
    if unknown := sorted(answered - set(population)):
        raise SurveyError("group_without_population", groups=unknown)


def _fitted(weights: Floats, labels: Labels, population: Mapping[int, float]) -> Floats:
    groups, places = np.unique(labels, return_inverse=True)
    wanted = np.array([population[int(group)] for group in groups])
    scaled: Floats = weights * (wanted / np.bincount(places, weights))[places]
    return scaled


def effective_size(weights: ArrayLike) -> float:
    """Return how many equal answers the weighted ones are worth (Kish 1965); 0 for none."""
    given = np.asarray(weights, dtype=np.float64)
    return float(given.sum() ** 2 / (given**2).sum()) if len(given) and given.any() else 0.0


@dataclass(frozen=True, slots=True)
class Answered:
    """The share satisfied of those who have an opinion, and how many have none."""

    share: Estimate | None  # None where nobody has an opinion, or one only
    answers: int
    effective: float
    dont_know: int


def answered(
    answers: ArrayLike, design: Design, *, satisfied_from: int = 4, best: int = 5, dont_know: int = 9
) -> Answered:
    """Return the share of answers from `satisfied_from` to `best` of those with an opinion.

    "I don't know" and what is no answer at all (outside 1 to `best`) are left out of the share and told apart.
    """
    given = np.asarray(answers)
    opinion, ignorant = (given >= 1) & (given <= best), given == dont_know
    weights = np.where(opinion, design.weights, 0.0)
    try:
        share = (
            mean((given >= satisfied_from) & opinion, design.of_only(opinion)) if opinion.sum() > 1 else None
        )
    except SurveyError:
        share = None
    return Answered(
        share,
        int(opinion.sum()),
        effective_size(weights),
        int(ignorant.sum()),
    )


@dataclass(frozen=True, slots=True)
class Pooled:
    """Shares of small areas moved toward the whole: with the ends of their 90 % intervals, and their own part."""

    shares: Floats
    lower: Floats
    upper: Floats
    own: Floats
    mean: float
    prior_answers: float  # as many answers as the whole is worth in each area


MOST_PRIOR_ANSWERS = (
    400.0  # areas differ by 2.5 points at least: many answers of an area always outweigh the whole
)
LEAST_PRIOR_ANSWERS = 4.0


def pooled_shares(satisfied: ArrayLike, answers: ArrayLike) -> Pooled:
    """Return shares by area, partially pooled (beta-binomial by moments); an area without answers gets the whole.

    Give effective numbers where answers are weighted. The whole was only asked, too: as far as an area leans on it,
    its interval holds the whole's own error.
    """
    yes, asked = np.asarray(satisfied, dtype=np.float64), np.asarray(answers, dtype=np.float64)
    if (yes < 0).any() or (yes > asked + 1e-9).any():
        raise SurveyError("more_satisfied_than_asked")
    if not asked.sum():
        raise SurveyError("nobody_answered")
    middle = float(yes.sum() / asked.sum())
    prior = prior_answers(yes, asked)
    # Half an answer each way keeps the prior proper where all said the same.
    good, bad = (
        yes + prior * middle + 0.5 * (middle == 0),
        asked - yes + prior * (1 - middle) + 0.5 * (middle == 1),
    )
    shares = good / (good + bad)
    lean, of_whole = prior / (asked + prior), (yes.sum() + 0.5) / (asked.sum() + 1)
    error = shares * (1 - shares) / (good + bad + 1) + lean**2 * of_whole * (1 - of_whole) / asked.sum()
    reach = 1.6448536269514722 * np.sqrt(error)
    scale = np.divide(reach, shares * (1 - shares))
    odds = np.log(good / bad)
    return Pooled(shares, _share(odds - scale), _share(odds + scale), asked / (asked + prior), middle, prior)


def prior_answers(satisfied: ArrayLike, answers: ArrayLike) -> float:
    """Return how many answers the whole is worth in each area, from how much the areas differ beyond chance."""
    yes, asked = np.asarray(satisfied, dtype=np.float64), np.asarray(answers, dtype=np.float64)
    has = asked > 0
    yes, asked = yes[has], asked[has]
    if len(asked) < 2:
        return MOST_PRIOR_ANSWERS
    middle = float(yes.sum() / asked.sum())
    spread = float((asked * (yes / asked - middle) ** 2).sum())
    chance = middle * (1 - middle)
    # Kleinman (1973): the expected spread is chance x (k - 1) plus the variance between x (N - sum n^2 / N).
    room = float(asked.sum() - (asked**2).sum() / asked.sum())
    between = (
        (spread - chance * (len(asked) - 1)) / (room - (len(asked) - 1)) if room > len(asked) - 1 else 0.0
    )
    if between <= 0 or chance == 0:
        return MOST_PRIOR_ANSWERS
    return float(np.clip(chance / between - 1, LEAST_PRIOR_ANSWERS, MOST_PRIOR_ANSWERS))


def _share(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class ModeEffect:
    """How much higher a share is by one way of asking than by another, in the same groups of people."""

    mode: int
    against: int
    difference: float
    error: float
    groups: int

    @property
    def is_clear(self) -> bool:
        return abs(self.difference) > 1.96 * self.error


def mode_effects(satisfied: ArrayLike, modes: ArrayLike, groups: ArrayLike, against: int) -> list[ModeEffect]:
    """Return each mode's effect beside `against`, over the groups (age, area) that answered by both.

    Only people who are alike are compared: the groups count by how much they tell (Mantel & Haenszel 1959).
    """
    yes, mode, group = np.asarray(satisfied, bool), np.asarray(modes), np.asarray(groups)
    effects = []
    for one in np.unique(mode[mode != against]).tolist():
        top = variance = weight = 0.0
        used = 0
        for label in np.unique(group):
            a, b = yes[(mode == one) & (group == label)], yes[(mode == against) & (group == label)]
            if not len(a) or not len(b):
                continue
            share, each = len(a) * len(b) / (len(a) + len(b)), (a.sum() + b.sum() + 1) / (len(a) + len(b) + 2)
            top, weight, used = top + share * float(a.mean() - b.mean()), weight + share, used + 1
            variance += share * each * (1 - each)
        if weight:
            effects.append(ModeEffect(one, against, top / weight, variance**0.5 / weight, used))
    return effects
