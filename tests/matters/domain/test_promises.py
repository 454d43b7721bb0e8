"""What staff promise in their own words, and by when; and what only looks like a promise."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from maplebridge.kernel.working_time import Calendar, Span, spans
from maplebridge.matters.domain.promises import promised

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE: tuple[Span, ...] = spans("08:30-12:00, 14:00-18:00")
CALENDAR = Calendar(ZONE, (OFFICE,) * 5 + ((), ()))
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=ZONE)  # a Wednesday
LATEST = datetime(2026, 3, 16, 18, 0, tzinfo=ZONE)


def due(text: str, now: datetime = NOW) -> str | None:
    found = promised(text, now=now, latest=LATEST, calendar=CALENDAR)
    return f"{found.due:%m-%d %H:%M}" if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我明天给您回复", "03-12 18:00"),
        ("下午三点前派人来", "03-11 15:00"),
        ("等修好了告诉您", "03-16 18:00"),
        ("三点半前给您答复", "03-11 15:30"),
        ("收到，半小时内到现场", "03-11 10:50"),
        ("师傅一个小时后上门", "03-11 11:20"),
        ("两个半小时内恢复供水", "03-11 12:50"),
        ("已联系电梯公司，师傅明天上午到场", "03-12 12:00"),
        ("已安排工人明早八点来修", "03-12 08:00"),
        ("后天下午我们上门看看", "03-13 18:00"),
        ("大后天前一定解决", "03-14 18:00"),
        ("这周五之前换好", "03-13 18:00"),
        ("下周一给大家一个说法", "03-16 18:00"),
        ("周二安排清运", "03-17 18:00"),
        ("本周内修好", "03-13 18:00"),
        ("下周内完成更换", "03-20 18:00"),
        ("3个工作日内书面答复您", "03-16 18:00"),
        ("三天内处理完", "03-14 18:00"),
        ("两三天之内能补上", "03-14 18:00"),
        ("一周内给您反馈", "03-18 18:00"),
        ("3月20日前拆除", "03-20 18:00"),
        ("15号上门检查", "03-15 18:00"),
        ("月底前全部换新", "03-31 18:00"),
        ("下个月底完工", "04-30 18:00"),
        ("今天下班前给您回电", "03-11 18:00"),
        ("今晚十点前恢复供电", "03-11 22:00"),
        ("明天中午十二点过去看", "03-12 12:00"),
        ("明天三点师傅到您家", "03-12 15:00"),
        ("14:30我们的人到场", "03-11 14:30"),
        ("預計明天下午恢復供水", "03-12 18:00"),
        ("明天上午，我们派人来看", "03-12 12:00"),
        ("我们会上门的，明天上午", "03-12 12:00"),
        ("有结果第一时间通知您", "03-16 18:00"),
        ("我问清楚了再告诉您", "03-16 18:00"),
        ("我们会尽快回复您", "03-16 18:00"),
        ("马上派人过去", "03-11 11:20"),
        ("稍后给您回电话", "03-11 13:20"),
        ("今天派人去看，明天给您答复", "03-11 18:00"),
        ("预计还要两天修好", "03-13 18:00"),
        ("明天或者后天来修", "03-13 18:00"),
        ("师傅九点到十一点之间上门", "03-11 11:00"),
        ("您放心，明天一定给您办好", "03-12 18:00"),
        ("请师傅明天下午来修", "03-12 18:00"),
        ("十分钟就到", "03-11 10:30"),
        ("下午三点到五点之间师傅上门", "03-11 17:00"),
        ("明天就能修好了", "03-12 18:00"),
        ("已经安排师傅后天上午去换", "03-13 12:00"),
        ("已报维修单，预计周四修复", "03-12 18:00"),
        ("国庆前我们弄不完，10月15日前完工", "10-15 18:00"),
    ],
)
def test_a_promise_is_dated_by_its_words(text: str, expected: str) -> None:
    assert due(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "收到",
        "好的，谢谢您的反映",
        "昨天已经派人来看过了",
        "师傅上午已经修好了",
        "今天下午修好了",
        "灯换好了",
        "您明天带材料到窗口来",
        "请您下午三点前过来一趟",
        "麻烦您明天来社区盖章",
        "请于3月20日前到大厅办理",
        "如果明天还没修好，请再告诉我",
        "要是明天还漏，我再派人来",
        "暂时不能保证明天修好",
        "明天可能来不了",
        "明天上午停水，请大家接水",
        "垃圾每天上午九点清运",
        "窗口工作日下午三点处理退费",
        "您明天在家吗",
        "要不要我明天派人来？",
        "3号楼的灯修好了",
        "这事不归我们处理",
        "您这三天没收到通知是因为号码错了",
        "提了三点意见",
        "我们会尽快处理",
    ],
)
def test_what_is_done_asked_or_only_possible_promises_nothing(text: str) -> None:
    assert due(text) is None


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        (datetime(2026, 3, 11, 19, 0, tzinfo=ZONE), "今天给您答复", "03-11 22:00"),
        (datetime(2026, 3, 11, 16, 0, tzinfo=ZONE), "三点前来人处理", "03-12 15:00"),
        (datetime(2026, 3, 11, 16, 0, tzinfo=ZONE), "今天上午给您回复", None),
        (datetime(2026, 12, 30, 9, 0, tzinfo=ZONE), "1月5日前给您答复", "01-05 18:00"),
        (datetime(2026, 3, 30, 9, 0, tzinfo=ZONE), "2号上门检查", "04-02 18:00"),
        (datetime(2026, 2, 27, 9, 0, tzinfo=ZONE), "2月30日给您答复", None),
        (datetime(2026, 3, 13, 9, 0, tzinfo=ZONE), "3个工作日内给您答复", "03-18 18:00"),
    ],
)
def test_when_it_is_said_decides_when_it_is_due(now: datetime, text: str, expected: str | None) -> None:
    assert due(text, now) == expected


def test_the_words_of_the_promise_are_kept() -> None:
    found = promised("已记下，明天上午派人来看", now=NOW, latest=LATEST, calendar=CALENDAR)
    assert found is not None
    assert found.words == "明天上午派人来看"


@pytest.mark.parametrize("text", ["", "。。。", "？！", "给您" * 5000, "9" * 3000, "明天" * 4000])
def test_any_text_is_read_without_an_error(text: str) -> None:
    promised(text, now=NOW, latest=LATEST, calendar=CALENDAR)
