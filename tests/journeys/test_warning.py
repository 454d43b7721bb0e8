"""A morning in the command room: what is unusual since the night, looked into and decided."""

from tests.factories.past import planted, quiet_past
from tests.factories.town import Town
from tests.journeys.people import Seat

from maplebridge.grading import actions
from maplebridge.grading.models import EarlyWarning


def warned(town: Town) -> EarlyWarning:
    quiet_past(town)
    planted(town, matters=14)
    actions.watch(now=town.now)
    return EarlyWarning.objects.get(state="new")


def test_a_warning_of_the_night_is_decided_with_four_taps(town: Town, somebody: Seat) -> None:
    one = warned(town)
    command = somebody(town.command, phone=False)
    command.open("/oversight/")
    command.tap("预警")
    command.sees("新发现")
    command.tap(command.where().locator(f"a[href$='/warnings/{one.pk}/']").first)
    command.sees("背后的")
    command.choose("背后是同一个原因")
    command.write("简单说明", "总水管老化")
    command.tap("判定")
    command.sees("总水管老化")
    assert command.taps == 4
    one.refresh_from_db()
    assert (one.state, one.reason) == (EarlyWarning.State.CONFIRMED, "one_cause")


def test_on_a_phone_it_is_watched_on(town: Town, somebody: Seat) -> None:
    one = warned(town)
    supervisor = somebody(town.supervisor)
    supervisor.open(f"/warnings/{one.pk}/")
    supervisor.choose("继续关注")
    supervisor.tap("判定")
    supervisor.sees("关注中")
    assert supervisor.taps == 2
