from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maplebridge.learning.hot_issues import (
    DEFAULT_RULES,
    Message,
    first_sentence,
    heat,
    hot_issues,
)
from maplebridge.learning.issue_terms import issue_terms
from maplebridge.learning.troubles import alike, trouble_profile

START = datetime(2031, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

SMOKE = [
    ("海棠花园楼下餐馆油烟扰民", "海棠花园2栋一楼开了三家餐馆，油烟直接排到楼上，窗户都不敢开。"),
    ("请管管海棠花园的油烟", "我住海棠花园3栋，楼下烧烤店的烟道对着我家窗口，每天晚上满屋子油烟味。"),
    ("油烟问题投诉多次没人管", "海棠花园临街门面餐饮店没有专用烟道，油烟污染严重，孩子一直咳嗽。"),
]
PARKING = [
    ("海棠花园车位只卖不租", "开发商把海棠花园地下车库的车位捆绑销售，十五万一个，不买不让停车。"),
    ("海棠花园停车位价格太高", "海棠花园业主要求物业出租地下停车位，车位价格不合理，车只能停在路边。"),
]
OTHER_ESTATE = [
    ("翠竹苑楼下餐馆油烟扰民", "翠竹苑1栋一楼餐馆油烟很大，烟道没有接到楼顶，希望查处。"),
    ("翠竹苑烧烤店油烟污染", "翠竹苑门口烧烤店每天油烟滚滚，楼上居民没法开窗。"),
]
SCHOOL = [
    ("青禾小学什么时候扩建", "青禾小学一个班六十个人，教室坐不下了，扩建说了三年没有动静。"),
    ("咨询青禾小学扩建进度", "听说青禾小学要扩建，请问什么时候动工，孩子明年要上学。"),
]
ALONE = [
    ("身份证丢了怎么补办", "请问补办身份证要带什么材料，周末可以办理吗？"),
    ("银杏路路灯不亮", "银杏路中段的路灯坏了一个星期，晚上走路看不清。"),
    ("公交卡充值不方便", "建议在地铁口增加公交卡充值的机器。"),
]


def messages(*groups: list[tuple[str, str]]) -> list[Message]:
    written = [pair for group in groups for pair in group]
    return [
        Message(str(number), title, text, at=START + number * DAY, person=f"p{number}")
        for number, (title, text) in enumerate(written)
    ]


def found(*groups: list[tuple[str, str]]) -> list[set[str]]:
    everything = messages(*groups)
    titles = {message.id: message.title for message in everything}
    return [{titles[id] for id in issue.message_ids} for issue in hot_issues(everything)]


def titles(group: list[tuple[str, str]]) -> set[str]:
    return {title for title, _ in group}


ALL = (SMOKE, OTHER_ESTATE, SCHOOL, ALONE)


def test_differently_worded_messages_of_one_estate_about_one_trouble_are_one_issue() -> None:
    assert titles(SMOKE) in found(*ALL)


def test_the_same_trouble_of_two_estates_is_two_issues() -> None:
    together = found(*ALL)
    assert titles(SMOKE) in together
    assert titles(OTHER_ESTATE) in together


def test_what_only_one_message_is_about_is_no_issue() -> None:
    assert not any(group & titles(ALONE) for group in found(*ALL))


def test_a_message_is_in_one_issue_at_most_and_an_issue_has_two_at_least() -> None:
    issues = hot_issues(messages(*ALL))
    ids = [id for issue in issues for id in issue.message_ids]
    assert len(ids) == len(set(ids))
    assert all(len(issue.message_ids) >= 2 for issue in issues)


def test_an_issue_says_its_place_its_span_and_a_title_of_one_of_its_messages() -> None:
    issue = next(issue for issue in hot_issues(messages(*ALL)) if issue.place == "青禾小学")
    assert issue.title in titles(SCHOOL)
    times = sorted(message.at for message in messages(*ALL) if message.id in issue.message_ids and message.at)
    assert [issue.first, issue.last] == times


def test_messages_without_titles_and_times_are_grouped_too_and_get_their_first_sentence_as_title() -> None:
    bare = [replace(message, title="", at=None) for message in messages(*ALL)]
    issue = next(issue for issue in hot_issues(bare) if issue.place == "青禾小学")
    assert issue.title.startswith(("青禾小学一个班", "听说青禾小学"))
    assert (issue.first, issue.last) == (None, None)


def test_traditional_characters_say_the_same_thing() -> None:
    everything = messages(SCHOOL, ALONE)
    everything[0] = replace(
        everything[0], title="青禾小學什麼時候擴建", text="青禾小學一個班六十個人，擴建說了三年沒有動靜。"
    )
    assert [set(issue.message_ids) for issue in hot_issues(everything)] == [{"0", "1"}]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_messages_have_no_issues(count: int) -> None:
    assert hot_issues(messages(SMOKE)[:count]) == []


def test_empty_and_endless_messages_do_no_harm() -> None:
    strange = [
        Message("a", "", ""),
        Message("b", "", "   "),
        Message("c", "", "🙂🙂"),
        Message("d", "", "啊" * 20_000),
        Message("e", "", "\ud800坏字符"),
    ]
    assert hot_issues(strange) == []


def test_the_hottest_issue_has_rank_one_and_heat_falls() -> None:
    issues = hot_issues(messages(*ALL))
    assert [issue.rank for issue in issues] == list(range(1, len(issues) + 1))
    assert [issue.heat for issue in issues] == sorted((issue.heat for issue in issues), reverse=True)


def year(days: list[int], *, persons: int | None = None, likes: int = 0) -> list[Message]:
    return [
        Message(str(n), "", "", at=START + day * DAY, person=str(n % (persons or len(days))), likes=likes)
        for n, day in enumerate(days)
    ]


SPAN = [START, START + 365 * DAY]
WINDOW = DEFAULT_RULES.window


def test_an_issue_that_grows_now_is_hotter_than_one_that_came_evenly() -> None:
    growing = heat(year([350, 355, 360, 364]), times=SPAN, window=WINDOW)
    even = heat(year([30, 130, 230, 340]), times=SPAN, window=WINDOW)
    over = heat(year([1, 2, 3, 4]), times=SPAN, window=WINDOW)
    assert growing > even > over


def test_one_person_writing_often_is_cooler_than_many_people() -> None:
    many = heat(year([340, 345, 350, 355]), times=SPAN, window=WINDOW)
    one = heat(year([340, 345, 350, 355], persons=1), times=SPAN, window=WINDOW)
    assert many > one


def test_likes_add_heat_but_less_and_less() -> None:
    none, ten, hundred = (heat(year([340], likes=likes), times=SPAN, window=WINDOW) for likes in (0, 10, 100))
    assert none < ten < hundred < 10 * ten


def test_without_times_there_is_no_growth() -> None:
    timeless = [Message(str(n), "", "") for n in range(3)]
    assert heat(timeless, times=[], window=WINDOW) == 3


def test_a_term_inside_a_name_weighs_more_than_the_same_elsewhere() -> None:
    terms = issue_terms("海棠花园停水")
    assert terms["海棠"] == 2 * terms["停水"]


def test_smoke_and_smoke_are_alike_and_smoke_and_parking_are_not() -> None:
    smoke, parking = trouble_profile(*SMOKE[0]), trouble_profile(*PARKING[0])
    assert alike(smoke, trouble_profile(*SMOKE[2])) > 0.7
    assert alike(smoke, parking) < 0.2


def test_a_text_without_a_known_trouble_has_an_empty_profile() -> None:
    assert trouble_profile("", "你好") == {}


def test_a_first_sentence_is_cut_at_its_end_or_at_sixty_characters() -> None:
    assert first_sentence("停水了。什么时候来？") == "停水了"
    assert first_sentence("。停水") == "。停水"
    assert len(first_sentence("水" * 300)) == 60


def test_rules_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        replace(DEFAULT_RULES, least=0)
    with pytest.raises(ValueError, match="window"):
        replace(DEFAULT_RULES, window=timedelta(0))
