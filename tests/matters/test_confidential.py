from datetime import date, datetime, timedelta

import pytest
from tests.factories.town import Town, make_town

from maplebridge.matters import actions, queries
from maplebridge.matters.domain.workflow import Outcome
from maplebridge.matters.models import Category, Matter
from maplebridge.matters.permissions import (
    may_handle,
    may_see,
    may_see_personal_data,
    sees_inside,
    visible_to,
)
from maplebridge.matters.views.choices import people_for
from maplebridge.people import actions as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.people.models import Person
from maplebridge.people.queries import standing_of
from maplebridge.platform.freshness import forget
from maplebridge.rosters import actions as rosters
from maplebridge.web.views import first_page


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


@pytest.fixture
def hidden(town: Town) -> Matter:
    message = town.says("隔壁老公天天打老婆")
    return actions.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=town.resident.pk,
        judged=actions.Judged(category="01-03-01", severity=3, decided=True, confidential=True),
        where=actions.Where(grid_id=town.entrance_grid.pk),
        message_id=message.pk,
        now=town.now,
    )


def sees(town: Town, person_id: int, matter: Matter) -> bool:
    forget()
    return visible_to(standing_of(person_id, town.now.date())).filter(pk=matter.pk).exists()


def test_the_few_begin_their_day_with_what_is_confided(town: Town) -> None:
    assert first_page(standing_of(town.confidential.pk, town.now.date())) == "confidential"


def test_it_is_handed_to_nobody_but_the_few(town: Town, hidden: Matter) -> None:
    by = actions.By(town.confidential.pk, Role.CONFIDENTIAL.value)
    assert hidden.owner == town.confidential
    with pytest.raises(actions.NotAllowed, match="cannot_have_it"):
        actions.offer_hand_over(matter_id=hidden.pk, to_id=town.chiefs[1].pk, words="", by=by, now=town.now)
    assert not sees(town, town.chiefs[1].pk, hidden)
    assert people_for(hidden, "", town.now) == []


def test_only_the_few_and_the_reporter_see_it(town: Town, hidden: Matter) -> None:
    assert sees(town, town.confidential.pk, hidden)
    assert sees(town, town.resident.pk, hidden)
    for person in (
        town.supervisor,
        town.command,
        town.grid_worker,
        town.officer,
        town.chiefs[1],
        town.neighbor,
    ):
        assert not sees(town, person.pk, hidden)


def test_no_agency_is_called_out(hidden: Matter) -> None:
    assert not hidden.call_outs.exists()


@pytest.mark.parametrize(("may_open", "stays"), [(False, True), (True, False)])
def test_only_one_of_the_few_can_make_it_an_ordinary_matter(
    town: Town, hidden: Matter, may_open: bool, stays: bool
) -> None:
    assert Category.objects.filter(code="05-01-01", confidential=False).exists()
    sorted_matter = actions.sort(
        matter_id=hidden.pk,
        category="05-01-01",
        severity=1,
        by=actions.By(town.confidential.pk, "confidential"),
        now=town.now,
        may_open=may_open,
    )
    assert sorted_matter.confidential is stays


# Violence going on now: confidential, and an emergency.


@pytest.fixture
def in_danger(town: Town) -> Matter:
    """The town's officer in the command room is `command`; another holds the role, and is at home."""
    rosters.put_on_duty(
        person_id=town.command.pk,
        role=Role.COMMAND,
        sector_id=None,
        starts_at=town.now - timedelta(hours=1),
        ends_at=town.now + timedelta(hours=7),
    )
    forget()
    by = actions.By(town.resident.pk, "resident")
    matter = actions.report(
        reporter_id=town.resident.pk, text="我老公正拿刀追着打我，救命", by=by, now=town.now
    )
    assert (matter.confidential, matter.emergency) == (True, "110")
    return matter


