"""What is told of the work: counted from what happened, for the ground that the reader may see."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town
from tests.web.test_search import as_, told

from maplebridge.kernel.periods import Month
from maplebridge.matters import actions, queries
from maplebridge.matters.actions.tallies import refresh_month
from maplebridge.matters.domain.rates import Counts
from maplebridge.matters.domain.workflow import NotFeasible, Outcome
from maplebridge.matters.models import Feedback, Matter, Tally
from maplebridge.matters.sweeps import add_up
from maplebridge.matters.templatetags import matter_words

MARCH = Month(2026, 3)


@pytest.fixture
def town(db: None, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = make_town(noon)
    monkeypatch.setattr(timezone, "now", lambda: noon + timedelta(days=1))
    return town


def answered(town: Town, matter: Matter, minutes: int) -> None:
    by = actions.By(town.chiefs[1].pk, "grid_chief")
    at = town.now + timedelta(minutes=minutes)
    actions.answer(matter_id=matter.pk, text="马上到", by=by, shown_as="网格长", now=at)


def ended(town: Town, matter: Matter, *, solved: bool | None, satisfaction: int | None = None) -> None:
    by = actions.By(town.chiefs[1].pk, "grid_chief")
    at = town.now + timedelta(minutes=20)
    actions.resolve(
        matter_id=matter.pk, outcome=Outcome.SOLVED, text="好了", by=by, shown_as="网格长", now=at
    )
    if solved is not None:
        actions.record_feedback(
            matter_id=matter.pk, person_id=town.resident.pk, solved=solved, satisfaction=satisfaction, now=at
        )


def add_up_march(town: Town) -> None:
    refresh_month(month=MARCH, now=town.now + timedelta(days=1))


def total(town: Town, who: str = "supervisor") -> Counts:
    from maplebridge.people import queries as people

    standing = people.standing_of(getattr(town, who).pk, town.now.date())
    return queries.statistics_of(standing, MARCH.first).total


def test_the_counts_are_those_of_what_happened(town: Town) -> None:
    in_time, late, silent, fixed, bad = (told(town, f"楼上漏水 {n}") for n in range(5))
    answered(town, in_time, 30)
    answered(town, late, 31)
    ended(town, fixed, solved=True, satisfaction=5)
    ended(town, bad, solved=False, satisfaction=1)
    add_up_march(town)
    counts = total(town)
    assert (counts.raised, counts.in_time, counts.late) == (5, 3, 2)
    assert (counts.solved, counts.not_solved, counts.no_result_yet) == (1, 1, 3)
    assert (counts.satisfied, counts.not_satisfied) == (1, 1)
    assert silent.answered_at is None


def test_adding_up_twice_counts_nothing_twice(town: Town) -> None:
    told(town, "楼上漏水")
    add_up_march(town)
    add_up_march(town)
    assert total(town).raised == 1


def test_silence_is_left_out_and_shown(town: Town) -> None:
    ended(town, told(town, "楼上漏水"), solved=None)
    add_up_march(town)
    assert total(town).resolution.denominator == 0
    assert "居民未评价 1" in page(as_(town.supervisor))


def page(client: Client, **query: object) -> str:
    answer = client.get(reverse("statistics"), {"month": "2026-03"} | query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_small_numbers_are_no_rate(town: Town) -> None:
    for number in range(9):
        answered(town, told(town, f"楼上漏水 {number}"), 5)
    add_up_march(town)
    assert "100.0 %" not in page(as_(town.supervisor))
    answered(town, told(town, "楼上漏水 10"), 5)
    add_up_march(town)
    assert "100.0 %" in page(as_(town.supervisor))


def test_a_strangers_matters_are_in_no_count(town: Town) -> None:
    told(town, "楼上漏水")
    add_up_march(town)
    assert total(town, "grid_worker").raised == 1
    assert total(town, "stranger_worker").raised == 0


def test_what_is_confidential_is_in_no_count(town: Town) -> None:
    told(town, "他又打我", category="01-03-01")
    add_up_march(town)
    assert total(town).raised == 0


def test_what_was_found_first_is_measured_by_complaints_that_came_later(town: Town) -> None:
    found_first, prevented = told(town, "路灯坏了"), told(town, "井盖没了", category="06-01-01")
    Matter.objects.filter(pk__in=[found_first.pk, prevented.pk]).update(origin=Matter.Origin.PROACTIVE)
    complaint = told(town, "路灯一直不亮")
    Matter.objects.filter(pk=complaint.pk).update(raised_at=town.now + timedelta(days=3))
    add_up_march(town)
    assert (total(town).proactive, total(town).followed) == (2, 1)
    assert "被发现（未诉先办）。其中 1 件后来仍有人投诉。" in page(as_(town.supervisor))


def test_where_nobody_complained_later_that_is_said_and_not_zero_of_them(town: Town) -> None:
    Matter.objects.filter(pk=told(town, "路灯坏了").pk).update(origin=Matter.Origin.PROACTIVE)
    add_up_march(town)
    assert "后来没有人再为这些事投诉。" in page(as_(town.supervisor))


def test_areas_kinds_and_agencies_add_up_to_the_whole(town: Town) -> None:
    told(town, "楼上漏水")
    told(town, "路塌了", category="06-01-01", grid=town.other_grid)
    add_up_march(town)
    from maplebridge.people import queries as people

    standing = people.standing_of(town.supervisor.pk, town.now.date())
    found = queries.statistics_of(standing, MARCH.first)
    assert {grid: one.raised for grid, one in found.by_grid.items() if one.raised} == {
        town.grid.pk: 1,
        town.other_grid.pk: 1,
    }
    assert {code: one.raised for code, one in found.by_category.items()} == {"05": 1, "06": 1}
    assert {key: one.raised for key, one in found.by_agency.items()} == {str(town.property_manager.pk): 2}
    below = queries.statistics_of(standing, MARCH.first, grid_id=town.grid.pk)
    assert below.total.raised == 1


def test_the_worker_adds_up_what_is_older_than_it_may_be(town: Town) -> None:
    now = town.now
    told(town, "楼上漏水")
    assert [add_up(now=now) for _ in range(5)] == [1, 1, 1, 1, 0]
    assert Tally.objects.filter(month=MARCH.first, of="all").exists()
    assert add_up(now=now + timedelta(minutes=14)) == 0
    assert add_up(now=now + timedelta(minutes=16)) == 1


def test_the_file_holds_each_rate_with_its_two_counts(town: Town) -> None:
    answered(town, told(town, "楼上漏水"), 5)
    add_up_march(town)
    answer = as_(town.analyst).get(reverse("export", args=["statistics", "csv"]), {"month": "2026-03"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[arg-type]  # a streamed answer
    assert "按时答复率 %,按时答复率：计入,按时答复率：总数" in lines[0].replace(": ", "：")
    assert lines[1].startswith("2026-03,合计,,1,,1,1")


def test_only_those_who_may_see_statistics_do(town: Town) -> None:
    for person in (town.resident, town.clerk):
        assert as_(person).get(reverse("statistics")).status_code == 403
    assert not Feedback.objects.exists()


def test_what_is_not_feasible_is_counted_by_its_last_reason(town: Town) -> None:
    by = actions.By(town.chiefs[1].pk, "grid_chief")
    money, owners = told(town, "楼上漏水 1"), told(town, "楼上漏水 2")

    def no(matter: Matter, because: NotFeasible) -> None:
        actions.resolve(
            matter_id=matter.pk,
            outcome=Outcome.NOT_FEASIBLE,
            because=because,
            text="做不了",
            by=by,
            shown_as="网格长",
            now=town.now,
        )

    no(money, NotFeasible.NO_MONEY)
    no(owners, NotFeasible.TECHNICAL)
    actions.record_feedback(matter_id=owners.pk, person_id=town.resident.pk, solved=False, now=town.now)
    add_up_march(town)
    table = shown_to(town).split('id="not-feasible"')[1].split("</table>")[0]
    assert table.count('<td class="n">1</td>') == 1, "what was opened again has no result now"
    assert "没有经费" in table

    no(owners, NotFeasible.NO_MONEY)
    add_up_march(town)
    table = shown_to(town).split('id="not-feasible"')[1].split("</table>")[0]
    assert '<td class="n">2</td>' in table
    assert str(matter_words.NOT_FEASIBLE["technical"]) not in table


def shown_to(town: Town) -> str:
    answer = as_(town.supervisor).get(reverse("statistics"), {"month": str(MARCH)})
    assert answer.status_code == 200
    return answer.content.decode()
