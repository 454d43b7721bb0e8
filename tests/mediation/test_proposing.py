"""What is proposed for a dispute told in plain words; the sentences here are in none of the data learned from."""

import pytest

from maplebridge.mediation.data import accounts, dispute_types
from maplebridge.mediation.domain.proposing import NothingToRead, told_in
from maplebridge.mediation.domain.tiers import Risk, RiskSign, Tier


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("两口子闹离婚，为孩子跟谁过争了大半年", "婚姻家庭"),
        ("楼上住户浴室防水坏了，水滴到我家厨房，他不肯修", "邻里"),
        ("楼顶公共水箱漏水泡了我家，物业拿着物业费不管修", "物业"),
        ("堂弟在我家宅基地上打地基盖房，界线说不清", "房屋宅基地"),
        ("两个组争山林界线，林权证对不上", "山林土地"),
        ("修公路征地，补偿款分到户里少了一笔", "征地拆迁"),
        ("他打了借条借我六万元，到期一分不还", "合同"),
        ("合伙养羊，年底账目对不上，要散伙", "生产经营"),
        ("我在工地搬砖，包工头拖着工钱不给就跑了", "拖欠农民工工资"),
        ("公司把我辞退，社保没交，劳动合同也没签", "劳动争议"),
        ("旅行社的导游带我们进购物店，不买不让走", "旅游"),
        ("网购的手机是翻新货，卖家拒绝退款，平台不管", "电子商务"),
        ("健身房办卡后关门，卡里的钱退不了", "其他消费"),
        ("做完手术伤口感染，医院说是并发症", "医疗"),
        ("骑摩托被货车追尾，交警认定对方全责，赔偿谈不拢", "道路交通事故"),
        ("化工厂排废水，村里的井水发臭", "环境污染"),
        ("打架把人家鼻梁打骨折了，医药费谁出", "损害赔偿"),
        ("两家因为修族谱排辈分在祠堂里吵", "其他"),
    ],
)
def test_the_type_is_proposed_first(told: str, wanted: str) -> None:
    assert accounts.proposer().propose(told).types[0].type == wanted


def test_three_types_are_proposed_with_falling_chances_that_all_together_are_one() -> None:
    chances = accounts.proposer().chances(["隔壁开的饭店油烟大，跟他吵过"])
    assert chances.shape == (1, 18)
    assert chances.sum() == pytest.approx(1)
    guesses = accounts.proposer().propose("隔壁开的饭店油烟大，跟他吵过").types
    assert [guess.probability for guess in guesses] == sorted(chances[0], reverse=True)[:3]


def test_what_can_be_read_in_two_ways_is_less_sure_than_what_cannot() -> None:
    propose = accounts.proposer().propose
    plain = propose("旅行社不退团费").types[0].probability
    both = propose("在网上订的民宿，到了不让住，也不退钱").types[0].probability
    assert both < plain


@pytest.mark.parametrize(
    ("told", "signs", "risk"),
    [
        ("两家为排水沟有些意见，都愿意谈", set(), Risk.LOW),
        ("两家当面吵了一架", {RiskSign.RAISED_VOICES}, Risk.RAISED),
        ("他拿着菜刀站在门口", {RiskSign.WEAPON}, Risk.HIGH),
        ("她说活不下去了，要喝农药", {RiskSign.SELF_HARM}, Risk.HIGH),
        ("他扬言要打断我的腿", {RiskSign.THREAT}, Risk.HIGH),
        ("昨天两个人厮打在一起", {RiskSign.BLOWS}, Risk.HIGH),
        ("村民把施工车辆堵在路口", {RiskSign.BLOCKED}, Risk.RAISED),
        ("双方没有动手，也没有争吵", set(), Risk.LOW),
        ("二十多个人联名要去上访", {RiskSign.GATHERING, RiskSign.MANY_PEOPLE}, Risk.RAISED),
    ],
)
def test_risk_comes_from_what_is_stated(told: str, signs: set[RiskSign], risk: Risk) -> None:
    proposal = accounts.proposer().propose(told)
    assert set(proposal.risk_signs) == signs
    assert proposal.risk is risk


def test_who_somebody_is_raises_no_risk() -> None:
    """A property of the dispute, never of a person: no word for a kind of people is among the signs."""
    told = "有精神病史的刑满释放人员张某与邻居就停车位有不同意见"
    assert accounts.proposer().propose(told).risk is Risk.LOW


def test_a_small_matter_begins_in_the_group_and_a_large_one_in_the_town() -> None:
    propose = accounts.proposer().propose
    assert propose("两家邻居为过道放鞋柜不高兴").tier is Tier.GROUP
    assert propose("两家邻居为过道放鞋柜，牵扯六个人，要三千块").tier is Tier.VILLAGE
    assert propose("两家邻居为过道放鞋柜，拿刀比划").tier is Tier.TOWN
    assert propose("两个村的人为排水沟的走向争执").tier is Tier.TOWN


def test_a_firm_as_a_side_lifts_a_quarrel_of_neighbors_out_of_the_group() -> None:
    assert accounts.proposer().propose("隔壁公司的空调外机对着我家窗户，热风直吹").tier is not Tier.GROUP


@pytest.mark.parametrize(
    ("told", "people", "cents"),
    [
        ("没有说多少", 1, None),
        ("28户没拿到钱", 28, None),
        ("二十多个工人讨薪", 20, None),
        ("三百五十名业主", 350, None),
        ("欠款37万元", 1, 37_000_000),
        ("彩礼八万八", 1, 8_800_000),
        ("赔了1,250.50元", 1, 125_050),
        ("药费花了两千五，他只给五百块", 1, 250_000),
        ("一共十二万块", 1, 12_000_000),
    ],
)
def test_people_and_amounts_are_read_as_people_write_them(told: str, people: int, cents: int | None) -> None:
    read = told_in(told)
    assert (read.people, read.amount_cents) == (people, cents)


def test_why_quotes_the_account() -> None:
    why = "；".join(accounts.proposer().propose("包工头欠我们12个人的工钱，把工地大门堵了").why)
    assert "“工钱”" in why
    assert "“堵了”" in why
    assert "12人" in why


@pytest.mark.parametrize("nothing", ["", "  \n", "。。。", "——"])
def test_an_account_without_words_is_refused(nothing: str) -> None:
    with pytest.raises(NothingToRead):
        accounts.proposer().propose(nothing)


def test_rare_characters_long_texts_and_other_languages_are_read() -> None:
    for told in (
        "𠮷田家与𬱖家为田埂吵架",
        "工钱" * 50_000,
        "my neighbor is loud",
        "۱۲۳",
        "楼上漏水\x00\u202e",
    ):
        assert len(accounts.proposer().propose(told).types) == 3


def test_every_sign_speaks_for_types_that_exist_and_every_type_has_accounts() -> None:
    names = {one.name_zh for one in dispute_types().values()}
    assert {name for sign in accounts.type_signs() for name in sign.speaks} <= names
    told = [one.type for one in accounts.accounts()]
    assert all(told.count(name) >= 40 for name in names)
    assert set(told) == names
    assert set(accounts.type_of_category().values()) <= names
