"""The things that a Chinese message names: estates, firms, schools, projects, roads, villages.

A thing is recognized by how its name ends (花园, 公司, 小学, 大道 …), by a number that stands for it
(805路), or by its quotation marks. The name begins after the last word that no name contains (投诉, 位于,
我们 …). Nothing is looked up: no gazetteer lists the estate that was finished last month.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import rjieba


class Kind(Enum):
    """What sort of thing a name stands for."""

    MADE = "made"  # an estate, a firm, a school, a project: it is what people complain about
    LINE = "line"  # a road, a bus line: many different things happen along it
    AREA = "area"  # a town, a community, a village: where, rather than what
    QUOTED = "quoted"  # in quotation marks or brackets: a name, or only an emphasis


@dataclass(frozen=True)
class NamedThing:
    """A name as written at `text[start:end]`."""

    name: str
    kind: Kind
    start: int
    end: int


_ENDINGS = {
    Kind.MADE: (
        "小区 花园 家园 嘉园 佳园 名园 公馆 公寓 广场 大厦 国际 壹号 一号 一品 苑 园 府 郡 庭 湾 城 墅 "
        "轩 邸 山庄 新村 世家 公司 集团 学校 小学 中学 大学 学院 幼儿园 医院 银行 驾校 酒店 超市 市场 "
        "饭店 平台 金融 贷 厂 网 搅拌站 垃圾站 项目 工地 地铁站 车站 公园 大桥 隧道 机场 楼盘"
    ),
    Kind.LINE: "大道 路 街 巷 号线 线 高速 国道 省道",
    Kind.AREA: "街道 社区 镇 乡 村 组 湖",
}
_KIND_OF = {ending: kind for kind, endings in _ENDINGS.items() for ending in endings.split()}
_LONGEST_ENDING = max(map(len, _KIND_OF))
KEPT = 10_000  # words: the same few are asked for again and again
LONGEST_NAME = 14
# Two characters that end like a name are mostly a common word (菜园, 旧城).
_SHORTEST_NAME = 3
_WORDS_BEFORE_ENDING = 4

# Words that end like a name and name nothing by themselves.
_GENERIC_WORDS = (
    "道路 马路 公路 铁路 高铁 线路 路线 电路 网路 一路 出路 思路 回家路 断头路 车路 大路 小路 主路 "
    "辅路 水泥路 上学路 街 大街 后街 商业街 步行街 步行 临街 农村 本村 全村 乡村 我村 小组 互联网 "
    "官网 电网 管网 上网 全网 在线 热线 光纤线 直线 曲线 政府 省政府 市政府 区政府 县政府 县城 城 "
    "全城 城市 商城 老城 新城 公园 车贷 房贷 网贷 借贷 信贷 工厂 医院 学校 小学 中学 大学 公司 "
    "总公司 分公司 集团 小区 社区 街道 花园 广场 幼儿园 超市 市场 菜市场 酒店 银行 项目 工地 车站 "
    "地铁站 公交站 平台 家园 校园 校区 学院 项目部 国际 楼盘 大厦 大桥 隧道 高速 物业公司 开发商 "
    "公寓 驾校 饭店 金融 公办 民办 一号 壹号 公共 住宅 居民 安置 商业 高压线 斑马线 电线 红线 全线 "
    "沿线 一线 地铁 公交 公交车 建筑 大型 该 本 此 附近 周边 老 新 旧 各 房地产 有限 有限责任 置业 "
    "投资 技术 培训 装修 贸易 信息 服务 公立 私立 配套 全国 国家 农民 施工 城区 单位 中心 老旧 整个 "
    "部分 家庭 城乡 人民政府 区委 市委市政府 视线 别墅 南路 中路 东路 北路 西路 有限公司 修路 此路 "
    "该路 走路 环线 必经之路 路网 党和政府 县委县政府 城中村 建设项目 城际铁路 高速公路 火车站 沿街 "
    "省府 所有 一家 一条 两 三 四 主要 主干道 省 市 区 县 乡镇 城镇 物业 营销 二期 三期 一期 四期 "
    "五期 开发 门口 楼下 夜间 商务 科技 网络 文化 传媒 教育 建设"
)
_GENERIC = frozenset(_GENERIC_WORDS.split())
# Words that no name contains; a name begins after the last of them.
_OUTSIDE_WORDS = (
    "的 了 是 在 从 到 对 与 及 或 把 被 将 向 让 给 请 就 都 也 很 又 还 但 而 且 因 由 于 为 我 你 "
    "他 她 它 这 那 有 没 不 未 来 去 说 要 想 能 会 位于 坐落 座落 坐落于 投诉 反映 咨询 建议 请求 "
    "希望 关于 举报 请问 强烈 恳请 要求 解决 严查 查处 购买 就读 家住 居住 住在 本人 我们 我家 你们 "
    "他们 业主 居民 村民 市民 市长 书记 领导 局长 您好 你好 尊敬 尊敬的 严重 扰民 何时 什么 为何 "
    "为什么 如何 怎么 哪些 一个 这个 那个 开发商 物业 问题 附近 旁边 周边 对面 门口 楼下 上面 里面 "
    "之间 以及 或者 因为 所以 如果 非法 违法 违规 涉嫌 拖欠 捆绑 销售 强制 不合理 建设 加快 影响 "
    "督促 责令 取缔 承办 再次 期盼 盼望 沿线 路口 交叉口 交汇处 以东 以西 以南 以北 部分 同时 目前 "
    "现在 现 已经 一直 长期 多次 全体 所有 任何 每个 各个 无法 不能 不得 没有 存在 属于 经过 途经 "
    "前往 通往 开往 靠近 紧邻 至 往 离 距 距离 走 改道 先 后 再 一 二 三"
)
_OUTSIDE = frozenset(_OUTSIDE_WORDS.split())
_OUTSIDE_TAGS = frozenset(
    ("p", "c", "uj", "ul", "uz", "ug", "ud", "uv", "y", "r", "d", "x", "e", "o", "f", "t")
)

# Published messages often stand with "A3区" in place of a district; a district is where, never what.
DISTRICT = re.compile(r"[A-Za-z]\d{0,2}(?:市|区|县)(?!\w?[栋幢座])")
_QUOTED = re.compile(r"[“\"《「『]([^“”\"《》「」『』，。！？\s]{2,12})[”\"》」』]")
_NUMBERED = re.compile(r"(?<!\d)\d{1,4}(?:路|国道|省道|号线|车贷|公交)")
_RUN = re.compile(r"[0-9A-Za-z\u3400-\u9fff·]+")


def named_things(text: str) -> list[str]:
    """List the distinct names in a text, in order of first mention."""
    return list(dict.fromkeys(thing.name for thing in find_named_things(text)))


def find_named_things(text: str) -> list[NamedThing]:
    """Find every mention of a named thing; a thing quoted and named by its ending counts twice."""
    found = [NamedThing(m[1], Kind.QUOTED, m.start(1), m.end(1)) for m in _QUOTED.finditer(text)]
    found += [
        NamedThing(m[0], _KIND_OF.get(m[0].lstrip("0123456789"), Kind.MADE), m.start(), m.end())
        for m in _NUMBERED.finditer(text)
    ]
    for run in _RUN.finditer(DISTRICT.sub(lambda m: " " * len(m[0]), text)):
        found += _named_in_run(run[0], run.start())
    return sorted(found, key=lambda thing: (thing.start, thing.end))


def _named_in_run(run: str, offset: int) -> Iterator[NamedThing]:
    words: list[tuple[str, str]] = rjieba.tag(run)
    first_free = 0
    position = 0
    ends = [position := position + len(word) for word, _ in words]
    for index, (word, _) in enumerate(words):
        ending = _ending_of(word)
        if ending is None or (
            index + 1 < len(words) and _ending_of(words[index + 1][0]) == words[index + 1][0]
        ):
            continue
        begin = _beginning(words, index, first_free)
        if begin is None:
            continue
        first_free = index + 1
        start = ends[begin] - len(words[begin][0])
        if LONGEST_NAME >= ends[index] - start >= max(_SHORTEST_NAME, len(ending) + 1):
            yield NamedThing(run[start : ends[index]], _KIND_OF[ending], offset + start, offset + ends[index])


@lru_cache(KEPT)
def _ending_of(word: str) -> str | None:
    for length in range(min(len(word), _LONGEST_ENDING), 0, -1):
        if word[-length:] in _KIND_OF:
            return word[-length:]
    return None


def _beginning(words: Sequence[tuple[str, str]], last: int, first_free: int) -> int | None:
    """Return the index of the name's first word, or None where only generic words stand before the ending."""
    begin = last
    while begin > max(first_free, last - _WORDS_BEFORE_ENDING) and _may_be_inside(*words[begin - 1]):
        begin -= 1
    while begin < last and words[begin][0] in _GENERIC:
        begin += 1
    if all(word in _GENERIC or word in _KIND_OF for word, _ in words[begin : last + 1]):
        return None
    return begin


def _may_be_inside(word: str, tag: str) -> bool:
    is_region = len(word) > 1 and word[-1] in "省市县"
    return not (word in _OUTSIDE or tag in _OUTSIDE_TAGS or is_region or (tag == "v" and len(word) > 1))
