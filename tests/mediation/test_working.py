from datetime import datetime, timedelta

import pytest
from tests.mediation.disputes import Desk, open_desk

from maplebridge.mediation import actions, permissions, queries
from maplebridge.mediation.actions import NotAllowed
from maplebridge.mediation.domain.audiences import MEDIATOR, OUTSIDE, Audience, Viewer
from maplebridge.mediation.domain.conflicts import ConflictKind
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.domain.workflow import Ended, State
from maplebridge.mediation.models import Assignment, Attendance, Dispute, Entry, Session
from maplebridge.mediation.sweeps import sweep
from maplebridge.people.models import Person

BOTH, SIDE, MEDIATORS = Audience.BOTH, Audience.SIDE, Audience.MEDIATORS


@pytest.fixture
def desk(db: None, noon: datetime) -> Desk:
    return open_desk(noon)


def refused(code: str) -> "pytest.RaisesExc[NotAllowed]":
    return pytest.raises(NotAllowed, match=f"^{code}$")


# -- who mediates


def test_a_mediator_of_the_same_household_cannot_be_assigned(desk: Desk) -> None:
    Person.objects.filter(pk__in=[desk.mediator.person_id, desk.town.resident.pk]).update(
        building=desk.town.building
    )
    for person in Person.objects.filter(pk__in=[desk.mediator.person_id, desk.town.resident.pk]):
        person.room = "302室"
        person.save()
    dispute = desk.with_parties()

    with pytest.raises(actions.TooClose, match="too_close") as refusal:
        actions.assign(
            dispute_id=dispute.pk, mediator_id=desk.mediator.pk, knowing=True, by=desk.by, now=desk.now
        )

    assert [one.kind for one in refusal.value.conflicts] == [ConflictKind.SAME_HOUSEHOLD]
    first, last = queries.candidates(dispute, desk.now)
    assert (first.mediator, last.mediator, last.excluded) == (desk.colleague, desk.mediator, True)


def test_an_earlier_case_has_to_be_known_before_somebody_is_assigned(desk: Desk) -> None:
    desk.accepted()
    dispute = desk.with_parties()
    with pytest.raises(actions.TooClose, match="know_first"):
        actions.assign(dispute_id=dispute.pk, mediator_id=desk.mediator.pk, by=desk.by, now=desk.now)

    part = actions.assign(
        dispute_id=dispute.pk, mediator_id=desk.mediator.pk, knowing=True, by=desk.by, now=desk.now
    )
    assert part.until is None


def test_a_party_who_works_for_the_mediators_employer_is_shown(desk: Desk) -> None:
    dispute = desk.found()
    desk.join(dispute.sides.get(number=1), name="和顺律师事务所", kind="organization")

    (found,) = queries.conflicts_of(dispute.pk, [desk.colleague])[desk.colleague.pk]

    assert found.kind == ConflictKind.SAME_EMPLOYER


def test_whoever_is_declared_too_close_steps_back_at_once(desk: Desk) -> None:
    dispute = desk.accepted()

    actions.declare(
        dispute_id=dispute.pk, mediator_id=desk.mediator.pk, text="是乙方的表亲", by=desk.by, now=desk.now
    )

    assert Assignment.objects.get(dispute=dispute).ended_because == Ended.CONFLICT
    with pytest.raises(actions.TooClose):
        actions.assign(dispute_id=dispute.pk, mediator_id=desk.mediator.pk, by=desk.by, now=desk.now)


def test_a_mediator_is_replaced_on_request_and_hears_no_more(desk: Desk) -> None:
    dispute = desk.accepted()
    part = Assignment.objects.get(dispute=dispute)

    actions.replace(
        assignment_id=part.pk,
        mediator_id=desk.colleague.pk,
        because=Ended.ASKED_BY_SIDE,
        words="甲方要求更换",
        by=desk.by,
        now=desk.now,
    )

    lead = queries.lead_of(dispute.pk)
    assert lead is not None
    assert (lead.mediator, lead.chosen_by_sides) == (desk.colleague, True)
    seats = desk.committee.members.filter(person_id=desk.mediator.person_id)
    seats.update(chairs=False)  # the chair hears every case of the committee
    assert permissions.viewer_of(desk.standing(desk.mediator.person), dispute).is_outside  # type: ignore[arg-type]


def test_a_dispute_has_one_lead_and_a_mediator_one_part(desk: Desk) -> None:
    dispute = desk.accepted()
    with refused("has_a_part"):
        actions.assign(
            dispute_id=dispute.pk,
            mediator_id=desk.mediator.pk,
            role="assistant",
            knowing=True,
            by=desk.by,
            now=desk.now,
        )
    with refused("has_a_lead"):
        actions.assign(dispute_id=dispute.pk, mediator_id=desk.colleague.pk, by=desk.by, now=desk.now)


