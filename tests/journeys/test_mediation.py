"""What each does in mediation every day, in one go, counted in taps; on no page they open is anything in the way."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.factories.town import Town
from tests.journeys.people import Seat, Somebody
from tests.mediation.disputes import Desk, desk_in

from maplebridge.mediation import actions
from maplebridge.mediation.actions import rewarding
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.domain.rewards import Formula
from maplebridge.mediation.models import (
    Agreement,
    Assignment,
    Dispute,
    Mediator,
    Offer,
    Revisit,
    RewardEntry,
    Session,
    Signature,
    Utterance,
)
from maplebridge.people.models import Person

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def desk(town: Town) -> Desk:
    return desk_in(town)


def person_of(mediator: Mediator) -> Person:
    return Person.objects.get(pk=mediator.person_id)


def session_now(desk: Desk, dispute: Dispute) -> Session:
    begin = timezone.now() + timedelta(minutes=2)
    return actions.book(
        dispute_id=dispute.pk,
        starts_at=begin,
        ends_at=begin + timedelta(minutes=60),
        room_id=desk.room.pk,
        agenda="先听双方说",
        by=desk.by,
        now=timezone.now(),
    )


def end_of_today() -> datetime:
    return timezone.localtime().replace(hour=23, minute=59, second=59, microsecond=0)


def in_the_way(one: Somebody) -> list[str]:
    """Return what stands in somebody's way on the page as it is, on a phone and at a desk."""
    before, found = one.page.viewport_size, []
    for size in (PHONE, DESK):
        one.page.set_viewport_size(size)  # type: ignore[arg-type]  # width and height
        found += one.violations()
        if one.wider_than_the_screen():
            found.append(f"{one.page.url} scrolls sideways at {size['width']}: {one.widest()}")
    if before is not None:
        one.page.set_viewport_size(before)
    return found


def test_a_mediator_on_the_way_has_the_day_in_the_palm(desk: Desk, somebody: Seat) -> None:
    """A promise is noted as kept, a colleague's case revisited, a note dictated: one tap each. Then into the room."""
    dispute, now = desk.in_mediation(), timezone.now()
    session = session_now(desk, dispute)
    kept = actions.promise(
        dispute_id=dispute.pk,
        text="今天去看水管",
        due_at=end_of_today(),
        audience=Audience.MEDIATORS,
        by=desk.by,
        now=now - timedelta(hours=1),
    )
    others = desk.agreed(people_count=3)
    Assignment.objects.filter(dispute=others).update(mediator=desk.colleague)
    Revisit.objects.filter(agreement__dispute=others, after_days=7).update(due_on=timezone.localdate())

    mediator = somebody(person_of(desk.mediator))
    mediator.open("/mediation/today/")
    wrong = in_the_way(mediator)
    mediator.tap("完成")
    mediator.sees("已记下：兑现了")
    mediator.tap("已兑现")
    mediator.sees("谢谢您去问")
    mediator.write("说或写", "老李说管子换了，墙还要刷")
    mediator.tap("记下来")
    mediator.sees("记下了")
    assert mediator.taps == 3
    kept.refresh_from_db()
    assert kept.kept_at is not None
    assert Revisit.objects.get(done_at__isnull=False).performed == "yes"
    assert Utterance.objects.get(text__contains="墙还要刷").audience == Audience.MEDIATORS

    mediator.tap("进入")
    mediator.write("您想说的话", "大家好，我们开始")
    mediator.tap("对所有人说", role="button")
    expect(mediator.said("我们开始")).to_contain_text("各方都能看到")
    assert mediator.taps == 5
    assert session.utterances.get().audience == Audience.BOTH
    assert wrong + in_the_way(mediator) == []


