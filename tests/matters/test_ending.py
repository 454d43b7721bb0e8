"""The end of a matter: results, what residents say of them, merging, splitting, calling back."""

from datetime import datetime, timedelta

import pytest
from tests.factories.town import Town, make_town

from maplebridge.conversations.models import Message
from maplebridge.matters import actions
from maplebridge.matters.domain.workflow import (
    ClosedAs,
    NotFeasible,
    Outcome,
    PauseReason,
    RefusalReason,
    State,
    TransitionNotAllowed,
)
from maplebridge.matters.models import CallBack, Feedback, Matter, MatterPhoto, Oversight, Reporter
from maplebridge.matters.templatetags import matter_words
from maplebridge.platform.models import EventRecord, Photo


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def reported(
    town: Town, text: str = "楼上漏水了，墙都裂了", *, neighbor: bool = False, category: str = "05-01-01"
) -> Matter:
    who = town.neighbor if neighbor else town.resident
    message = town.says(text, who=who)
    return actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=text,
        thread_id=message.thread_id,
        reporter_id=who.pk,
        judged=actions.Judged(category=category, severity=1, decided=True, lead="property"),
        where=actions.Where(grid_id=town.entrance_grid.pk, estate_id=town.estate.pk),
        message_id=message.pk,
        now=town.now,
    )


def chief(town: Town) -> actions.By:
    return actions.By(town.chiefs[1].pk, "grid_chief")


def supervisor(town: Town) -> actions.By:
    return actions.By(town.supervisor.pk, "supervisor")


def resolved(town: Town, matter: Matter, *, text: str = "修好了", **more: object) -> Matter:
    return actions.resolve(
        matter_id=matter.pk,
        outcome=Outcome.SOLVED,
        text=text,
        by=chief(town),
        shown_as="网格长",
        now=town.now,
        **more,  # type: ignore[arg-type]  # whoever calls names the fields
    )


def said(town: Town, matter: Matter, *, solved: bool, later: timedelta = timedelta(hours=1)) -> Feedback:
    return actions.record_feedback(
        matter_id=matter.pk, person_id=town.resident.pk, solved=solved, satisfaction=4, now=town.now + later
    )


def test_the_result_is_posted_where_it_was_asked_without_personal_data(town: Town) -> None:
    matter = resolved(town, reported(town), text="已联系401住户，电话13912345678，修好了")
    reply = Message.objects.filter(thread_id=town.group.thread_id, kind="reply").latest("pk")
    assert "修好了" in reply.text
    assert "13912345678" not in reply.text
    assert "13912345678" not in matter.entries.get(deed="resolved").text


def test_where_the_category_asks_for_it_there_is_no_result_without_an_after_photo(town: Town) -> None:
    with pytest.raises(actions.NotAllowed, match="after_photo_needed"):
        resolved(town, reported(town, category="06-01-01"))


def test_a_result_ends_what_agencies_still_had_to_do(town: Town) -> None:
    matter = reported(town)
    assert matter.call_outs.get().status == "sent"
    resolved(town, matter)
    assert matter.call_outs.get().status == "canceled"


def test_solved_closes_it_as_solved(town: Town) -> None:
    matter = resolved(town, reported(town))
    said(town, matter, solved=True)
    matter.refresh_from_db()
    assert (matter.state, matter.closed_as) == (State.CLOSED, ClosedAs.SOLVED)


def test_not_solved_reopens_it_at_the_owner_with_oversight(town: Town) -> None:
    matter = resolved(town, reported(town))
    said(town, matter, solved=False)
    matter.refresh_from_db()
    assert matter.state == State.IN_HAND
    assert matter.owner == town.chiefs[1]
    assert matter.under_oversight
    assert matter.outcome == ""
    assert Oversight.objects.get(matter=matter).words == "not_solved"


def test_silence_closes_as_not_answered_and_never_as_satisfied(town: Town) -> None:
    matter = resolved(town, reported(town))
    assert matter.feedback_by is not None
    actions.wake(matter_id=matter.pk, now=matter.feedback_by)
    matter.refresh_from_db()
    assert (matter.state, matter.closed_as) == (State.CLOSED, ClosedAs.NOT_ANSWERED)
    assert not Feedback.objects.exists()


def test_who_was_silent_may_still_say_that_it_is_not_solved_but_not_forever(town: Town) -> None:
    matter = resolved(town, reported(town))
    assert matter.feedback_by is not None
    actions.wake(matter_id=matter.pk, now=matter.feedback_by)
    with pytest.raises(actions.NotAllowed, match="too_late_to_answer"):
        said(town, matter, solved=False, later=timedelta(days=16))
    said(town, matter, solved=False, later=timedelta(days=10))
    matter.refresh_from_db()
    assert matter.state == State.IN_HAND


