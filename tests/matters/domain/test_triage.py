"""The shipped door: what it proposes, why, and where it leaves the decision to a person."""

import pytest

from maplebridge.matters.data import EXAMPLES, catalogue, door, examples
from maplebridge.matters.domain.catalogue import Severity
from maplebridge.matters.domain.triage import Kind, Proposal, Rules, pieces


def name(proposal: Proposal) -> str:
    return catalogue()[proposal.categories[0].code].name.zh


def reasons(proposal: Proposal) -> set[str]:
    return {reason.code for reason in proposal.why}


@pytest.mark.parametrize(
    ("text", "expected", "lead"),
    [
        ("家里水龙头没水了，停水也不通知", "停水", "water"),
        ("没电了", "停电", "power"),
        ("楼道里有人给电瓶车充电", "电动车进楼与楼道充电", "property"),
        ("小吃店门口放了一排液化气罐", "违规存放气瓶", "fire"),
        ("下水井盖下面一股汽油味", "井下油味与可燃气体", "fire"),
        ("大树倒了横在路上", "树木倒伏", "parks"),
        ("有个醉汉躺在花坛边", "醉酒人员", "police"),
    ],
)
def test_the_matters_of_the_brief_reach_who_must_act(text: str, expected: str, lead: str) -> None:
    proposal = door().propose(text)
    assert (proposal.kind, name(proposal), proposal.lead) == (Kind.MATTER, expected, lead)


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("楼上漏水，天花板滴水", "樓上漏水，天花板滴水"),
        ("路灯坏了没人修", "路燈壞了沒人修"),
        ("电梯里关着人", "電梯裡關著人"),
    ],
)
def test_both_scripts_are_one_language(simplified: str, traditional: str) -> None:
    one, other = door().propose(simplified), door().propose(traditional)
    assert one.categories[0].code == other.categories[0].code
    assert one.severity == other.severity


def test_a_dictated_sentence_without_any_stop_is_read() -> None:
    proposal = door().propose(
        "那个师傅啊我跟你说我们家楼上那个卫生间它漏水都漏到我们家天花板上了你们来看看嘛"
    )
    assert name(proposal) == "楼上漏水"


@pytest.mark.parametrize("text", ["早上好", "哈哈哈", "周末有人去爬山吗", "👍"])
def test_small_talk_raises_nothing(text: str) -> None:
    assert door().propose(text).kind is not Kind.MATTER


def test_thanks_are_not_a_matter_though_they_name_one() -> None:
    assert door().propose("路灯修好了，谢谢师傅").kind is Kind.THANKS


def test_how_to_apply_is_a_question_and_where_is_mine_a_matter() -> None:
    assert door().propose("办居住证要什么材料").kind is Kind.QUESTION
    asked = door().propose("我的居住证办了两个月还没下来")
    assert (asked.kind, name(asked)) == (Kind.MATTER, "居住证")


def test_further_words_are_an_addition_only_where_there_is_something_to_add_to() -> None:
    text = "还是没人来，现在更严重了"
    assert door().propose(text).kind is not Kind.ADDITION
    assert door().propose(text, has_open_matter=True).kind is Kind.ADDITION
    assert door().propose(text, in_reply_to_staff=True).kind is Kind.ADDITION


def test_an_addition_is_surer_where_an_open_matter_is_of_its_kind() -> None:
    light, water = "路灯不亮", "小区停水了"
    to_the_light, to_both = (
        door().propose("我家也没水", open_matter_texts=said) for said in ([light], [light, water])
    )
    assert to_both.kind is Kind.ADDITION
    assert to_both.kind_probability > to_the_light.kind_probability


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("五楼着火了", "119"),
        ("有人拿刀打起来了", "110"),
        ("大爷晕倒了没呼吸", "120"),
        ("路灯不亮了", None),
        ("楼道堆杂物容易着火", None),
    ],
)
def test_immediate_danger_shows_the_number_to_call(text: str, number: str | None) -> None:
    assert door().propose(text).emergency == number


def test_danger_is_never_left_as_small_talk() -> None:
    assert door().propose("哎呀着火了").kind is Kind.MATTER


def test_what_is_over_is_no_emergency() -> None:
    proposal = door().propose("火灭了，虚惊一场")
    assert proposal.emergency is None
    assert proposal.severity == Severity.ROUTINE


@pytest.mark.parametrize(
    "text",
    [
        "我老公又打我了",
        "楼下男人打老婆，哭得厉害",
        "隔壁天天打孩子",
        "他站在楼顶说不想活了",
        "路灯下有人说活不下去了",
    ],
)
def test_what_must_stay_private_is_kept_out_of_the_group(text: str) -> None:
    assert door().propose(text).confidential


def test_a_broken_lamp_is_not_private() -> None:
    assert not door().propose("路灯坏了").confidential


