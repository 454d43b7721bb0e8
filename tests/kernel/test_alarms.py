"""Alarms keep to the budget; a night of the past is told as the scan would have told it."""

import numpy as np
import pytest

from maplebridge.kernel.statistics import alarms, replay, scan, zones
from maplebridge.kernel.statistics.alarms import Budget, Signal


def nights_of(
    seed: int, nights: int, *, sources: int = 3, spread: float = 1.0, persistence: float = 0.7
) -> list[Signal]:
    """Signals whose strength lingers from night to night, as overlapping windows make it linger."""
    random = np.random.default_rng(seed)
    signals = []
    for source in range(sources):
        state = 0.0
        for night in range(nights):
            state = max(persistence * state, spread * (1 + source) * random.exponential())
            signals.append(Signal(night, f"source {source}", state, frozenset({int(random.integers(4))})))
    return signals


@pytest.mark.parametrize(("monthly", "spread"), [(0.5, 1.0), (2.0, 1.0), (2.0, 2.5)])
def test_false_alarms_keep_to_the_budget_however_wide_the_signals_spread(
    monthly: float, spread: float
) -> None:
    budget = Budget(alarms_a_month=monthly, quiet=7)
    many = []
    for seed in range(12):
        learned = alarms.learn(nights_of(seed, 730, spread=spread), nights=730, budget=budget)
        later = alarms.new_alarms(nights_of(seed + 100, 1500, spread=spread), learned, budget.quiet)
        many.append(len(later) / (1500 / alarms.NIGHTS_A_MONTH))
    assert np.mean(many) == pytest.approx(monthly, rel=0.2)


def test_sources_share_the_budget_alike_whatever_their_scale() -> None:
    budget = Budget(alarms_a_month=3, quiet=7)
    learned = alarms.learn(nights_of(1, 3000), nights=3000, budget=budget)
    later = alarms.new_alarms(nights_of(2, 3000), learned, budget.quiet)
    counts = [sum(one.source == f"source {source}" for one in later) for source in range(3)]
    assert counts == pytest.approx([100, 100, 100], abs=35)
    assert learned["source 2"] > 2 * learned["source 0"]


def test_what_goes_on_is_no_new_alarm_until_it_was_quiet() -> None:
    def at(night: int, *places: int) -> Signal:
        return Signal(night, "theft", 5.0, frozenset(places))

    threshold = {"theft": 4.0}
    going_on = [at(1, 1, 2), at(2, 2, 3), at(5, 3)]
    assert alarms.new_alarms(going_on, threshold, quiet=3) == [at(1, 1, 2)]
    assert alarms.new_alarms([*going_on, at(9, 3)], threshold, quiet=3) == [at(1, 1, 2), at(9, 3)]
    assert alarms.new_alarms([*going_on, at(3, 7)], threshold, quiet=3) == [at(1, 1, 2), at(3, 7)]
    elsewhere = Signal(2, "fraud", 5.0, frozenset({1}))
    assert alarms.new_alarms([at(1, 1), elsewhere], {"theft": 4.0, "fraud": 4.0}, quiet=3) == [
        at(1, 1),
        elsewhere,
    ]


def test_weak_signals_and_unknown_sources_do_not_alarm() -> None:
    signals = [Signal(1, "theft", 3.9), Signal(2, "new", 50.0)]
    assert alarms.new_alarms(signals, {"theft": 4.0}, quiet=3) == []


def test_a_peak_stands_for_its_nights() -> None:
    strengths = [1, 5, 9, 4, 1, 1, 1, 7, 1]
    signals = [Signal(night, "theft", strength) for night, strength in enumerate(strengths)]
    assert [one.night for one in alarms.peaks(signals, quiet=3)] == [2, 7]


def test_true_alarms_of_the_past_do_not_raise_the_threshold() -> None:
    budget = Budget(alarms_a_month=1)
    history = nights_of(3, 400)
    real = [Signal(night, "source 0", 60.0, frozenset({1})) for night in (50, 120, 200, 300)]
    plain = alarms.learn(history, nights=400, budget=budget)
    assert alarms.learn([*history, *real], nights=400, budget=budget, real=real) == plain
    assert alarms.learn([*history, *real], nights=400, budget=budget)["source 0"] > plain["source 0"]


def test_a_larger_budget_is_a_lower_threshold() -> None:
    history = nights_of(4, 700)
    strict, generous = (
        alarms.learn(history, nights=700, budget=Budget(alarms_a_month=monthly))["source 1"]
        for monthly in (0.2, 5)
    )
    assert strict > generous


def test_without_a_past_the_recurrence_follows_from_the_budget() -> None:
    assert Budget(alarms_a_month=2).recurrence() == pytest.approx(15.22, abs=0.01)
    assert Budget(alarms_a_month=2).recurrence(sources=10) == pytest.approx(152.2, abs=0.1)
    assert alarms.strength_of_p(0.001) == pytest.approx(3)
    assert alarms.strength_of_p(0.0) == pytest.approx(300)


def test_silence_and_impossible_budgets() -> None:
    assert alarms.learn([], nights=365, budget=Budget(1)) == {}
    same = [Signal(night, "theft", 1.0) for night in range(0, 365, 30)]
    assert alarms.learn(same, nights=365, budget=Budget(1)) == {"theft": 1.0}
    with pytest.raises(ValueError, match="budget"):
        Budget(0)
    with pytest.raises(ValueError, match="Four weeks"):
        alarms.learn(same, nights=10, budget=Budget(1))


def test_a_replayed_night_is_the_scan_of_that_night() -> None:
    random = np.random.default_rng(6)
    xy = random.uniform(0, 1000, (12, 2))
    counts = random.poisson(0.3, (12, 130))
    counts[4, 117:120] += 3
    branches = zones.circles(zones.on_a_plane(xy), population=np.ones(12), size=zones.Size(400, 0.5))
    days = np.arange(99, 130)
    nights = replay.replay(counts, branches=branches, days=days, longest=7, baseline=100)
    assert [night.day for night in nights] == days.tolist()
    for night in nights[::5]:
        until = counts[:, night.day - 99 : night.day + 1]
        best = scan.scan(
            scan.permutation(until),
            branches=branches,
            windows=scan.ending_now(100, longest=7),
            repetitions=0,
            seed=1,
        ).clusters[0]
        assert night.ratio == pytest.approx(best.ratio)
        assert night.expected == pytest.approx(best.expected)
        assert (set(night.places), night.length, night.observed) == (
            set(best.places),
            best.end - best.first,
            best.observed,
        )
    planted = next(night for night in nights if night.day == 119)
    assert 4 in planted.places
    assert planted.length == 3


def test_a_night_without_a_whole_baseline_is_refused_and_a_silent_one_left_out() -> None:
    branches = zones.circles(zones.given(np.zeros((1, 1))), population=np.ones(1), size=zones.Size(share=1.0))
    with pytest.raises(ValueError, match="Day 5"):
        replay.replay(np.zeros((1, 60), int), branches=branches, days=np.array([5]), longest=3, baseline=30)
    assert (
        replay.replay(np.zeros((1, 60), int), branches=branches, days=np.array([50]), longest=3, baseline=30)
        == []
    )
