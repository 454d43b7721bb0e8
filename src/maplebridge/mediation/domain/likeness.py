"""Disputes of this town that were settled and are like one: found by meaning, told without anybody's name.

What may come out of another dispute is little: its type and tier, what it was about and what was agreed, each without
names, numbers, addresses, days and sums, the sum as a range and the time as coarse as it must be so that several
settled disputes share it. What was said to one side or among mediators never comes here: it is not in `Settled`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from maplebridge.kernel.text import HIDDEN, comparable, redact, words
from maplebridge.learning.named_things import Kind, find_named_things
from maplebridge.learning.word_meanings import Meanings
from maplebridge.mediation.domain.phrases import nearness
from maplebridge.mediation.domain.tiers import Tier

# So many settled disputes must share what is told of the time, and must be there at all, before any is told.
K = 3
# Type against meaning: two disputes of one type stand this much nearer than their words say.
SAME_TYPE = 0.15
KEPT = 0.02
# Two accounts of one type have a cosine of 0.24 in the middle, of different types 0.15 (the examples shipped).
LIKE = 0.3
SHOWN = 8
SHARED_SHOWN = 4
# With more than this share of a text hidden, who it is about is what remains of it.
MOST_HIDDEN = 0.4

RANGES_YUAN = (1_000, 5_000, 10_000, 50_000, 100_000, 500_000)
SOME_YUAN, SOME_DAY = "若干元", "某日"
_SUM = re.compile(
    r"(?:人民币)?[¥￥]?\s?(?:\d[\d,，]*(?:\.\d+)?\s?[十百千万亿]*|[〇零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]+)"
    r"\s?(?:余|多)?\s?(?:元|块(?:钱)?|圆)(?:整)?(?:[零一二三四五六七八九壹贰叁肆伍陆柒捌玖\d]角)?"
    r"|[¥￥]\s?\d[\d,]*(?:\.\d+)?|\d+(?:\.\d+)?\s?[万千]"
)
_DAY = re.compile(
    r"(?:\d{2,4}|[〇零一二三四五六七八九]{4})\s?年\s?[\d一二三四五六七八九十]{1,3}\s?月(?:\s?[\d一二三四五六七八九十]{1,3}\s?[日号])?"
    r"|[\d一二三四五六七八九十]{1,3}\s?月\s?[\d一二三四五六七八九十]{1,3}\s?[日号]"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
)
_BUILDING = re.compile(r"[\d一二三四五六七八九十]{1,4}\s?(?:号楼|[栋幢座])|[A-Za-z]\s?[栋幢座]")
# How people are called by their family name: 老王, 王某某, 王先生, 王家.
_CALLED = (
    "(?:[老小阿]{0}|{0}(?:某{{1,2}}|先生|女士|小姐|师傅|老师|老板|经理|主任|医生"
    "|大[爷妈娘伯叔哥姐婶]|阿姨|叔|婶|姐|哥|总|工|家|氏))"
)
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "司徒", "皇甫", "尉迟", "公孙", "慕容", "令狐", "东方", "夏侯")
_PEOPLE_AND_PLACES = ("nr", "ns", "nt")
# What the word cutter takes for names and is none; what else it takes for one is hidden, needed or not.
_ORDINARY = re.compile(
    "东西|摩托|摩托车|老太太|保安|孙子|孙女|哥哥|大伯|阿姨|老公|岳母|家里人|小儿子|保姆|师傅|老师傅|申请人|施工队"
    "|幼儿园|敬老院|养老院|卫生院|卫生室|卫生所|住院部|加油站|加工厂|农家乐|镇政府|交警大队|城市"
    "|上门|登门|上楼|上路|上山|下山|下坡|换人|付清|盖章|孝顺|养老|养老金|长大|过敏|康复|大修|周转|安顿|拉黑|加盟"
    "|修井|修沟|修渠|井水|河里|田埂|林子|麦子|叶子|满屋|六楼|房契|言语"
)
# A longer word is taken for a name though it ends like a thing (维修费) and begins with no family name: it is none.
_THING = re.compile(r"\S{2,}[费款金证园院厂站所室部队会人权单车机器]")
_FAMILIES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜"
    "倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房"
    "滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙"
    "荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花"
)
_GENERIC = frozenset(
    (
        "甲方",
        "乙方",
        "丙方",
        "丁方",
        "双方",
        "各方",
        "一方",
        "对方",
        "当事人",
        "调解员",
        "调解委员会",
        "人民调解委员会",
    )
)


@dataclass(frozen=True, slots=True)
class Settled:
    """A dispute with an agreement in force, as it is kept: never shown itself."""

    id: int
    type: str
    tier: Tier
    summary: str
    terms: str
    amount_cents: int | None
    month: tuple[int, int]  # year and month in which it was concluded
    kept: bool


class Span(StrEnum):
    MONTH = "month"
    YEAR = "year"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class When:
    """When it was settled, as exactly as `K` disputes share it."""

    span: Span
    year: int = 0
    month: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """A settled dispute as it may be told. There is no way back from it to the dispute."""

    type: str
    tier: Tier
    summary: str
    terms: str
    yuan: tuple[int, int | None] | None  # from, up to; no end: more than that
    when: When
    kept: bool
    same_type: bool
    near: float
    shared: tuple[str, ...]  # words that both tell


@dataclass(frozen=True, slots=True)
class Found:
    """A settled dispute and how near it is, before it is told."""

    settled: Settled
    near: float
    score: float


def nearest(asked: str, type_code: str, among: Sequence[Settled], meanings: Meanings) -> list[Found]:
    """Return the settled disputes nearest to what is asked, the likest first; none of a town with fewer than K."""
    if len(among) < K:
        return []
    near = nearness(asked, [f"{one.summary} {one.terms}" for one in among], meanings)
    found = (
        Found(one, close, close + SAME_TYPE * (one.type == type_code) + KEPT * one.kept)
        for one, close in zip(among, near, strict=True)
    )
    return sorted((one for one in found if one.score >= LIKE), key=lambda one: (-one.score, -one.settled.id))


def tell(
    found: Iterable[Found], asked: str, type_code: str, facts: dict[int, Sequence[str]], spans: "Spans"
) -> Iterator[Case]:
    """Yield what may be told, in the same order. `facts` are all names, numbers and places known of each dispute."""
    for one in found:
        settled = one.settled
        known = facts[settled.id]
        summary, terms = anonymous(settled.summary, known), anonymous(settled.terms, known)
        if _tells_too_much(summary, terms, known):
            continue
        yield Case(
            type=settled.type,
            tier=settled.tier,
            summary=summary,
            terms=terms,
            yuan=yuan_range(settled.amount_cents),
            when=spans.of(settled.month),
            kept=settled.kept,
            same_type=settled.type == type_code,
            near=one.near,
            shared=_shared(asked, f"{summary} {terms}"),
        )


def anonymous(text: str, known: Sequence[str]) -> str:
    """Return a text without the facts known of its dispute, and without any name, number, day or sum in it."""
    hidden = redact(text, _names(known))
    for pattern, instead in ((_BUILDING, HIDDEN), (_DAY, SOME_DAY), (_SUM, SOME_YUAN)):
        hidden = pattern.sub(instead, hidden)
    hidden = _without(hidden, _called(known))
    hidden = _without(hidden, _recognized(hidden))
    return re.sub(rf"(?:{re.escape(HIDDEN)}[\s、,，·]?)+(?={re.escape(HIDDEN)})", "", hidden)


def _names(known: Sequence[str]) -> Iterator[str]:
    """Yield what is known whole, and of a person's name what follows the family name."""
    for fact in known:
        yield fact
        if 3 <= len(fact) <= 4:
            yield fact[len(_family(fact)) :]


