"""A round: opened, drawn by chance and age, links sent once, calls left, answers from elsewhere."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import segno
from django.test import Client
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.adapters import console
from maplebridge.grading import actions, handlers, queries
from maplebridge.grading.actions import Told
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.questionnaire import read_marks
from maplebridge.grading.domain.sampling import allotted
from maplebridge.grading.events import InvitationDrawn
from maplebridge.grading.models import Answer, Area, Invitation, Mode, SurveyRound
from maplebridge.grading.sweeps import Monthly
from maplebridge.kernel.periods import Month
from maplebridge.matters.models import TownRule
from maplebridge.people.actions import enrol
from maplebridge.people.domain.ages import band_of
from maplebridge.people.models import Account, Person
from maplebridge.platform.freshness import forget

BACKEND = "django.contrib.auth.backends.ModelBackend"
ADDRESS = "https://town.example/survey/code/"
FINE = read_marks({"safe": 5, "officers": 4, "map": 1}, "60+")


@pytest.mark.parametrize(
    ("number", "enrolled", "living", "found"),
    [
        (10, {"18-34": 50, "35-59": 50}, {"18-34": 300.0, "35-59": 100.0}, {"18-34": 8, "35-59": 2}),
        (10, {"18-34": 50, "35-59": 50}, {}, {"18-34": 5, "35-59": 5}),  # not counted: as enrolled
        (10, {"18-34": 50, "35-59": 50}, {"18-34": 300.0}, {"18-34": 5, "35-59": 5}),
        (10, {"18-34": 3, "35-59": 50}, {"18-34": 300.0, "35-59": 100.0}, {"18-34": 3, "35-59": 7}),
        (10, {"": 40, "60+": 60}, {"60+": 9.0}, {"": 4, "60+": 6}),
        (10, {"": 4}, {}, {"": 4}),  # never more than there are
        (3, {"18-34": 1, "35-59": 1, "60+": 1}, {}, {"18-34": 1, "35-59": 1, "60+": 1}),
        (1, {"18-34": 5, "35-59": 5}, {}, {"18-34": 1, "35-59": 0}),  # ties: the band that comes first
        (0, {"18-34": 5}, {}, {"18-34": 0}),
        (5, {}, {}, {}),
    ],
)
def test_those_drawn_are_as_old_as_those_who_live_there(
    number: int, enrolled: dict[str, int], living: dict[str, float], found: dict[str, int]
) -> None:
    assert allotted(number, enrolled, living) == found


@pytest.mark.parametrize(
    ("years", "band"),
    [(17, None), (18, "18-34"), (34, "18-34"), (35, "35-59"), (59, "35-59"), (60, "60+"), (99, "60+")],
)
def test_an_age_is_kept_as_a_band(years: int, band: str | None) -> None:
    assert band_of(years) == band


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def town(db: None, now: datetime) -> Town:
    return make_town(now)


@pytest.fixture
def area(town: Town, now: datetime) -> Area:
    for number in range(40):
        person = enrol(
            nickname=f"住户{number}",
            phone=f"1990000{number:04}",
            building_id=town.resident.building_id,
            age_band="18-34" if number < 10 else "60+" if number < 30 else "",
            now=now,
        )
        Person.objects.filter(pk=person.pk).update(consented_at=now)
    return actions.lay_out_area(
        kind=AreaKind.STATION,
        code="Z01",
        name="和顺派出所",
        grid_ids=[town.community.pk],
        valid_from=now.date().replace(day=1),
    )


@pytest.fixture
def this_round(area: Area, now: datetime) -> SurveyRound:
    return actions.open_round(
        month=Month.of(now.date()),
        questions=[],
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=9),
    )


def analyst(town: Town) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=town.analyst), BACKEND)
    return client


def drawn_bands(this_round: SurveyRound, mode: Mode) -> dict[str, int]:
    bands = list(Invitation.objects.filter(round=this_round, mode=mode).values_list("age_band", flat=True))
    return {band: bands.count(band) for band in ("18-34", "60+", "")}


def test_the_sample_has_the_ages_that_live_there(area: Area, this_round: SurveyRound, now: datetime) -> None:
    for band, number in (("18-34", 9_000), ("35-59", 9_000), ("60+", 3_000)):
        actions.count_population(
            area=area, of=f"age:{band}", number=number, as_of=this_round.month, source="t"
        )

    actions.draw(round_id=this_round.pk, area_id=area.pk, mode=Mode.PHONE, number=12, seed=3, now=now)

    assert drawn_bands(this_round, Mode.PHONE) == {"18-34": 7, "60+": 2, "": 3}


def test_a_link_goes_out_once_and_is_kept_nowhere_then(
    town: Town, area: Area, this_round: SurveyRound, now: datetime
) -> None:
    drawn = actions.draw(
        round_id=this_round.pk, area_id=area.pk, mode=Mode.LINK, number=2, seed=3, now=now, address=ADDRESS
    )
    console.sent.clear()

    for one in [*drawn, *drawn]:  # a delivery may come twice
        handlers.send_link(InvitationDrawn(invitation_id=one.invitation_id, occurred_at=now))

    texts = dict(console.sent)
    assert texts.keys() == set(
        Person.objects.filter(pk__in=[one.person_id for one in drawn]).values_list("phone", flat=True)
    )
    assert sorted(text.split("#")[1] for text in texts.values()) == sorted(one.link for one in drawn)
    assert len(console.sent) == 2
    assert Invitation.objects.filter(waiting="", sent_at__isnull=False).count() == 2
    assert actions.answer_by_link(link=drawn[0].link, marks=FINE, now=now).mode == Mode.LINK


def test_whoever_has_no_phone_is_not_told_to_have_been_sent_anything(
    area: Area, this_round: SurveyRound, now: datetime
) -> None:
    (one,) = actions.draw(
        round_id=this_round.pk, area_id=area.pk, mode=Mode.LINK, number=1, seed=3, now=now, address=ADDRESS
    )
    Person.objects.filter(pk=one.person_id).update(phone="", phone_digest=None)

    handlers.send_link(InvitationDrawn(invitation_id=one.invitation_id, occurred_at=now))

    assert Invitation.objects.values_list("waiting", "sent_at").get() == ("", None)


def test_answers_taken_elsewhere_count_once_each(area: Area, this_round: SurveyRound, now: datetime) -> None:
    told = [Told(area.pk, Mode.PHONE, FINE, str(number % 30)) for number in range(500)]

    first = actions.take_over_answers(round_id=this_round.pk, answers=told, source="center", now=now)
    again = actions.take_over_answers(round_id=this_round.pk, answers=told, source="center", now=now)

    assert (first, again, Answer.objects.count()) == (30, 0, 30)


def test_a_round_is_opened_and_drawn_by_the_analyst_and_shows_who_is_left(town: Town, area: Area) -> None:
    page = analyst(town)

    assert page.get("/survey/round/").context["round"] is None
    page.post("/survey/round/open/", {"wanted": "5"})
    page.post("/survey/round/draw/", {"links": "4", "calls": "6"})

    context = page.get("/survey/round/").context
    (row,) = context["progress"]
    assert (row.links, row.calls, row.left, row.wanted, context["drawn"]) == (4, 6, 6, 5, 10)
    waiting = page.get("/survey/interviews/").context["left"]
    assert len(waiting) == 6
    actions.note_call(invitation_id=waiting[0].pk, refused=True, now=timezone.now())
    assert len(page.get("/survey/interviews/").context["left"]) == 5
    assert queries.progress_of(context["round"])[0].refused == 1


@pytest.mark.parametrize(
    ("path", "given"),
    [("/survey/round/open/", {"wanted": "0"}), ("/survey/round/draw/", {"links": "-1", "calls": "2"})],
)
def test_numbers_that_cannot_be_are_said(
    town: Town, this_round: SurveyRound, path: str, given: dict[str, str]
) -> None:
    assert analyst(town).post(path, given).status_code == 422
    assert Invitation.objects.count() == 0


def test_the_code_of_a_post_leads_to_the_questions_about_its_area(
    town: Town, area: Area, this_round: SurveyRound
) -> None:
    context = analyst(town).get("/survey/codes/", {"area": "Z01"}).context
    assert "/survey/codes/" in analyst(town).get("/survey/round/").content.decode()

    ((shown, address, picture),) = context["sheets"]
    assert shown == area
    assert picture == segno.make(address, error="q").svg_data_uri(scale=8, border=4)
    client = Client()
    client.force_login(Account.objects.get(person=town.resident), BACKEND)
    path = urlsplit(address).path
    assert "关于和顺派出所" in client.get(path).content.decode()
    client.post(path, {"safe": "5", "officers": "4", "map": "1", "age_band": ""})
    assert Answer.objects.get().area == area
    assert client.get("/survey/codes/").status_code == 403


def test_only_analysts_open_and_draw(town: Town, this_round: SurveyRound) -> None:
    client = Client()
    client.force_login(Account.objects.get(person=town.officer), BACKEND)

    assert client.post("/survey/round/draw/", {"links": "4", "calls": "6"}).status_code == 403
    assert client.get("/survey/round/").status_code == 403


def rules(**given: int) -> None:
    for name, value in given.items():
        TownRule.objects.create(name=name, value=value, reason="-", valid_from=date(2020, 1, 1))
    forget()


def on_day(day: int, hour: int = 10) -> datetime:
    return timezone.localtime(timezone.now()).replace(day=day, hour=hour)


def test_a_round_opens_by_itself_on_the_towns_day_and_asks_as_many_as_its_rules_say(
    area: Area, settings: Any
) -> None:
    settings.ADDRESS = "https://town.example"
    rules(survey_day=10, survey_answers=12, survey_links=3, survey_calls=4)
    sweep = Monthly()
    sweep.step(on_day(9))
    Monthly().step(on_day(10, hour=23))  # a link would come at night
    assert not SurveyRound.objects.exists()

    for hour in (10, 11, 12):
        sweep.step(on_day(10, hour))
        Monthly().step(on_day(10, hour))  # another worker

    one = SurveyRound.objects.get()
    assert (one.month, one.wanted_per_area) == (on_day(1).date(), 12)
    asked = list(Invitation.objects.values_list("mode", flat=True))
    assert (asked.count(Mode.LINK), asked.count(Mode.PHONE)) == (3, 4)
    link = Invitation.objects.filter(mode=Mode.LINK)[0].waiting
    assert link.startswith("https://town.example/survey/code/#")


def test_a_round_opened_by_hand_is_left_alone_and_a_town_may_open_all_by_hand(
    area: Area, this_round: SurveyRound
) -> None:
    rules(survey_links=3)
    Monthly().step(on_day(28))
    assert Invitation.objects.count() == 0

    this_round.delete()
    rules(survey_day=0)
    Monthly().step(on_day(28))
    assert not SurveyRound.objects.exists()
