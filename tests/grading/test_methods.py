"""A town changes its rules: a version is looked at, proposed, confirmed by somebody else, in force from a month on."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories.graded import Graded, grade_town
from tests.factories.town import Town, make_town
from tests.grading.gradings import METHOD

from maplebridge.grading import actions, queries
from maplebridge.grading.actions import CountsRefused
from maplebridge.grading.domain.method import changes
from maplebridge.grading.models import Indicator, Method
from maplebridge.kernel.periods import Month
from maplebridge.people.models import Account, Person

BACKEND = "django.contrib.auth.backends.ModelBackend"
BEGIN = {
    "code": "noise",
    "name_zh": "噪声事项",
    "name_en": "Noise",
    "meaning_zh": "居民反映的噪声。",
    "meaning_en": "Noise that residents raised.",
    "source": "matters",
    "categories": "05",
    "denominator": "residents",
}


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


@pytest.fixture
def graded(town: Town) -> Graded:
    return grade_town(town, timezone.now())


def seen_by(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person), BACKEND)
    return client


def given(page: Client, **changed: Any) -> dict[str, Any]:
    form = page.get("/grading/methods/new/").context["form"]
    begun = {name: field.initial for name, field in form.fields.items() if field.initial is not False}
    return (
        begun | {"reason": "年度调整"} | {name.replace("__", "-"): value for name, value in changed.items()}
    )


def test_a_version_is_proposed_by_one_confirmed_by_another_and_then_explained_to_everybody(
    town: Town, graded: Graded
) -> None:
    page, first = seen_by(town.analyst), queries.first_free_month(timezone.localdate())

    looked = page.post("/grading/methods/new/", given(page, do="check", theft__window="6"))
    made = page.post("/grading/methods/new/", given(page, do="propose", theft__window="6"))

    one = Method.objects.get(version=2)
    assert looked.context["comparison"].areas
    assert made.headers["Location"] == f"/grading/methods/{one.pk}/"
    assert (one.document["version"], one.document["indicators"][0]["window"]) == ("2", 6)
    assert queries.method_in_force(first).version == 1  # type: ignore[union-attr]  # there is one
    assert page.post(f"/grading/methods/{one.pk}/confirm/").status_code == 422
    assert seen_by(town.supervisor).post(f"/grading/methods/{one.pk}/confirm/").status_code == 302
    assert queries.method_in_force(first) == one
    assert "最近 6 个月" in Client().get("/safety/method/2/").content.decode()


def test_looking_at_a_version_keeps_nothing(town: Town, graded: Graded) -> None:
    page = seen_by(town.analyst)

    page.post("/grading/methods/new/", given(page, do="check", theft__band0="10"))

    assert Method.objects.count() == 1


def test_of_many_areas_the_page_is_there_first_and_then_counts_them(
    town: Town, graded: Graded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maplebridge.grading.views.what_if.AT_ONCE", 5)
    monkeypatch.setattr("maplebridge.grading.views.what_if.TOLD_EVERY_S", 0.0)
    heard: list[str] = []
    monkeypatch.setattr("maplebridge.platform.live.tell", lambda topic, _kind, _id: heard.append(topic))
    page = seen_by(town.analyst)
    looked = page.post("/grading/methods/new/", given(page, do="check", theft__window="6"))
    asked_again = page.post("/grading/methods/new/", given(page, part="result", theft__window="6"))
    page.post("/grading/methods/new/", given(page, do="propose", theft__window="6"))
    proposed = page.get(path := f"/grading/methods/{Method.objects.get(version=2).pk}/")
    then = page.get(f"{path}?part=result")

    topic = f"what_if:{town.analyst.pk}"
    assert f'max="{len(graded.areas)}" value="0"' in looked.content.decode()
    assert 'hx-post="/grading/methods/new/" hx-include="form.rules"' in looked.content.decode()
    assert f'hx-get="{path}?part=result"' in proposed.content.decode()
    for first, later in ((looked, asked_again), (proposed, then)):
        assert "comparison" not in first.context
        assert f'data-live="{topic}"' in first.content.decode()
        assert "grading/safety_map" in first.content.decode()
        assert len(later.context["comparison"].areas) == len(graded.areas)
        assert "<html" not in later.content.decode()
    assert set(heard) == {topic}


@pytest.mark.parametrize(
    ("valid_from", "words"),
    [("2031-05-15", "2031-05-15"), (None, "已经评定")],
)
def test_a_version_begins_on_the_first_of_a_month_that_was_not_graded(
    town: Town, graded: Graded, valid_from: str | None, words: str
) -> None:
    page = seen_by(town.analyst)
    day = valid_from or graded.month.first.isoformat()

    response = page.post("/grading/methods/new/", given(page, do="propose", valid_from=day))

    assert response.status_code == 422
    assert words in str(response.context["form"].errors["valid_from"])
    assert Method.objects.count() == 1


def test_a_month_graded_meanwhile_is_not_changed_by_a_version_confirmed_too_late(
    town: Town, graded: Graded
) -> None:
    page, last = seen_by(town.analyst), graded.month + 1
    page.post("/grading/methods/new/", given(page, do="propose", valid_from=last.first.isoformat()))
    one = Method.objects.get(version=2)
    now = timezone.now()
    actions.close_month(
        kind=graded.edition.month.kind,
        month=last,
        by_id=town.analyst.pk,
        now=now,
        today=timezone.localdate(now),
        explanation="looked at",
    )

    with pytest.raises(CountsRefused, match="month_graded_already"):
        actions.confirm_method(method_id=one.pk, by_id=town.supervisor.pk)


def test_what_nobody_confirmed_can_be_taken_back_and_what_is_in_force_cannot(
    town: Town, graded: Graded
) -> None:
    page = seen_by(town.analyst)
    page.post("/grading/methods/new/", given(page, do="propose"))
    one, first = Method.objects.get(version=2), Method.objects.get(version=1)

    assert page.post(f"/grading/methods/{first.pk}/withdraw/").status_code == 422
    assert page.post(f"/grading/methods/{one.pk}/withdraw/").status_code == 302
    assert list(Method.objects.all()) == [first]


def test_a_version_is_no_business_of_stations_and_residents(town: Town, graded: Graded) -> None:
    one = Method.objects.get()
    for person in (town.officer, town.resident):
        client = seen_by(person)
        assert {client.get(path).status_code for path in PATHS} == {403}
        assert client.post(f"/grading/methods/{one.pk}/confirm/").status_code == 403
    assert seen_by(town.supervisor).get("/grading/methods/new/").status_code == 403


PATHS = ("/grading/methods/", "/grading/methods/new/", "/grading/indicators/new/")


def test_what_is_counted_is_defined_and_then_given_a_weight(town: Town, graded: Graded) -> None:
    page = seen_by(town.analyst)

    defined = page.post("/grading/indicators/new/", BEGIN)
    numbers = given(page, do="propose", noise__used="on", noise__weight="40", theft__weight="60")
    page.post("/grading/methods/new/", numbers)

    assert defined.headers["Location"] == "/grading/methods/"
    assert Indicator.objects.get(code="noise").counted == ["05"]
    rules = queries.rules_of(Method.objects.get(version=2))
    assert [(one.code, one.classes) for one in rules.indicators] == [("theft", ()), ("noise", ("05",))]
    assert rules.weights == pytest.approx((0.6, 0.4))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "Noise 1"}, "code"),
        ({"code": "theft"}, "code"),
        ({"categories": ""}, "categories"),
        ({"categories": "99"}, "categories"),
        ({"source": "survey"}, "question"),
        ({"source": "file", "denominator": ""}, "denominator"),
        ({"name_zh": ""}, "name_zh"),
    ],
)
def test_what_is_counted_has_to_be_said_in_full(
    town: Town, graded: Graded, changed: dict[str, str], field: str
) -> None:
    response = seen_by(town.analyst).post("/grading/indicators/new/", BEGIN | changed)

    assert list(response.context["form"].errors) == [field]
    assert Indicator.objects.count() == 1


def test_a_target_has_borders_in_events_and_others_in_percent(town: Town, graded: Graded) -> None:
    page = seen_by(town.analyst)
    numbers = given(page, do="propose", theft__against="target") | {
        f"theft-band{at}": border for at, border in enumerate((2, 4, 6, 8))
    }

    page.post("/grading/methods/new/", numbers)

    assert queries.rules_of(Method.objects.get(version=2)).indicators[0].bands == (2, 4, 6, 8)


def test_changes_are_told_part_by_part_and_what_came_or_went_as_one() -> None:
    theft, fraud, view = METHOD.indicators
    after = replace(
        METHOD,
        indicators=(replace(theft, window=6, valid_to=Month(2027, 1)), view),
        bands=(85.0, 60.0, 40.0, 20.0),
    )

    told = {(one.indicator, one.part): (one.before, one.after) for one in changes(METHOD, after)}

    assert told == {
        ("theft", "weight"): (0.4, pytest.approx(2 / 3)),
        ("theft", "window"): (3, 6),
        ("theft", "valid_to"): (None, {"year": 2027, "number": 1}),
        (fraud.code, "counts"): (True, False),
        (view.code, "weight"): (0.2, pytest.approx(1 / 3)),
        ("", "bands"): ((80.0, 60.0, 40.0, 20.0), (85.0, 60.0, 40.0, 20.0)),
    }
    assert changes(METHOD, METHOD) == []
