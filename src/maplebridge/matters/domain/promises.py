"""Promises in what staff write: "明天给您回复", "下午三点前派人来", "等修好了告诉您", and by when they fall due.

A promise is a clause in which whoever writes says what will be done: to tell, to come or to mend. What the
resident is asked to do, what is only possible, what is done already and what happens every day promises nothing.
A promise without a time falls due with the deadline of the matter; it is for people to say otherwise.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from maplebridge.kernel.text import comparable
from maplebridge.kernel.working_time import Calendar, NoWorkingTime, add_working_days

SENTENCE_ENDS = re.compile(r"[。!?;\n]+")
CLAUSE_ENDS = re.compile(r"[,、]+|\s+")

# What is promised. "您" stands between verb and object in any order: "给您回复", "回复您", "您会收到答复".
TELL = re.compile(
    r"回复|答复|回话|回信|回音|回电|告诉|告知|通知(?!说|称)|联系(?:您|你|大家)|反馈|给(?:您|你|大家).{0,4}(?:电话|消息|说法|结果|交代)"
    r"|公布(?!于)|跟(?:您|你).{0,2}(?:说|讲|联系)|(?:向|和)(?:您|你|大家).{0,4}(?:说明|汇报|联系)|发(?:到|在)群里|群里(?:说|发)"
)
COME = re.compile(
    r"(?:派|安排|叫|让|联系|喊|请).{0,14}(?:来|去|到|上门|处理|维修|检查|查看|修|清|看|拖|测|疏通|清运|巡)"
    r"|派.{0,2}(?:人|师傅|工)|上门|到场|到现场|来人|过来|过去|去看|来看|来修|去修|去查|来查|赶到|到位|到(?:您|你)家|入户|来(?:处理|换|装|清|拖|测)|就到|就来|就去|会到|能到"
)
MEND = re.compile(
    r"修好|修复|解决|恢复|处理(?!器)|完成|完工|清完|清运|清走|清理|拆除|更换|换好|换上|换新|补上|装上|装好|疏通|来水|来电|通水|通电|通气"
    r"|供水|供电|供气|供暖|送到|办好|办完|办结|发放|到账|复查|维修|抢修|整改|落实|修剪|消杀|补种|补好|更新|核实|查清|查完|开工|施工|巡查|劝"
)
# Without a time, only to come is promised by "at once", and only to tell by "when it is done".
AT_ONCE = re.compile(r"马上|立即|立刻|这就|现在就|现在(?:派|过|去)|正(?:在)?(?:赶|往)|在路上")
LATER = re.compile(r"稍后|稍晚|等会|等一会|等一下|一会儿|待会|晚点|晚一点|回头")
WHEN_DONE = re.compile(
    r"一?有(?:了)?(?:消息|结果|进展|回音|答复|情况)|(?:修好|好|处理完|处理好|解决|查清|查到|核实|弄清|问清|问到|问|确认|落实|完工|完成|办好|批下来|定下来|结束)(?:了|后|之后|以后|清楚)?(?:就|再|马上|立即|第一时间|及时|会|我|给|告诉|通知|回复|联系|反馈|答复)"
    r"|尽快|尽早|及时|第一时间|再(?:给|告诉|回复|答复|通知|联系|向)|(?:会|将).{0,6}(?:回复|答复|告诉|告知|通知|联系|反馈)"
)

# What takes a promise back, or makes it somebody else's.
NOT_PROMISED = re.compile(
    r"不能|无法|不一定|不敢|没法|没办法|未必|来不了|不了|不会|不用|不需|不必|暂时没|难以|不再|不属于|不归"
    r"|可能|也许|或许|争取不|每天|每周|每月|每晚|每日|每个|(?:周|星期)[一二三四五]至|工作日(?!内|之内|以内|后)"
)
IF = re.compile(r"如果|要是|若|假如|倘|万一|如(?=明|后|今|还|仍|有需)|(?:没|未|还).{0,8}的话")
# The resident is asked to act: "请您明天来窗口", "您三点后过来". Not: "给您", "帮您", "告诉您".
ASKED = re.compile(
    r"^请(?!.{0,3}(?:放心|稍|等|耐心|谅解|理解|师傅|工人|工程|物业|维修|人|专))|请(?:您|你|大家|于|在|到|各位)|麻烦(?:您|你)|需要(?:您|你)|(?:您|你)(?:可以|需要|可|先|自己|再|明|后|今|下|周|有空)"
    r"|(?<![给帮跟为向到和于替让叫诉复系知对])(?:您|你)(?:就|能|要)?(?:来|过来|去|到|带|拨|打)|欢迎|建议(?:您|你)|记得"
)
DONE = re.compile(
    r"已经?|昨|前天|前几天|上周|上个?月|刚才|刚刚|之前|早就|(?:来|去|看|修|查|派|处理|联系|通知|回复)过|(?:派|去|来|看|修|到|处理|通知|安排)了"
)

# Done whatever time is named: "上午已经修好了"; but "已安排师傅明天上门" is still to come.
OVER = re.compile(
    r"已(?!经?.{0,2}(?:安排|联系|通知|约|派|报|叫|让|协调|请|上报|列入|下单|订))|昨|前天|前几天|上周|上个?月|(?:好|完|过|复|走|到|决|除)了$"
)
AHEAD = re.compile("明|后天|下(?!午)|内|就|将|会|要|再|能|可以|周|预计")

DIGIT = dict(zip("零一二两三四五六七八九", (0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
NUMBER = "[0-9]{1,2}|[零一二两三四五六七八九十]{1,3}"
PART = "凌晨|清晨|早上|早晨|上午|中午|午后|下午|傍晚|晚上|晚间|夜里|半夜|下班前|下班|早|晚"
DAY = re.compile(
    r"(?P<word>大后天|今天|今日|今儿|当天|今(?=早|晚|夜)|明天|明日|明儿|明(?=早|晚)|后天|后日)"
    r"|(?P<which>下下|下|这|本)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末])"
    r"|(?P<week>下|本|这)个?(?:周|星期|礼拜)(?!前|[0-9])"
    rf"|(?P<month>{NUMBER})月(?P<of_month>{NUMBER})[日号]?"
    rf"|(?<![0-9])(?P<date>[0-9]{{1,2}})[日号](?!楼|院|线|门|店|桌|窗|井|机|车|库|杆|梯|栋|单元|路|台|房)"
    r"|(?P<month_end>下个?月底|下个?月初|下个?月|本?月底|这个月|本月|月内|年底)"
)
CLOCK = re.compile(
    rf"(?P<part>{PART})?(?P<hour>{NUMBER})(?:(?::(?P<minute>[0-9]{{2}}))|点(?:钟|整)?(?P<half>半|一刻|三刻|[0-5]?[0-9]分?)?(?!建议|意见|要求|多钱))"
)
PART_ALONE = re.compile(PART)
SPAN = re.compile(
    rf"(?P<half>半)?(?P<few>一两|两三|三五|一二|二三|三四|几)?(?P<number>{NUMBER})?个?(?P<more>半)?"
    r"(?P<unit>工作日|小时|钟头|分钟|天|日|周|星期|礼拜|月)(?P<after>之内|以内|内|之后|以后|后|左右|时间内|就|可以|能)"
)
NEED_A_LEAD = re.compile(
    rf"(?:预计|大概|大约|最多|最迟|最晚|约|还要|还需|再有|需要|要)(?P<number>{NUMBER}|半)个?(?P<unit>工作日|小时|钟头|分钟|天|周|星期|礼拜|月)"
)

ENDS_AT = {
    "凌晨": 6, "清晨": 9, "早上": 10, "早晨": 10, "早": 10, "上午": 12, "中午": 13, "午后": 18, "下午": 18,
    "傍晚": 19, "晚上": 22, "晚间": 22, "晚": 22, "夜里": 23, "半夜": 23, "下班": 18, "下班前": 18,
}  # fmt: skip
AFTERNOON = frozenset(("中午", "午后", "下午", "傍晚", "晚上", "晚间", "晚", "夜里"))
# The day is over for a promise when offices close; what is promised later than that, by the late evening.
DAY_ENDS, EVENING_ENDS = 18, 22
SOON = timedelta(hours=1)
NOT_SO_SOON = timedelta(hours=3)
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised, in the writer's words, and when it falls due."""

    words: str
    due: datetime