def test_a_mediator_at_the_desk_writes_down_what_is_said_offered_and_agreed(
    desk: Desk, somebody: Seat
) -> None:
    dispute = desk.in_mediation()
    mediator = somebody(person_of(desk.mediator), phone=False)
    mediator.open("/disputes/")
    wrong = in_the_way(mediator)
    mediator.tap(mediator.page.locator(f"#dispute-{dispute.pk} a.what"))
    mediator.tap("记录谈话")
    mediator.write("说了什么？", "甲方说墙皮掉了一块")
    mediator.tap("记录谈话", role="button")
    mediator.sees("甲方说墙皮掉了一块")
    wrong += in_the_way(mediator)
    assert Utterance.objects.latest("pk").audience == Audience.MEDIATORS  # unless another audience is chosen

    mediator.tap("记录方案")
    mediator.tap(mediator.page.get_by_role("radio", name="甲方", exact=True))
    mediator.write("方案内容", "乙方出三千元，甲方自己刷墙")
    mediator.choose("各方可见")
    mediator.tap("记录方案", role="button")
    mediator.sees("甲方自己刷墙")
    offer = Offer.objects.get()
    assert (offer.audience, offer.by_side) == (Audience.BOTH, dispute.sides.get(number=1))

    mediator.tap("起草协议")
    wrong += in_the_way(mediator)
    mediator.choose("书面协议")
    mediator.write("协议内容：做什么、怎么做、什么时候做到", "乙方三日内付清三千元")
    mediator.write("给付金额", "３０００")
    mediator.taps += 1
    mediator.page.get_by_label("由谁履行？").select_option(label="乙方")
    mediator.tap("起草协议", role="button")
    mediator.sees("乙方三日内付清三千元")
    wrong += in_the_way(mediator)
    assert Agreement.objects.get().amount_cents == 300_000
    assert mediator.taps == 11
    assert wrong == []


def test_a_party_finds_the_mediation_speaks_in_confidence_and_answers_an_offer(
    desk: Desk, somebody: Seat
) -> None:
    """On an old phone, whose network goes while they write: what was written is not lost, and reaches nobody else."""
    dispute = desk.in_mediation()
    session = session_now(desk, dispute)
    left, right = dispute.sides.order_by("number")
    actions.offer(
        dispute_id=dispute.pk,
        by_side_id=right.pk,
        terms="修水管，再赔两千",
        amount_cents=200_000,
        audience=Audience.BOTH,
        by=desk.by,
        now=timezone.now(),
    )
    party = somebody(desk.town.resident)
    party.open("/me/")
    party.tap("我的调解")
    party.tap(party.page.locator(f"a[href='/my-disputes/{dispute.pk}/']"))
    wrong = in_the_way(party)
    party.tap("进入")
    assert party.taps == 3
    wrong += in_the_way(party)
    to_mediators = party.page.locator("label.voice").filter(has_text="只对调解员说")
    party.tap(to_mediators)
    party.write("您想说的话", "三千我就同意")
    party.tap("只对调解员说", role="button")
    expect(party.said("三千我就同意")).to_contain_text("只有甲方和调解员能看到")
    assert party.taps == 5

    party.kept_for_offline()
    party.expects_failures = True
    party.page.context.set_offline(True)
    party.tap(to_mediators)
    party.write("您想说的话", "最少两千八")
    party.tap("只对调解员说", role="button")
    party.sees("已存在手机里")
    party.page.context.set_offline(False)
    party.eventually(lambda: Utterance.objects.filter(text="最少两千八").exists())
    assert {one.side_id for one in session.utterances.all()} == {left.pk}

    party.page.reload()
    party.tap("我们接受")
    expect(party.page.locator(".offers")).to_contain_text("甲方：接受")
    assert party.taps == 8
    assert wrong == []


