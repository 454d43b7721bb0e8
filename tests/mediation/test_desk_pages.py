"""The desk: the list, the page of a dispute, what may be done, and what is not shown to whom."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.mediation.disputes import LEFT, RIGHT, Desk, open_desk

from maplebridge.matters import actions as matters
from maplebridge.matters.models import Matter
from maplebridge.mediation import actions
from maplebridge.mediation.domain.acceptance import Grave
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.tiers import RiskSign
from maplebridge.mediation.models import Agreement, Committee, Dispute, Party, PartyReading, SweepResult
from maplebridge.people.models import Person


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


def reader(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person.account)
    return client


def mediator(desk: Desk) -> Client:
    return reader(Person.objects.get(pk=desk.mediator.person_id))


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return response.content.decode()


def do(client: Client, dispute: Dispute, deed: str, /, **data: object) -> int:
    return client.post(f"/disputes/{dispute.pk}/do/{deed}/", data).status_code


# -- the list


def test_the_list_shows_what_is_ones_own_with_sides_masked_and_the_clock(desk: Desk) -> None:
    dispute = desk.accepted(summary="排水沟被堆了砖", signs=[])
    page = text(mediator(desk), "/disputes/")

    assert f"/disputes/{dispute.pk}/" in page
    assert "甲** against 乙**" in page
    assert LEFT not in page
    assert "lamp-green" in page


@pytest.mark.parametrize("who", ["stranger_worker", "clerk", "resident", "analyst"])
def test_others_do_not_see_that_a_dispute_exists(desk: Desk, who: str) -> None:
    dispute = desk.accepted(summary="排水沟被堆了砖")
    client = reader(getattr(desk.town, who))
    listed = client.get("/disputes/")
    assert listed.status_code in (200, 403)
    assert "排水沟" not in listed.content.decode()
    for path in ("", "do/refer/", "do/assign/"):
        assert client.get(f"/disputes/{dispute.pk}/{path}").status_code in (403, 404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=堆砖", False),
        ("?q=排水沟", True),
        (f"?q={LEFT}", True),
        ("?q=甲某", False),  # a part of a name finds nobody
        ("?q=（2026）人调字第1号", True),
        ("?state=open", True),
        ("?state=settled", False),
        ("?type=wages", False),
        ("?tier=village&whose=mine", True),
        ("?risk=high", False),
        ("?before=1", False),
    ],
)
def test_search_and_filters(desk: Desk, query: str, found: bool) -> None:
    dispute = desk.accepted(summary="两家共用的排水沟被堆了砖")
    Dispute.objects.filter(pk=dispute.pk).update(file_year=2026)

    assert ("排水沟" in text(mediator(desk), f"/disputes/{query}").partition('class="rows"')[2]) is found


def test_the_list_goes_on_page_by_page(desk: Desk) -> None:
    for _ in range(51):
        desk.found()
    client = mediator(desk)
    first = text(client, "/disputes/")
    last = Dispute.objects.order_by("pk")[1]
    assert f"?before={last.pk}" in first
    second = text(client, f"/disputes/?before={last.pk}")
    assert second.count('class="row-of-work"') == 1


# -- writing one down


FORM = {
    "source": "walk_in",
    "summary": "两家为走道堆物吵架",
    "type": "neighbors",
    "people_count": "2",
    "amount_cents": "1,200.50",
}


def test_a_dispute_is_written_down_and_its_page_says_what_the_law_asks(desk: Desk) -> None:
    client = mediator(desk)
    response = client.post("/disputes/new/", FORM | {"grid": desk.town.grid.pk})

    dispute = Dispute.objects.get()
    assert response["Location"] == f"/disputes/{dispute.pk}/"
    assert dispute.amount_cents == 120_050
    page = text(client, f"/disputes/{dispute.pk}/")
    assert "art. 17" in page
    assert "Accept" not in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amount_cents": "很多"}, "write the sum in yuan"),
        ({"happened_on": "2099-01-01"}, "today or earlier"),
        ({"summary": ""}, "Please write something"),
        ({"source": "court"}, "number under which"),
    ],
)
def test_what_cannot_be_is_said_at_the_form(desk: Desk, wrong: dict[str, str], said: str) -> None:
    response = mediator(desk).post("/disputes/new/", FORM | {"grid": desk.town.grid.pk} | wrong)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Dispute.objects.exists()


def test_violence_at_home_leaves_no_dispute_and_is_out_of_the_finders_sight(desk: Desk) -> None:
    client = reader(desk.town.grid_worker)
    data = FORM | {"grid": desk.town.grid.pk, "grave": [Grave.VIOLENCE_AT_HOME.value]}

    client.post("/disputes/new/", data)

    assert not Dispute.objects.exists()
    assert Matter.objects.get().confidential


def test_a_matter_is_handed_to_mediation_from_its_page(desk: Desk) -> None:
    message = desk.town.says("楼上漏水，说了几次不理")
    matter = matters.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=desk.town.resident.pk,
        judged=matters.Judged(category="05-01-01", severity=1, decided=True),
        where=matters.Where(grid_id=desk.town.grid.pk),
        message_id=message.pk,
        now=desk.now,
    )
    client = reader(desk.town.supervisor)
    assert f"/disputes/new/?matter={matter.pk}" in text(client, f"/matters/{matter.pk}/")
    assert "漏水" in text(client, f"/disputes/new/?matter={matter.pk}")

    data = {name: value for name, value in FORM.items() if name != "source"}
    client.post(f"/disputes/new/?matter={matter.pk}", data | {"grid": desk.town.grid.pk})

    dispute = Dispute.objects.get(matter=matter)
    matter.refresh_from_db()
    assert matter.pause_reason == "in_mediation"
    again = client.get(f"/disputes/new/?matter={matter.pk}")
    assert again["Location"] == f"/disputes/{dispute.pk}/"


def test_a_stranger_cannot_take_a_matter_over(desk: Desk) -> None:
    assert reader(desk.town.stranger_worker).get("/disputes/new/?matter=987654").status_code == 404


# -- the page of a dispute


def test_every_deed_that_is_offered_opens(desk: Desk) -> None:
    """Whatever the page links to can be opened: at each stage, by whoever mediates."""
    client = mediator(desk)
    stages = (
        desk.found(signs=[RiskSign.THREAT]),
        desk.willing(),
        desk.in_mediation(),
        desk.drafted(cents=30_000, parts=2).dispute,
        desk.agreed(cents=30_000, parts=2),
    )
    for dispute in stages:
        page = text(client, f"/disputes/{dispute.pk}/")
        links = [part.partition('"')[0] for part in page.split('href="')[1:]]
        deeds = {link for link in links if f"/disputes/{dispute.pk}/do/" in link}
        assert deeds
        for link in deeds:
            assert "<form" in text(client, link.replace("&amp;", "&"))


def test_a_dispute_goes_from_a_form_to_an_agreement_by_its_pages(desk: Desk) -> None:
    client = mediator(desk)
    client.post("/disputes/new/", FORM | {"grid": desk.town.grid.pk})
    dispute = Dispute.objects.get()
    for side, name in zip(dispute.sides.order_by("number"), (LEFT, RIGHT), strict=True):
        assert do(client, dispute, "party", of=side.pk, name=name, kind="person") == 302
        assert do(client, dispute, "rights", of=side.pk) == 302
        assert do(client, dispute, "ask", of=side.pk, wants="yes") == 302
    assert do(client, dispute, "accept", tier="village") == 302
    assert do(client, dispute, "assign", mediator=desk.mediator.pk) == 302
    assert do(client, dispute, "say", audience="both", text="坐下来谈") == 302
    payer = dispute.sides.get(number=2)
    assert (
        do(
            client,
            dispute,
            "draft",
            form="written",
            terms="三期付清",
            amount_cents="100",
            payer=payer.pk,
            parts="3",
            every_days="30",
        )
        == 302
    )
    agreement = Agreement.objects.get()
    assert sorted(agreement.installments.values_list("amount_cents", flat=True)) == [3_333, 3_333, 3_334]
    signers = [f"party:{one.pk}" for one in Party.objects.all()]
    for who in (*signers, f"mediator:{desk.mediator.pk}", f"committee:{desk.committee.pk}"):
        assert do(client, dispute, "sign", of=agreement.pk, who=who, how="paper") == 302
    dispute.refresh_from_db()
    assert dispute.state == "agreed"


def test_what_was_said_is_marked_with_who_may_know_it_and_hidden_from_who_oversees(desk: Desk) -> None:
    dispute = desk.in_mediation()
    left = dispute.sides.get(number=1)
    actions.say(
        dispute_id=dispute.pk,
        text="底线是三千",
        audience=Audience.SIDE,
        side_id=left.pk,
        by=desk.by,
        now=desk.now,
    )
    page = text(mediator(desk), f"/disputes/{dispute.pk}/")
    assert "底线是三千" in page
    assert "only Side A and the mediators" in page

    overseen = text(reader(desk.town.supervisor), f"/disputes/{dispute.pk}/")
    assert "底线" not in overseen
    assert "mediation begins" in overseen


def test_names_are_shown_on_request_and_the_reading_is_noted(desk: Desk) -> None:
    dispute = desk.accepted()
    client = mediator(desk)
    assert LEFT not in text(client, f"/disputes/{dispute.pk}/")

    shown = client.post(f"/disputes/{dispute.pk}/names/").content.decode()

    assert LEFT in shown
    assert PartyReading.objects.get().reader_id == desk.mediator.person_id
    assert reader(desk.town.supervisor).post(f"/disputes/{dispute.pk}/names/").status_code == 404


def test_the_second_of_two_who_close_is_told(desk: Desk) -> None:
    dispute = desk.in_mediation()
    client = mediator(desk)
    end = {"because": "apart", "other_ways": ["court"], "words": ""}
    assert do(client, dispute, "fail", **end) == 302

    response = client.post(f"/disputes/{dispute.pk}/do/fail/", end, follow=True)

    assert "Somebody has concluded this dispute in the meantime" in response.content.decode()


def test_a_conflict_is_shown_where_a_mediator_is_chosen(desk: Desk) -> None:
    desk.accepted()
    dispute = Dispute.objects.get(pk=desk.willing().pk)
    actions.accept(dispute_id=dispute.pk, by=desk.by, now=desk.now)
    client = mediator(desk)
    assert "had a case with a party before" in text(client, f"/disputes/{dispute.pk}/do/assign/")

    assert do(client, dispute, "assign", mediator=desk.mediator.pk) == 422
    assert do(client, dispute, "assign", mediator=desk.mediator.pk, knowing="on") == 302


def test_a_revisit_is_offered_to_somebody_else_when_it_is_due(desk: Desk) -> None:
    dispute = desk.agreed()
    visits = dispute.agreements.get().revisits
    visits.update(due_on=date(2026, 1, 1))
    first = visits.order_by("after_days")[0]
    other = reader(Person.objects.get(pk=desk.colleague.person_id))
    assert f"/do/revisit/?of={first.pk}" in text(other, f"/disputes/{dispute.pk}/")
    assert "/do/revisit/" not in text(mediator(desk), f"/disputes/{dispute.pk}/")

    assert do(other, dispute, "revisit", of=first.pk, performed="yes", satisfied="5") == 302


# -- the town, rounds


def test_a_committee_without_a_woman_is_refused_at_the_form(desk: Desk) -> None:
    client = reader(desk.town.administrator)
    people = list(Person.objects.filter(account__isnull=False).order_by("pk")[:3])
    data = {
        "tier": "group",
        "grid": desk.town.grid.pk,
        "name": "第1网格调委会",
        "term_from": "2026-01-01",
        "term_to": "2028-12-31",
        **{f"person_{number}": one.pk for number, one in enumerate(_staff(desk), start=1)},
    }
    assert len(people) == 3
    response = client.post("/mediation/town/committee/", data)
    assert response.status_code == 422
    assert "is a woman" in response.content.decode()

    assert client.post("/mediation/town/committee/", data | {"woman_2": "on"}).status_code == 302
    assert Committee.objects.filter(name="第1网格调委会").exists()
    assert "第1网格调委会" in text(mediator(desk), "/mediation/town/")


def _staff(desk: Desk) -> list[Person]:
    return [desk.town.grid_worker, desk.town.officer, desk.town.supervisor]


def test_rooms_mediators_and_hours_are_set_by_who_administers(desk: Desk) -> None:
    client = reader(desk.town.administrator)
    assert (
        client.post(
            "/mediation/town/room/", {"committee": desk.committee.pk, "name": "二号调解室", "seats": "6"}
        ).status_code
        == 302
    )
    assert (
        client.post(
            "/mediation/town/mediator/",
            {"person": desk.town.officer.pk, "committee": desk.committee.pk, "kind": "officer"},
        ).status_code
        == 302
    )
    assert (
        client.post(
            "/mediation/town/hours/",
            {"mediator": desk.colleague.pk, "weekdays": ["0", "2"], "starts": "09:00", "ends": "11:30"},
        ).status_code
        == 302
    )
    page = text(client, "/mediation/town/")
    assert all(one in page for one in ("二号调解室", "王警官", "09:00–11:30"))
    assert mediator(desk).get("/mediation/town/room/").status_code == 403


def test_a_round_is_planned_and_nothing_found_is_reported(desk: Desk) -> None:
    today = timezone.localdate()
    mediator(desk).post(
        "/mediation/rounds/new/",
        {
            "name": "春季排查",
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=5)).isoformat(),
            "grids": [desk.town.grid.pk],
        },
    )
    result = SweepResult.objects.get()
    worker = reader(desk.town.grid_worker)
    assert "not reported yet" in text(worker, "/mediation/rounds/")
    assert worker.post(f"/mediation/rounds/results/{result.pk}/", {"found": "0"}).status_code == 302
    assert "nothing found" in text(worker, "/mediation/rounds/")
    assert reader(desk.town.stranger_worker).get(f"/mediation/rounds/results/{result.pk}/").status_code == 404
