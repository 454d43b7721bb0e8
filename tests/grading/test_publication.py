"""Nobody can work out a small number from what is published. The attacks here share no code with the protection."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from maplebridge.grading.domain.method import Color
from maplebridge.grading.domain.publication import (
    Atom,
    Counts,
    Figure,
    Form,
    PublicationError,
    Reason,
    Statement,
    figures,
    protect,
    told_chance,
    told_color,
    told_share,
)
from maplebridge.kernel.periods import Month

JANUARY = Month(2026, 1)
PARENTS: dict[str, str | None] = {"town": None, "east": "town", "west": "town"}
PARENTS |= {f"e{place}": "east" for place in range(3)} | {f"w{place}": "west" for place in range(3)}
LEAVES = [area for area in PARENTS if len(area) == 2]
CATEGORIES = ("theft", "fraud", "noise")


def some_counts(seed: int, months: int = 5) -> dict[Atom, int]:
    generator = np.random.default_rng(seed)
    level = {area: generator.gamma(1.5, 6) for area in LEAVES}
    return {
        Atom(area, category, JANUARY + step): int(generator.poisson(level[area] * (1 + place)))
        for area in LEAVES
        for place, category in enumerate(CATEGORIES)
        for step in range(months)
    }


def bare(new: Sequence[Figure], counts: Counts) -> list[Statement]:
    """Return what a careless office publishes: everything, with small counts as "fewer than 10"."""
    values = [sum(counts[atom] for atom in figure.atoms) for figure in new]
    return [
        Statement(figure, Form.BAND, 0, 9) if value < 10 else Statement(figure, Form.EXACT, value, value)
        for figure, value in zip(new, values, strict=True)
    ]


def attack(statements: Sequence[Statement], counts: Counts) -> list[tuple[Atom, float, float]]:
    """Return the small monthly counts that can be narrowed to less than 1 to 9, by linear programming."""
    atoms = sorted(counts)
    place = {atom: column for column, atom in enumerate(atoms)}
    above, limits = [], []
    for one in statements:
        row = np.zeros(len(atoms))
        row[[place[atom] for atom in one.figure.atoms]] = 1
        if np.isfinite(one.high):
            above.append(row)
            limits.append(one.high)
        above.append(-row)
        limits.append(-one.low)
    found = []
    for atom, count in counts.items():
        if not 1 <= count <= 9:
            continue
        goal = np.zeros(len(atoms))
        goal[place[atom]] = 1
        least, most = (
            sign * linprog(sign * goal, A_ub=above, b_ub=limits, bounds=(0, 10_000)).fun for sign in (1, -1)
        )
        if least > 1 + 1e-5 or most < 9 - 1e-5:
            found.append((atom, least, most))
    return found


def differences(statements: Sequence[Statement], counts: Counts) -> list[Atom]:
    """Return the small monthly counts that follow from the exact figures by adding and subtracting alone."""
    atoms = sorted(counts)
    exact = [one for one in statements if one.form == Form.EXACT]
    table = np.array([[atom in one.figure.atoms for atom in atoms] for one in exact], dtype=float)
    rank = np.linalg.matrix_rank(table) if len(exact) else 0
    unit = np.eye(len(atoms))
    return [
        atom
        for place, atom in enumerate(atoms)
        if 1 <= counts[atom] <= 9
        and len(exact)
        and np.linalg.matrix_rank(np.vstack([table, unit[place]])) == rank
    ]


def rolling(counts: Counts, editions: int) -> list[list[Figure]]:
    """Return the figures of editions that each tell three months, moved on by one."""
    return [figures(counts, PARENTS, [(JANUARY + step, 3)]) for step in range(editions)]


def published(counts: Counts, editions: Sequence[Sequence[Figure]]) -> list[Statement]:
    told: list[Statement] = []
    for new in editions:
        told += protect(counts, new, already=told)
    return told


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_small_count_follows_from_editions_levels_and_categories(seed: int) -> None:
    counts = some_counts(seed)
    editions = rolling(counts, 3)
    told = published(counts, editions)

    assert attack(told, counts) == []
    assert differences(told, counts) == []
    careless = [one for new in editions for one in bare(new, counts)]
    assert attack(careless, counts) != []  # there was something to hide


def test_a_month_cannot_be_had_by_subtracting_a_longer_period_from_another() -> None:
    counts = some_counts(4)
    editions = [figures(counts, PARENTS, [(JANUARY, 2)]), figures(counts, PARENTS, [(JANUARY, 3)])]
    careless = [one for new in editions for one in bare(new, counts)]

    assert differences(careless, counts) != []
    told = published(counts, editions)
    assert (attack(told, counts), differences(told, counts)) == ([], [])


def test_much_is_still_told() -> None:
    counts = some_counts(1)
    (new,) = rolling(counts, 1)
    told = protect(counts, new)

    assert np.mean([one.form != Form.WITHHELD for one in told]) > 0.8
    assert any(one.form == Form.EXACT for one in told)
    for one in told:
        assert one.low <= sum(counts[atom] for atom in one.figure.atoms) <= one.high


def test_large_counts_are_told_as_they_are() -> None:
    counts = {atom: 40 + place for place, atom in enumerate(some_counts(1))}
    (new,) = rolling(counts, 1)
    assert {one.form for one in protect(counts, new)} == {Form.EXACT}


def two_areas(small: int, large: int) -> tuple[dict[Atom, int], list[Figure]]:
    counts = {Atom("a", "theft", JANUARY): small, Atom("b", "theft", JANUARY): large}
    return counts, figures(counts, {"town": None, "a": "town", "b": "town"}, [(JANUARY, 1)])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_by_trying_all_numbers_nobody_finds_a_small_one(small: int, large: int) -> None:
    counts, new = two_areas(small, large)
    told = protect(counts, new)
    atoms = list(counts)
    possible = {
        pair
        for pair in product(range(120), repeat=2)
        if all(
            one.low <= sum(pair[atoms.index(atom)] for atom in one.figure.atoms) <= one.high for one in told
        )
    }

    assert (small, large) in possible
    for place, value in enumerate((small, large)):
        if 1 <= value <= 9:
            assert set(range(1, 10)) <= {pair[place] for pair in possible}


def test_a_small_part_is_hidden_in_its_whole() -> None:
    """4 and 30: of "fewer than 10", 30 and 34 the first would follow. So one of the others is told more coarsely."""
    counts, new = two_areas(4, 30)
    assert attack(bare(new, counts), counts) == [
        (Atom("a", "theft", JANUARY), pytest.approx(4), pytest.approx(4))
    ]
    told = {one.figure.area: one for one in protect(counts, new) if one.figure.category is None}

    assert (told["a"].low, told["a"].high) == (0, 9)
    assert Form.BAND in (told["b"].form, told["town"].form)


def test_a_hidden_area_cannot_be_had_from_its_town_less_the_others() -> None:
    counts = some_counts(1, months=1)
    counts |= {Atom("e0", category, JANUARY): 60 for category in CATEGORIES}
    new = figures(counts, PARENTS, [(JANUARY, 1)])
    told = protect(counts, new, hidden_areas={"e0"})

    assert {one.form for one in told if one.figure.area == "e0"} == {Form.WITHHELD}
    atoms = sorted(counts)
    goal = np.array([atom.area == "e0" and atom.category == "theft" for atom in atoms], dtype=float)
    rows = [[atom in one.figure.atoms for atom in atoms] for one in told]
    table = np.array(rows, dtype=float)
    high = np.array([min(one.high, 1e6) for one in told])
    low = np.array([one.low for one in told])
    least, most = (
        sign
        * linprog(
            sign * goal, A_ub=np.vstack([table, -table]), b_ub=np.append(high, -low), bounds=(0, 1e6)
        ).fun
        for sign in (1, -1)
    )
    assert least <= 30 + 1e-5
    assert most >= 90 - 1e-5


def test_what_is_never_public_is_in_no_figure_and_no_total() -> None:
    counts = some_counts(1, months=1) | {Atom(area, "domestic_violence", JANUARY): 50 for area in LEAVES}
    new = figures(counts, PARENTS, [(JANUARY, 1)])

    assert all(atom.category != "domestic_violence" for figure in new for atom in figure.atoms)
    town = next(one for one in new if one.area == "town" and one.category is None)
    assert len(town.atoms) == len(LEAVES) * len(CATEGORIES)


def test_a_figure_told_before_is_told_again_in_the_same_form() -> None:
    counts = some_counts(2)
    (new,) = rolling(counts, 1)
    first = protect(counts, new)
    assert protect(counts, new, already=first) == first


def test_what_is_out_already_cannot_be_mended() -> None:
    counts, new = two_areas(4, 30)
    with pytest.raises(PublicationError, match="already_told"):
        protect(counts, [], already=bare(new, counts))


def told(color: Color = Color.BLUE, **changed: object) -> object:
    given: dict[str, object] = {
        "level": "station",
        "people": 9000,
        "events": 80,
        "reviewed_by_two": False,
        "needs_two": False,
    }
    found = told_color(color, **(given | changed))  # type: ignore[arg-type]
    return (found.color, found.reason, found.caution)


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({}, (Color.BLUE, None, False)),
        ({"people": 4999}, (Color.BLUE, None, True)),
        ({"people": 1000}, (Color.BLUE, None, True)),
        ({"people": 999}, (Color.GRAY, Reason.TOO_FEW_PEOPLE, False)),
        ({"events": 20}, (Color.BLUE, None, False)),
        ({"events": 19}, (Color.GRAY, Reason.TOO_FEW_EVENTS, False)),
        ({"color": Color.GRAY}, (Color.GRAY, Reason.NOT_ENOUGH_DATA, False)),
        ({"color": Color.BLACK, "needs_two": True, "reviewed_by_two": True}, (Color.BLACK, None, False)),
    ],
)
def test_floors_of_people_and_events(changed: dict[str, object], result: object) -> None:
    assert told(**changed) == result  # type: ignore[arg-type]


@pytest.mark.parametrize("level", ["beat", "estate", "building", "group", ""])
def test_small_levels_are_never_public(level: str) -> None:
    with pytest.raises(PublicationError, match="level_not_public"):
        told(level=level)


def test_black_is_not_told_without_two_people() -> None:
    assert told(Color.BLACK, needs_two=True) == (Color.GRAY, Reason.NOT_REVIEWED, False)


def test_satisfaction_is_told_from_thirty_answers_on_and_in_whole_percents() -> None:
    assert told_share(0.7, 0.51, 0.84, 29) == Reason.TOO_FEW_ANSWERS
    share = told_share(0.6173, 0.5049, 0.7161, 30)
    assert not isinstance(share, Reason)
    assert (share.percent, share.lower, share.upper) == (62, 50, 72)


def test_nothing_is_ever_certain() -> None:
    assert [told_chance(one) for one in (0.0, 0.37, 0.4, 1.0)] == [(0, 10), (30, 40), (40, 50), (90, 100)]


def test_quarters_that_do_not_overlap_are_told_each_for_itself() -> None:
    counts = some_counts(6, months=6)
    first = protect(counts, figures(counts, PARENTS, [(JANUARY, 3)]))
    second = figures(counts, PARENTS, [(JANUARY + 3, 3)])

    assert protect(counts, second, already=first) == protect(counts, second)
    told = [*first, *protect(counts, second, already=first)]
    assert (attack(told, counts), differences(told, counts)) == ([], [])
