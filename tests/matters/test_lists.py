"""Where a day begins for agencies, sorting officers and the few who read in confidence."""

import re
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town
from tests.matters.test_raising import raised

from maplebridge.matters import actions, queries
from maplebridge.matters.actions import receiving
from maplebridge.matters.models import CallOut, Matter, Sorting
from maplebridge.people.models import Account, Person
from maplebridge.people.queries import standing_of


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person), "django.contrib.auth.backends.ModelBackend")
    return client


def page(person: Person, name: str, *args: object, **query: object) -> str:
    answer = as_(person).get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_agency_sees_what_it_was_called_out_to(town: Town) -> None:
    matter = raised(town)
    assert f"#{matter.pk}" in page(town.clerk, "agency_inbox")


def test_an_agency_sees_nothing_of_other_agencies_matters(town: Town) -> None:
    matter = raised(town)
    assert f"#{matter.pk}<" not in page(town.water_clerk, "agency_inbox")


def test_an_inbox_shows_neither_flat_nor_phone_of_who_asked(town: Town) -> None:
    message = town.says("3号楼2单元401漏水，电话13800138000")
    actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=town.resident.pk,
        judged=actions.Judged(category="05-01-01", severity=1, decided=True, lead="property"),
        where=actions.Where(grid_id=town.entrance_grid.pk, estate_id=town.estate.pk),
        message_id=message.pk,
        now=town.now,
    )
    shown = page(town.clerk, "agency_inbox")
    assert "漏水" in shown
    assert "13800138000" not in shown
    assert not re.search(r"(?<![\da-f])401(?![\da-f])", shown)  # moments and digests may hold it


def test_an_order_moves_from_new_to_accepted_to_done(town: Town) -> None:
    order = raised(town).call_outs.get()
    clerk = as_(town.clerk)
    clerk.post(reverse("inbox_accept", args=[order.pk]))
    assert f"order-{order.pk}" not in page(town.clerk, "agency_inbox")
    assert f"order-{order.pk}" in page(town.clerk, "agency_inbox", part="accepted")
    clerk.post(reverse("inbox_done", args=[order.pk]), {"words": "阀门换好了"})
    order.refresh_from_db()
    assert order.status == "done"
    assert "阀门换好了" in page(town.clerk, "agency_inbox", part="ended")


def test_what_is_no_picture_keeps_the_words_of_what_was_done(town: Town) -> None:
    order = raised(town).call_outs.get()
    sent = {"words": "阀门换好了", "photos": SimpleUploadedFile("a.jpg", b"%PDF", "image/jpeg")}
    answer = as_(town.clerk).post(reverse("inbox_done", args=[order.pk]), sent)
    order.refresh_from_db()
    assert (answer.status_code, order.status) == (422, "sent")
    assert "阀门换好了</textarea>" in answer.content.decode()


def test_an_order_is_returned_with_a_coded_reason_and_words(town: Town) -> None:
    order = raised(town).call_outs.get()
    answer = as_(town.clerk).post(reverse("inbox_refuse", args=[order.pk]), {"reason": "outside_area"})
    order.refresh_from_db()
    assert answer.status_code == 200, "the form comes back: words are still needed"
    assert order.status == "sent"
    as_(town.clerk).post(
        reverse("inbox_refuse", args=[order.pk]), {"reason": "outside_area", "words": "不在本小区"}
    )
    order.refresh_from_db()
    assert (order.status, order.reason) == ("refused", "outside_area")


@pytest.mark.parametrize("name", ["inbox_accept", "inbox_refuse", "inbox_done"])
def test_an_order_of_another_agency_does_not_exist(town: Town, name: str) -> None:
    order = raised(town).call_outs.get()
    answer = as_(town.water_clerk).post(reverse(name, args=[order.pk]), {"reason": "duplicate", "words": "x"})
    order.refresh_from_db()
    assert answer.status_code == 404
    assert order.status == "sent"


def test_the_lamp_of_an_order_runs_by_its_own_clock(town: Town) -> None:
    order = raised(town).call_outs.get()
    actions.answer(
        matter_id=order.matter_id,
        text="马上到",
        by=actions.By(town.chiefs[1].pk, "grid_chief"),
        shown_as="网格长",
        now=town.now,
    )
    order.refresh_from_db()
    late = queries.clock_of_call_out(order, town.now + timedelta(minutes=31))
    assert (late.color, late.due) == ("red", order.respond_by)