# -- tiers and time


def test_a_dispute_moves_up_with_its_whole_record_and_the_clock_runs_on(desk: Desk) -> None:
    dispute = desk.in_mediation()
    said = queries.utterances_for(MEDIATOR, dispute.pk).count()

    actions.move_up(
        dispute_id=dispute.pk, because="side_wishes", words="村里谈不拢", by=desk.by, now=desk.later(days=5)
    )

    moved = Dispute.objects.get(pk=dispute.pk)
    assert (moved.tier, moved.committee, moved.due_at) == (Tier.TOWN, desk.town_committee, dispute.due_at)
    assert queries.utterances_for(MEDIATOR, dispute.pk).count() == said
    village, town = queries.stays_of(dispute.pk)
    assert (village.until, village.moved_because) == (desk.later(days=5), "side_wishes")
    assert town.due_at == dispute.due_at  # 30 days would go beyond the month
    with refused("no_tier_above"):
        actions.move_up(dispute_id=dispute.pk, because="rule", words="", by=desk.by, now=desk.now)


def test_more_time_needs_every_side(desk: Desk) -> None:
    dispute = desk.accepted()
    assert dispute.due_at is not None
    left, right = dispute.sides.order_by("number")
    until = dispute.due_at + timedelta(days=20)

    def ask() -> int:
        return actions.ask_extension(
            dispute_id=dispute.pk, until=until, reason="等鉴定", by=desk.by, now=desk.now
        ).pk

    def consent(extension: int, side: int, consents: bool) -> None:
        actions.consent_to_extension(
            extension_id=extension, side_id=side, consents=consents, by=desk.by, now=desk.now
        )

    first = ask()
    with refused("already_asked"):
        ask()
    consent(first, left.pk, True)
    dispute.refresh_from_db()
    assert dispute.due_at < until
    consent(first, right.pk, False)
    dispute.refresh_from_db()
    assert dispute.due_at < until
    second = ask()
    consent(second, left.pk, True)
    consent(second, right.pk, True)
    dispute.refresh_from_db()
    assert dispute.due_at == until
    with refused("already_decided"):
        consent(second, right.pk, False)


def test_an_expert_comes_when_every_side_consents(desk: Desk) -> None:
    dispute = desk.accepted()
    invited = actions.invite(
        dispute_id=dispute.pk, agency_id=desk.town.water.pk, why="看管道", by=desk.by, now=desk.now
    )
    for side in dispute.sides.all():
        invited = actions.consent_to_invitation(
            invitation_id=invited.pk, side_id=side.pk, consents=True, by=desk.by, now=desk.now
        )
    assert invited.comes is True


# -- sessions


def booked(
    desk: Desk, dispute: Dispute, *, hours: int = 24, side_id: int | None = None, room: bool = True
) -> Session:
    return actions.book(
        dispute_id=dispute.pk,
        starts_at=desk.later(hours=hours),
        ends_at=desk.later(hours=hours + 1),
        room_id=desk.room.pk if room else None,
        side_id=side_id,
        by=desk.by,
        now=desk.now,
    )


def test_a_room_is_not_booked_twice_and_back_to_back_is_no_overlap(desk: Desk) -> None:
    first, second = desk.accepted(), desk.accepted()
    Assignment.objects.filter(dispute=second).update(mediator=desk.colleague)
    second.parties.update(person=None)
    booked(desk, first)
    with refused("room_taken"):
        booked(desk, second)
    booked(desk, second, hours=25)


def test_nobody_is_booked_twice_also_online(desk: Desk) -> None:
    first, second = desk.accepted(), desk.accepted()
    booked(desk, first)
    with refused("somebody_is_booked"):
        booked(desk, second, room=False)
    assert Session.objects.count() == 1


def test_a_canceled_session_frees_room_and_people(desk: Desk) -> None:
    dispute = desk.accepted()
    session = booked(desk, dispute)
    actions.cancel_session(session_id=session.pk, words="", by=desk.by, now=desk.now)

    booked(desk, dispute)

    with refused("session_canceled"):
        actions.hold(session_id=session.pk, by=desk.by, now=desk.later(days=2))


def test_a_private_talk_books_one_side_and_is_unknown_to_the_other(desk: Desk) -> None:
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")

    session = booked(desk, dispute, side_id=left.pk)

    came = set(Attendance.objects.filter(session=session).values_list("person_id", flat=True))
    assert came == {desk.mediator.person_id, desk.town.resident.pk}
    assert list(queries.sessions_for(Viewer(side_id=left.pk), dispute.pk)) == [session]
    assert not queries.sessions_for(Viewer(side_id=right.pk), dispute.pk).exists()
    booked_line = Entry.objects.get(deed="session_booked")
    assert booked_line not in queries.time_line_for(Viewer(side_id=right.pk), dispute.pk)


