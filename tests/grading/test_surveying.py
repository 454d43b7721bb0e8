from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.grading import actions, queries
from maplebridge.grading.actions import SurveyRefused
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.questionnaire import Marks, read_marks
from maplebridge.grading.models import Answer, Area, Invitation, Mode, SurveyRound
from maplebridge.kernel.periods import Month
from maplebridge.people.models import Person, Reading
from maplebridge.platform.models import AuditRow
from maplebridge.web.retention import retain

FINE: Marks = read_marks({"safe": 5, "officers": 4, "map": 1}, "35-59")
FORM = {"safe": "5", "officers": "unknown", "map": "1", "age_band": ""}


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def town(db: None, now: datetime) -> Town:
    Person.objects.update(consented_at=now)
    town = make_town(now)
    Person.objects.filter(pk__in=[town.resident.pk, town.neighbor.pk]).update(consented_at=now)
    return town


@pytest.fixture
def area(town: Town) -> Area:
    return actions.lay_out_area(
        kind=AreaKind.STATION,
        code="Z01",
        name="和顺派出所",
        grid_ids=[town.community.pk],
        valid_from=town.now.date().replace(day=1),
    )


@pytest.fixture
def this_round(area: Area, now: datetime) -> SurveyRound:
    return actions.open_round(
        month=Month.of(now.date()),
        questions=[],
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=9),
        wanted_per_area=2,
    )


def sign_in(person: Person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def test_a_resident_answers_for_the_area_of_their_home_once(
    town: Town, this_round: SurveyRound, area: Area, now: datetime
) -> None:
    answer = actions.answer_as_resident(
        round_id=this_round.pk, person_id=town.resident.pk, marks=FINE, now=now
    )

    assert (answer.area_id, answer.age_band, answer.marks) == (
        area.pk,
        "35-59",
        {"safe": 5, "officers": 4, "map": 1},
    )
    with pytest.raises(SurveyRefused, match="already_answered"):
        actions.answer_as_resident(round_id=this_round.pk, person_id=town.resident.pk, marks=FINE, now=now)


def test_five_hundred_answers_of_one_person_count_once(
    town: Town, this_round: SurveyRound, area: Area, now: datetime
) -> None:
    refused = 0
    for number in range(500):
        try:
            actions.answer_at_post(
                round_id=this_round.pk,
                area_id=area.pk,
                person_id=town.resident.pk,
                marks=read_marks({"safe": 1 + number % 5}),
                now=now,
            )
        except SurveyRefused:
            refused += 1

    assert (Answer.objects.count(), refused) == (1, 499)


def test_the_same_person_is_another_respondent_in_the_next_round(
    town: Town, this_round: SurveyRound, now: datetime
) -> None:
    later = actions.open_round(
        month=Month.of(now.date()) + 1,
        questions=[],
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=9),
    )

    digests = {queries.respondent_of(one, town.resident.pk) for one in (this_round, later)}

    assert len(digests) == 2


def test_those_drawn_live_there_and_are_drawn_once(
    town: Town, this_round: SurveyRound, area: Area, now: datetime
) -> None:
    drawn = actions.draw(round_id=this_round.pk, area_id=area.pk, mode=Mode.LINK, number=50, seed=7, now=now)
    again = actions.draw(round_id=this_round.pk, area_id=area.pk, mode=Mode.PHONE, number=50, seed=7, now=now)

    assert {one.person_id for one in drawn} == {town.resident.pk, town.neighbor.pk}
    assert again == []
    assert all(
        one.link not in (invitation.token_digest, "")
        for one in drawn
        for invitation in Invitation.objects.all()
    )


def test_a_link_works_once_and_a_wrong_one_never(
    town: Town, this_round: SurveyRound, area: Area, now: datetime
) -> None:
    one, _other = actions.draw(
        round_id=this_round.pk, area_id=area.pk, mode=Mode.LINK, number=2, seed=7, now=now
    )

    assert actions.answer_by_link(link=one.link, marks=FINE, now=now).mode == Mode.LINK
    for link, code in ((one.link, "already_answered"), ("guessed", "unknown_link"), ("", "unknown_link")):
        with pytest.raises(SurveyRefused, match=code):
            actions.answer_by_link(link=link, marks=FINE, now=now)


