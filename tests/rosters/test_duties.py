from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.town import Town, make_town

from maplebridge.people.domain.roles import Role
from maplebridge.people.models import Person
from maplebridge.places.models import Sector
from maplebridge.platform.freshness import forget
from maplebridge.rosters import actions, queries
from maplebridge.rosters.domain.weeks import Shift, Span, monday_of, shift_of, span_of, week_of
from maplebridge.rosters.models import Duty

CHINA = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)


@pytest.fixture
def town(db: None) -> Town:
    return make_town(timezone.now())


def put(person: Person, day: date, shift: Shift, sector_id: int | None, role: Role = Role.OFFICER) -> Duty:
    span = span_of(day, shift, CHINA)
    return actions.put_on_duty(
        person_id=person.pk, role=role, sector_id=sector_id, starts_at=span.starts_at, ends_at=span.ends_at
    )


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        (datetime(2026, 3, 2, 8, tzinfo=CHINA), (MONDAY, Shift.DAY)),
        (datetime(2026, 3, 2, 5, tzinfo=CHINA), (MONDAY, Shift.DAY)),
        (datetime(2026, 3, 2, 15, 59, tzinfo=CHINA), (MONDAY, Shift.DAY)),
        (datetime(2026, 3, 2, 16, tzinfo=CHINA), (MONDAY, Shift.NIGHT)),
        (datetime(2026, 3, 2, 20, tzinfo=CHINA), (MONDAY, Shift.NIGHT)),
        (datetime(2026, 3, 3, 0, tzinfo=CHINA), (MONDAY, Shift.NIGHT)),
        (datetime(2026, 3, 3, 4, 59, tzinfo=CHINA), (MONDAY, Shift.NIGHT)),
    ],
)
def test_what_begins_after_midnight_belongs_to_the_night_before(
    starts: datetime, expected: tuple[date, Shift]
) -> None:
    assert shift_of(starts) == expected


def test_every_shift_of_a_week_begins_in_that_week() -> None:
    week = week_of(MONDAY + timedelta(days=3), CHINA)
    for number in range(7):
        for shift in Shift:
            span = span_of(MONDAY + timedelta(days=number), shift, CHINA)
            assert week.starts_at <= span.starts_at < week.ends_at
            assert shift_of(span.starts_at) == (MONDAY + timedelta(days=number), shift)


def test_day_and_night_leave_no_gap() -> None:
    day, night = span_of(MONDAY, Shift.DAY, CHINA), span_of(MONDAY, Shift.NIGHT, CHINA)
    assert (day.ends_at, night.ends_at) == (
        night.starts_at,
        span_of(MONDAY + timedelta(days=1), Shift.DAY, CHINA).starts_at,
    )


def test_two_swap(town: Town) -> None:
    mine = put(town.officer, MONDAY, Shift.DAY, town.sector.pk)
    theirs = put(town.command, MONDAY, Shift.NIGHT, town.sector.pk)
    Duty.objects.exclude(pk__in=[mine.pk, theirs.pk]).delete()
    actions.swap(duty=mine, other=theirs)
    assert [queries.get_duty(one.pk).person for one in (mine, theirs)] == [town.command, town.officer]


def test_nobody_is_in_two_places_after_a_swap(town: Town) -> None:
    Duty.objects.all().delete()
    mine = put(town.officer, MONDAY, Shift.DAY, town.sector.pk)
    theirs = put(town.command, MONDAY, Shift.NIGHT, town.sector.pk)
    put(town.officer, MONDAY, Shift.NIGHT, None)
    with pytest.raises(actions.DutyRefused, match="clash"):
        actions.swap(duty=mine, other=theirs)


def test_a_week_is_taken_over_once(town: Town) -> None:
    Duty.objects.all().delete()
    put(town.officer, MONDAY, Shift.NIGHT, town.sector.pk)
    weeks = {"week": week_of(MONDAY + timedelta(days=7), CHINA), "before": week_of(MONDAY, CHINA)}
    assert actions.copy_week(**weeks) == 1
    later = span_of(MONDAY + timedelta(days=7), Shift.NIGHT, CHINA)
    assert queries.on_duty(town.sector.pk, Role.OFFICER, later.starts_at) == [town.officer.pk]
    with pytest.raises(actions.DutyRefused, match="nothing_to_copy"):
        actions.copy_week(**weeks)


def test_an_empty_week_gives_nothing(town: Town) -> None:
    Duty.objects.all().delete()
    empty = Span(datetime(2026, 3, 2, tzinfo=CHINA), datetime(2026, 3, 9, tzinfo=CHINA))
    with pytest.raises(actions.DutyRefused, match="nothing_to_copy"):
        actions.copy_week(week=empty, before=empty)


def test_a_supervisor_enters_somebody_on_the_page(client: Client, town: Town) -> None:
    client.force_login(town.supervisor.account)
    day = timezone.localdate() + timedelta(days=40)
    form = {
        "who": f"{town.officer.pk}:officer",
        "sector": town.sector.pk,
        "day": day.isoformat(),
        "shift": "night",
    }
    response = client.post(reverse("add_duty"), form)
    assert response["Location"] == f"{reverse('duties')}?week={monday_of(day).isoformat()}"
    at_night = span_of(day, Shift.NIGHT, CHINA).starts_at
    assert queries.on_duty(town.sector.pk, Role.OFFICER, at_night) == [town.officer.pk]


def test_who_does_not_keep_the_table_cannot_change_it(client: Client, town: Town) -> None:
    duty = Duty.objects.filter(person=town.officer).get()
    client.force_login(town.officer.account)
    for path in (reverse("take_out_duty", args=[duty.pk]), reverse("copy_week"), reverse("add_duty")):
        assert client.post(path).status_code == 403
    assert Duty.objects.filter(pk=duty.pk).exists()


def test_whoever_walks_the_ground_sees_their_own_police_grids_first_and_each_person_once(
    client: Client, town: Town
) -> None:
    far, near = (
        Sector.objects.create(name=name, code=code, station="和顺派出所", valid_from=MONDAY)
        for name, code in (("远处警格", "JG08"), ("近处警格", "JG09"))
    )
    near.grids.set([town.grid])
    forget()
    for sector in (near, far):
        now = timezone.now()
        actions.put_on_duty(
            person_id=town.officer.pk,
            role=Role.OFFICER,
            sector_id=sector.pk,
            starts_at=now,
            ends_at=now + timedelta(hours=1),
        )
    client.force_login(town.grid_worker.account)
    page = client.get(reverse("duties"))
    assert [(one.person, [str(each) for each in one.sectors]) for one in page.context["on_now"]] == [
        (town.officer, ["迎宾警格", "近处警格"]),
        (town.sorting_officer, []),
    ]
    everybody = client.get(reverse("duties"), {"sector": ""})
    assert "远处警格" in [str(each) for each in everybody.context["on_now"][0].sectors]