def test_each_reporter_answers_once_a_round(town: Town) -> None:
    matter = resolved(town, reported(town))
    said(town, matter, solved=True)
    with pytest.raises(actions.NotAllowed, match="already_answered"):
        said(town, matter, solved=False)


def test_only_who_reported_it_says_whether_it_is_solved(town: Town) -> None:
    matter = resolved(town, reported(town))
    with pytest.raises(actions.NotAllowed, match="not_a_reporter"):
        actions.record_feedback(matter_id=matter.pk, person_id=town.neighbor.pk, solved=True, now=town.now)


def test_before_there_is_a_result_there_is_nothing_to_judge(town: Town) -> None:
    with pytest.raises(actions.NotAllowed, match="not_resolved_yet"):
        said(town, reported(town), solved=True)


def test_merging_carries_the_reporters_over_and_they_hear_the_result(town: Town) -> None:
    first = reported(town)
    private = actions.report(
        reporter_id=town.neighbor.pk,
        text="我家也漏",
        by=actions.By(town.neighbor.pk, "resident"),
        now=town.now,
    )
    actions.merge(matter_id=private.pk, into_id=first.pk, by=supervisor(town), now=town.now)
    private.refresh_from_db()
    first.refresh_from_db()
    assert (private.state, private.merged_into) == (State.MERGED, first)
    assert first.reporters == 2
    resolved(town, first)
    assert Message.objects.filter(thread=private.thread, kind="reply", text__contains="修好了").exists()


def test_a_matter_is_not_merged_into_itself_nor_out_of_confidence(town: Town) -> None:
    matter, other = reported(town), reported(town, neighbor=True)
    with pytest.raises(actions.NotAllowed, match="same_matter"):
        actions.merge(matter_id=matter.pk, into_id=matter.pk, by=chief(town), now=town.now)
    Matter.objects.filter(pk=other.pk).update(confidential=True)
    with pytest.raises(actions.NotAllowed, match="confidential_stays_in_its_queue"):
        actions.merge(matter_id=other.pk, into_id=matter.pk, by=chief(town), now=town.now)


@pytest.mark.parametrize("count", [1, 11])
def test_a_matter_is_divided_into_two_to_ten_parts(town: Town, count: int) -> None:
    parts = [f"第{number}件" for number in range(count)]
    with pytest.raises(actions.NotAllowed, match="two_to_ten_parts"):
        actions.split(matter_id=reported(town).pk, parts=parts, by=chief(town), now=town.now)


def test_ten_parts_each_have_an_owner_a_clock_and_the_reporters(town: Town) -> None:
    matter = reported(town)
    parts = actions.split(
        matter_id=matter.pk, parts=[f"第{number}件" for number in range(10)], by=chief(town), now=town.now
    )
    assert {one.owner_id for one in parts} == {matter.owner_id}
    assert all(one.respond_by == town.now + timedelta(minutes=30) for one in parts)
    assert Reporter.objects.filter(matter__in=parts, person=town.resident).count() == 10
    with pytest.raises(actions.NotAllowed, match="part_is_not_split_again"):
        actions.split(matter_id=parts[0].pk, parts=["甲", "乙"], by=chief(town), now=town.now)


def test_the_only_reporter_takes_it_back_one_of_several_only_leaves(town: Town) -> None:
    shared, alone = reported(town), reported(town, "路灯不亮")
    actions.join(matter_id=shared.pk, person_id=town.neighbor.pk, thread_id=shared.thread_id, now=town.now)
    actions.withdraw(matter_id=shared.pk, person_id=town.resident.pk, words="", now=town.now)
    actions.withdraw(matter_id=alone.pk, person_id=town.resident.pk, words="", now=town.now)
    shared.refresh_from_db()
    alone.refresh_from_db()
    assert (shared.state, shared.reporters) == (State.ASSIGNED, 1)
    assert (alone.state, alone.closed_as) == (State.CLOSED, ClosedAs.WITHDRAWN)


def test_a_result_is_given_once(town: Town) -> None:
    matter = resolved(town, reported(town))
    with pytest.raises(TransitionNotAllowed):
        resolved(town, matter)