def _family(name: str) -> str:
    return name[:2] if name.startswith(_COMPOUND) else name[:1]


def _called(known: Sequence[str]) -> Iterator[re.Pattern[str]]:
    families = {_family(fact) for fact in known if 2 <= len(fact) <= 4 and fact not in _GENERIC}
    yield from (re.compile(_CALLED.format(re.escape(one))) for one in sorted(families))


def _recognized(text: str) -> Iterator[re.Pattern[str]]:
    """Yield the names of people, places and firms that a reader recognizes as such, though nobody wrote them down."""
    import rjieba  # noqa: PLC0415 - heavy, not needed at start-up

    named = {one.name for one in find_named_things(text) if one.kind is not Kind.QUOTED}
    tagged = (word for word, tag in rjieba.tag(text) if tag.startswith(_PEOPLE_AND_PLACES) and len(word) > 1)
    named |= {word for word in tagged if word[0] in _FAMILIES or not _THING.fullmatch(word)}
    named = {word for word in named if not _ORDINARY.fullmatch(word)}
    yield from (re.compile(re.escape(one)) for one in sorted(named - _GENERIC, key=len, reverse=True))


def _without(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    for pattern in patterns:
        text = pattern.sub(HIDDEN, text)
    return text


def _tells_too_much(summary: str, terms: str, known: Sequence[str]) -> bool:
    """Say whether a known fact is still there, written otherwise, or hardly anything else is left."""
    told = "".join(comparable(summary + terms).split())
    left = any(len(fact) > 1 and "".join(comparable(fact).split()) in told for fact in known)
    marks = (summary + terms).count(HIDDEN)
    return left or marks * len(HIDDEN) > MOST_HIDDEN * len(summary + terms)


def yuan_range(cents: int | None) -> tuple[int, int | None] | None:
    """Return between which round sums an amount lies; the upper one does not belong to it."""
    if cents is None or cents == 0:
        return None
    low = 0
    for high in RANGES_YUAN:
        if cents < high * 100:
            return low, high
        low = high
    return low, None


@dataclass(frozen=True)
class Spans:
    """How many settled disputes each month and each year has."""

    months: Counter[tuple[int, int]]

    @classmethod
    def over(cls, among: Iterable[Settled]) -> "Spans":
        return cls(Counter(one.month for one in among))

    def of(self, month: tuple[int, int]) -> When:
        if self.months[month] >= K:
            return When(Span.MONTH, *month)
        if sum(count for (year, _), count in self.months.items() if year == month[0]) >= K:
            return When(Span.YEAR, month[0])
        return When(Span.NONE)


def _shared(asked: str, told: str) -> tuple[str, ...]:
    """Return words of two characters and more that both tell, the longest first."""
    theirs = set(words(told))
    shared = [word for word in dict.fromkeys(words(asked)) if len(word) > 1 and word in theirs]
    shared = [word for word in shared if word not in _GENERIC and not word.isdigit()]
    return tuple(sorted(shared, key=len, reverse=True)[:SHARED_SHOWN])