@pytest.mark.parametrize(
    ("hours", "length", "code"),
    [(-1, 1, "start_in_the_past"), (24, 0, "ends_before_it_starts"), (24, 9, "too_long")],
)
def test_times_that_cannot_be_are_refused(desk: Desk, hours: int, length: int, code: str) -> None:
    dispute = desk.accepted()
    with refused(code):
        actions.book(
            dispute_id=dispute.pk,
            starts_at=desk.later(hours=hours),
            ends_at=desk.later(hours=hours + length),
            by=desk.by,
            now=desk.now,
        )


def test_mediation_begins_with_the_first_session_held(desk: Desk) -> None:
    dispute = desk.accepted()
    session = booked(desk, dispute, hours=1)
    actions.hold(session_id=session.pk, by=desk.by, now=desk.later(hours=2))

    dispute.refresh_from_db()
    assert dispute.state == State.IN_MEDIATION


# -- who hears what


@pytest.mark.parametrize("audience", [MEDIATORS, SIDE, BOTH])
def test_every_kind_of_thing_is_heard_by_its_audience_and_by_nobody_else(
    desk: Desk, audience: Audience
) -> None:
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")
    to = {
        "audience": audience,
        "side_id": left.pk if audience == SIDE else None,
        "by": desk.by,
        "now": desk.now,
    }
    actions.say(dispute_id=dispute.pk, text="底线是三千", **to)  # type: ignore[arg-type]
    actions.keep_exhibit(dispute_id=dispute.pk, kind="evidence", title="照片", text="渗水", **to)  # type: ignore[arg-type]
    actions.offer(dispute_id=dispute.pk, by_side_id=None, terms="三千", **to)  # type: ignore[arg-type]
    actions.promise(dispute_id=dispute.pk, text="周五答复", due_at=desk.later(days=3), **to)  # type: ignore[arg-type]

    def known(viewer: Viewer) -> list[int]:
        reads = (
            queries.utterances_for,
            queries.exhibits_for,
            queries.offers_for,
            queries.promises_for,
        )
        return [read(viewer, dispute.pk).count() for read in reads]

    assert known(MEDIATOR) == [1, 1, 1, 1]
    assert known(OUTSIDE) == [0, 0, 0, 0]
    assert known(Viewer(side_id=left.pk)) == ([1] * 4 if audience != MEDIATORS else [0] * 4)
    assert known(Viewer(side_id=right.pk)) == ([1] * 4 if audience == BOTH else [0] * 4)
    lines = {"exhibit_kept", "offered", "promised"}
    seen = set(queries.time_line_for(Viewer(side_id=right.pk), dispute.pk).values_list("deed", flat=True))
    assert (lines <= seen) is (audience == BOTH)
    assert bool(lines & seen) is (audience == BOTH)


def test_a_party_speaks_for_their_own_side_whatever_is_asked_for(desk: Desk) -> None:
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")
    party = actions.By(desk.town.resident.pk, "resident")

    def say(audience: Audience, side_id: int | None) -> None:
        actions.say(
            dispute_id=dispute.pk, text="我的想法", audience=audience, side_id=side_id, by=party, now=desk.now
        )

    say(SIDE, left.pk)
    say(BOTH, None)
    with refused("other_side"):
        say(SIDE, right.pk)
    with refused("own_words_are_heard"):
        say(MEDIATORS, None)
    with refused("other_side"):
        actions.offer(
            dispute_id=dispute.pk, by_side_id=right.pk, terms="白给", audience=BOTH, by=party, now=desk.now
        )


def test_in_a_private_talk_nothing_is_said_to_all(desk: Desk) -> None:
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")
    session = booked(desk, dispute, side_id=left.pk)

    for audience, side_id in ((BOTH, None), (SIDE, right.pk)):
        with refused("private_talk"):
            actions.say(
                dispute_id=dispute.pk,
                text="他只肯出三千",
                audience=audience,
                side_id=side_id,
                session_id=session.pk,
                by=desk.by,
                now=desk.now,
            )


def test_words_of_one_side_are_not_written_down_for_the_other(desk: Desk) -> None:
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")
    with refused("other_side"):
        actions.say(
            dispute_id=dispute.pk,
            text="我最多要五千",
            audience=SIDE,
            side_id=right.pk,
            party_id=left.parties.get().pk,
            by=desk.by,
            now=desk.now,
        )


