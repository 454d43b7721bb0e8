from datetime import date, datetime, timedelta

import pytest
from tests.mediation.disputes import LEFT, RIGHT, Desk, open_desk

from maplebridge.matters import actions as matters
from maplebridge.matters.models import Matter
from maplebridge.mediation import actions, permissions, queries
from maplebridge.mediation.actions import NotAllowed
from maplebridge.mediation.domain.acceptance import Grave, Obstacle
from maplebridge.mediation.domain.tiers import RiskSign, Tier
from maplebridge.mediation.domain.workflow import EndedBecause, OtherWay, Source, State
from maplebridge.mediation.models import Dispute, Party, PartyReading
from maplebridge.people.models import Reading


@pytest.fixture
def desk(db: None, noon: datetime) -> Desk:
    return open_desk(noon)


def refused(code: str) -> "pytest.RaisesExc[NotAllowed]":
    return pytest.raises(NotAllowed, match=f"^{code}$")


# -- found


def test_a_dispute_is_found_with_two_sides_in_the_tier_that_fits(desk: Desk) -> None:
    dispute = desk.found(amount_cents=600_000)

    assert dispute.state == State.FOUND
    assert (dispute.tier, dispute.committee) == (Tier.VILLAGE, desk.committee)
    assert [side.number for side in dispute.sides.order_by("number")] == [1, 2]


