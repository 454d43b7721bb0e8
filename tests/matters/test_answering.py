"""Between the question and the result: what changes, what is told, what is refused."""

from datetime import datetime, timedelta

import pytest
from tests.factories.town import Town, make_town

from maplebridge.conversations.models import Message
from maplebridge.matters import actions
from maplebridge.matters.domain.workflow import PauseReason, RefusalReason, State, TransitionNotAllowed
from maplebridge.matters.models import HandOver, Matter, Oversight, Sorting
from maplebridge.matters.queries import time_line
from maplebridge.platform.models import EventRecord


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def raised(town: Town, *, category: str = "05-01-01", confidential: bool = False) -> Matter:
    message = town.says("楼上漏水了，墙都裂了")
    judged = actions.Judged(
        category=category, severity=1, decided=True, lead="property", confidential=confidential
    )
    return actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=town.resident.pk,
        judged=judged,
        where=actions.Where(grid_id=town.entrance_grid.pk, estate_id=town.estate.pk),
        message_id=message.pk,
        now=town.now,
    )


def chief(town: Town) -> actions.By:
    return actions.By(town.chiefs[1].pk, "grid_chief")


def supervisor(town: Town) -> actions.By:
    return actions.By(town.supervisor.pk, "supervisor")


def answered(town: Town, matter: Matter, *, after: int = 10, **more: object) -> Matter:
    now = town.now + timedelta(minutes=after)
    return actions.answer(
        matter_id=matter.pk, text="马上派人", by=chief(town), shown_as="网格长", now=now, **more
    )


def published(name: str) -> list[dict[str, object]]:
    """Return what was told to the other areas under a name."""
    return [one.payload for one in EventRecord.objects.filter(type__contains=name).order_by("id")]


def test_the_first_answer_stops_the_clock_starts_the_other_and_stands_where_it_was_asked(town: Town) -> None:
    matter = answered(town, raised(town))
    matter.refresh_from_db()
    assert matter.state == State.IN_HAND
    assert matter.answered_by == town.chiefs[1]
    assert matter.ladder_at is None
    assert matter.handle_by is not None
    reply = Message.objects.get(text="马上派人")
    assert reply.thread_id == town.group.thread_id
    assert reply.in_reply_to_id == matter.asked_in_id
    assert [one["in_time"] for one in published("MatterAnswered")] == [True]


def test_an_answer_without_words_or_after_the_end_is_refused(town: Town) -> None:
    matter = raised(town)
    with pytest.raises(actions.NotAllowed, match="answer_needed"):
        actions.answer(matter_id=matter.pk, text=" ", by=chief(town), shown_as="", now=town.now)
    actions.withdraw(matter_id=matter.pk, person_id=town.resident.pk, words="", now=town.now)
    with pytest.raises(actions.NotAllowed, match="matter_not_open"):
        answered(town, matter)


def test_who_believes_to_be_the_first_learns_that_somebody_was_faster(town: Town) -> None:
    matter = raised(town)
    answered(town, matter)
    with pytest.raises(actions.NotAllowed, match="somebody_was_faster"):
        answered(town, matter, only_as_first=True)
    assert time_line(matter.pk, public_only=True).filter(deed="answered").count() == 1


def test_a_second_answer_is_one_more_word_and_keeps_the_promise(town: Town) -> None:
    matter = raised(town)
    answered(town, matter, promise_by=town.now + timedelta(hours=3))
    answered(town, matter, after=60)
    assert matter.promises.earliest("made_at").kept_at == town.now + timedelta(minutes=60)


def test_a_promise_in_the_past_is_refused(town: Town) -> None:
    with pytest.raises(actions.NotAllowed, match="promise_in_the_past"):
        answered(town, raised(town), promise_by=town.now)


def test_ownership_passes_only_when_the_other_accepts(town: Town) -> None:
    matter = raised(town)
    offer = actions.offer_hand_over(
        matter_id=matter.pk, to_id=town.officer.pk, words="请接手", by=chief(town), now=town.now
    )
    matter.refresh_from_db()
    assert matter.owner == town.chiefs[1]
    actions.accept_hand_over(hand_over_id=offer.pk, by=actions.By(town.officer.pk, "officer"), now=town.now)
    matter.refresh_from_db()
    assert matter.owner == town.officer
    assert matter.first_asked == town.chiefs[1]


def test_nobody_accepts_or_declines_for_somebody_else(town: Town) -> None:
    offer = actions.offer_hand_over(
        matter_id=raised(town).pk, to_id=town.officer.pk, words="", by=chief(town), now=town.now
    )
    with pytest.raises(actions.NotAllowed, match="offered_to_somebody_else"):
        actions.accept_hand_over(hand_over_id=offer.pk, by=supervisor(town), now=town.now)
    with pytest.raises(actions.NotAllowed, match="offered_to_somebody_else"):
        actions.decline_hand_over(hand_over_id=offer.pk, reason="忙", by=supervisor(town), now=town.now)


def test_what_was_declined_stays_with_whoever_had_it(town: Town) -> None:
    matter = raised(town)
    officer = actions.By(town.officer.pk, "officer")
    offer = actions.offer_hand_over(
        matter_id=matter.pk, to_id=town.officer.pk, words="", by=chief(town), now=town.now
    )
    with pytest.raises(actions.NotAllowed, match="reason_needed"):
        actions.decline_hand_over(hand_over_id=offer.pk, reason="", by=officer, now=town.now)
    actions.decline_hand_over(hand_over_id=offer.pk, reason="不在岗", by=officer, now=town.now)
    matter.refresh_from_db()
    assert matter.owner == town.chiefs[1]
    with pytest.raises(actions.NotAllowed, match="already_decided"):
        actions.accept_hand_over(hand_over_id=offer.pk, by=officer, now=town.now)