def test_what_the_product_was_not_sure_of_is_sorted_with_one_tap(town: Town) -> None:
    matter = raised(town, decided=False)
    assert f"#{matter.pk}" in page(town.sorting_officer, "sorting")
    as_(town.sorting_officer).post(reverse("sorting_sort", args=[matter.pk]), {"category": "06-01-01"})
    matter.refresh_from_db()
    assert (matter.needs_sorting, matter.category.code) == (False, "06-01-01")  # type: ignore[union-attr]  # has one now
    assert f"#{matter.pk}<" not in page(town.sorting_officer, "sorting")


def test_a_part_of_what_was_divided_is_sorted_with_one_tap_too(town: Town) -> None:
    matter = raised(town)
    told = ["楼上漏水了", "楼上漏水，墙都裂了"]
    actions.split(
        matter_id=matter.pk, parts=told, by=actions.By(town.supervisor.pk, "supervisor"), now=town.now
    )
    standing = standing_of(town.supervisor.pk, town.now.date())
    best = [one.proposed[0][0].code for one in queries.to_sort(standing, town.now)]
    assert best == ["05-01-01", "05-01-01"]


def undecided(town: Town, text: str = "有人管管楼下吗", probability: float = 0.5) -> Sorting:
    message = town.says(text)
    return Sorting.objects.create(
        message=message, kind="matter", probability=probability, proposal={}, made_at=timezone.now()
    )


def test_a_message_in_doubt_becomes_a_matter_with_one_tap(town: Town) -> None:
    sorting = undecided(town)
    assert "有人管管楼下吗" in page(town.sorting_officer, "sorting")
    as_(town.sorting_officer).post(reverse("sorting_raise", args=[sorting.pk]))
    assert Matter.objects.filter(asked_in=sorting.message).count() == 1
    assert "有人管管楼下吗" not in page(town.sorting_officer, "sorting").split("undecided-head")[1]


def test_a_message_left_as_talk_is_asked_about_no_more(town: Town) -> None:
    sorting = undecided(town)
    as_(town.sorting_officer).post(reverse("sorting_leave", args=[sorting.pk]))
    assert queries.undecided(town.now) == []
    sorting.refresh_from_db()
    assert sorting.corrected_kind == "small_talk"


def test_what_is_nearest_to_being_raised_is_asked_first(town: Town) -> None:
    far, near = undecided(town, "远", 0.2), undecided(town, "近", 0.59)
    assert [one.id for one in queries.undecided(town.now)] == [near.pk, far.pk]


def test_what_is_surely_talk_is_not_asked_about(town: Town) -> None:
    sorting = undecided(town, "谢谢大家", 0.95)
    Sorting.objects.filter(pk=sorting.pk).update(kind="thanks")
    assert queries.undecided(town.now) == []


def test_only_the_few_open_the_confidential_queue(town: Town) -> None:
    message = town.says("他又打我")
    matter = actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=town.resident.pk,
        judged=actions.Judged(category="01-03-01", severity=3, decided=False, confidential=True),
        where=actions.Where(grid_id=town.entrance_grid.pk),
        message_id=message.pk,
        now=town.now,
    )
    assert f"#{matter.pk}" in page(town.confidential, "confidential")
    for person in (town.supervisor, town.sorting_officer, town.command, town.officer, town.administrator):
        assert as_(person).get(reverse("confidential")).status_code == 403
    assert "他又打我" not in page(town.sorting_officer, "sorting")


@pytest.mark.parametrize(
    ("name", "who"),
    [("agency_inbox", "clerk"), ("sorting", "sorting_officer"), ("confidential", "confidential")],
)
def test_a_longer_list_asks_the_database_no_more_often(town: Town, name: str, who: str) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            raised(town)
            raised(town, decided=False)
            undecided(town)
            Matter.objects.filter(pk=raised(town).pk).update(confidential=True)
        counts.append(_queries_of(getattr(town, who), name))
    assert counts[0] == counts[1]


def _queries_of(person: Person, name: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = as_(person)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse(name))
    return len(asked)


def test_receiving_leaves_something_to_decide(town: Town) -> None:
    message = town.says("今天天气不错")
    receiving.receive(message_id=message.pk, now=town.now)
    assert Sorting.objects.filter(message=message, matter=None).exists()
    assert not CallOut.objects.exists()