def test_a_supervisor_sees_what_may_escalate_names_a_mediator_and_reads_the_figures(
    desk: Desk, somebody: Seat
) -> None:
    dispute = actions.accept(dispute_id=desk.willing().pk, by=desk.by, now=desk.now)
    Dispute.objects.filter(pk=dispute.pk).update(risk="high")
    desk.in_mediation(people_count=3)
    supervisor = somebody(desk.town.supervisor, phone=False)
    supervisor.open("/disputes/")
    supervisor.taps += 1
    supervisor.page.get_by_label("激化风险").select_option(label="高")
    supervisor.tap("筛选")
    expect(supervisor.page.locator("[data-row]")).to_have_count(1)
    wrong = in_the_way(supervisor)
    supervisor.tap(supervisor.page.locator(f"#dispute-{dispute.pk} a.what"))
    supervisor.tap("确定调解员")
    supervisor.tap(supervisor.page.get_by_role("radio").first)
    supervisor.tap("确定调解员", role="button")
    supervisor.sees("谈话内容只有当事人和调解员知道")  # who oversees sees deeds, and hears nothing
    wrong += in_the_way(supervisor)
    assert Assignment.objects.filter(dispute=dispute, until=None).count() == 1
    supervisor.tap("调解", role="link")
    supervisor.tap("统计", inside=supervisor.page.locator(".mediation-places"))
    supervisor.sees("调成占办结")
    supervisor.sees("调成占发现")
    wrong += in_the_way(supervisor)
    assert supervisor.taps == 8
    assert wrong == []


def test_a_second_person_approves_rewards_and_the_month_goes_out_to_treasury_and_justice_bureau(
    desk: Desk, somebody: Seat
) -> None:
    first = actions.By(desk.town.administrator.pk, "administrator")
    fund = rewarding.open_fund(name="奖励", by=first, now=desk.now)
    rewarding.set_formula(
        values=Formula().as_values(),
        reason="镇里决定",
        valid_from=timezone.localdate(desk.now),
        by=first,
        now=desk.now,
    )
    rewarding.propose_deposit(fund_id=fund.pk, cents=1_000_000, words="财政拨款", by=first, now=desk.now)
    second = somebody(desk.town.supervisor, phone=False)
    second.open("/mediation/rewards/")
    second.tap("批准所选")
    second.sees("已批准并入账")
    wrong = in_the_way(second)
    with second.page.expect_download() as treasury:
        second.tap("给财政的表（XLSX）")
    assert treasury.value.suggested_filename.endswith(".xlsx")
    assert second.taps == 2
    assert RewardEntry.objects.get().cents == 1_000_000

    clerk = somebody(desk.town.analyst, phone=False)
    clerk.open("/mediation/figures/")
    wrong += in_the_way(clerk)
    with clerk.page.expect_download() as form:
        clerk.tap(clerk.page.locator("a[href*='justice-form'][href*='.xlsx']"))
    assert form.value.suggested_filename.endswith(".xlsx")
    assert clerk.taps == 1
    assert wrong == []


def test_a_hand_that_draws_nothing_or_a_stroke_has_not_signed(desk: Desk, somebody: Seat) -> None:
    agreement = desk.drafted()
    tablet = somebody(person_of(desk.mediator))
    tablet.open(f"/disputes/{agreement.dispute_id}/signing/")
    wrong = in_the_way(tablet)
    tablet.tap(tablet.page.locator("a.btn-main").first)
    wrong += in_the_way(tablet)
    expect(tablet.thing("这是我的签名")).to_be_disabled()
    _draw(tablet.page, [(20, 40), (70, 60)])
    tablet.expects_failures = True
    tablet.tap("这是我的签名")
    tablet.sees("认不出")
    assert not Signature.objects.exists()
    for stroke in ([(10, 30), (250, 30)], [(130, 10), (130, 95)], [(20, 90), (120, 40), (240, 90)]):
        _draw(tablet.page, stroke)
    tablet.tap("这是我的签名")
    tablet.sees("然后依次签字")
    assert Signature.objects.get().how == "screen"
    assert tablet.taps == 3
    assert wrong == []


def _draw(page: Page, points: list[tuple[int, int]]) -> None:
    box = page.locator(".sign-field").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + points[0][0], box["y"] + points[0][1])
    page.mouse.down()
    for x, y in points[1:]:
        page.mouse.move(box["x"] + x, box["y"] + y, steps=6)
    page.mouse.up()