def promised(text: str, *, now: datetime, latest: datetime, calendar: Calendar) -> Promised | None:
    """Return the promise of a text that falls due first, or None where nothing is promised.

    `latest` is when a promise without a time falls due: "有结果告诉您" is chased at the deadline at the latest.
    """
    here = now.astimezone(calendar.zone)
    found = [one for one in _promises(comparable(text), here, latest, calendar) if one.due > now]
    return min(found, key=lambda one: one.due, default=None)


def _promises(text: str, here: datetime, latest: datetime, calendar: Calendar) -> Iterator[Promised]:
    for match in re.finditer(r"[^。!?;\n]+[。!?;\n]?", text):
        sentence = match.group()
        if sentence.endswith("?") or re.search(r"(?:吗|呢|么)[。!?;\n]?$", sentence):
            continue
        yield from _in_sentence(sentence, here, latest, calendar)


def _in_sentence(sentence: str, here: datetime, latest: datetime, calendar: Calendar) -> Iterator[Promised]:
    clauses = [one for one in CLAUSE_ENDS.split(SENTENCE_ENDS.sub("", sentence)) if one]
    supposed = False
    heard: datetime | None = None  # a time told by a clause of its own: "明天上午，我们派人来看"
    for number, clause in enumerate(clauses):
        supposed = supposed or bool(IF.search(clause))
        due = due_at(clause, here, calendar)
        if not _commits(clause):
            heard = due or heard
            continue
        if supposed or NOT_PROMISED.search(clause) or ASKED.search(clause):
            heard = None
            continue
        if _is_over(clause) or (due is None and DONE.search(clause)):
            continue
        follows = clauses[number + 1] if number + 1 < len(clauses) else ""
        due = due or heard or (None if _commits(follows) else due_at(follows, here, calendar))
        due = due or _without_a_time(clause, clauses[number - 1] if number else "", here, latest)
        if due is not None and due - here <= FURTHEST:
            yield Promised(clause, due)
        heard = None