def test_what_others_hand_over_has_their_number_and_comes_once(desk: Desk) -> None:
    with refused("number_needed"):
        actions.find(told=desk.told(), source=Source.COURT, by=desk.by, now=desk.now)
    told = {"told": desk.told(), "source": Source.COURT, "source_number": "(2026)民初12号"}
    actions.find(**told, by=desk.by, now=desk.now)  # type: ignore[arg-type]
    with refused("found_before"):
        actions.find(**told, by=desk.by, now=desk.now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"summary": "  "}, "summary_needed"),
        ({"type": "weather"}, "unknown_type"),
        ({"happened_on": date(2026, 3, 3)}, "happened_in_the_future"),
        ({"amount_cents": -1}, "below_zero"),
        ({"people_count": 1}, "two_people_at_least"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(desk: Desk, more: dict[str, object], code: str) -> None:
    with refused(code):
        desk.found(**more)


@pytest.mark.parametrize(
    ("grave", "confidential", "emergency"),
    [
        (Grave.VIOLENCE_AT_HOME, True, ""),
        (Grave.CHILD_ABUSE, True, "110"),
        (Grave.CRIME, False, "110"),
    ],
)
def test_what_never_comes_to_mediation_becomes_a_matter_and_no_dispute(
    desk: Desk, grave: Grave, confidential: bool, emergency: str
) -> None:
    found = actions.find(told=desk.told(grave=[grave]), source=Source.WALK_IN, by=desk.by, now=desk.now)

    assert found.dispute is None
    assert not Dispute.objects.exists()
    matter = Matter.objects.get(pk=found.matter_id)
    assert (matter.confidential, matter.emergency) == (confidential, emergency)
    assert (matter.owner == desk.town.confidential) is confidential


def test_violence_that_comes_to_light_later_takes_the_dispute_out_of_sight(desk: Desk) -> None:
    dispute = desk.in_mediation()
    mediator = desk.standing(desk.mediator.person)  # type: ignore[arg-type]
    assert permissions.may_see(mediator, dispute)

    matter_id = actions.refer(
        dispute_id=dispute.pk, grave=[Grave.VIOLENCE_AT_HOME], words="", by=desk.by, now=desk.now
    )

    dispute.refresh_from_db()
    assert (dispute.state, dispute.ended_because) == (State.REFERRED, EndedBecause.VIOLENCE_AT_HOME)
    assert Matter.objects.get(pk=matter_id).confidential
    for person in (desk.mediator.person, desk.town.supervisor):
        assert not permissions.may_see(desk.standing(person), dispute)  # type: ignore[arg-type]
        assert permissions.viewer_of(desk.standing(person), dispute).is_outside  # type: ignore[arg-type]
    assert permissions.may_see(desk.standing(desk.town.confidential), dispute)


# -- out of a matter, with its clock


def matter_of(desk: Desk) -> Matter:
    message = desk.town.says("楼上漏水了，说了几次都不理")
    return matters.raise_matter(
        origin=Matter.Origin.GROUP,
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=desk.town.resident.pk,
        judged=matters.Judged(category="05-01-01", severity=1, decided=True),
        where=matters.Where(grid_id=desk.town.entrance_grid.pk),
        message_id=message.pk,
        now=desk.now,
    )


def test_a_matter_is_answered_and_its_clock_waits_for_mediation(desk: Desk) -> None:
    matter = matter_of(desk)

    found = actions.find_in_matter(matter_id=matter.pk, told=desk.told(), by=desk.by, now=desk.now)

    matter.refresh_from_db()
    assert found.dispute is not None
    assert (matter.state, matter.pause_reason) == ("paused", "in_mediation")
    assert matter.answered_at == desk.now
    assert matter.paused_until is not None
    assert matter.paused_until > desk.now + timedelta(days=30)
    with refused("matter_is_confidential") if matter.confidential else refused("found_before"):
        actions.find_in_matter(matter_id=matter.pk, told=desk.told(), by=desk.by, now=desk.later(hours=1))


def test_the_agreement_is_the_result_of_the_matter(desk: Desk) -> None:
    matter = matter_of(desk)
    dispute = actions.find_in_matter(matter_id=matter.pk, told=desk.told(), by=desk.by, now=desk.now).dispute
    assert dispute is not None
    bring_to_agreement(desk, dispute)

    matter.refresh_from_db()
    assert (matter.state, matter.outcome) == ("resolved", "solved")


def test_a_refusal_explains_the_other_ways_to_whoever_raised_the_matter(desk: Desk) -> None:
    matter = matter_of(desk)
    dispute = actions.find_in_matter(matter_id=matter.pk, told=desk.told(), by=desk.by, now=desk.now).dispute
    assert dispute is not None

    actions.ask_side(side_id=dispute.sides.get(number=2).pk, wants=False, by=desk.by, now=desk.now)

    matter.refresh_from_db()
    assert (matter.state, matter.outcome) == ("resolved", "not_feasible")
    assert "法院" in matter.entries.get(deed="resolved").text


def bring_to_agreement(desk: Desk, dispute: Dispute) -> None:
    for number, (name, person) in enumerate(
        ((LEFT, desk.town.resident), (RIGHT, desk.town.neighbor)), start=1
    ):
        side = dispute.sides.get(number=number)
        desk.join(side, name=name, person_id=person.pk)
        actions.tell_rights(side_id=side.pk, by=desk.by, now=desk.now)
        actions.ask_side(side_id=side.pk, wants=True, by=desk.by, now=desk.now)
    actions.accept(dispute_id=dispute.pk, tier=Tier.VILLAGE, by=desk.by, now=desk.now)
    actions.assign(dispute_id=dispute.pk, mediator_id=desk.mediator.pk, by=desk.by, now=desk.now)
    actions.say(dispute_id=dispute.pk, text="谈", audience="both", by=desk.by, now=desk.now)  # type: ignore[arg-type]
    drafted = actions.draft(dispute_id=dispute.pk, form="written", terms="修好", by=desk.by, now=desk.now)
    desk.signed(drafted)


def test_a_matter_that_turns_out_to_be_violence_becomes_confidential(desk: Desk) -> None:
    from maplebridge.matters.models import Category

    Category.objects.filter(code="01-03-01").update(code="01-04-01")
    from maplebridge.platform.freshness import forget

    forget()
    matter = matter_of(desk)

    found = actions.find_in_matter(
        matter_id=matter.pk, told=desk.told(grave=[Grave.VIOLENCE_AT_HOME]), by=desk.by, now=desk.now
    )

    matter.refresh_from_db()
    assert (found.dispute, found.matter_id) == (None, matter.pk)
    assert matter.confidential


def test_a_town_with_other_codes_hands_violence_on_all_the_same(desk: Desk) -> None:
    from maplebridge.matters.models import Category
    from maplebridge.platform.freshness import forget

    first, second = Category.objects.filter(code__regex=r"^..-..-..$").order_by("code")[:2]
    Category.objects.update(confidential=False)
    forget()
    matter = matter_of(desk)
    grave = desk.told(grave=[Grave.VIOLENCE_AT_HOME])
    with refused("no_confidential_category"):
        actions.find_in_matter(matter_id=matter.pk, told=grave, by=desk.by, now=desk.now)

    Category.objects.filter(pk__in=[first.pk, second.pk]).update(confidential=True)
    forget()
    actions.find_in_matter(matter_id=matter.pk, told=grave, by=desk.by, now=desk.now)
    matter.refresh_from_db()
    assert (matter.confidential, matter.category) == (True, first)

    codes = dict.fromkeys(("violence_at_home", "child_abuse"), second.code)
    rule = {"name": "grave_categories", "reason": "自编目录", "valid_from": desk.now.date(), "now": desk.now}
    with refused("category_does_not_fit"):
        actions.set_rule(value={**codes, "crime": second.code}, by=desk.by, **rule)  # type: ignore[arg-type]
    Category.objects.exclude(pk__in=[first.pk, second.pk]).update(lead="police")
    third = Category.objects.filter(code__regex=r"^..-..-..$", confidential=False).first()
    assert third is not None
    actions.set_rule(value={**codes, "crime": third.code}, by=desk.by, **rule)  # type: ignore[arg-type]
    found = actions.find(told=grave, source=Source.WALK_IN, by=desk.by, now=desk.now)
    assert Matter.objects.get(pk=found.matter_id).category == second


# -- parties


def test_the_same_person_in_two_sides_is_refused_however_they_are_known(desk: Desk) -> None:
    dispute = desk.found()
    left, right = dispute.sides.order_by("number")
    desk.join(left, name=LEFT, person_id=desk.town.resident.pk)
    with refused("party_in_two_sides"):
        desk.join(right, name="别名", person_id=desk.town.resident.pk)
    desk.join(left, name="丙某", id_number="11010119900307771x")
    with refused("party_in_two_sides"):
        desk.join(right, name="丙某某", id_number="11010119900307771X")
    desk.join(left, name="丁某", phone="10000000077")
    with refused("party_in_two_sides"):
        desk.join(right, name="丁某", phone="10000000077")
    desk.join(right, name="戊某", phone="10000000077")  # a shared phone names nobody


def test_names_and_numbers_are_kept_encrypted_and_rare_characters_whole(desk: Desk) -> None:
    from django.db import connection

    dispute = desk.found()
    name = "\U00030edd\U0003106c某·阿依古丽"
    party = desk.join(dispute.sides.get(number=1), name=name, phone="10000000088", address="海棠苑9号")

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone, address FROM mediation_party WHERE id = %s", [party.pk])
        kept = "".join(cursor.fetchone())
        assert not any(plain in kept for plain in ("阿依古丽", "10000000088", "海棠"))
        cursor.execute("SELECT fields::text FROM platform_auditrow WHERE \"table\" = 'mediation_party'")
        assert not any("阿依古丽" in row[0] or "10000000088" in row[0] for row in cursor.fetchall())
    assert Party.objects.get(pk=party.pk).name == name


def test_reading_names_is_on_the_record_of_the_dispute_and_of_the_person(desk: Desk) -> None:
    dispute = desk.with_parties()

    shown = actions.reveal_parties(dispute_id=dispute.pk, purpose="mediating", by=desk.by, now=desk.now)

    assert [one.name for one in shown] == [LEFT, RIGHT]
    assert PartyReading.objects.get().reader_id == desk.by.person_id
    assert Reading.objects.filter(subject=desk.town.resident, purpose="dispute").count() == 1
    assert [one.name for one in queries.masked_parties(dispute.pk, desk.now)] == ["甲**", "乙**"]


def test_a_known_phone_with_the_same_name_is_that_person(desk: Desk) -> None:
    dispute = desk.found()
    same = desk.join(dispute.sides.get(number=1), name="老某某", phone="10000000001")
    other = desk.join(dispute.sides.get(number=2), name="小雨", phone="10000000002")

    assert (same.person, other.person) == (desk.town.resident, None)


def test_a_sixth_representative_and_somebody_born_tomorrow_are_refused(desk: Desk) -> None:
    side = desk.found().sides.get(number=1)
    for number in range(5):
        desk.join(side, name=f"代表{number}", represents=True)
    with refused("too_many_representatives"):
        desk.join(side, name="代表六", represents=True)
    with refused("born_in_the_future"):
        desk.join(side, name="未来人", born=date(2026, 3, 3))


# -- accepted


def test_everything_that_the_law_asks_is_named_before_acceptance(desk: Desk) -> None:
    dispute = desk.with_parties(signs=[RiskSign.THREAT])

    with pytest.raises(actions.AcceptanceRefused) as refusal:
        actions.accept(dispute_id=dispute.pk, by=desk.by, now=desk.now)

    named = {one.obstacle for one in refusal.value.missing}
    assert named == {
        Obstacle.CALM_FIRST,
        Obstacle.NOT_FREE,
        Obstacle.SIDE_NOT_ASKED,
        Obstacle.RIGHTS_NOT_TOLD,
    }


def test_acceptance_starts_the_clock_and_numbers_the_file(desk: Desk) -> None:
    first, second = desk.accepted(), desk.accepted()

    assert (first.state, first.accepted_at) == (State.ACCEPTED, desk.now)
    assert first.due_at == desk.now.replace(month=4)
    assert [one.file_number for one in (first, second)] == [1, 2]
    assert queries.file_number(second, date(2026, 3, 2)) == "（2026）人调字第2号"


def test_a_raised_risk_is_accepted_once_somebody_keeps_contact(desk: Desk) -> None:
    dispute = desk.willing(signs=[RiskSign.RAISED_VOICES])
    with pytest.raises(actions.AcceptanceRefused):
        actions.accept(dispute_id=dispute.pk, by=desk.by, now=desk.now)

    actions.arrange_calm(
        dispute_id=dispute.pk,
        contact_id=desk.town.grid_worker.pk,
        until=desk.later(days=3),
        words="每天上门一次",
        by=desk.by,
        now=desk.now,
    )
    assert actions.accept(dispute_id=dispute.pk, by=desk.by, now=desk.now).state == State.ACCEPTED


def test_a_child_needs_a_guardian_on_its_side(desk: Desk) -> None:
    dispute = desk.willing()
    side = dispute.sides.get(number=1)
    child = desk.join(side, name="小朋友", born=date(2015, 5, 5))
    with pytest.raises(actions.AcceptanceRefused) as refusal:
        actions.accept(dispute_id=dispute.pk, by=desk.by, now=desk.now)
    assert [one.party_id for one in refusal.value.missing] == [child.pk]

    desk.join(side, name="哥哥", born=date(2010, 5, 5), speaks_for_id=child.pk, speaks_as="guardian")
    with pytest.raises(actions.AcceptanceRefused):  # a child is nobody's guardian
        actions.accept(dispute_id=dispute.pk, by=desk.by, now=desk.now)
    Party.objects.filter(dispute=dispute, name_digest=queries.party_digest("哥哥")).update(left_at=desk.now)
    desk.join(side, name="妈妈", speaks_for_id=child.pk, speaks_as="guardian")
    actions.accept(dispute_id=dispute.pk, by=desk.by, now=desk.now)


@pytest.mark.parametrize(
    ("number", "born"),
    [("990103201505050012", date(2015, 5, 5)), ("99010320150505001x", date(2015, 5, 5)),
     ("990103201513450012", None), ("91510000MA6", None)],
)  # fmt: skip
def test_a_child_is_known_by_the_number_of_its_papers_too(desk: Desk, number: str, born: date | None) -> None:
    side = desk.with_parties().sides.get(number=1)
    assert desk.join(side, name="小朋友", id_number=number).born == born


def test_a_clear_refusal_ends_it_also_in_the_middle(desk: Desk) -> None:
    dispute = desk.in_mediation()

    actions.ask_side(side_id=dispute.sides.get(number=2).pk, wants=False, by=desk.by, now=desk.now)

    dispute.refresh_from_db()
    assert (dispute.state, dispute.ended_because) == (State.REFUSED, EndedBecause.SIDE_REFUSES)
    with refused("dispute_not_open"):
        actions.say(dispute_id=dispute.pk, text="再谈谈", audience="both", by=desk.by, now=desk.now)  # type: ignore[arg-type]


def test_what_fails_ends_with_the_other_ways(desk: Desk) -> None:
    dispute = desk.in_mediation()
    end = {
        "dispute_id": dispute.pk,
        "because": EndedBecause.APART,
        "words": "",
        "by": desk.by,
        "now": desk.now,
    }
    with refused("other_ways_needed"):
        actions.fail(**end, other_ways=[])  # type: ignore[arg-type]

    ended = actions.fail(**end, other_ways=[OtherWay.COURT, OtherWay.LEGAL_AID])  # type: ignore[arg-type]

    assert (ended.state, ended.other_ways) == (State.FAILED, ["court", "legal_aid"])


# -- sweeps


def test_nothing_found_is_a_result_and_not_reported_is_none(desk: Desk) -> None:
    sweep = actions.plan_sweep(
        name="春季排查",
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 3, 9),
        grids={desk.town.grid.pk: desk.town.grid_worker.pk, desk.town.other_grid.pk: None},
        by=desk.by,
        now=desk.now,
    )
    first, second = queries.results_of(sweep.pk)
    actions.report_sweep(result_id=first.pk, found=0, words="挨户问过", by=desk.by, now=desk.now)

    assert [(one.found, one.reported_at) for one in queries.results_of(sweep.pk)] == [
        (0, desk.now),
        (None, None),
    ]
    with refused("already_reported"):
        actions.report_sweep(result_id=first.pk, found=2, words="", by=desk.by, now=desk.now)
    found = actions.find(told=desk.told(), source=Source.SWEEP, swept_id=second.pk, by=desk.by, now=desk.now)
    assert found.dispute is not None
    with refused("more_were_written_down"):
        actions.report_sweep(result_id=second.pk, found=0, words="", by=desk.by, now=desk.now)
