"""What residents write about a matter later: nothing of it gets lost, however far the matter has come."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.factories.town import Town, make_town

from maplebridge.conversations import actions as conversations
from maplebridge.conversations.events import MessageTakenBack
from maplebridge.conversations.models import Message
from maplebridge.matters import actions
from maplebridge.matters.actions import receiving
from maplebridge.matters.domain.workflow import Outcome, State
from maplebridge.matters.handlers import forget_addition
from maplebridge.matters.models import Entry, Matter, Oversight, Sorting


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def by(town: Town) -> actions.By:
    return actions.By(town.resident.pk, "resident")


def form_report(town: Town, text: str = "楼上漏水了，墙都裂了", who: Any = None) -> Matter:
    reporter = who or town.resident
    return actions.report(
        reporter_id=reporter.pk, text=text, by=actions.By(reporter.pk, "resident"), now=town.now
    )


def group_report(town: Town, text: str = "楼上漏水了，天花板一直往下滴水") -> Matter:
    message = town.says(text)
    receiving.receive(message_id=message.pk, now=town.now)
    return Matter.objects.get(asked_in_id=message.pk)


def resolve(town: Town, matter: Matter) -> Matter:
    return actions.resolve(
        matter_id=matter.pk,
        outcome=Outcome.SOLVED,
        text="修好了",
        by=actions.By(town.chiefs[2].pk, "grid_chief"),
        shown_as="网格长",
        now=town.now,
    )


def add(town: Town, matter: Matter, text: str, **more: Any) -> Matter:
    return actions.add(matter_id=matter.pk, by=by(town), text=text, now=more.pop("now", town.now), **more)


def says_in(town: Town, thread_id: int, text: str, **more: Any) -> Message:
    message = conversations.receive_message(
        thread_id=thread_id,
        author_id=town.resident.pk,
        role="resident",
        shown_as="老李",
        text=text,
        now=more.pop("now", town.now),
        **more,
    )
    receiving.receive(message_id=message.pk, now=message.sent_at)
    return message


def added_to(matter: Matter) -> list[str]:
    return list(matter.entries.filter(deed="added").order_by("id").values_list("text", flat=True))


def test_an_addition_after_the_result_opens_the_matter_again_at_its_owner(town: Town) -> None:
    matter = resolve(town, form_report(town))
    owner_id = matter.owner_id
    assert add(town, matter, "今天又漏了").pk == matter.pk
    matter.refresh_from_db()
    assert (matter.state, matter.reopened, matter.owner_id) == (State.IN_HAND, 1, owner_id)
    assert added_to(matter) == ["今天又漏了"]
    assert Oversight.objects.get(matter=matter, closed_at=None).words == "added_after_result"


def test_an_addition_long_after_begins_a_matter_that_names_the_old_one(town: Town) -> None:
    old = resolve(town, form_report(town))
    assert old.feedback_by is not None
    actions.wake(matter_id=old.pk, now=old.feedback_by)
    later = town.now + timedelta(days=60)
    new = add(town, old, "厨房又开始漏了", now=later)
    old.refresh_from_db()
    assert new.pk != old.pk
    assert (old.state, new.state, new.summary) == (State.CLOSED, State.ASSIGNED, "厨房又开始漏了")
    assert (new.category, new.building, new.thread) == (old.category, old.building, old.thread)
    assert new.reported_by.get().person == town.resident
    assert new.entries.get(deed="follows").facts == {"into": old.pk}
    assert old.entries.get(deed="followed").facts == {"into": new.pk}


def test_what_was_withdrawn_is_not_opened_again_but_begins_anew(town: Town) -> None:
    old = form_report(town)
    actions.withdraw(matter_id=old.pk, person_id=town.resident.pk, words="", now=town.now)
    new = add(town, old, "还是请你们来看一下")
    old.refresh_from_db()
    assert (old.state, new.summary) == (State.CLOSED, "还是请你们来看一下")


def test_an_addition_to_a_merged_matter_stands_where_it_goes_on(town: Town) -> None:
    first, second, third = (form_report(town), form_report(town), form_report(town, who=town.neighbor))
    supervisor = actions.By(town.supervisor.pk, "supervisor")
    actions.merge(matter_id=first.pk, into_id=second.pk, by=supervisor, now=town.now)
    actions.merge(matter_id=second.pk, into_id=third.pk, by=supervisor, now=town.now)
    assert add(town, first, "卧室也漏了").pk == third.pk
    assert added_to(third) == ["卧室也漏了"]
    assert added_to(first) == []


def test_what_staff_note_after_the_end_opens_nothing(town: Town) -> None:
    matter = resolve(town, form_report(town))
    noted = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.add(matter_id=matter.pk, by=noted, text="材料费已报销", now=town.now)
    matter.refresh_from_db()
    assert matter.state == State.RESOLVED
    assert added_to(matter) == ["材料费已报销"]


# What is written in a private thread, or as a reply, finds its matter.


@pytest.mark.parametrize("text", ["都三天了，什么时候能来修", "师傅电话打不通", "刚才又滴下来一大片"])
def test_words_in_the_private_thread_reach_its_matter_even_weeks_later(town: Town, text: str) -> None:
    matter = form_report(town)
    says_in(town, matter.thread_id, text, now=town.now + timedelta(days=20))
    assert added_to(matter) == [text]
    assert Matter.objects.count() == 1


def test_what_was_put_off_still_takes_additions(town: Town) -> None:
    matter = group_report(town)
    handler = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.answer(matter_id=matter.pk, text="看过了", by=handler, shown_as="网格长", now=town.now)
    review = (town.now + timedelta(days=30)).date()
    actions.defer(matter_id=matter.pk, words="等经费", review_on=review, by=handler, now=town.now)
    message = town.says("刚才滴得更厉害了，盆都接满了")
    receiving.receive(message_id=message.pk, now=town.now)
    assert added_to(matter) == ["刚才滴得更厉害了，盆都接满了"]


def test_a_reply_to_the_result_that_it_still_leaks_opens_the_matter_again(town: Town) -> None:
    matter = resolve(town, group_report(town))
    result = Message.objects.filter(thread_id=town.group.thread_id, kind="reply").latest("pk")
    says_in(town, town.group.thread_id, "还是漏", in_reply_to_id=result.pk)
    matter.refresh_from_db()
    assert (matter.state, matter.reopened) == (State.IN_HAND, 1)


@pytest.mark.parametrize("text", ["谢谢师傅", "好的", "修好了，辛苦了"])
def test_thanks_for_the_result_open_nothing(town: Town, text: str) -> None:
    matter = resolve(town, group_report(town))
    result = Message.objects.filter(thread_id=town.group.thread_id, kind="reply").latest("pk")
    message = says_in(town, town.group.thread_id, text, in_reply_to_id=result.pk)
    matter.refresh_from_db()
    assert matter.state == State.RESOLVED
    assert Sorting.objects.get(message=message).matter is None


def test_nothing_confided_becomes_a_matter_that_others_may_open(town: Town) -> None:
    """Whoever may see a matter may read its thread: an ordinary matter there would open all that was confided."""
    matter = form_report(town, "我老公又打我了，我害怕")
    assert matter.confidential
    for text in ("他把楼道的灯也砸坏了，黑得看不见", "楼上漏水了，天花板一直往下滴水"):
        says_in(town, matter.reported_by.get().thread_id, text)
    assert not Matter.objects.filter(confidential=False).exists()
    told = Entry.objects.filter(matter__confidential=True, deed__in=["added", "raised"])
    assert told.count() == 3


def test_another_thing_told_in_the_private_thread_is_a_matter_of_its_own(town: Town) -> None:
    first = form_report(town)
    says_in(town, first.thread_id, "南门外的路灯坏了好几天，晚上黑得看不见")
    assert Matter.objects.exclude(pk=first.pk).get().summary.startswith("南门外的路灯")


def test_what_is_taken_back_in_a_group_stands_in_no_time_line_either(town: Town) -> None:
    matter = group_report(town)
    kept, taken = (
        says_in(town, town.group.thread_id, text, in_reply_to_id=matter.asked_in_id)
        for text in ("补充：是三单元", "补充：我家电话13812345678")
    )
    for one in (kept, taken):
        receiving.receive(message_id=one.pk, now=town.now)
    assert Entry.objects.filter(matter=matter, deed="added").exclude(text="").count() == 2
    conversations.withdraw(message=taken, now=town.now)
    forget_addition(MessageTakenBack(message_id=taken.pk, thread_id=taken.thread_id, occurred_at=town.now))
    assert [one.text for one in Entry.objects.filter(matter=matter, deed="added").order_by("pk")] == [
        "补充：是三单元",
        "",
    ]