def _commits(clause: str) -> bool:
    return any(pattern.search(clause) for pattern in (TELL, COME, MEND))


def _is_over(clause: str) -> bool:
    over = OVER.search(clause)
    return over is not None and not (over.group().endswith("了") and AHEAD.search(clause))


def _without_a_time(clause: str, before: str, here: datetime, latest: datetime) -> datetime | None:
    tells, comes = TELL.search(clause), COME.search(clause)
    if AT_ONCE.search(clause) and (comes or tells) and not WHEN_DONE.search(before + clause):
        return here + SOON
    if LATER.search(clause) and (comes or tells):
        return here + NOT_SO_SOON
    return latest if tells and WHEN_DONE.search(before + clause) else None


def due_at(clause: str, here: datetime, calendar: Calendar) -> datetime | None:
    """Return the latest future moment that a clause names, or None; `here` is the local time."""
    named = [*_spans(clause, here, calendar), *_days_and_clocks(clause, here)]
    return max((one for one in named if one > here), default=None)


def _spans(clause: str, here: datetime, calendar: Calendar) -> Iterator[datetime]:
    for pattern in (SPAN, NEED_A_LEAD):
        for match in pattern.finditer(clause):
            told = match.groupdict()
            amount = _amount(told)
            if amount:
                yield from _later(here, amount, told["unit"], calendar)


def _amount(told: dict[str, str | None]) -> float:
    if told.get("few"):
        return {"一两": 2, "一二": 2, "两三": 3, "二三": 3, "三四": 4, "三五": 5, "几": 3}[str(told["few"])]
    if told.get("half") or told["number"] == "半":
        return 0.5
    return (_number(told["number"]) if told["number"] else 0) + (0.5 if told.get("more") else 0)


def _later(here: datetime, amount: float, unit: str, calendar: Calendar) -> Iterator[datetime]:
    match unit:
        case "分钟":
            yield here + timedelta(minutes=amount)
        case "小时" | "钟头":
            yield here + timedelta(hours=amount)
        case "工作日":
            try:
                yield add_working_days(here, int(amount), calendar)
            except NoWorkingTime:
                return
        case "天" | "日" if amount < 1:
            yield here + timedelta(hours=5)
        case _:
            days = amount * {"天": 1, "日": 1, "月": 30}.get(unit, 7)
            yield _at(here, here.date() + timedelta(days=int(days)), DAY_ENDS)


