import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernel.published import numbers, table

from maplebridge.kernel.statistics.survey import (
    Design,
    SurveyError,
    answered,
    effective_size,
    mean,
    mode_effects,
    pooled_shares,
    post_stratify,
    ratio,
)

TYPES = {"E": 0, "H": 1, "M": 2}
THERE_ARE = {0: 4421.0, 1: 755.0, 2: 1018.0}


def schools_by_type() -> tuple[dict[str, list[str]], Design]:
    schools = table("api_stratified.csv")
    strata = np.array([TYPES[one] for one in schools["type"]])
    drawn = np.bincount(strata)
    weights = np.array([THERE_ARE[one] / drawn[one] for one in strata])
    return schools, Design.of(weights, strata=strata, clusters_there_are=THERE_ARE)


def schools_by_district() -> tuple[dict[str, list[str]], Design]:
    schools = table("api_clusters.csv")
    districts = [int(one) for one in schools["district"]]
    # The weight that the example states: 6194 schools, 183 of which were seen.
    return schools, Design.of(
        np.full(len(districts), 6194 / 183), clusters=districts, clusters_there_are={0: 757}
    )


def test_a_stratified_mean_as_published() -> None:
    schools, design = schools_by_type()
    api = mean(numbers(schools["api"]), design)

    assert api.value == pytest.approx(662.2873632, abs=1e-6)
    assert api.error == pytest.approx(9.40894080278, abs=1e-6)  # the example's weights are rounded


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [("E", 674.43, 12.3824797939), ("H", 625.82, 14.9371291854), ("M", 636.60, 16.2147073082)],
)
def test_a_part_of_a_stratified_sample_as_published(kind: str, value: float, error: float) -> None:
    schools, design = schools_by_type()
    part = mean(numbers(schools["api"]), design.of_only(np.array(schools["type"]) == kind))

    assert (part.value, part.error) == pytest.approx((value, error), abs=1e-9)


def test_a_share_of_a_stratified_sample_as_published() -> None:
    schools, design = schools_by_type()
    wide = mean(numbers(schools["wide"]), design)

    assert wide.value == pytest.approx(0.82794801, abs=1e-8)
    assert wide.share_interval() == pytest.approx((0.774539654352, 0.870814854545), abs=1e-7)


def test_a_mean_and_a_ratio_of_clusters_as_published() -> None:
    schools, design = schools_by_district()
    api = mean(numbers(schools["api"]), design)
    tested = ratio(numbers(schools["tested"]), numbers(schools["enrolled"]), design)

    assert (api.value, api.error) == pytest.approx((644.1693989, 23.5422406938), abs=1e-7)
    assert (tested.value, tested.error) == pytest.approx((0.849708741724, 0.00838629716939), abs=1e-12)
    assert mean(numbers(schools["wide"]), design).share_interval() == pytest.approx(
        (0.823798892379, 0.911900077021), abs=1e-9
    )


def test_weights_fitted_to_the_population_as_published() -> None:
    schools, design = schools_by_district()
    kinds = [TYPES[one] for one in schools["type"]]
    api = mean(numbers(schools["api"]), post_stratify(design, kinds, THERE_ARE))

    assert (api.value, api.error) == pytest.approx((642.3107882, 23.9204864451), abs=1e-7)


@pytest.mark.parametrize(
    ("population", "code"),
    [({0: 5.0, 1: 5.0, 2: 7.0}, "group_did_not_answer"), ({0: 5.0}, "group_without_population")],
)
def test_groups_that_do_not_match_are_named(population: dict[int, float], code: str) -> None:
    with pytest.raises(SurveyError) as refused:
        post_stratify(Design.of(np.ones(3)), [0, 1, 1], population)
    assert refused.value.code == code


@pytest.mark.parametrize(("weights", "code"), [([], "nobody_answered"), ([1.0, 0.0], "weight_not_positive")])
def test_a_sample_of_nobody_is_refused(weights: list[float], code: str) -> None:
    with pytest.raises(SurveyError, match=code):
        Design.of(weights)


def test_who_does_not_know_is_told_apart() -> None:
    told = answered([5, 4, 2, 9, 9, 0, 77], Design.of(np.ones(7)))

    assert told.share is not None
    assert told.share.value == pytest.approx(2 / 3)
    assert (told.answers, told.dont_know) == (3, 2)
    assert told.effective == pytest.approx(3)


def test_of_one_opinion_no_share_is_told() -> None:
    assert answered([5, 9], Design.of(np.ones(2))).share is None


def test_unequal_weights_are_worth_fewer_answers() -> None:
    assert effective_size([1, 1, 1, 1]) == 4
    assert effective_size([10, 1, 1, 1]) == pytest.approx(169 / 103)


def test_an_area_with_few_answers_leans_on_the_whole() -> None:
    pooled = pooled_shares([60, 90, 75, 2, 0], [100, 100, 100, 2, 0])

    assert abs(pooled.shares[3] - pooled.mean) < 0.1
    assert pooled.shares[4] == pytest.approx(pooled.mean)
    assert pooled.shares[0] < 0.65
    assert pooled.upper[4] - pooled.lower[4] > pooled.upper[0] - pooled.lower[0]


def test_where_hardly_anybody_was_asked_the_whole_is_not_known_either() -> None:
    few, many = pooled_shares([2, 1], [3, 2]), pooled_shares([200, 100], [300, 200])
    assert few.lower[0] < 0.3
    assert few.upper[0] > 0.85
    assert many.upper[0] - many.lower[0] < 0.1


def test_most_intervals_of_small_samples_hold_the_truth() -> None:
    chance = np.random.default_rng(11)
    held = []
    for _ in range(300):
        truth = chance.beta(14, 6, 6)
        asked = chance.integers(3, 9, 6)
        found = pooled_shares(chance.binomial(asked, truth), asked)
        held.append((found.lower <= truth) & (truth <= found.upper))
    assert np.mean(held) > 0.8


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=20))
def test_a_pooled_share_lies_between_its_own_and_the_whole(pairs: list[tuple[int, int]]) -> None:
    yes = np.array([min(pair) for pair in pairs], dtype=float)
    asked = np.array([max(pair) for pair in pairs], dtype=float)
    if not asked.sum():
        return
    pooled = pooled_shares(yes, asked)
    own = np.where(asked > 0, yes / np.maximum(asked, 1), pooled.mean)

    assert (pooled.shares >= np.minimum(own, pooled.mean) - 0.13).all()
    assert (pooled.shares <= np.maximum(own, pooled.mean) + 0.13).all()
    assert ((pooled.lower <= pooled.shares) & (pooled.shares <= pooled.upper)).all()


def test_more_satisfied_than_asked_is_refused() -> None:
    with pytest.raises(SurveyError, match="more_satisfied_than_asked"):
        pooled_shares([3], [2])


def test_the_way_of_asking_is_compared_among_people_who_are_alike() -> None:
    """The young answer online and are less satisfied: without groups the phone would look as if it flattered."""
    generator = np.random.default_rng(5)
    age = np.repeat([0, 1], 2000)
    by_phone = generator.random(4000) < np.where(age, 0.8, 0.2)
    content = generator.random(4000) < np.where(age, 0.8, 0.4)

    (same,) = mode_effects(content, by_phone.astype(int), age, against=0)
    (all_together,) = mode_effects(content, by_phone.astype(int), np.zeros(4000), against=0)

    assert all_together.difference > 0.15
    assert abs(same.difference) < 0.05
    assert (same.groups, same.is_clear) == (2, False)