def test_whoever_answered_by_link_cannot_answer_again_signed_in(
    town: Town, this_round: SurveyRound, area: Area, now: datetime
) -> None:
    for one in actions.draw(
        round_id=this_round.pk, area_id=area.pk, mode=Mode.LINK, number=2, seed=7, now=now
    ):
        actions.answer_by_link(link=one.link, marks=FINE, now=now)
        with pytest.raises(SurveyRefused, match="already_answered"):
            actions.answer_as_resident(round_id=this_round.pk, person_id=one.person_id, marks=FINE, now=now)


def test_a_closed_round_takes_no_answers(town: Town, this_round: SurveyRound, now: datetime) -> None:
    for moment in (now - timedelta(days=2), now + timedelta(days=9)):
        with pytest.raises(SurveyRefused, match="not_open"):
            actions.answer_as_resident(
                round_id=this_round.pk, person_id=town.resident.pk, marks=FINE, now=moment
            )


def test_the_number_to_ring_is_read_on_the_record_and_whoever_refuses_is_left_alone(
    town: Town, this_round: SurveyRound, area: Area, now: datetime
) -> None:
    one, other = actions.draw(
        round_id=this_round.pk, area_id=area.pk, mode=Mode.PHONE, number=2, seed=7, now=now
    )

    phone = actions.phone_of(invitation_id=one.invitation_id, by_id=town.analyst.pk, now=now)
    actions.note_call(invitation_id=one.invitation_id, refused=True, now=now)
    for _call in range(queries.MOST_TRIES):
        actions.note_call(invitation_id=other.invitation_id, refused=False, now=now)

    assert phone == Person.objects.get(pk=one.person_id).phone
    assert Reading.objects.filter(
        subject_id=one.person_id, reader_id=town.analyst.pk, purpose="survey"
    ).exists()
    assert queries.next_interview(this_round) is None
    for invitation_id, code in ((one.invitation_id, "has_refused"), (other.invitation_id, "asked_too_often")):
        with pytest.raises(SurveyRefused, match=code):
            actions.phone_of(invitation_id=invitation_id, by_id=town.analyst.pk, now=now)


def test_who_was_asked_is_forgotten_and_what_was_answered_stays(
    town: Town, this_round: SurveyRound, area: Area, now: datetime
) -> None:
    for one in actions.draw(
        round_id=this_round.pk, area_id=area.pk, mode=Mode.LINK, number=2, seed=7, now=now
    ):
        actions.answer_by_link(link=one.link, marks=FINE, now=now)

    retain(now=now + timedelta(days=205))
    assert Invitation.objects.count() == 2
    retain(now=now + timedelta(days=211))

    assert (Invitation.objects.count(), Answer.objects.count()) == (0, 2)


def test_the_page_records_an_answer_that_names_nobody(town: Town, this_round: SurveyRound) -> None:
    response = sign_in(town.resident).post(reverse("survey"), FORM)

    answer = Answer.objects.get()
    assert response.headers["Location"] == reverse("survey_thanks")
    assert answer.marks == {"safe": 5, "officers": None, "map": 1}
    assert str(town.resident.pk) not in {str(value) for value in (answer.respondent, answer.answered_on)}
    assert set(AuditRow.objects.filter(table="grading_answer").values_list("actor", flat=True)) == {None}


def test_an_unanswered_question_is_asked_again_with_what_was_chosen(
    town: Town, this_round: SurveyRound
) -> None:
    response = sign_in(town.resident).post(reverse("survey"), FORM | {"safe": ""})

    form = response.context["form"]
    assert response.status_code == 422
    assert not Answer.objects.exists()
    assert (set(form.errors), form["officers"].value()) == ({"safe"}, "unknown")


def test_the_code_of_a_text_message_is_enough_without_signing_in(
    town: Town, this_round: SurveyRound, area: Area, now: datetime
) -> None:
    one = actions.draw(round_id=this_round.pk, area_id=area.pk, mode=Mode.LINK, number=1, seed=7, now=now)[0]

    wrong = Client().post(reverse("survey_by_link"), FORM | {"link": "guessed"})
    right = Client().post(reverse("survey_by_link"), FORM | {"link": one.link})

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert Answer.objects.get().mode == Mode.LINK


def test_a_page_that_asks_nobody_says_when_it_will(town: Town, area: Area) -> None:
    page = sign_in(town.resident).get(reverse("survey"), headers={"Accept-Language": "en"}).content.decode()

    assert "No survey is open" in page
    assert '<form method="post" class="survey"' not in page