def test_supervisors_oversee_and_hear_nothing(desk: Desk) -> None:
    dispute = desk.in_mediation()
    supervisor = desk.standing(desk.town.supervisor)

    assert permissions.may_see(supervisor, dispute)
    assert permissions.viewer_of(supervisor, dispute).is_outside
    assert {one.deed for one in queries.deeds_of(dispute.pk)} >= {"found", "accepted", "assigned"}


def test_whoever_is_a_party_never_mediates_it(desk: Desk) -> None:
    dispute = desk.found()
    desk.join(dispute.sides.get(number=1), name="老张", person_id=desk.mediator.person_id)

    viewer = permissions.viewer_of(desk.standing(desk.mediator.person), dispute)  # type: ignore[arg-type]

    assert (viewer.mediates, viewer.side_id) == (False, dispute.sides.get(number=1).pk)


def test_live_news_of_one_side_reach_only_that_side(desk: Desk) -> None:
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")
    resident = desk.standing(desk.town.resident)

    assert permissions.may_follow_side(resident, left.pk)
    assert not permissions.may_follow_side(resident, right.pk)
    assert not permissions.may_follow_dispute(resident, dispute.pk)
    assert permissions.may_follow_dispute(desk.standing(desk.mediator.person), dispute.pk)  # type: ignore[arg-type]


# -- offers and promises


def test_the_table_shows_what_each_side_accepts_as_far_as_one_may_know(desk: Desk) -> None:
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")
    made = actions.offer(
        dispute_id=dispute.pk,
        by_side_id=left.pk,
        terms="五千",
        amount_cents=500_000,
        audience=BOTH,
        by=desk.by,
        now=desk.now,
    )
    actions.answer_offer(offer_id=made.pk, by_side_id=right.pk, accepts=True, by=desk.by, now=desk.now)

    (row,) = queries.offers_table(MEDIATOR, dispute.pk)
    assert row.said == ((1, True), (2, True))
    assert row.accepted_by_all
    (row,) = queries.offers_table(Viewer(side_id=left.pk), dispute.pk)
    assert row.said == ((1, True), (2, None))  # told to the mediators only


def test_an_offer_made_in_confidence_cannot_be_answered_by_who_has_not_heard_it(desk: Desk) -> None:
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")
    made = actions.offer(
        dispute_id=dispute.pk,
        by_side_id=left.pk,
        terms="最多四千",
        audience=SIDE,
        side_id=left.pk,
        by=desk.by,
        now=desk.now,
    )
    with refused("side_has_not_heard_it"):
        actions.answer_offer(offer_id=made.pk, by_side_id=right.pk, accepts=True, by=desk.by, now=desk.now)

    actions.open_offer(offer_id=made.pk, by=desk.by, now=desk.now)
    actions.answer_offer(offer_id=made.pk, by_side_id=right.pk, accepts=True, by=desk.by, now=desk.now)


def test_a_promise_is_chased_once_when_it_falls_due(desk: Desk) -> None:
    dispute = desk.accepted()
    side = dispute.sides.get(number=2)
    made = actions.promise(
        dispute_id=dispute.pk,
        by_side_id=side.pk,
        text="周五前送来发票",
        due_at=desk.later(days=2),
        audience=BOTH,
        by=desk.by,
        now=desk.now,
    )
    with refused("promise_in_the_past"):
        actions.promise(
            dispute_id=dispute.pk, text="昨天", due_at=desk.now, audience=BOTH, by=desk.by, now=desk.now
        )

    for days in (1, 3, 3):
        sweep(now=desk.later(days=days))

    assert Entry.objects.filter(dispute=dispute, deed="promise_due").count() == 1
    made.refresh_from_db()
    assert made.chased_at == desk.later(days=3)


# -- the clock


def test_what_is_over_is_noted_once_the_tier_first_and_then_the_month(desk: Desk) -> None:
    dispute = desk.accepted()
    for days in (1, 16, 16, 40, 40):
        sweep(now=desk.later(days=days))

    deeds = list(Entry.objects.filter(dispute=dispute, by=None).values_list("deed", flat=True))
    assert deeds == ["tier_time_over", "overdue"]
    dispute.refresh_from_db()
    assert dispute.wake_at is None


def test_whoever_keeps_contact_is_asked_to_look_again(desk: Desk) -> None:
    dispute = desk.found()
    actions.arrange_calm(
        dispute_id=dispute.pk,
        contact_id=desk.town.grid_worker.pk,
        until=desk.later(days=1),
        words="",
        by=desk.by,
        now=desk.now,
    )
    for days in (0.5, 2, 3):
        sweep(now=desk.later(days=days))

    assert Entry.objects.filter(dispute=dispute, deed="look_again").count() == 1
