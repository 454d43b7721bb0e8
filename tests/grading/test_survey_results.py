import pytest

from maplebridge.grading.domain.survey_results import One, agreeing, effects_of_modes, results_by_area

AGES = {"18-34": 100.0, "35-59": 100.0, "60+": 800.0}


def answers(area: int, band: str, *marks: int | None, mode: str = "page") -> list[One]:
    return [One(area, band, mode, mark) for mark in marks]


def test_who_cannot_say_is_counted_apart() -> None:
    given = answers(1, "", 5, 4, 4, 1, None, None)

    row = results_by_area(given, [1], {})[0]

    assert (row.answers, row.dont_know, row.share) == (4, 2, 0.75)
    assert row.low is not None
    assert row.high is not None
    assert 0 < row.low < 0.75 < row.high < 1


def test_an_area_of_few_answers_leans_on_the_whole_and_one_of_none_is_the_whole() -> None:
    many = [
        one for area in range(5) for one in answers(area, "", *[5] * (60 + 5 * area), *[1] * (40 - 5 * area))
    ]

    rows = results_by_area([*many, *answers(5, "", 1, 1, 1, 5)], range(7), {})

    few, none, own = rows[5], rows[6], rows[0]
    assert few.share == 0.25
    assert few.pooled is not None
    assert none.pooled is not None
    assert own.pooled is not None
    assert 0.25 < few.pooled < none.pooled
    assert abs(own.pooled - 0.6) < abs(few.pooled - 0.25)
    assert none.share is None
    assert none.answers == 0


def test_ages_count_as_they_live_there_where_that_is_known() -> None:
    given = [
        *answers(1, "18-34", *[5] * 10),
        *answers(1, "35-59", *[5] * 10),
        *answers(1, "60+", 1, 1, 5, 1, 1),
    ]
    people = {(1, band): number for band, number in AGES.items()}

    weighted, plain = results_by_area(given, [1], people)[0], results_by_area(given, [1], {})[0]

    assert weighted.weighted
    assert not plain.weighted
    assert weighted.share == pytest.approx(0.1 + 0.1 + 0.8 * 0.2)
    assert plain.share == pytest.approx(21 / 25)


@pytest.mark.parametrize("missing", ["18-34", "60+"])
def test_without_an_age_that_lives_there_everybody_counts_alike(missing: str) -> None:
    given = [one for band in AGES if band != missing for one in answers(1, band, 5, 1)]

    assert agreeing(given, AGES) == (2.0, 4.0)


def test_the_grade_hears_old_and_young_as_they_live_there() -> None:
    given = [
        *answers(1, "18-34", *[5] * 10),
        *answers(1, "35-59", *[5] * 10),
        *answers(1, "60+", 1, 1, 5, 1, 1),
    ]

    agree, said = agreeing(given, AGES)

    assert agree / said == pytest.approx(0.36)
    assert said < len(given)  # uneven weights tell less than as many even ones


def test_the_effect_of_being_rung_is_found_among_people_who_are_alike() -> None:
    page = [one for area in (1, 2) for one in answers(area, "60+", *[5] * 30, *[1] * 30)]
    phone = [one for area in (1, 2) for one in answers(area, "60+", *[5] * 54, *[1] * 6, mode="phone")]

    effect = effects_of_modes([*page, *phone], "page")["phone"]

    assert effect.difference == pytest.approx(0.4)
    assert effect.is_clear