@pytest.fixture
def off_duty(town: Town) -> Person:
    person = people.enrol(nickname="下班的指挥员", now=town.now)
    people.post(person=person, role=Role.COMMAND, starts_on=date(2026, 1, 1))
    return person


def standing(town: Town, person: Person) -> Standing:
    forget()
    return standing_of(person.pk, town.now.date())


def test_in_danger_the_officer_on_duty_in_the_command_room_may_act_and_nobody_else_is_let_in(
    town: Town, in_danger: Matter, off_duty: Person
) -> None:
    for person in (town.command, town.confidential):
        one = standing(town, person)
        assert may_see(one, in_danger)
        assert sees_inside(one, in_danger)
        assert may_handle(one, in_danger)
        assert may_see_personal_data(one, in_danger)
    for person in (
        off_duty,
        town.supervisor,
        town.sorting_officer,
        town.officer,
        town.chiefs[1],
        town.grid_worker,
    ):
        one = standing(town, person)
        assert not may_see(one, in_danger)
        assert not sees_inside(one, in_danger)
        assert not may_handle(one, in_danger)
        assert not may_see_personal_data(one, in_danger)


def test_who_was_asked_stands_on_the_time_line_and_in_their_list(town: Town, in_danger: Matter) -> None:
    asked = in_danger.entries.get(deed="command_asked")
    assert (asked.facts, asked.public) == ({"to": town.command.pk}, True)
    assert [row.matter for row in queries.day_of(town.command.pk, town.now).waiting] == [in_danger]
    nobody = queries.Scope()
    assert queries.emergencies(nobody, town.now, asked=town.supervisor.pk) == []
    assert [one.matter for one in queries.emergencies(nobody, town.now, asked=town.command.pk)] == [in_danger]
    assert queries.newest(standing(town, town.command), queries.Wanted()) == [in_danger.pk]


def test_the_right_ends_with_the_matter(town: Town, in_danger: Matter) -> None:
    actions.resolve(
        matter_id=in_danger.pk,
        outcome=Outcome.SOLVED,
        text="已安置",
        by=actions.By(town.confidential.pk, "confidential"),
        shown_as="妇联专员",
        now=town.now,
    )
    assert not sees(town, town.command.pk, in_danger)
    assert queries.newest(standing(town, town.command), queries.Wanted()) == []
    assert sees(town, town.confidential.pk, in_danger)


def test_with_nobody_entered_on_duty_everybody_of_the_command_room_is_asked(
    town: Town, off_duty: Person
) -> None:
    forget()
    by = actions.By(town.resident.pk, "resident")
    matter = actions.report(
        reporter_id=town.resident.pk, text="我老公正拿刀追着打我，救命", by=by, now=town.now
    )
    asked = matter.call_outs.values_list("person_id", flat=True)
    assert set(asked) == {town.command.pk, off_duty.pk}


def test_the_next_shift_is_asked_when_the_ladder_is_climbed(
    town: Town, in_danger: Matter, off_duty: Person
) -> None:
    later = town.now + timedelta(hours=8)
    rosters.put_on_duty(
        person_id=off_duty.pk,
        role=Role.COMMAND,
        sector_id=None,
        starts_at=later - timedelta(hours=1),
        ends_at=later + timedelta(hours=7),
    )
    forget()
    actions.wake(matter_id=in_danger.pk, now=later)
    assert may_handle(standing(town, off_duty), in_danger)


def test_in_an_ordinary_emergency_the_command_room_may_act(town: Town) -> None:
    by = actions.By(town.resident.pk, "resident")
    matter = actions.report(reporter_id=town.resident.pk, text="楼道里着火了，好大的烟", by=by, now=town.now)
    quiet = actions.report(reporter_id=town.resident.pk, text="楼上漏水了", by=by, now=town.now)
    assert (matter.emergency, quiet.emergency) == ("119", "")
    one = standing(town, town.command)
    assert may_handle(one, matter)
    assert not may_handle(one, quiet)
