"""An answer that promises more is dated by its words, and staff change or remove it with a tap."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.matters import actions
from maplebridge.matters.models import Matter, Promise
from maplebridge.people.models import Account


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def raised(town: Town) -> Matter:
    message = town.says("楼上漏水了，墙都裂了")
    return actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=town.resident.pk,
        judged=actions.Judged(category="05-01-01", severity=1, decided=True, lead="property"),
        where=actions.Where(grid_id=town.entrance_grid.pk, estate_id=town.estate.pk),
        message_id=message.pk,
        now=town.now,
    )


def chief(town: Town) -> actions.By:
    return actions.By(town.chiefs[1].pk, "grid_chief")


def answered(
    town: Town, matter: Matter, *, text: str, after: int = 10, promise_by: datetime | None = None
) -> Matter:
    return actions.answer(
        matter_id=matter.pk,
        text=text,
        by=chief(town),
        shown_as="网格长",
        now=town.now + timedelta(minutes=after),
        promise_by=promise_by,
    )


def promise_of(town: Town, text: str) -> Promise | None:
    return answered(town, raised(town), text=text).promises.first()


def test_an_answer_that_promises_tomorrow_is_due_tomorrow_evening(town: Town) -> None:
    promise = promise_of(town, "我明天给您回复")
    assert promise is not None
    due = timezone.localtime(promise.due_at)
    assert due.date() == timezone.localtime(town.now).date() + timedelta(days=1)
    assert due.hour == 18
    assert promise.by_id == town.chiefs[1].pk


def test_a_promise_without_a_time_is_due_with_the_matter(town: Town) -> None:
    matter = answered(town, raised(town), text="等修好了告诉您")
    assert matter.promises.get().due_at == matter.handle_by


def test_an_answer_that_promises_nothing_leaves_none(town: Town) -> None:
    assert promise_of(town, "昨天已经修好了，谢谢您") is None


def test_the_time_typed_by_hand_wins_over_the_words(town: Town) -> None:
    by = town.now + timedelta(hours=3)
    matter = answered(town, raised(town), text="我明天给您回复", promise_by=by)
    assert matter.promises.get().due_at == by


def test_a_promise_read_from_words_is_chased_when_it_is_due(town: Town) -> None:
    promise = promise_of(town, "我明天给您回复")
    assert promise is not None
    actions.chase_promise(promise_id=promise.pk, now=promise.due_at + timedelta(minutes=1))
    promise.refresh_from_db()
    assert promise.chased_at is not None
    assert promise.matter.oversights.filter(words="promise_due").exists()


def test_a_further_promise_takes_the_place_of_the_first(town: Town) -> None:
    matter = answered(town, raised(town), text="明天派人去看")
    answered(town, matter, after=60, text="配件没到，后天上门换")
    open_ones = matter.promises.filter(kept_at=None)
    assert [one.text for one in open_ones] == ["配件没到，后天上门换"]


def test_a_promise_moved_is_chased_at_its_new_time(town: Town) -> None:
    promise = promise_of(town, "我明天给您回复")
    assert promise is not None
    later = promise.due_at + timedelta(days=2)
    actions.chase_promise(promise_id=promise.pk, now=promise.due_at)
    moved = actions.move_promise(promise_id=promise.pk, due_at=later, by=chief(town), now=promise.due_at)
    assert (moved.due_at, moved.chased_at) == (later, None)


@pytest.mark.parametrize(
    ("due", "refusal"),
    [(timedelta(), "promise_in_the_past"), (timedelta(days=400), "promise_too_far")],
)
def test_a_promise_is_not_moved_where_nobody_waits(town: Town, due: timedelta, refusal: str) -> None:
    promise = promise_of(town, "我明天给您回复")
    assert promise is not None
    with pytest.raises(actions.NotAllowed, match=refusal):
        actions.move_promise(promise_id=promise.pk, due_at=town.now + due, by=chief(town), now=town.now)


def test_what_was_no_promise_is_gone_and_on_the_record(town: Town) -> None:
    promise = promise_of(town, "我明天给您回复")
    assert promise is not None
    actions.take_back_promise(promise_id=promise.pk, by=chief(town), now=town.now)
    assert not Promise.objects.exists()
    assert Matter.objects.get(pk=promise.matter_id).entries.filter(deed="promise_taken_back").count() == 1
    with pytest.raises(actions.NotAllowed, match="already_decided"):
        actions.take_back_promise(promise_id=promise.pk, by=chief(town), now=town.now)


def test_on_the_page_a_tap_takes_it_back_and_a_time_moves_it(db: None) -> None:
    town = make_town(timezone.now() - timedelta(minutes=5))
    matter = answered(town, raised(town), text="我明天给您回复", after=0)
    client = Client()
    account = Account.objects.get(person=town.chiefs[1])
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("matter", args=[matter.pk])).content.decode()
    assert "/do/take_back_promise/" in page
    assert "/do/move_promise/" in page
    promise = matter.promises.get()
    later = timezone.localtime() + timedelta(days=3)
    url = reverse("matter_deed", args=[matter.pk, "move_promise"])
    client.post(url, {"of": promise.pk, "due_at": f"{later:%Y-%m-%dT%H:%M}"})
    promise.refresh_from_db()
    assert timezone.localtime(promise.due_at).date() == later.date()
    client.post(reverse("matter_deed", args=[matter.pk, "take_back_promise"]), {"of": promise.pk})
    assert not matter.promises.exists()