def test_somebody_other_than_the_handler_calls_back_and_what_is_said_counts(town: Town) -> None:
    matter = resolved(town, reported(town), call_back=True)
    call = CallBack.objects.get(matter=matter)
    told = {"reached": True, "solved": True, "satisfaction": 5, "words": "满意", "now": town.now}
    with pytest.raises(actions.NotAllowed, match="somebody_else_calls_back"):
        actions.call_back_with(call_back_id=call.pk, by=chief(town), **told)
    actions.call_back_with(call_back_id=call.pk, by=supervisor(town), **told)
    given = Feedback.objects.get(matter=matter)
    assert (given.person, given.called_back_by, given.satisfaction) == (town.resident, town.supervisor, 5)


def test_who_could_not_be_reached_has_not_said_anything(town: Town) -> None:
    matter = resolved(town, reported(town), call_back=True)
    actions.call_back_with(
        call_back_id=CallBack.objects.get(matter=matter).pk,
        reached=False,
        solved=None,
        satisfaction=None,
        words="",
        by=supervisor(town),
        now=town.now,
    )
    assert not Feedback.objects.exists()
    matter.refresh_from_db()
    assert matter.state == State.RESOLVED


def test_what_is_not_ours_says_to_whom_it_was_handed_on_and_what_is_not_feasible_why(town: Town) -> None:
    matter = reported(town)
    ends = {"matter_id": matter.pk, "by": chief(town), "shown_as": "网格长", "now": town.now}
    with pytest.raises(actions.NotAllowed, match="say_to_whom"):
        actions.resolve(outcome=Outcome.NOT_OURS, text="不归我们管", **ends)
    with pytest.raises(actions.NotAllowed, match="say_why_not"):
        actions.resolve(outcome=Outcome.NOT_FEASIBLE, text="做不了", **ends)
    actions.resolve(
        outcome=Outcome.NOT_FEASIBLE, text="明年再申请", because=NotFeasible.NO_MONEY, handed_to="谁", **ends
    )
    assert matter.entries.get(deed="resolved").facts == {"outcome": "not_feasible", "because": "no_money"}
    assert "因为没有经费。明年再申请" in Message.objects.filter(kind="reply").latest("pk").text

    other = reported(town, "门口的变压器嗡嗡响")
    ends["matter_id"] = other.pk
    actions.resolve(outcome=Outcome.NOT_OURS, text="他们明天来看", handed_to="供电公司", **ends)
    assert "已经转给供电公司。他们明天来看" in Message.objects.filter(kind="reply").latest("pk").text


def test_every_coded_reason_and_outcome_has_words() -> None:
    assert set(matter_words.REFUSALS) == set(RefusalReason)
    assert set(matter_words.NOT_FEASIBLE) == set(NotFeasible)
    assert set(matter_words.OUTCOMES) == set(Outcome)
    assert set(matter_words.PAUSES) == set(PauseReason)


def test_a_promise_goes_on_with_the_matter_it_was_merged_into(town: Town) -> None:
    first, second = reported(town), reported(town, "天花板往下滴水", neighbor=True)
    due = town.now + timedelta(hours=5)
    actions.answer(
        matter_id=first.pk, text="派人来看", by=chief(town), shown_as="网格长", now=town.now, promise_by=due
    )
    actions.merge(matter_id=first.pk, into_id=second.pk, by=supervisor(town), now=town.now)
    promise = second.promises.get()
    actions.chase_promise(promise_id=promise.pk, now=due)
    second.refresh_from_db()
    assert second.under_oversight
    assert second.oversights.get(closed_at=None).words == "promise_due"


def test_who_did_the_work_for_an_agency_does_not_call_back(town: Town) -> None:
    matter = reported(town)
    order = matter.call_outs.get()
    worker = actions.By(town.supervisor.pk, "agency_clerk")
    actions.report_done(call_out_id=order.pk, words="换了水管", by=worker, now=town.now)
    resolved(town, matter, call_back=True)
    call = CallBack.objects.get(matter=matter)
    with pytest.raises(actions.NotAllowed, match="somebody_else_calls_back"):
        actions.finish_call_back(call_back_id=call.pk, reached=True, by=supervisor(town), now=town.now)


def merged(town: Town, matter: Matter, into: Matter) -> Matter:
    actions.merge(matter_id=matter.pk, into_id=into.pk, by=supervisor(town), now=town.now)
    into.refresh_from_db()
    return into


def photographed(town: Town, matter: Matter, key: str, when: str = "before") -> int:
    photo = Photo.objects.create(key=key, width=4, height=3, digest=key, kept_at=town.now)
    MatterPhoto.objects.create(matter=matter, photo=photo, when=when, by=town.resident)
    return photo.pk


