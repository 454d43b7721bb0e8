from datetime import datetime

import pytest
from tests.factories.town import Town, make_town

from maplebridge.matters import actions
from maplebridge.matters.models import Entry, Matter


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def raised(town: Town, *, severity: int = 1, decided: bool = True, **more: object) -> Matter:
    message = town.says("楼上漏水了，墙都裂了")
    judged = actions.Judged(category="05-01-01", severity=severity, decided=decided, lead="property")
    return actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=town.resident.pk,
        judged=judged,
        where=actions.Where(grid_id=town.entrance_grid.pk, estate_id=town.estate.pk),
        message_id=message.pk,
        now=town.now,
        **more,  # type: ignore[arg-type]  # whoever calls names the fields
    )


@pytest.mark.parametrize(("severity", "level"), [(1, 1), (2, 2), (3, 4)])
def test_the_severity_says_which_chief_owns_it(town: Town, severity: int, level: int) -> None:
    assert raised(town, severity=severity).owner == town.chiefs[level]


def test_a_message_raises_one_matter_however_often_it_comes(town: Town) -> None:
    matter = raised(town)
    again = actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=matter.summary,
        thread_id=matter.thread_id,
        reporter_id=town.resident.pk,
        judged=actions.Judged(category="05-01-01", severity=1, decided=True),
        where=actions.Where(),
        message_id=matter.asked_in_id,
        now=town.now,
    )
    assert again == matter
    assert Matter.objects.count() == 1


def test_what_the_product_is_not_sure_of_goes_to_the_sorting_officer_with_a_running_clock(town: Town) -> None:
    matter = raised(town, decided=False)
    assert matter.owner == town.sorting_officer
    assert matter.needs_sorting
    assert (matter.respond_by - matter.raised_at).total_seconds() == 30 * 60


def test_the_agency_of_the_estate_is_called_out(town: Town) -> None:
    order = raised(town).call_outs.get()
    assert order.agency == town.property_manager
    assert order.lead


def test_the_time_line_says_that_it_was_raised(town: Town) -> None:
    matter = raised(town)
    assert list(Entry.objects.filter(matter=matter).values_list("deed", flat=True)) == [
        "raised",
        "called_out",
    ]


def by_sorter(town: Town) -> actions.By:
    return actions.By(town.sorting_officer.pk, "sorting_officer")


def test_what_was_sorted_goes_on_at_once_and_stays_with_the_sorter_until_it_is_taken_over(town: Town) -> None:
    matter = raised(town, severity=2, decided=False)
    assert not matter.call_outs.exists()
    sorted_one = actions.sort(
        matter_id=matter.pk, category="05-01-01", severity=2, by=by_sorter(town), now=town.now
    )
    assert sorted_one.call_outs.get().agency == town.property_manager
    offer = sorted_one.hand_overs.get()
    assert (sorted_one.owner, offer.to_person) == (town.sorting_officer, town.chiefs[2])
    again = actions.sort(
        matter_id=matter.pk, category="05-01-01", severity=3, by=by_sorter(town), now=town.now
    )
    assert (again.call_outs.count(), again.hand_overs.count()) == (1, 1)


def test_what_the_product_was_sure_of_is_not_handed_on_by_sorting_it_anew(town: Town) -> None:
    matter = raised(town)
    actions.sort(matter_id=matter.pk, category="06-01-01", severity=3, by=by_sorter(town), now=town.now)
    assert not matter.hand_overs.exists()
    assert matter.call_outs.count() == 1


def test_a_person_says_where_it_is_what_the_product_could_not_place(town: Town) -> None:
    message = town.says("那里的路又塌了")
    matter = actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=town.resident.pk,
        judged=actions.Judged(category="06-01-01", severity=1, decided=True),
        where=actions.Where(),
        message_id=message.pk,
        now=town.now,
    )
    assert matter.owner == town.sorting_officer
    with pytest.raises(actions.NotAllowed, match="place_not_found"):
        actions.sort(
            matter_id=matter.pk,
            category="06-01-01",
            severity=1,
            place="那边",
            by=by_sorter(town),
            now=town.now,
        )
    placed = actions.sort(
        matter_id=matter.pk,
        category="06-01-01",
        severity=1,
        place=f"{town.estate.name}3号楼",
        by=by_sorter(town),
        now=town.now,
    )
    assert (placed.estate, placed.building, placed.grid) == (
        town.estate,
        town.building,
        town.building.grid,
    )
    assert placed.community_id is not None
    assert placed.hand_overs.get().to_person == town.chiefs[1]
    assert list(Entry.objects.filter(matter=placed, deed="placed").values_list("text", flat=True)) == [
        f"{town.estate.name}3号楼"
    ]
