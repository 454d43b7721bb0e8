"""What the product does with a message, by what the town says of how sure it must be."""

from dataclasses import replace
from datetime import datetime

import pytest
from tests.factories.town import Town, make_town

from maplebridge.conversations import actions as conversations
from maplebridge.conversations.models import Message
from maplebridge.matters.actions import receiving
from maplebridge.matters.actions.record import By, NotAllowed
from maplebridge.matters.actions.reporting import report, report_same
from maplebridge.matters.domain.rules import TownRules
from maplebridge.matters.domain.triage import Guess
from maplebridge.matters.models import Matter, Sorting
from maplebridge.matters.queries import door


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


@pytest.mark.parametrize(("probability", "decided"), [(0.5, True), (0.49, False)])
def test_the_town_says_how_sure_of_the_category_is_sure_enough(probability: float, decided: bool) -> None:
    proposal = replace(
        door().propose("楼上漏水了，天花板往下滴"),
        categories=(Guess("05-01-01", probability),),
        kind_decided=False,
    )
    judged = receiving.judged_by(proposal, TownRules(decide_from=0.5))
    assert judged.decided is decided
    assert ("category_unsure" in {reason["code"] for reason in judged.why}) is not decided


def test_a_matter_surely_of_its_kind_needs_no_sorting(town: Town) -> None:
    message = town.says("楼上漏水了，天花板一直往下滴水")
    receiving.receive(message_id=message.pk, now=town.now)
    matter = Matter.objects.get(asked_in_id=message.pk)
    assert matter.category is not None
    assert (matter.category.code, matter.needs_sorting) == ("05-01-01", False)


def test_further_words_of_the_reporter_go_to_the_open_matter(town: Town) -> None:
    first = town.says("楼上漏水了，天花板一直往下滴水")
    receiving.receive(message_id=first.pk, now=town.now)
    more = town.says("刚才滴得更厉害了，盆都接满了")
    receiving.receive(message_id=more.pk, now=town.now)
    assert Matter.objects.count() == 1
    assert Sorting.objects.get(message=more).matter == Matter.objects.get()


def test_another_thing_of_the_same_reporter_is_a_matter_of_its_own(town: Town) -> None:
    first = town.says("楼上漏水了，天花板一直往下滴水")
    receiving.receive(message_id=first.pk, now=town.now)
    other = town.says("南门外的路灯坏了好几天，晚上黑得看不见")
    receiving.receive(message_id=other.pk, now=town.now)
    assert Matter.objects.count() == 2


def _in_private(town: Town, *texts: str) -> list[Matter]:
    """Raise matters that were all asked in one private thread."""
    thread = conversations.open_private_thread(
        person_id=town.resident.pk, grid_id=town.entrance_grid.pk, now=town.now
    )
    raised = []
    for text in texts:
        message = conversations.receive_message(
            thread_id=thread.pk,
            author_id=town.resident.pk,
            role=conversations.RESIDENT,
            shown_as="老李",
            text=text,
            source=Matter.Origin.FORM,
            now=town.now,
        )
        receiving.receive(message_id=message.pk, now=town.now)
        raised.append(Matter.objects.get(asked_in_id=message.pk))
    return raised


def _staff_says(town: Town, thread_id: int, text: str) -> Message:
    message = conversations.receive_message(
        thread_id=thread_id,
        author_id=town.officer.pk,
        role="officer",
        shown_as="王警官",
        text=text,
        now=town.now,
    )
    receiving.receive(message_id=message.pk, now=town.now)
    return message


def test_what_staff_write_under_the_only_question_of_a_private_thread_answers_it(town: Town) -> None:
    (matter,) = _in_private(town, "楼上漏水了，天花板一直往下滴水")
    _staff_says(town, matter.thread_id, "已联系物业，一小时内上门")
    matter.refresh_from_db()
    assert (matter.answered_at, matter.answered_by_id) == (town.now, town.officer.pk)
    assert matter.ladder_at is None


def test_where_two_questions_are_open_whoever_wrote_says_which_is_answered(town: Town) -> None:
    leak, lamp = _in_private(town, "楼上漏水了，天花板一直往下滴水", "南门外的路灯坏了好几天，晚上黑得看不见")
    said = _staff_says(town, leak.thread_id, "今天下午派人来修")
    assert not Matter.objects.filter(
        answered_at__isnull=False
    ).exists()  # nobody knows which, so no clock stops
    with pytest.raises(NotAllowed, match="somebody_else_wrote_it"):
        receiving.say_which(
            message_id=said.pk, matter_id=lamp.pk, by=By(town.grid_worker.pk, "grid_worker"), now=town.now
        )
    by = By(town.officer.pk, "officer")
    receiving.say_which(message_id=said.pk, matter_id=lamp.pk, by=by, now=town.now)
    with pytest.raises(NotAllowed, match="already_decided"):
        receiving.say_which(message_id=said.pk, matter_id=leak.pk, by=by, now=town.now)
    answered = Matter.objects.get(answered_at__isnull=False)
    assert (answered, answered.answered_by_id) == (lamp, town.officer.pk)
    said.refresh_from_db()
    assert said.in_reply_to_id == lamp.asked_in_id


def test_what_staff_write_in_a_group_without_a_reply_answers_nothing(town: Town) -> None:
    asked = town.says("楼上漏水了，天花板一直往下滴水")
    receiving.receive(message_id=asked.pk, now=town.now)
    _staff_says(town, asked.thread_id, "明天上午停水两小时，请大家储水")
    assert Matter.objects.get().answered_at is None


def test_what_staff_found_themselves_is_not_its_own_answer(town: Town) -> None:
    matter = report(
        reporter_id=town.grid_worker.pk,
        text="三号楼门口的窨井盖松了，还没有人反映",
        origin=Matter.Origin.PROACTIVE,
        by=By(town.grid_worker.pk, "grid_worker"),
        now=town.now,
    )
    assert matter.asked_in_id is not None
    receiving.receive(message_id=matter.asked_in_id, now=town.now)
    matter.refresh_from_db()
    assert matter.answered_at is None


def test_an_answer_written_in_one_thread_reaches_whoever_joined_from_another(town: Town) -> None:
    (matter,) = _in_private(town, "楼上漏水了，天花板一直往下滴水")
    report_same(matter_id=matter.pk, reporter_id=town.neighbor.pk, text="我家也漏", now=town.now)
    _staff_says(town, matter.thread_id, "已联系物业，一小时内上门")
    theirs = matter.reported_by.get(person=town.neighbor)
    heard = Message.objects.filter(text="已联系物业，一小时内上门").values_list("thread_id", flat=True)
    assert sorted(heard) == sorted([matter.thread_id, theirs.thread_id])