def test_an_order_goes_on_with_the_matter_it_was_merged_into(town: Town) -> None:
    first, second = reported(town), reported(town, "天花板往下滴水", neighbor=True)
    second.call_outs.all().delete()
    accepted = actions.accept(
        call_out_id=first.call_outs.get().pk, by=actions.By(town.clerk.pk, "agency_clerk"), now=town.now
    )
    merged(town, first, second)
    order = second.call_outs.get()
    assert (order.status, order.agency, order.lead) == ("accepted", accepted.agency, True)
    assert (order.answered_by, order.handle_by) == (town.clerk, accepted.handle_by)
    assert second.entries.get(deed="call_out_carried").facts["from"] == first.pk
    assert first.call_outs.get().status == "canceled"
    actions.report_done(
        call_out_id=order.pk, words="换了水管", by=actions.By(town.clerk.pk, "agency_clerk"), now=town.now
    )


def test_an_agency_called_out_to_both_has_one_order_left_and_has_accepted_it(town: Town) -> None:
    first, second = reported(town), reported(town, "天花板往下滴水", neighbor=True)
    done = first.call_outs.get()
    actions.accept(call_out_id=done.pk, by=actions.By(town.clerk.pk, "agency_clerk"), now=town.now)
    merged(town, first, second)
    assert second.call_outs.get().status == "accepted"
    assert second.call_outs.get().answered_by == town.clerk
    assert second.entries.filter(deed="call_out_carried").exists()


def test_a_merged_matter_takes_its_photos_along_each_once(town: Town) -> None:
    first, second = reported(town), reported(town, "天花板往下滴水", neighbor=True)
    both, other = photographed(town, first, "a"), photographed(town, first, "b", "after")
    MatterPhoto.objects.create(matter=second, photo_id=both, when="before", by=town.neighbor)
    merged(town, first, second)
    assert dict(second.photos.values_list("photo_id", "when")) == {both: "before", other: "after"}


def test_a_supervision_order_a_wish_for_time_and_a_danger_go_on_with_it_too(town: Town) -> None:
    first, second = reported(town), reported(town, "天花板往下滴水", neighbor=True)
    for one in (first, second):
        actions.answer(matter_id=one.pk, text="来看", by=chief(town), shown_as="网格长", now=town.now)
    due = town.now + timedelta(days=1)
    actions.order(matter_id=first.pk, words="限期修好", due_at=due, by=supervisor(town), now=town.now)
    until = town.now + timedelta(days=60)
    actions.ask_extension(matter_id=first.pk, until=until, reason="等零件", by=chief(town), now=town.now)
    Matter.objects.filter(pk=first.pk).update(emergency="119")
    merged(town, first, second)
    assert second.under_oversight
    assert second.oversights.get(closed_at=None).words == "限期修好"
    assert second.extensions.get().decided_at is None
    assert second.emergency == "119"


def test_a_matter_that_has_a_result_needs_no_more_time(town: Town) -> None:
    matter = reported(town)
    actions.answer(matter_id=matter.pk, text="来看", by=chief(town), shown_as="网格长", now=town.now)
    until = town.now + timedelta(days=60)
    actions.ask_extension(matter_id=matter.pk, until=until, reason="等零件", by=chief(town), now=town.now)
    resolved(town, matter)
    assert matter.extensions.get().granted is False


def test_the_number_of_a_merged_matter_is_never_taken_for_a_person(town: Town) -> None:
    first, second = reported(town), reported(town, "天花板往下滴水", neighbor=True)
    merged(town, first, second)
    names = {"persons": {first.pk: "王警官"}}
    assert f"#{first.pk}" in matter_words.deed(second.entries.get(deed="took_in"), names)


def test_parts_show_the_photos_and_the_part_that_speaks_of_danger_is_an_emergency(town: Town) -> None:
    matter = reported(town)
    before = photographed(town, matter, "a")
    photographed(town, matter, "b", "after")
    Matter.objects.filter(pk=matter.pk).update(emergency="119")
    parts = actions.split(
        matter_id=matter.pk,
        parts=["3号楼楼道里的电动车着火了，冒着浓烟", "楼道的灯不亮"],
        by=chief(town),
        now=town.now,
    )
    assert [one.emergency for one in parts] == ["119", ""]
    assert [list(one.photos.values_list("photo_id", flat=True)) for one in parts] == [[before], [before]]
    assigned = EventRecord.objects.filter(type__endswith=".MatterAssigned").order_by("pk")
    assert [one.payload["matter_id"] for one in assigned] == [matter.pk, *(one.pk for one in parts)]
