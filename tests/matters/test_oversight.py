"""Everything that is late is in somebody's list, and on the board of those who oversee."""

import html
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town
from tests.matters.test_lists import as_
from tests.matters.test_raising import raised

from maplebridge.matters import actions, queries
from maplebridge.matters.domain.workflow import Outcome, RefusalReason
from maplebridge.matters.models import CallBack, CallOut, Matter, Oversight, Promise
from maplebridge.matters.queries import Concern, Scope
from maplebridge.matters.sweeps import sweep

LATER = timedelta(days=40)


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def chief(town: Town) -> actions.By:
    return actions.By(town.chiefs[1].pk, "grid_chief")


def above(town: Town) -> actions.By:
    return actions.By(town.supervisor.pk, "supervisor")


def answered(town: Town, **more: object) -> Matter:
    matter = raised(town)
    actions.answer(
        matter_id=matter.pk,
        text="马上到",
        by=chief(town),
        shown_as="网格长",
        now=town.now,
        **more,  # type: ignore[arg-type]  # whoever calls names the fields
    )
    matter.refresh_from_db()
    return matter


def not_answered(town: Town) -> Matter:
    return raised(town)


def overdue(town: Town) -> Matter:
    return answered(town)


def ladder_ended(town: Town) -> Matter:
    matter = raised(town)
    for step in range(1, 12):
        actions.wake(matter_id=matter.pk, now=town.now + timedelta(minutes=31 * step))
    return matter


def returned(town: Town) -> Matter:
    matter = raised(town)
    for _ in range(2):
        order = matter.call_outs.filter(status="sent").first() or actions.call_out(
            matter_id=matter.pk, agency_id=town.water.pk, by=chief(town), now=town.now
        )
        actions.refuse(
            call_out_id=order.pk,
            reason=RefusalReason.NOT_COMPETENT,
            words="不归我们",
            by=chief(town),
            now=town.now,
        )
    return matter


def not_solved(town: Town) -> Matter:
    matter = answered(town)
    resolved(town, matter)
    actions.record_feedback(matter_id=matter.pk, person_id=town.resident.pk, solved=False, now=town.now)
    return matter


def resolved(town: Town, matter: Matter, *, call_back: bool = False) -> Matter:
    actions.resolve(
        matter_id=matter.pk,
        outcome=Outcome.SOLVED,
        text="修好了",
        by=chief(town),
        shown_as="网格长",
        now=town.now,
        call_back=call_back,
    )
    return matter


def agency_silent(town: Town) -> Matter:
    return answered(town)


def agency_late(town: Town) -> Matter:
    matter = answered(town)
    order = matter.call_outs.get()
    actions.accept(call_out_id=order.pk, by=actions.By(town.clerk.pk, "agency_clerk"), now=town.now)
    return matter


def order(town: Town) -> Matter:
    matter = answered(town)
    due_at = town.now + timedelta(days=1)
    actions.order(matter_id=matter.pk, words="限期修好", due_at=due_at, by=above(town), now=town.now)
    return matter


def consultation(town: Town) -> Matter:
    matter = answered(town)
    actions.call_consultation(
        matter_id=matter.pk,
        words="谁来修",
        agency_ids=[town.water.pk, town.property_manager.pk],
        due_at=town.now + timedelta(days=1),
        by=above(town),
        now=town.now,
    )
    return matter


def promise(town: Town) -> Matter:
    return answered(town, promise_by=town.now + timedelta(hours=3))


def extension(town: Town) -> Matter:
    matter = answered(town)
    until = town.now + timedelta(days=30)
    actions.ask_extension(matter_id=matter.pk, until=until, reason="等零件", by=chief(town), now=town.now)
    return matter


def call_back(town: Town) -> Matter:
    return resolved(town, answered(town), call_back=True)


def chase(town: Town) -> Matter:
    matter = answered(town)
    actions.chase(matter_id=matter.pk, words="请今天回复", by=above(town), now=town.now)
    return matter


KINDS = {
    Concern.NOT_ANSWERED: not_answered,
    Concern.OVERDUE: overdue,
    Concern.LADDER_ENDED: ladder_ended,
    Concern.RETURNED: returned,
    Concern.NOT_SOLVED: not_solved,
    Concern.AGENCY_SILENT: agency_silent,
    Concern.AGENCY_LATE: agency_late,
    Concern.ORDER: order,
    Concern.CONSULTATION: consultation,
    Concern.PROMISE: promise,
    Concern.EXTENSION: extension,
    Concern.CALL_BACK: call_back,
    Concern.CHASE: chase,
}


