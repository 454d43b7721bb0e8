"""What a town changes: members of a committee, rules, mediators who step back; dated, with reasons, never edited."""

from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_desk_pages import mediator, reader, text

from maplebridge.mediation import actions, queries
from maplebridge.mediation.models import (
    Assignment,
    CommitteeMember,
    Declaration,
    Dispute,
    MediationRule,
    Mediator,
)
from maplebridge.people.models import Person
from maplebridge.platform.freshness import forget

TOWN = "/mediation/town/"


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


@pytest.fixture
def administrator(desk: Desk) -> Client:
    return reader(desk.town.administrator)


# -- members


def members(desk: Desk, *people: Person, women: tuple[int, ...] = (2,)) -> dict[str, object]:
    seats: dict[str, object] = {f"person_{number}": one.pk for number, one in enumerate(people, start=1)}
    return {
        "term_from": "2026-01-01",
        "term_to": "2028-12-31",
        **seats,
        **{f"woman_{number}": "on" for number in women},
    }


def test_members_change_from_the_page_and_who_leaves_stays_on_the_record(
    desk: Desk, administrator: Client
) -> None:
    address = f"{TOWN}members/?of={desk.committee.pk}"
    assert address in text(administrator, TOWN)
    assert "调解员老张" in text(administrator, address)
    first, second = desk.mediator.person, desk.colleague.person

    assert administrator.post(address, members(desk, first, second, desk.town.officer)).status_code == 302

    assert [one.person for one in queries.members_of(desk.committee.pk)] == [first, second, desk.town.officer]
    (gone,) = CommitteeMember.objects.filter(committee=desk.committee, left_at__isnull=False)
    assert gone.person == desk.town.grid_worker
    again = administrator.post(address, members(desk, first, second, desk.town.officer))
    assert (again.status_code, "Nothing was changed" in again.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"woman_2": ""}, "is a woman"),
        ({"term_to": "2030-01-01"}, "three years at most"),
        ({"term_to": "2025-01-01"}, "ends after it begins"),
        ({"person_3": ""}, "Please choose one"),
    ],
)
def test_what_the_law_does_not_allow_is_refused_with_its_reason(
    desk: Desk, administrator: Client, change: dict[str, str], said: str
) -> None:
    data = members(desk, desk.mediator.person, desk.colleague.person, desk.town.officer) | change
    response = administrator.post(
        f"{TOWN}members/?of={desk.committee.pk}", {name: value for name, value in data.items() if value != ""}
    )

    assert response.status_code == 422
    assert said in response.content.decode()
    assert desk.town.grid_worker in [one.person for one in queries.members_of(desk.committee.pk)]


def test_only_who_administers_changes_the_town(desk: Desk) -> None:
    for address in (
        f"members/?of={desk.committee.pk}",
        f"dismiss/?of={desk.mediator.pk}",
        f"successor/?of={desk.mediator.pk}",
        "rules/",
        "rules/months/",
    ):
        for client in (mediator(desk), reader(desk.town.resident), reader(desk.town.clerk)):
            assert client.get(TOWN + address).status_code == 403, address
    administrator = reader(desk.town.administrator)
    for missing in ("members/?of=987654", "dismiss/", "dismiss/?of=x", "rules/weather/", "weather/"):
        assert administrator.get(TOWN + missing).status_code == 404, missing
    assert "of=" not in text(mediator(desk), TOWN)


# -- mediators


def test_a_mediator_is_dismissed_once_the_disputes_are_handed_over(desk: Desk, administrator: Client) -> None:
    dispute = desk.accepted()
    dismiss, successor = (f"{TOWN}{what}/?of={desk.mediator.pk}" for what in ("dismiss", "successor"))
    page = text(administrator, TOWN)
    assert dismiss in page
    assert successor in page
    refused = administrator.post(dismiss, {"ends_on": timezone.localdate().isoformat()})
    assert (refused.status_code, "There are open disputes" in refused.content.decode()) == (422, True)

    done = administrator.post(
        successor, {"to": desk.colleague.pk, "because": "left", "knowing": "on"}, follow=True
    )
    assert "Handed over: 1." in done.content.decode()
    lead = queries.lead_of(dispute.pk)
    assert lead is not None
    assert lead.mediator == desk.colleague
    administrator.post(dismiss, {"ends_on": timezone.localdate().isoformat()})

    assert Mediator.objects.get(pk=desk.mediator.pk).ends_on == timezone.localdate()
    assert list(queries.mediators(timezone.localdate())) == [desk.colleague]


def test_what_stands_between_keeps_a_dispute_where_it_is_and_is_told(
    desk: Desk, administrator: Client
) -> None:
    first = desk.accepted()
    second = actions.accept(dispute_id=desk.willing().pk, by=desk.by, now=desk.now)
    actions.assign(dispute_id=second.pk, mediator_id=desk.mediator.pk, knowing=True, by=desk.by, now=desk.now)
    actions.declare(
        dispute_id=second.pk, mediator_id=desk.colleague.pk, text="太熟", by=desk.by, now=desk.now
    )

    done = administrator.post(
        f"{TOWN}successor/?of={desk.mediator.pk}",
        {"to": desk.colleague.pk, "because": "own_wish", "knowing": "on"},
        follow=True,
    )

    page = done.content.decode()
    assert "Handed over: 1." in page
    assert f"第{second.file_number}号" in page
    held = Assignment.objects.filter(mediator=desk.mediator, until=None).values_list("dispute_id", flat=True)
    assert list(held) == [second.pk]
    assert Declaration.objects.count() == 1
    assert first.pk != second.pk