def _days_and_clocks(clause: str, here: datetime) -> Iterator[datetime]:
    days = [day for match in DAY.finditer(clause) if (day := _day(match, here.date())) is not None]
    rest = DAY.sub(" ", clause)
    clocks = [match for match in CLOCK.finditer(rest) if match["hour"] and _number(match["hour"]) <= 24]
    part = PART_ALONE.search(rest)
    day = max(days, default=None)
    if clocks:
        yield from _on_the_clock(clocks, part.group() if part else "", day, here)
    elif day is not None or (part and part.group() not in ("早", "晚")):
        yield _end_of(day or here.date(), part.group() if part else "", here)


def _on_the_clock(
    clocks: list[re.Match[str]], part: str, day: date | None, here: datetime
) -> Iterator[datetime]:
    last = clocks[-1]  # "九点到十一点" is due at eleven
    hour, stated = _number(last["hour"]), last["part"] or part
    if stated in AFTERNOON and hour < 12 and not (stated == "中午" and hour == 11):
        hour += 12
    elif not stated and day is not None and day != here.date() and 1 <= hour <= 6:
        hour += 12  # nobody comes at three in the night unless it is said
    moment = _at(here, day or here.date(), hour, _minute(last))
    if moment <= here and not stated and hour < 12 and day in (None, here.date()):
        moment += timedelta(hours=12)
    if moment <= here and day is None:
        moment += timedelta(days=1)
    yield moment


def _end_of(day: date, part: str, here: datetime) -> datetime:
    moment = _at(here, day, ENDS_AT.get(part, DAY_ENDS))
    if moment <= here and not part and day == here.date():
        return max(_at(here, day, EVENING_ENDS), here + SOON)
    return moment


def _day(match: re.Match[str], today: date) -> date | None:
    told = match.groupdict()
    if word := told["word"]:
        return today + timedelta(days={"大": 3, "后": 2, "明": 1}.get(word[0], 0))
    if weekday := told["weekday"]:
        return _weekday(
            told["which"] or "", "一二三四五六日".find(weekday.translate({0x5929: "日", 0x672B: "日"})), today
        )
    if week := told["week"]:
        return _weekday("下" if week == "下" else "", 4, today)
    if told["month"]:
        return _date(today, _number(told["month"]), _number(told["of_month"]))
    if told["date"]:
        return _date(today, None, int(told["date"]))
    return _end_of_month(told["month_end"], today)


def _weekday(which: str, weekday: int, today: date) -> date:
    """Return a weekday of this week, or of the next where it is past or the next is meant."""
    this = today + timedelta(days=weekday - today.weekday())
    if which in ("下", "下下"):
        return this + timedelta(days=7 * len(which))
    return this if this >= today or which else this + timedelta(days=7)


def _date(today: date, month: int | None, day: int) -> date | None:
    try:
        found = date(today.year, month or today.month, day)
        if found >= today:
            return found
        if month:
            return date(today.year + 1, month, day)
        return date(today.year + today.month // 12, today.month % 12 + 1, day)
    except ValueError:
        return None


def _end_of_month(word: str, today: date) -> date:
    if word == "年底":
        return date(today.year, 12, 31)
    first_of_next = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    if word.startswith("下"):
        if word.endswith("初"):
            return first_of_next + timedelta(days=9)
        return (first_of_next + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first_of_next - timedelta(days=1)


def _minute(match: re.Match[str]) -> int:
    if match["minute"]:
        return min(int(match["minute"]), 59)
    half = match["half"] or ""
    named = {"半": 30, "一刻": 15, "三刻": 45, "": 0}
    return named[half] if half in named else int(half.rstrip("分"))


def _number(written: str) -> int:
    """Return a number written in digits or in Chinese, up to ninety-nine."""
    if written.isdecimal():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    if not ten:
        return DIGIT[written[-1]]
    return 10 * (DIGIT[tens[-1]] if tens else 1) + (DIGIT[ones[-1]] if ones else 0)


def _at(here: datetime, day: date, hour: int, minute: int = 0) -> datetime:
    midnight = datetime.combine(day, time(0), here.tzinfo)
    return midnight + timedelta(hours=hour, minutes=minute)