def test_the_first_to_accept_ends_the_other_offers(town: Town) -> None:
    matter = raised(town)
    offers = [
        actions.offer_hand_over(matter_id=matter.pk, to_id=who.pk, words="", by=chief(town), now=town.now)
        for who in (town.officer, town.grid_worker)
    ]
    by = actions.By(town.officer.pk, "officer")
    actions.accept_hand_over(hand_over_id=offers[0].pk, by=by, now=town.now)
    assert HandOver.objects.get(pk=offers[1].pk).reason == "taken_by_another"


def test_the_second_return_puts_it_before_the_supervisor_and_nobody_else_calls_out(town: Town) -> None:
    matter = raised(town)
    clerk = actions.By(town.clerk.pk, "agency_clerk")
    for _round in range(2):
        order = matter.call_outs.filter(status="sent").first() or actions.call_out(
            matter_id=matter.pk, agency_id=town.property_manager.pk, by=chief(town), now=town.now
        )
        actions.refuse(
            call_out_id=order.pk, reason=RefusalReason.NOT_COMPETENT, words="不归我们", by=clerk, now=town.now
        )
    matter.refresh_from_db()
    assert matter.under_oversight
    assert Oversight.objects.get(matter=matter).words == "returned_twice"
    with pytest.raises(actions.NotAllowed, match="supervisor_decides"):
        actions.call_out(matter_id=matter.pk, agency_id=town.water.pk, by=chief(town), now=town.now)
    order = actions.call_out(matter_id=matter.pk, agency_id=town.water.pk, by=supervisor(town), now=town.now)
    assert order.status == "sent"


def test_an_agency_is_not_called_out_twice_at_a_time(town: Town) -> None:
    with pytest.raises(actions.NotAllowed, match="already_called_out"):
        actions.call_out(
            matter_id=raised(town).pk, agency_id=town.property_manager.pk, by=chief(town), now=town.now
        )


def test_what_is_confidential_calls_out_no_agency(town: Town) -> None:
    matter = raised(town, category="01-03-01", confidential=True)
    assert not matter.call_outs.exists()
    with pytest.raises(actions.NotAllowed, match="confidential_stays_in_its_queue"):
        actions.call_out(matter_id=matter.pk, agency_id=town.water.pk, by=supervisor(town), now=town.now)


def test_the_answer_to_something_confidential_told_in_a_group_is_not_posted_there(town: Town) -> None:
    matter = raised(town, category="01-03-01", confidential=True)
    few = actions.By(town.confidential.pk, "confidential")
    actions.answer(matter_id=matter.pk, text="我们来找您", by=few, shown_as="", now=town.now)
    answer = Message.objects.get(text="我们来找您")
    assert answer.thread.kind == "private"
    assert [one.person for one in answer.thread.memberships.all()] == [town.resident]


def test_a_pause_moves_the_deadline_by_its_length_and_says_why(town: Town) -> None:
    matter = answered(town, raised(town))
    due = matter.handle_by
    assert due is not None
    began = town.now + timedelta(hours=1)
    until = town.now + timedelta(days=2)
    actions.pause(
        matter_id=matter.pk,
        reason=PauseReason.WAITING_FOR_PARTS,
        words="等配件",
        until=until,
        by=chief(town),
        now=began,
    )
    line = time_line(matter.pk, public_only=True).last()
    assert line is not None
    assert (line.deed, line.text, line.facts["reason"]) == ("paused", "等配件", "waiting_for_parts")
    resumed = actions.resume(matter_id=matter.pk, by=chief(town), now=began + timedelta(hours=5))
    assert resumed.handle_by == due + timedelta(hours=5)


def test_what_nobody_has_answered_cannot_be_paused(town: Town) -> None:
    with pytest.raises(TransitionNotAllowed):
        actions.pause(
            matter_id=raised(town).pk,
            reason=PauseReason.WEATHER,
            words="",
            until=town.now + timedelta(days=1),
            by=chief(town),
            now=town.now,
        )


def test_nobody_grants_their_own_wish_for_more_time(town: Town) -> None:
    matter = answered(town, raised(town))
    later = matter.handle_by + timedelta(days=3)
    wish = actions.ask_extension(
        matter_id=matter.pk, until=later, reason="等材料", by=supervisor(town), now=town.now
    )
    with pytest.raises(actions.NotAllowed, match="somebody_else_decides"):
        actions.decide_extension(extension_id=wish.pk, granted=True, by=supervisor(town), now=town.now)
    actions.decide_extension(
        extension_id=wish.pk, granted=True, by=actions.By(town.command.pk, "supervisor"), now=town.now
    )
    matter.refresh_from_db()
    assert matter.handle_by == later


def test_sorting_keeps_what_the_product_had_thought_beside_what_a_person_says(town: Town) -> None:
    matter = actions.report(
        reporter_id=town.resident.pk,
        text="楼上漏水了",
        by=actions.By(town.resident.pk, "resident"),
        now=town.now,
    )
    actions.sort(matter_id=matter.pk, category="06-01-01", severity=3, by=supervisor(town), now=town.now)
    kept = Sorting.objects.get(matter=matter)
    assert kept.proposal["categories"][0][0] == "05-01-01"
    assert kept.corrected_category is not None
    assert kept.corrected_category.code == "06-01-01"
    assert kept.corrected_severity == 3
