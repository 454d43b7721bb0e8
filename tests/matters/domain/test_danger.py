"""What must stay private stays private, danger is an emergency, and talk of danger is not.

Wordings as residents use them. A missed one may cost a life, a false one costs a glance: recall is asked for every
wording, and everyday sentences that only sound like danger show no number.
"""

import pytest

from maplebridge.matters.data import door
from maplebridge.matters.domain.catalogue import Severity
from maplebridge.matters.domain.triage import Kind

PRIVATE = (
    "我老公又打我了",
    "他喝了酒就动手，我现在躲在厕所里",
    "隔壁两口子又打起来了",
    "楼上男的打老婆，女的喊救命",
    "对门家里天天传出女人的哭喊和摔东西的声音",
    "我妈被我爸打得不敢回家",
    "前夫上门砸门，说要弄死我",
    "他不让我出门，手机也收走了",
    "我姐身上全是伤，姐夫打的",
    "楼上孩子被打得直叫，打了半个多小时",
    "后妈把孩子锁在阳台不给饭吃",
    "我女儿说继父摸她",
    "补习班老师摸孩子大腿",
    "公交车上有个男的一直蹭我",
    "有人在女厕所偷拍",
    "我同学说她不想活了，发了遗书",
    "有人站在楼顶要跳下来",
    "我爸说活着没意思，把药都藏起来了",
    "邻居精神病发作，拿着菜刀在楼道里喊",
    "老太太被儿子关在屋里不给饭吃",
    "儿媳妇打婆婆，胳膊都青了",
    "我對象打我，掐我脖子",
    "被老公打了想申请保护令",
    "两口子打架 孩子在边上哭 快来人",
    "他扇我耳光还威胁我不许报警",
    "妹妹被她男朋友打了，住院了不敢说",
    "隔壁男的又在打媳妇了，听着吓人",
    "我想死，活不下去了",
    "闺蜜割腕了，地上有血",
    "婆家人把我锁在屋里打",
)

EMERGENCIES = (
    ("厨房漏煤气了，一股味", "119"),
    ("屋里有煤气味，头晕", "119"),
    ("三楼着火了", "119"),
    ("楼下冒黑烟，好像着火了", "119"),
    ("电动车在楼道里烧起来了", "119"),
    ("有小孩掉河里了", "119"),
    ("有人溺水了快来", "119"),
    ("有个女的挂在窗户外面", "119 110"),
    ("小孩挂在五楼防盗窗上，头卡住了", "119 110"),
    ("有人坐在楼顶边上要跳", "110"),
    ("我不想活了", "110"),
    ("她说吃了一整瓶安眠药", "110"),
    ("老人摔倒了起不来", "120"),
    ("大爷在楼道里摔了一跤，流了好多血", "120"),
    ("老太太晕倒在菜场门口", "120"),
    ("有人触电了", "119 120"),
    ("电梯里困了两个人", "119"),
    ("有人拿刀追着砍人", "110"),
    ("街上打起来了，有人流血", "110"),
    ("刚被抢了包", "110"),
    ("孩子不见了，五岁", "110"),
    ("爷爷走丢了，有老年痴呆", "110"),
    ("正在给骗子转账，拦不住", "110"),
    ("房子塌了，压着人", "119"),
    ("井盖下面全是汽油味", "119"),
    ("一家人吃完饭都吐了，倒下一个", "120"),
    ("被狗咬了，流血了", "120"),
    ("撞车了，人卡在里面", "110 119 120"),
    ("小孩被开水烫伤了", "120"),
    ("一氧化碳中毒，俩人叫不醒", "119 120"),
    ("孩子反锁在家，锅还在火上", "119"),
    ("樓上起火了，好多煙", "119"),
)

NO_EMERGENCIES = (
    "消防通道被占了",
    "消防通道又堵了，万一着火怎么办",
    "楼道堆满杂物，容易着火",
    "灭火器过期了",
    "今天社区有消防演习，不要惊慌",
    "昨天电视里那个火灾真吓人",
    "没有着火，是烧烤的烟",
    "煤气罐换气多少钱一罐",
    "煤气费怎么这么贵",
    "燃气安检什么时候来",
    "我家燃气打不着火",
    "去年摔断腿，现在报销怎么弄",
    "工伤骨折后公司不赔钱",
    "老人怕摔，想装个扶手",
    "提醒大家防溺水，看好孩子",
    "河里的水太臭了",
    "打疫苗去哪里",
    "晚上打牌声音太大",
    "这物价真要命，活不起了哈哈",
    "电费太贵了，没法活了",
    "笑死我了",
    "热死了热死了",
    "作业多得孩子想死",
    "忙得要死，改天再聊",
    "派出所防诈骗讲座几点",
    "收到诈骗短信，没理他",
    "失业了，日子过不下去，能申请低保吗",
    "跳楼价大甩卖",
    "车位被占了气死我了",
    "树上的马蜂窝已经摘了",
    "电梯困人的事已经解决了",
    "孩子找到了，谢谢大家",
    "火灭了，没事了",
    "儿子打工摔伤，老板不认账要赔偿",
    "电视剧里那个女的自杀了，哭死我",
)


@pytest.mark.parametrize("text", PRIVATE)
def test_violence_at_home_and_danger_to_oneself_never_reach_a_group(text: str) -> None:
    proposal = door().propose(text)
    assert (proposal.kind, proposal.confidential) == (Kind.MATTER, True)


@pytest.mark.parametrize(
    "text", ["隔壁两口子又打起来了", "楼上男的打老婆，女的喊救命", "他扇我耳光还威胁我不许报警"]
)
def test_violence_at_home_is_an_emergency_too(text: str) -> None:
    assert door().propose(text).emergency == "110"


@pytest.mark.parametrize(("text", "numbers"), EMERGENCIES)
def test_danger_shows_the_number_to_call(text: str, numbers: str) -> None:
    proposal = door().propose(text)
    assert proposal.emergency in numbers.split()
    assert proposal.severity is Severity.URGENT
    assert proposal.kind is Kind.MATTER


@pytest.mark.parametrize("text", NO_EMERGENCIES)
def test_what_only_sounds_like_danger_shows_no_number(text: str) -> None:
    assert door().propose(text).emergency is None
