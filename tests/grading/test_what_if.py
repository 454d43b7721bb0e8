"""Other weights, borders and windows: what would move, and that nothing is kept of looking."""

from dataclasses import replace

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.graded import Graded, grade_town
from tests.factories.town import Town, make_town
from tests.grading.gradings import METHOD
from tests.grading.gradings import town as many_areas

from maplebridge.grading import queries
from maplebridge.grading.domain.monthly import grade_month
from maplebridge.grading.domain.neighbors import neighbors_of
from maplebridge.grading.domain.robustness import what_if
from maplebridge.grading.forms import RulesForm
from maplebridge.grading.models import Grade, GradingMonth, Method
from maplebridge.grading.queries import computing
from maplebridge.grading.views import what_if as what_if_page
from maplebridge.kernel.periods import Month
from maplebridge.people.models import Account
from maplebridge.platform.live import Audience

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.fixture
def graded(town: Town) -> Graded:
    return grade_town(town, timezone.now())


def analyst(town: Town) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=town.analyst), BACKEND)
    return client


def numbers_of(page: Client, month: GradingMonth) -> dict[str, str]:
    """Return the numbers with which the page begins, as a browser would send them."""
    form = page.get("/grading/what-if/", {"month": month.pk}).context["form"]
    return {"month": str(month.pk)} | {
        name: str(field.initial) for name, field in form.fields.items() if field.initial is not False
    }


def test_the_methods_own_numbers_move_nothing(town: Town, graded: Graded) -> None:
    page, one = analyst(town), graded.edition.month

    found = page.get("/grading/what-if/", numbers_of(page, one)).context["comparison"]

    assert len(found.areas) == len(graded.areas)
    assert found.moved == []
    assert {each.weightings_before for each in found.areas} == {
        1000
    }  # one indicator: no weight changes anything


def test_stricter_borders_move_areas_and_keep_nothing(town: Town, graded: Graded) -> None:
    page, one = analyst(town), graded.edition.month
    given = numbers_of(page, one) | {
        f"theft-band{at}": str(border) for at, border in enumerate((20, 40, 60, 120))
    }
    kept = list(Grade.objects.order_by("pk").values_list("color", "score"))

    response = page.get("/grading/what-if/", given)

    found = response.context["comparison"]
    assert found.moved
    assert all(each.after in ("red", "black") for each in found.areas)
    assert f'data-area="{found.moved[0].area.code}"' in response.content.decode()
    assert list(Grade.objects.order_by("pk").values_list("color", "score")) == kept
    assert Method.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"theft-band0": "500"}, "theft-band0"),
        ({"score1": "90"}, "score0"),
        ({"theft-window": "13"}, "theft-window"),
        ({"theft-weight": "-1"}, "theft-weight"),
        ({"theft-weight": "many"}, "theft-weight"),
        ({"theft-weight": "0"}, None),
    ],
)
def test_numbers_that_make_no_method_are_said_beside_the_field(
    town: Town, graded: Graded, changed: dict[str, str], field: str | None
) -> None:
    page = analyst(town)

    response = page.get("/grading/what-if/", numbers_of(page, graded.edition.month) | changed)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field or "__all__"]
    assert "comparison" not in response.context