def test_a_dismissal_lies_ahead_and_happens_once(desk: Desk) -> None:
    today = timezone.localdate(desk.now)
    for ends_on, code in ((today - timedelta(days=1), "ends_in_the_past"), (today, ""), (today, "dismissed")):
        if code:
            with pytest.raises(actions.NotAllowed, match=code):
                actions.dismiss(mediator_id=desk.colleague.pk, ends_on=ends_on, now=desk.now)
        else:
            actions.dismiss(mediator_id=desk.colleague.pk, ends_on=ends_on, now=desk.now)


# -- rules


def set_rule(client: Client, name: str, **data: object) -> int:
    today = timezone.localdate().isoformat()
    given = {"valid_from": today, "reason": "街道办公会议定"} | data
    return client.post(f"{TOWN}rules/{name}/", given).status_code


@pytest.mark.parametrize(
    ("name", "data", "kept"),
    [
        ("months", {"value": "2"}, 2),
        ("tier_days", {"group": "5", "village": "10", "town": "30"}, {"group": 5, "village": 10, "town": 30}),
        (
            "tier_names",
            {"group": "楼栋", "village": "社区", "town": "街道"},
            {"group": "楼栋", "village": "社区", "town": "街道"},
        ),
        ("revisit_days", {"value": "7、30、60"}, (7, 30, 60)),
        ("written_from_cents", {"value": "5,000"}, 500_000),
        ("file_mark", {"value": "和人调"}, "和人调"),
    ],
)
def test_a_rule_is_set_from_a_day_on_with_a_reason(
    desk: Desk, administrator: Client, name: str, data: dict[str, str], kept: object
) -> None:
    assert set_rule(administrator, name, **data) == 302

    assert getattr(queries.mediation_rules(timezone.localdate()), name) == kept
    assert "街道办公会议定" in text(administrator, f"{TOWN}rules/")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("months", {"value": "0"}, "greater than or equal to 1"),
        ("revisit_days", {"value": "30 7"}, "the earliest first"),
        ("revisit_days", {"value": "一周"}, "give a number"),
        ("confirmation_days", {"value": "60"}, "The law gives 30 days"),
        ("written_from_cents", {"value": "很多"}, "write the sum in yuan"),
        ("months", {"value": "2", "valid_from": "2026-01-01"}, "today or a later day"),
        ("months", {"value": "2", "reason": ""}, "Please write something"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_clear_words(
    desk: Desk, administrator: Client, name: str, data: dict[str, str], said: str
) -> None:
    today = timezone.localdate().isoformat()
    given = {"valid_from": today, "reason": "议定"} | data
    response = administrator.post(f"{TOWN}rules/{name}/", given)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not MediationRule.objects.exists()


def test_a_value_is_never_edited_and_the_next_one_is_shown_before_it_counts(
    desk: Desk, administrator: Client
) -> None:
    assert set_rule(administrator, "months", value="2") == 302
    again = administrator.post(
        f"{TOWN}rules/months/", {"value": "3", "valid_from": timezone.localdate().isoformat(), "reason": "改"}
    )
    assert again.status_code == 422
    assert "Another value was set for that day" in again.content.decode()

    later = timezone.localdate() + timedelta(days=10)
    assert set_rule(administrator, "months", value="3", valid_from=later.isoformat()) == 302

    forget()
    assert queries.mediation_rules(timezone.localdate()).months == 2
    assert queries.mediation_rules(later).months == 3
    assert f"from {later.isoformat()}: 3" in text(administrator, f"{TOWN}rules/")
    assert "Values before and to come" in text(administrator, f"{TOWN}rules/months/")
    assert date.fromisoformat(later.isoformat()) == MediationRule.objects.latest("valid_from").valid_from


# -- rooms and committees are closed


def test_a_room_is_closed_once_nothing_is_held_in_it(desk: Desk, administrator: Client) -> None:
    room = actions.open_room(committee_id=desk.committee.pk, name="二号调解室", where="一楼")
    address = f"{TOWN}close_room/?of={room.pk}"
    assert address in text(administrator, TOWN)
    sits = [(0, time(9), time(11), room.pk)]
    actions.set_office_hours(mediator_id=desk.mediator.pk, hours=sits)

    refused = administrator.post(address)
    assert (refused.status_code, "Office hours are held" in refused.content.decode()) == (422, True)

    actions.set_office_hours(mediator_id=desk.mediator.pk, hours=[(0, time(9), time(11), None)])
    assert administrator.post(address).status_code == 302
    assert room not in queries.rooms()
    assert "二号调解室" not in text(administrator, TOWN)
    assert administrator.get(address).status_code == 404


def test_a_committee_is_closed_once_nobody_mediates_for_it(desk: Desk, administrator: Client) -> None:
    address = f"{TOWN}close_committee/?of={desk.committee.pk}"
    assert address in text(administrator, TOWN)
    dispute = desk.found()
    Dispute.objects.filter(pk=dispute.pk).update(committee=desk.committee)
    assert "open disputes" in administrator.post(address).content.decode()
    Dispute.objects.filter(pk=dispute.pk).update(committee=None)

    refused = administrator.post(address)
    assert (refused.status_code, "Somebody still mediates here" in refused.content.decode()) == (422, True)

    for one in queries.mediators(timezone.localdate()).filter(committee=desk.committee):
        actions.dismiss(mediator_id=one.pk, ends_on=timezone.localdate(), now=timezone.now())
    assert administrator.post(address).status_code == 302
    assert desk.committee not in queries.committees()
    assert desk.room not in queries.rooms()
    assert administrator.get(address).status_code == 404
