"""Words of danger count where a clause states them, and only there."""

import pytest

from maplebridge.kernel.text import comparable
from maplebridge.matters.data import examples, signs
from maplebridge.matters.domain.catalogue import Severity
from maplebridge.matters.domain.signs import severity_with


def codes(text: str) -> set[str]:
    return {seen.sign.code for seen in signs().seen(text)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("三楼着火了", "fire"),
        ("楼道里有煤气味", "gas"),
        ("电梯里关着两个人", "trapped"),
        ("大爷晕倒在花坛边", "hurt"),
        ("有人拿刀追着砍", "violence"),
        ("他说不想活了", "own_life"),
        ("有小孩掉河里了", "water_danger"),
        ("奶奶早上走丢了", "missing"),
        ("刚给对方转了两万块", "fraud_now"),
        ("电箱在冒火花", "electric"),
        ("三樓著火了快報警，濃煙", "fire"),
    ],
)
def test_danger_stated_is_seen(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("没有着火，就是灰尘", "fire"),
        ("没着火", "fire"),
        ("怕着火", "fire"),
        ("这么堆着容易起火", "fire"),
        ("以前这里着火的时候消防车进不来", "fire"),
        ("万一着火谁负责", "fire"),
        ("消防演习，不是火灾", "fire"),
        ("没有人受伤，也没流血", "hurt"),
        ("新闻里有人跳楼", "own_life"),
        ("热闹得跟打架似的", "violence"),
        ("差点掉河里", "water_danger"),
    ],
)
def test_danger_denied_supposed_or_past_is_not_seen(text: str, code: str) -> None:
    assert code not in codes(text)


def test_a_denial_in_one_clause_does_not_take_back_the_next() -> None:
    assert "fire" in codes("没有停电，是电表箱着火了")


def test_nobody_caring_is_not_a_denial() -> None:
    assert "electric" in codes("没人管漏电的事")


def test_a_danger_that_carries_its_own_negation_is_seen() -> None:
    assert "hurt" in codes("他没呼吸了")


@pytest.mark.parametrize(
    ("text", "default", "expected"),
    [
        ("楼上漏水", 2, 2),
        ("楼上漏水，越来越大止不住", 2, 3),
        ("停电了，家里有人用呼吸机", 2, 3),
        ("楼道灯坏了，家里有人卧床", 1, 1),
        ("路上有个坑，刚有人摔了", 1, 2),
        ("楼上漏水，不着急，有空来看看", 2, 1),
        ("着火了，不是急事", 1, 3),
        ("火灭了，虚惊一场", 3, 1),
        ("路灯不亮，快点来", 1, 2),
    ],
)
def test_signs_move_the_severity(text: str, default: int, expected: int) -> None:
    severity, _ = severity_with(Severity(default), signs().seen(text))
    assert severity == expected


def test_what_moved_the_severity_is_told_and_what_did_not_is_not() -> None:
    severity, moved_by = severity_with(Severity.ROUTINE, signs().seen("门口着火了，有人摔倒"))
    assert severity == Severity.URGENT
    assert [(seen.sign.code, seen.words) for seen in moved_by] == [("fire", "着火")]
    assert severity_with(Severity.URGENT, signs().seen("着火了"))[1] == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("锁外面了 火上还坐着锅", "fire"),
        ("宝宝反锁在卫生间", "trapped"),
        ("水顺着灯线流下来", "electric"),
        ("担架都抬不出去", "help_blocked"),
        ("后天就要考试了", "loss_ahead"),
        ("学生从护栏钻进去玩", "child_near_harm"),
    ],
)
def test_what_makes_a_thing_worse_is_seen(text: str, code: str) -> None:
    assert code in codes(text)


def test_a_heater_that_does_not_light_is_no_fire() -> None:
    assert "fire" not in codes("热水器打不着火")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("楼下管道漏水", "gas"),
        ("他打我电话三回没打通", "violence"),
        ("比赛被打败了", "violence"),
        ("有人卖刀削面", "violence"),
        ("早上闹钟响了也起不来", "hurt"),
        ("家里有血压计", "hurt"),
        ("抽风机坏了", "hurt"),
        ("天花板一直往下掉水", "water_danger"),
        ("手机掉河里了", "water_danger"),
        ("孩子的书包不见了", "missing"),
        ("冷风往屋里灌", "fire"),
        ("想死你们了", "own_life"),
        ("险些砸到人", "collapse"),
    ],
)
def test_ordinary_words_that_hold_those_of_danger_are_no_sign(text: str, code: str) -> None:
    assert code not in codes(text)


@pytest.mark.parametrize(
    ("text", "code"), [("孩子不小心掉河里了", "water_danger"), ("他跟人打起来了", "violence")]
)
def test_an_accident_is_not_taken_back_by_its_own_words(text: str, code: str) -> None:
    assert code in codes(text)


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("我怕他再打我", True),
        ("去年他就拿皮带抽我", True),
        ("想申请人身安全保护令", True),
        ("晚上有人拧我房门，不敢睡", True),
        ("他没打我，就是吵了几句", False),
        ("电视里那个男的又打老婆了", False),
        ("反家暴讲座几点开始", False),
        ("他打我电话说快递到了", False),
    ],
)
def test_what_is_feared_or_past_is_private_all_the_same(text: str, private: bool) -> None:
    assert signs().private(signs().found(text)) is private


def test_what_need_not_be_searched_for_is_not_there() -> None:
    ways = [way for sign in signs().signs for way in sign.ways]
    assert all(way.needs for way in ways), "a way that needs nothing is searched for in every message"
    for example in list(examples())[::5]:  # each part of the table, in a second
        characters = frozenset(comparable(example.text))
        for way in ways:
            if way.pattern.search(comparable(example.text)):
                assert not any(need.isdisjoint(characters) for need in way.needs), way.pattern.pattern