def test_what_is_opened_again_is_called_back_about_its_next_result(town: Town) -> None:
    matter = call_back(town)
    late = town.now + timedelta(days=1)
    actions.record_feedback(
        matter_id=matter.pk,
        person_id=town.resident.pk,
        solved=False,
        satisfaction=None,
        words="还在漏",
        now=late,
    )
    assert queries.board_counts(Scope(), late)[Concern.CALL_BACK] == 0
    actions.resolve(
        matter_id=matter.pk,
        outcome=Outcome.SOLVED,
        text="换了管子",
        by=chief(town),
        shown_as="网格长",
        now=late,
    )
    assert queries.board_counts(Scope(), late)[Concern.CALL_BACK] == 1
    assert CallBack.objects.get(matter=matter).due_at > late


def test_every_concern_is_made_here() -> None:
    assert set(KINDS) == set(Concern)


@pytest.mark.parametrize("concern", list(Concern))
def test_what_is_late_is_on_the_board_under_its_name(town: Town, concern: Concern) -> None:
    matter = KINDS[concern](town)
    found = queries.board(Scope(), town.now + LATER, only=concern)
    assert [one.row.matter.pk for one in found] == [matter.pk]
    assert queries.board_counts(Scope(), town.now + LATER)[concern] == 1


@pytest.mark.parametrize("concern", list(Concern))
def test_what_is_late_is_in_the_list_of_everything(town: Town, concern: Concern) -> None:
    matter = KINDS[concern](town)
    found = queries.board(Scope(), town.now + LATER)
    assert [one.row.matter.pk for one in found] == [matter.pk]
    assert concern in found[0].concerns or concern is Concern.CHASE, (
        "a reminder says why only where nothing else does"
    )


@pytest.mark.parametrize("concern", list(Concern))
def test_the_board_loses_nothing_after_the_clock_has_done_its_work(town: Town, concern: Concern) -> None:
    matter = KINDS[concern](town)
    later = town.now + LATER
    for _ in range(3):
        sweep(now=later)
    matter.refresh_from_db()
    late = matter.is_open or concern is Concern.CALL_BACK
    on_board = matter.pk in [one.row.matter.pk for one in queries.board(Scope(), later)]
    assert on_board == late


def test_what_is_late_and_open_is_in_the_owners_day_too(town: Town) -> None:
    late = [KINDS[one](town) for one in Concern if one is not Concern.CALL_BACK]
    day = queries.day_of(town.chiefs[1].pk, town.now + LATER)
    mine = {row.matter.pk for rows in (day.waiting, day.in_hand, day.promised) for row in rows}
    assert mine >= {one.pk for one in late}


def test_the_longest_late_comes_first_and_a_matter_is_one_row(town: Town) -> None:
    second = raised(town)
    first = raised(town)
    Matter.objects.filter(pk=first.pk).update(respond_by=town.now - timedelta(days=1))
    chased = actions.chase(matter_id=second.pk, words="", by=above(town), now=town.now + timedelta(hours=1))
    board = queries.board(Scope(), town.now + timedelta(hours=2))
    assert [one.row.matter.pk for one in board] == [first.pk, second.pk]
    assert chased.kind == Oversight.Kind.CHASE
    assert board[1].concerns[0] is Concern.NOT_ANSWERED
    assert board[1].chased == 1


def test_the_board_is_narrowed_by_town_community_agency_and_kind(town: Town) -> None:
    matter = raised(town)
    later = town.now + timedelta(hours=1)

    def shown(**scope: object) -> bool:
        found = queries.board(Scope(**scope), later)  # type: ignore[arg-type]  # whoever calls names the fields
        return [one.row.matter.pk for one in found] == [matter.pk]

    assert shown(grid_id=town.street.pk)
    assert shown(grid_id=town.community.pk)
    assert not shown(grid_id=town.other_grid.pk)
    assert shown(agency_id=town.property_manager.pk)
    assert not shown(agency_id=town.water.pk)
    assert shown(category_ids=queries.categories_under("05-01"))
    assert not shown(category_ids=queries.categories_under("06-01"))


@pytest.fixture
def later(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: town.now + timedelta(hours=1))


@pytest.mark.usefixtures("later")
def test_what_is_confidential_is_on_no_board_but_that_of_the_few(town: Town) -> None:
    matter = raised(town)
    Matter.objects.filter(pk=matter.pk).update(confidential=True)
    assert f"#{matter.pk}" not in page(as_(town.supervisor))
    assert f"#{matter.pk}" not in page(as_(town.command))
    assert queries.board_counts(Scope(), town.now + LATER)[Concern.NOT_ANSWERED] == 0
    assert queries.board_counts(Scope(confidential=True), town.now + LATER)[Concern.NOT_ANSWERED] == 1


