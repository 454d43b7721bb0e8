"""The supervisor's day: remind, decide, call together, give more time, call back."""

from datetime import timedelta

from playwright.sync_api import expect
from tests.factories.town import Town
from tests.journeys.people import Seat, told

from maplebridge.matters import actions
from maplebridge.matters.domain.workflow import Outcome, RefusalReason
from maplebridge.matters.models import CallOut, Extension, Feedback, Matter, Oversight


def in_hand(town: Town) -> Matter:
    """Return a leak that the chief of the grid has answered."""
    matter = told(town)
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.answer(matter_id=matter.pk, text="马上来看", by=by, shown_as="网格长", now=town.now)
    matter.refresh_from_db()
    return matter


def test_what_is_late_is_on_the_board_and_is_chased_with_one_tap(town: Town, somebody: Seat) -> None:
    matter = told(town)
    Matter.objects.filter(pk=matter.pk).update(respond_by=town.now - timedelta(minutes=40))
    supervisor = somebody(town.supervisor, phone=False)
    supervisor.open("/")
    supervisor.sees(f"#{matter.pk}")
    supervisor.tap("催办")
    supervisor.sees("已催办")
    assert supervisor.taps == 1
    assert Oversight.objects.get(matter=matter).kind == Oversight.Kind.CHASE

    chief = somebody(town.chiefs[2])
    chief.open(f"/matters/{matter.pk}/")
    chief.sees("催办")


def test_what_was_returned_twice_is_decided_from_the_board(town: Town, somebody: Seat) -> None:
    matter = told(town)
    clerk = actions.By(town.clerk.pk, "agency_clerk")
    for number in range(2):
        if number:
            by = actions.By(town.chiefs[2].pk, "grid_chief")
            actions.call_out(matter_id=matter.pk, agency_id=town.property_manager.pk, by=by, now=town.now)
        order = CallOut.objects.filter(matter=matter, status="sent").get()
        actions.refuse(
            call_out_id=order.pk, reason=RefusalReason.NOT_COMPETENT, words="不归我们", by=clerk, now=town.now
        )
    supervisor = somebody(town.supervisor, phone=False)
    supervisor.open("/oversight/")
    supervisor.sees("两次退回")
    supervisor.tap("确定由谁办")
    supervisor.tap(supervisor.where().get_by_role("radio").first)
    supervisor.write("理由", "楼在您的网格里")
    supervisor.tap("裁定谁负责")
    supervisor.sees("已裁定")
    assert supervisor.taps == 3


def test_a_joint_consultation_stays_open_until_its_minutes_are_written(town: Town, somebody: Seat) -> None:
    matter = in_hand(town)
    supervisor = somebody(town.supervisor, phone=False)
    supervisor.open(f"/matters/{matter.pk}/")
    supervisor.tap("更多")
    supervisor.tap("会商")
    supervisor.write("要商定什么", "谁来修公共水管")
    supervisor.tap(supervisor.where().get_by_role("checkbox", name="供水公司"))
    supervisor.tap("会商")
    expect(supervisor.page.locator("dialog[open]")).to_have_count(0)
    supervisor.sees("已召集")
    assert supervisor.taps == 4
    consultation = Oversight.objects.get(kind=Oversight.Kind.CONSULTATION)
    assert consultation.closed_at is None

    supervisor.tap("写明结果")
    supervisor.write("结果怎么样", "物业先修，费用由维修资金出")
    supervisor.tap("写明结果")
    supervisor.sees("已写明")
    assert supervisor.taps == 6
    consultation.refresh_from_db()
    assert consultation.closed_at is not None
    assert "维修资金" in consultation.minutes


def test_more_time_is_asked_for_and_given_with_one_tap(town: Town, somebody: Seat) -> None:
    matter = in_hand(town)
    chief = somebody(town.chiefs[2], phone=False)
    chief.open(f"/matters/{matter.pk}/")
    chief.tap("更多")
    chief.tap("申请延期")
    chief.write("为什么", "配件要等三天")
    chief.tap("申请延期")
    expect(chief.page.locator("dialog[open]")).to_have_count(0)
    assert chief.taps == 3
    asked = Extension.objects.get()

    supervisor = somebody(town.supervisor, phone=False)
    supervisor.open(f"/matters/{matter.pk}/")
    supervisor.tap("同意延期")
    supervisor.sees("已同意延期")
    assert supervisor.taps == 1
    matter.refresh_from_db()
    assert matter.handle_by == asked.until


def test_a_call_back_is_noted_by_somebody_who_did_not_handle_it(town: Town, somebody: Seat) -> None:
    matter = in_hand(town)
    by = actions.By(town.chiefs[2].pk, "grid_chief")
    actions.resolve(
        matter_id=matter.pk,
        outcome=Outcome.SOLVED,
        text="水管已经修好",
        by=by,
        shown_as="网格长",
        now=town.now,
        call_back=True,
    )
    supervisor = somebody(town.supervisor, phone=False)
    supervisor.open(f"/matters/{matter.pk}/")
    supervisor.tap("记录回访")
    supervisor.tap(supervisor.where().locator("input[name=reached]").first)
    supervisor.choose("解决了")
    supervisor.tap("记录回访")
    supervisor.sees("已记下")
    assert supervisor.taps == 4
    said = Feedback.objects.get(matter=matter)
    assert (said.solved, said.called_back_by_id) == (True, town.supervisor.pk)
