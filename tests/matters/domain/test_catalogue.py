"""The shipped catalogue is usable, and a broken one says what is wrong with it."""

import csv
from io import StringIO
from pathlib import Path

import pytest

import maplebridge.matters
from maplebridge.matters.domain.catalogue import (
    Catalogue,
    CatalogueUnreadable,
    Limit,
    LimitUnit,
    Severity,
    read_catalogue,
)
from maplebridge.people.data import agency_kinds_text
from maplebridge.people.domain.roles import TeamRole

DATA = Path(maplebridge.matters.__file__).parent / "data"


def shipped_texts() -> tuple[str, str]:
    return (
        (DATA / "categories.csv").read_text(encoding="utf-8"),
        agency_kinds_text(),
    )


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return read_catalogue(*shipped_texts())


def changed(row: int, **values: str) -> str:
    """Return the shipped categories with the values of one row (as a sheet counts) replaced."""
    rows = list(csv.DictReader(StringIO(shipped_texts()[0])))
    rows[row - 2] |= values
    out = StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_a_top_class_can_be_shown_in_one_list(catalogue: Catalogue) -> None:
    assert 14 <= len(catalogue.tops) <= 18
    assert all(len(catalogue.under(code)) <= 10 for code in catalogue.middles)


def test_every_leaf_is_found_under_its_two_classes(catalogue: Catalogue) -> None:
    for category in catalogue:
        assert category in catalogue.under(category.top)
        assert category in catalogue.under(category.middle)
        assert catalogue.under(category.code) == (category,)


@pytest.mark.parametrize("name", ["家庭暴力", "侵害未成年人", "性侵害与性骚扰", "自杀与精神危机"])
def test_what_must_never_be_shown_in_a_group_is_confidential(catalogue: Catalogue, name: str) -> None:
    (category,) = [c for c in catalogue if c.name.zh == name]
    assert category.confidential


def test_most_matters_are_not_confidential(catalogue: Catalogue) -> None:
    assert sum(category.confidential for category in catalogue) < 10


def test_every_role_of_the_team_has_work(catalogue: Catalogue) -> None:
    assert {category.team_role for category in catalogue} == set(TeamRole)


def test_water_power_gas_and_heat_are_handled_within_a_day(catalogue: Catalogue) -> None:
    """Beijing's ordinance on swift response, article 19."""
    outages = [c for c in catalogue if c.name.zh in ("停水", "停电", "停气", "暖气不热")]
    assert [c.handle for c in outages] == [Limit(24, LimitUnit.HOURS)] * 4


def test_a_matter_is_answered_in_thirty_minutes_and_an_urgent_one_sooner(catalogue: Catalogue) -> None:
    for category in catalogue:
        expected = 10 if category.severity == Severity.URGENT else 30
        assert category.response_minutes == expected, category.code


def test_names_are_given_in_both_languages(catalogue: Catalogue) -> None:
    for category in catalogue:
        for name in (category.level1, category.level2, category.name):
            assert not name.zh.isascii()
            assert name.en.isascii()


@pytest.mark.parametrize(
    ("values", "column"),
    [
        ({"code": "3-2-5"}, "code"),
        ({"severity": "4"}, "severity"),
        ({"lead": "the_moon"}, "lead / assist"),
        ({"assist": "police police"}, "assist"),
        ({"handle_value": "soon"}, "handle_value"),
        ({"handle_unit": "weeks"}, "handle_unit"),
        ({"team_role": "sports"}, "team_role"),
        ({"confidential": ""}, "confidential"),
        ({"accept": " "}, "accept"),
        ({"valid_from": "1.1.2025"}, "valid_from"),
    ],
)
def test_a_bad_value_is_named_by_row_and_column(values: dict[str, str], column: str) -> None:
    with pytest.raises(CatalogueUnreadable) as caught:
        read_catalogue(changed(5, **values), shipped_texts()[1])
    assert (5, column) in {(problem.row, problem.column) for problem in caught.value.problems}


def test_a_code_used_twice_is_refused() -> None:
    with pytest.raises(CatalogueUnreadable, match="twice"):
        read_catalogue(changed(3, code="01-01-01"), shipped_texts()[1])


def test_one_class_with_two_names_is_refused() -> None:
    with pytest.raises(CatalogueUnreadable, match="another_name"):
        read_catalogue(changed(3, level2_zh="别的"), shipped_texts()[1])