def page(client: Client, **query: object) -> str:
    answer = client.get(reverse("oversight"), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.usefixtures("later")
def test_a_reminder_is_one_tap_and_on_the_record(town: Town) -> None:
    matter = raised(town)
    client = as_(town.supervisor)
    assert reverse("oversight_chase", args=[matter.pk]) in page(client)
    client.post(reverse("oversight_chase", args=[matter.pk]))
    assert Oversight.objects.get(matter=matter).kind == "chase"
    assert matter.entries.filter(deed="chase", by=town.supervisor).exists()


@pytest.mark.usefixtures("later")
def test_the_command_room_looks_and_does_not_remind(town: Town) -> None:
    matter = raised(town)
    client = as_(town.command)
    assert f"#{matter.pk}" in page(client)
    assert reverse("oversight_chase", args=[matter.pk]) not in page(client)
    assert client.post(reverse("oversight_chase", args=[matter.pk])).status_code == 404


@pytest.mark.usefixtures("later")
def test_an_emergency_stands_on_top(town: Town) -> None:
    matter = raised(town)
    Matter.objects.filter(pk=matter.pk).update(emergency="119")
    shown = page(as_(town.command))
    assert f'data-emergency="{matter.pk}"' in shown
    assert shown.index("data-emergency") < shown.index('id="board"')
    fragment = as_(town.command).get(reverse("oversight_emergencies")).content.decode()
    assert f"#{matter.pk}" in fragment


@pytest.mark.usefixtures("later")
def test_a_longer_board_asks_the_database_no_more_often(town: Town) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, counts = as_(town.supervisor), []
    for more in (1, 2):
        for _ in range(more):
            raised(town)
            promise(town)
        page(client)
        with CaptureQueriesContext(connection) as asked:
            page(client)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_field_staff_clerks_and_residents_have_no_board(town: Town) -> None:
    for person in (town.officer, town.chiefs[1], town.clerk, town.resident, town.analyst, town.confidential):
        assert as_(person).get(reverse("oversight")).status_code == 403


@pytest.mark.parametrize("only", [None, Concern.NOT_ANSWERED])
def test_many_due_at_one_moment_are_all_shown_page_by_page(town: Town, only: Concern | None) -> None:
    late = [raised(town).pk for _ in range(5)]
    later, shown, after, goes_on = town.now + timedelta(hours=1), [], None, True
    while goes_on:
        page, goes_on = queries.board_page(Scope(), later, only=only, after=after, most=2)
        shown += [one.row.matter.pk for one in page]
        after = (page[-1].since, page[-1].row.matter.pk)
    assert shown == late


def test_a_matter_with_many_late_agencies_hides_none_behind_it(town: Town) -> None:
    first, second = raised(town), raised(town)
    for agency in (town.water, town.property_manager):
        for matter in (first, second):
            if not matter.call_outs.filter(agency=agency).exists():
                actions.call_out(matter_id=matter.pk, agency_id=agency.pk, by=above(town), now=town.now)
    shown, after, goes_on = [], None, True
    while goes_on:
        page, goes_on = queries.board_page(
            Scope(), town.now + LATER, only=Concern.AGENCY_SILENT, after=after, most=1
        )
        shown += [one.row.matter.pk for one in page]
        after = (page[-1].since, page[-1].row.matter.pk)
    assert shown == [first.pk, second.pk]


@pytest.mark.parametrize("most", [1, 2, 30])
def test_a_matter_of_several_concerns_is_on_one_page_and_tells_them_all(town: Town, most: int) -> None:
    matters = [raised(town) for _ in range(4)]
    for number, matter in enumerate(matters):
        Matter.objects.filter(pk=matter.pk).update(respond_by=town.now + timedelta(minutes=2 * number))
        # The later it came, the earlier its promise is due: each is in both lists, in the opposite order.
        Promise.objects.create(
            matter=matter,
            by=town.officer,
            text="明天给您答复",
            made_at=town.now,
            due_at=town.now + timedelta(minutes=7 - 2 * number),
        )
    shown, after, goes_on = [], None, True
    while goes_on:
        page, goes_on = queries.board_page(Scope(), town.now + timedelta(minutes=20), after=after, most=most)
        shown += page
        after = (page[-1].since, page[-1].row.matter.pk)
    assert [one.row.matter.pk for one in shown] == [matters[one].pk for one in (0, 3, 1, 2)]
    assert {one.concerns for one in shown} == {(Concern.NOT_ANSWERED, Concern.PROMISE)}


def test_the_page_of_the_board_goes_on_where_it_ended(town: Town) -> None:
    late = [raised(town).pk for _ in range(31)]
    moment = timezone.now() - timedelta(hours=2)
    Matter.objects.update(respond_by=moment)
    CallOut.objects.update(respond_by=moment)
    client = as_(town.supervisor)
    first = client.get(reverse("oversight")).content.decode()
    older = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert older is not None
    rest = client.get(reverse("oversight") + html.unescape(older[1])).content.decode()
    assert [one for one in late if f"/matters/{one}/" in first] == late[:30]
    assert [one for one in late if f"/matters/{one}/" in rest] == late[30:]
    assert client.get(reverse("oversight"), {"after": "yesterday_x"}).status_code == 200
