"""Similar settled cases: what is near, why, and that nobody is known by it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_room import mediator_of, seat

from maplebridge.learning.word_meanings import shipped
from maplebridge.mediation import actions
from maplebridge.mediation.domain.audiences import MEDIATOR, OUTSIDE, Audience, Viewer
from maplebridge.mediation.domain.likeness import (
    K,
    Settled,
    Span,
    Spans,
    When,
    anonymous,
    nearest,
    tell,
    yuan_range,
)
from maplebridge.mediation.domain.tiers import Tier
from maplebridge.mediation.models import Dispute
from maplebridge.mediation.queries.likeness import similar_cases
from maplebridge.people.models import Person

LEAK = "楼上卫生间漏水，泡坏了楼下的天花板"


def settled(pk: int, summary: str, type_code: str = "neighbors", **more: object) -> Settled:
    plain = Settled(
        pk, type_code, Tier.VILLAGE, summary, "乙方修好水管并赔偿", 320_000, (2026, 3), kept=False
    )
    return replace(plain, **more)  # type: ignore[arg-type]


AMONG = [
    settled(1, "楼上水管破裂漏水，楼下的墙和天花板都湿了"),
    settled(2, "欠了三个月工资一直没有发", "wages"),
    settled(3, "楼下半夜唱歌，吵得人睡不着"),
    settled(4, "楼上水管破裂漏水，楼下的墙和天花板都湿了", "damages"),
]


def test_the_nearest_in_meaning_comes_first_and_the_same_type_before_another() -> None:
    found = [one.settled.id for one in nearest(LEAK, "neighbors", AMONG, shipped())]

    assert found[:2] == [1, 4]
    assert 2 not in found


def test_with_fewer_than_k_settled_disputes_none_is_told() -> None:
    assert nearest(LEAK, "neighbors", AMONG[: K - 1], shipped()) == []


@pytest.mark.parametrize(
    ("text", "known", "told"),
    [
        ("王建国赔李秀英3200元", ["王建国", "李秀英"], "***赔***若干元"),
        ("建国上门道歉", ["王建国"], "***上门道歉"),
        ("老王和王某某当面和好", ["王建国"], "***和***当面和好"),
        ("证人张大妈在场", [], "证人***在场"),
        ("打13800001111联系", [], "打***联系"),
        ("赔三千二百元、押金1.5万元", [], "赔若干元、押金若干元"),
        ("2026年3月5日前修好", [], "某日前修好"),
        ("在海棠苑3号楼漏水", ["海棠苑3号楼", "海棠苑"], "在***漏水"),
        ("乙方三十日内修好水管，双方各承担一半", ["甲某某"], "乙方三十日内修好水管，双方各承担一半"),
    ],
)
def test_what_names_somebody_is_taken_out(text: str, known: Sequence[str], told: str) -> None:
    assert anonymous(text, known) == told


def told_of(one: Settled, facts: Sequence[str], among: Sequence[Settled]) -> list[object]:
    found = [near for near in nearest(LEAK, "neighbors", among, shipped()) if near.settled.id == one.id]
    return list(tell(found, LEAK, "neighbors", {one.id: facts}, Spans.over(among)))


def test_a_case_of_which_a_fact_would_be_left_is_not_told() -> None:
    hidden_otherwise = settled(9, "楼上漏水，车牌写作 A B 1 2 3 的那家不修水管天花板", terms="修好")

    assert told_of(hidden_otherwise, ["AB123"], [*AMONG, hidden_otherwise]) == []
    assert told_of(hidden_otherwise, ["CD456"], [*AMONG, hidden_otherwise]) != []


def test_the_time_is_told_as_exactly_as_k_disputes_share_it() -> None:
    spans = Spans.over([settled(1, ""), settled(2, ""), settled(3, ""), settled(4, "", month=(2026, 5)),
                        settled(5, "", month=(2025, 5))])  # fmt: skip

    assert spans.of((2026, 3)) == When(Span.MONTH, 2026, 3)
    assert spans.of((2026, 5)) == When(Span.YEAR, 2026)
    assert spans.of((2025, 5)) == When(Span.NONE)


@pytest.mark.parametrize(
    ("cents", "between"),
    [(None, None), (0, None), (1, (0, 1_000)), (99_999, (0, 1_000)), (100_000, (1_000, 5_000)),
     (320_000, (1_000, 5_000)), (50_000_000, (500_000, None))],
)  # fmt: skip
def test_a_sum_is_a_range(cents: int | None, between: object) -> None:
    assert yuan_range(cents) == between


def test_why_is_said_in_words_that_both_tell() -> None:
    case = next(
        tell(nearest(LEAK, "neighbors", AMONG, shipped()), LEAK, "neighbors",
             {one.id: [] for one in AMONG}, Spans.over(AMONG))
    )  # fmt: skip

    assert case.same_type
    assert {"漏水", "天花板"} <= set(case.shared)


# -- in the town


@pytest.fixture
def desk(db: None, noon: datetime) -> Desk:
    return open_desk(noon)


def settle(desk: Desk, summary: str, terms: str, names: tuple[str, str]) -> Dispute:
    """Settle a dispute between two people who are no residents of the demo."""
    dispute = desk.found(summary=summary)
    for side, name in zip(dispute.sides.order_by("number"), names, strict=True):
        desk.join(side, name=name, phone="13800001111", address="海棠苑3号楼2单元501")
        actions.tell_rights(side_id=side.pk, by=desk.by, now=desk.now)
        actions.ask_side(side_id=side.pk, wants=True, applied=True, by=desk.by, now=desk.now)
    actions.accept(dispute_id=dispute.pk, tier=Tier.VILLAGE, by=desk.by, now=desk.now)
    actions.assign(
        dispute_id=dispute.pk, mediator_id=desk.mediator.pk, knowing=True, by=desk.by, now=desk.now
    )
    for audience, side_id in ((Audience.BOTH, None), (Audience.MEDIATORS, None), (Audience.SIDE, side.pk)):
        actions.say(
            dispute_id=dispute.pk,
            text="月落乌啼",
            audience=audience,
            side_id=side_id,
            by=desk.by,
            now=desk.now,
        )
    agreement = actions.draft(
        dispute_id=dispute.pk,
        form="written",
        terms=terms,
        amount_cents=320_000,
        parts=[actions.Part(side.pk, timezone.localdate(desk.now), 320_000)],
        by=desk.by,
        now=desk.now,
    )
    return desk.signed(agreement)


@pytest.fixture
def town(desk: Desk) -> Desk:
    terms = "赵铁柱修好水管，赔欧阳雪梅3200元，电话13800001111"
    settle(desk, "楼上漏水，欧阳雪梅家的墙湿了", terms, ("欧阳雪梅", "赵铁柱"))
    settle(desk, "楼上空调滴水，吵到楼下", "孙大海挪空调外机", ("钱小芳", "孙大海"))
    settle(desk, "楼上漏水泡了天花板", "双方各出一半维修费", ("周文斌", "吴桂兰"))
    return desk


def test_a_mediator_sees_what_was_agreed_and_nobodys_name(town: Desk) -> None:
    dispute = town.accepted()
    page = mediator_of(town).get(reverse("similar_disputes", args=[dispute.pk])).content.decode()

    assert "双方各出一半维修费" in page
    assert "修好水管" in page
    for hidden in (
        "欧阳",
        "雪梅",
        "赵铁柱",
        "铁柱",
        "孙大海",
        "13800001111",
        "3200",
        "海棠苑3号楼2",
        "月落乌啼",
    ):
        assert hidden not in page.split("<main")[1]
    assert "1,000至5,000元" in page
    assert "第二百八十八条" in page


def test_an_article_narrows_to_the_types_that_turn_on_it(town: Desk) -> None:
    dispute = town.accepted()
    address = reverse("similar_disputes", args=[dispute.pk])

    assert similar_cases(MEDIATOR, dispute, asked=LEAK, article="民法典288") != []
    assert similar_cases(MEDIATOR, dispute, asked=LEAK, article="民法典1218") == []
    assert mediator_of(town).get(address, {"article": "民法典288"}).status_code == 200


def test_parties_supervisors_and_other_mediators_find_no_such_page(town: Desk) -> None:
    dispute = town.accepted()
    address = reverse("similar_disputes", args=[dispute.pk])
    colleague = Person.objects.get(pk=town.colleague.person_id)

    for person in (town.town.resident, town.town.neighbor, town.town.supervisor, colleague, town.town.clerk):
        assert seat(person).get(address).status_code == 404, person
    for viewer in (OUTSIDE, Viewer(side_id=dispute.sides.get(number=1).pk)):
        assert similar_cases(viewer, dispute) == []


def test_a_confidential_dispute_is_never_a_case_and_has_none(town: Desk) -> None:
    dispute = town.accepted()
    assert len(similar_cases(MEDIATOR, dispute, asked=LEAK)) >= 2

    Dispute.objects.exclude(pk=dispute.pk).update(confidential=True)
    assert similar_cases(MEDIATOR, dispute, asked=LEAK) == []


def test_a_case_of_the_same_people_is_not_told(town: Desk) -> None:
    dispute = town.accepted()
    before = len(similar_cases(MEDIATOR, dispute, asked=LEAK))
    settle(town, "楼上漏水，又泡了天花板", "修好水管", ("冯小刚强", "陈大文"))
    assert len(similar_cases(MEDIATOR, dispute, asked=LEAK)) == before + 1

    town.join(dispute.sides.get(number=1), name="陈大文")
    assert len(similar_cases(MEDIATOR, dispute, asked=LEAK)) == before


def test_phrases_are_for_mediators(town: Desk) -> None:
    address = reverse("mediation_phrases")
    mediator = mediator_of(town)

    assert "不收任何费用" in mediator.get(address).content.decode()
    assert "分几次付" in mediator.get(address, {"q": "分期", "stage": "proposing"}).content.decode()
    assert mediator.get(address, {"q": "<b>", "stage": "nothing"}).status_code == 200
    for person in (town.town.resident, town.town.supervisor, town.town.clerk):
        assert seat(person).get(address).status_code == 404, person


def test_only_mediators_have_phrases_at_hand_in_the_room(town: Desk) -> None:
    dispute = town.accepted()
    session = actions.book(
        dispute_id=dispute.pk,
        starts_at=town.later(hours=1),
        ends_at=town.later(hours=2),
        by=town.by,
        now=town.now,
    )
    address = reverse("mediation_room", args=[session.pk])

    assert "data-phrase" in mediator_of(town).get(address).content.decode()
    assert "data-phrase" not in seat(town.town.resident).get(address).content.decode()
