"""A party written down wrongly: corrected with a reason, moved to the right side, made one where entered twice."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.mediation.disputes import LEFT, RIGHT, Desk, open_desk
from tests.mediation.test_desk_pages import do, mediator, reader, text

from maplebridge.mediation import actions, queries
from maplebridge.mediation.actions import NotAllowed
from maplebridge.mediation.domain.audiences import MEDIATOR, Audience
from maplebridge.mediation.models import Dispute, Entry, Party, Side, Utterance

PHONE = "10000000009"


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


def sides(dispute: Dispute) -> tuple[Side, Side]:
    left, right = dispute.sides.order_by("number")
    return left, right


def refused(code: str) -> "pytest.RaisesExc[NotAllowed]":
    return pytest.raises(NotAllowed, match=f"^{code}$")


def correct(desk: Desk, party: Party, *, side_id: int | None = None, **changes: object) -> Party:
    return actions.correct_party(
        party_id=party.pk, changes=changes, side_id=side_id, reason="登记时听错", by=desk.by, now=desk.now
    )


def test_a_name_and_a_phone_are_corrected_from_the_page_with_a_reason(desk: Desk) -> None:
    dispute = desk.with_parties()
    left, _right = sides(dispute)
    party = left.parties.get()
    client = mediator(desk)
    form = text(client, f"/disputes/{dispute.pk}/do/correct_party/?of={party.pk}")
    assert LEFT not in form  # what is there is shown masked: nobody reads it just to correct it
    assert "甲**" in form

    data = {"name": "假名丙", "phone": PHONE, "side": left.pk}
    assert do(client, dispute, "correct_party", of=party.pk, **data) == 422  # without a reason
    assert do(client, dispute, "correct_party", of=party.pk, **data, reason="登记时听错") == 302

    party.refresh_from_db()
    assert (party.name, party.phone) == ("假名丙", PHONE)
    assert party.person_id is None  # the account was that of the wrong name
    line = Entry.objects.get(deed="party_changed")
    assert (line.text, sorted(line.facts["corrected"])) == ("登记时听错", ["name", "person_id", "phone"])
    assert "登记时听错" in text(client, f"/disputes/{dispute.pk}/")
    assert list(queries.newest(desk.standing(desk.mediator.person), queries.Wanted(words="假名丙"))) == [  # type: ignore[arg-type]
        dispute.pk
    ]


def test_who_does_not_work_on_it_corrects_nobody(desk: Desk) -> None:
    dispute = desk.accepted()
    party = sides(dispute)[0].parties.get()
    data = {"name": "假名丙", "side": party.side_id, "reason": "听错"}

    for who in (desk.town.stranger_worker, desk.town.resident, desk.town.clerk):
        assert do(reader(who), dispute, "correct_party", of=party.pk, **data) in (403, 404)
    assert do(reader(desk.town.supervisor), dispute, "correct_party", of=party.pk, **data) == 302
    party.refresh_from_db()
    assert party.name == LEFT  # the supervisor was led back: it is not theirs to do


def test_somebody_on_the_wrong_side_is_moved_while_nothing_was_confided(desk: Desk) -> None:
    dispute = desk.found()
    left, right = sides(dispute)
    party = desk.join(left, name=RIGHT)

    assert correct(desk, party, side_id=right.pk).side == right

    with refused("nothing_corrected"):
        correct(desk, party, side_id=right.pk)
    with refused("not_a_side_of_it"):
        correct(desk, party, side_id=sides(desk.found())[0].pk)


def test_whoever_has_heard_a_side_in_confidence_never_comes_to_the_other(desk: Desk) -> None:
    dispute = desk.accepted()
    left, right = sides(dispute)
    party = left.parties.get()
    actions.say(
        dispute_id=dispute.pk,
        text="底线是三千",
        audience=Audience.SIDE,
        side_id=left.pk,
        by=desk.by,
        now=desk.now,
    )

    with refused("heard_in_confidence"):
        correct(desk, party, side_id=right.pk)
    actions.remove_party(party_id=party.pk, by=desk.by, now=desk.now)
    with refused("heard_in_confidence"):  # nor by the back door
        desk.join(right, name=LEFT, person_id=desk.town.resident.pk)
    desk.join(left, name=LEFT, person_id=desk.town.resident.pk)


def test_whoever_has_signed_is_not_corrected(desk: Desk) -> None:
    agreement = desk.drafted()
    party = sides(agreement.dispute)[0].parties.get()
    actions.sign(agreement_id=agreement.pk, how="paper", party_id=party.pk, by=desk.by, now=desk.now)

    with refused("has_signed"):
        correct(desk, party, name="假名丙")


def test_a_party_entered_twice_is_made_one_and_keeps_its_words(desk: Desk) -> None:
    dispute = desk.accepted()
    left, _right = sides(dispute)
    kept = left.parties.get()
    twice = desk.join(left, name="甲某", phone=PHONE, address="假地址1号")
    said = actions.say(
        dispute_id=dispute.pk,
        text="我要求修好",
        audience=Audience.BOTH,
        party_id=twice.pk,
        by=desk.by,
        now=desk.now,
    )
    client = mediator(desk)
    assert f"do/merge_party/?of={twice.pk}" in text(client, f"/disputes/{dispute.pk}/")

    done = do(client, dispute, "merge_party", of=twice.pk, into=kept.pk, reason="同一个人")

    assert done == 302
    kept.refresh_from_db()
    assert (kept.name, kept.phone, kept.address) == (LEFT, PHONE, "假地址1号")
    assert Utterance.objects.get(pk=said.pk).party == kept
    assert [one.id for one in queries.masked_parties(dispute.pk, desk.now) if one.side_id == left.pk] == [
        kept.pk
    ]
    assert "同一个人" in [one.text for one in queries.time_line_for(MEDIATOR, dispute.pk)]


def test_two_people_are_not_made_one(desk: Desk) -> None:
    dispute = desk.found()
    left, right = sides(dispute)
    first = desk.join(left, name="甲某", id_number="110101199003070011")
    second = desk.join(left, name="甲某", phone=PHONE, id_number="110101199003070038")
    across = desk.join(right, name="乙某")

    def merge(one: Party, into: Party) -> None:
        actions.merge_parties(party_id=one.pk, into_id=into.pk, reason="同名", by=desk.by, now=desk.now)

    with refused("two_people"):
        merge(first, second)
    with refused("merge_on_one_side"):
        merge(first, across)
    with refused("not_a_party_of_it"):
        merge(first, first)
    assert Party.objects.filter(dispute=dispute, left_at=None).count() == 3