@pytest.mark.parametrize(
    "text", ["我是他孙子，爷爷听我念完笑得合不拢嘴，叫我替他作揖", "我婆婆晒的，过来拿一把"]
)
def test_talk_of_the_family_stays_in_the_group(text: str) -> None:
    assert not door().propose(text).confidential


def test_every_proposal_says_why() -> None:
    proposal = door().propose("楼上漏水，越来越大止不住了")
    assert {"category", "severity_by_sign", "lead_by_category"} <= reasons(proposal)
    (by_sign,) = [reason for reason in proposal.why if reason.code == "severity_by_sign"]
    assert by_sign.values == {"sign": "spreading_water", "words": "越来越大", "severity": 3}


def test_the_unclear_is_left_to_a_person_and_says_so() -> None:
    proposal = door().propose("那边那个东西又出毛病了，来处理一下")
    assert not proposal.decided
    assert "category_unsure" in reasons(proposal)


def test_three_categories_are_offered_in_order() -> None:
    guesses = door().propose("楼下饭店油烟和噪音都很大").categories
    assert len(guesses) == 3
    assert [guess.probability for guess in guesses] == sorted(
        (guess.probability for guess in guesses), reverse=True
    )


def test_a_polite_letter_is_a_matter_all_the_same() -> None:
    letter = (
        "尊敬的各位领导，你们好，首先祝大家工作顺利身体健康。我是本小区的一名普通业主，平时很少在群里说话，"
        "今天实在没有办法了才写这些。我们楼的电梯已经坏了半个多月，电梯停运以后老人上下楼非常困难，"
        "多次打电话报修电梯都没有人来。恳请有关部门关心一下，谢谢大家。"
    )
    proposal = door().propose(letter)
    assert (proposal.kind, name(proposal)) == (Kind.MATTER, "电梯故障")


def test_what_is_urgent_alone_must_be_surer_among_the_pieces_of_a_letter() -> None:
    """Each of many pieces could be taken for danger by chance."""
    told = (
        "门口那人手里攥着一截东西见谁就骂已经砸了两家的窗户保安也不敢靠近大家都关着门不敢出来"
        "孩子们放学马上就要经过那里了。"
    )
    letter = (
        "我是三号楼的住户搬来这里快十年了一直觉得小区环境不错邻里之间也都和气物业换了公司以后"
        f"绿化和卫生都比从前好得多了大家满意。{told}"
        "希望社区能够重视也请有关部门一起想想办法谢谢你们长期以来的辛苦工作祝大家身体健康万事如意"
        "工作顺利阖家幸福天天都开心。"
    )
    alone, among = door().propose(told), door().propose(letter)
    assert (alone.severity, alone.numbers) == (Severity.URGENT, ("110",))
    assert (among.severity, among.numbers) == (Severity.PRESSING, ("110",))


def test_a_text_is_cut_between_sentences_and_only_where_it_is_long() -> None:
    assert pieces("停水了。快来。", 60, 6) == ["停水了。快来。"]
    assert pieces("一二三，四五六。七八九！", 8, 6) == ["一二三，四五六。", "七八九！"]
    assert pieces("一。二。三。四。", 2, 2) == ["一。", "二。"]
    assert pieces("没有标点的长句子", 3, 6) == ["没有标点的长句子"]


@pytest.mark.parametrize("text", ["", " ", "😂", "a", "。。。", "啊" * 20_000, "𠮷𡃁", "\x00\u202e"])
def test_anything_can_be_read(text: str) -> None:
    proposal = door().propose(text)
    assert 0 <= proposal.kind_probability <= 1
    assert proposal.categories


def test_rules_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Rules(confidential_from=2)


def test_the_sentences_cover_every_category_and_name_no_other() -> None:
    count = dict.fromkeys((category.code for category in catalogue()), 0)
    for example in examples():
        if example.kind == Kind.MATTER:
            count[example.category] += 1
            assert example.severity in ("1", "2", "3")
    assert min(count.values()) >= 8


def test_sentences_are_not_given_two_meanings() -> None:
    meanings: dict[str, set[tuple[str, str]]] = {}
    for example in examples(EXAMPLES):
        meanings.setdefault(example.text, set()).add((example.kind, example.category))
    assert [text for text, found in meanings.items() if len(found) > 1] == []


def test_harm_that_is_over_calls_nobody() -> None:
    over = door().propose("工伤认定交了两个月没结果，我骨折了公司不给报工伤")
    assert (over.categories[0].code, over.severity, over.emergency) == ("12-01-04", Severity.PRESSING, None)


def test_harm_told_now_still_does() -> None:
    now = door().propose("有人从梯子上摔下来了，骨折，快叫救护车")
    assert (now.severity, now.emergency) == (Severity.URGENT, "120")