def test_many_areas_are_computed_after_the_page_is_there(
    town: Town, graded: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maplebridge.grading.views.what_if.AT_ONCE", 5)
    page = analyst(town)

    heard: list[tuple[str, int]] = []
    monkeypatch.setattr("maplebridge.grading.views.what_if.TOLD_EVERY_S", 0.0)
    monkeypatch.setattr("maplebridge.platform.live.tell", lambda topic, kind, id: heard.append((topic, id)))

    first = page.get("/grading/what-if/", numbers_of(page, graded.edition.month))
    later = page.get(first.context["later_url"])

    assert "comparison" not in first.context
    assert 'hx-trigger="load"' in first.content.decode()
    assert "grading/safety_map" in first.content.decode()
    assert f'data-live="what_if:{town.analyst.pk}"' in first.content.decode()
    shown = [what_if_page.progress_html(id, Audience("en", is_staff=True)) for _topic, id in heard]
    assert {topic for topic, _id in heard} == {f"what_if:{town.analyst.pk}"}
    assert "第 1 步" in shown[0]
    assert "第 4 步" in shown[-1]
    assert f'max="{len(graded.areas)}" value="{len(graded.areas)}"' in shown[-1]
    assert len(later.context["comparison"].areas) == len(graded.areas)


def test_beats_are_looked_at_in_the_same_way(town: Town, graded: Graded) -> None:
    page = analyst(town)

    found = page.get("/grading/what-if/", numbers_of(page, graded.beats)).context["comparison"]

    assert [each.area.code for each in found.areas] == [graded.beat.code]


def test_only_those_who_grade_look_at_other_methods(town: Town, graded: Graded) -> None:
    client = Client()
    client.force_login(Account.objects.get(person=town.officer), BACKEND)

    assert client.get("/grading/what-if/").status_code == 403


def test_a_town_without_a_graded_month_is_told_what_will_be_here(town: Town) -> None:
    page = analyst(town).get("/grading/what-if/")

    assert page.status_code == 200
    assert page.context["one"] is None


def test_a_form_without_changes_gives_the_same_method() -> None:
    form = RulesForm(base=METHOD, names={})
    given = {name: field.initial for name, field in form.fields.items()}

    again = RulesForm(given, base=METHOD, names={})

    assert again.is_valid(), again.errors
    assert again.rules.bands == METHOD.bands
    for one, other in zip(again.rules.indicators, METHOD.indicators, strict=True):
        assert replace(one, weight=0) == replace(other, weight=0)
    assert again.rules.weights == pytest.approx(METHOD.weights, abs=1e-4)


def square(west: float, south: float) -> dict[str, object]:
    ring = [[west, south], [west + 1, south], [west + 1, south + 1], [west, south + 1], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_neighbors_share_a_border_or_a_corner_and_nobody_is_their_own() -> None:
    found = neighbors_of([square(0, 0), square(1, 0), square(1, 1), square(5, 5), None]).toarray()

    assert found.tolist() == [
        [0, 1, 1, 0, 0],
        [1, 0, 1, 0, 0],
        [1, 1, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
    ]


def test_a_small_area_leans_on_its_neighbors_when_the_method_says_so(graded: Graded) -> None:
    one = graded.edition.month
    own = computing.method_of(one)
    near = replace(own, shrinkage=replace(own.shrinkage, by_neighbors=True))

    alone, beside = queries.history_of(one, own), queries.history_of(one, near)

    assert alone.neighbors is None
    assert beside.neighbors is not None
    assert beside.neighbors.sum(axis=1).min() >= 2
    by_town, by_neighbors = (
        grade_month(each, rules, None, 1) for each, rules in ((alone, own), (beside, near))
    )
    assert not np.allclose(by_town.scores, by_neighbors.scores)


def test_a_method_of_later_is_looked_at_as_if_it_had_begun() -> None:
    history = many_areas()
    grades = grade_month(history, METHOD, None, 1)
    begins = history.last + 2
    later = replace(
        METHOD,
        valid_from=begins.first,
        indicators=tuple(replace(one, valid_from=begins) for one in METHOD.indicators),
    )

    found = what_if(grades, history, computing.as_if_in_force(later, history.last))

    assert found.moved.size == 0


def test_an_indicator_that_will_have_ended_by_then_stays_out() -> None:
    ends = replace(METHOD.indicators[1], valid_to=Month(2026, 9))
    later = replace(METHOD, valid_from=Month(2026, 12).first, indicators=(METHOD.indicators[0], ends))

    seen = computing.as_if_in_force(later, Month(2026, 8))

    assert [one.valid_to for one in seen.indicators] == [None, Month(2026, 9)]
    assert seen.valid_from == Month(2026, 8).first
