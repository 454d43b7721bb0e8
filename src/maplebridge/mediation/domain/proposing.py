"""What a dispute told in plain words is about, how it may escalate and where it begins: proposed, with reasons.

A person decides. The type comes from words that speak for types (data, with weights), from a linear model of
characters and from what the words mean together; the risk from what was said and done, never from who somebody is.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from maplebridge.kernel.text import comparable
from maplebridge.learning.linear_text import LinearText, softmax
from maplebridge.learning.word_meanings import MeaningHead
from maplebridge.mediation.domain.tiers import (
    ORDER,
    Proposed,
    Risk,
    RiskSign,
    Size,
    Tier,
    TierLimits,
    proposed_tier,
    risk_of,
)
from maplebridge.mediation.domain.types import DisputeType

CLAUSE_ENDS = re.compile(r"[,.!?;:\s，。！？；：、~]+")
SHOWN = 3
LONGEST_READ = 4000
MANY_PEOPLE = 10
FLOOR = 1e-6
# A second and a third word of one sign say a little more, further ones nothing.
MORE_WORDS = 0.35

Scores = npt.NDArray[np.float64]


class NothingToRead(ValueError):
    """The account has no letters and no characters."""


@dataclass(frozen=True, slots=True)
class TypeSign:
    """Words that speak for types; `speaks` is about the logarithm of odds."""

    code: str
    says: str
    pattern: re.Pattern[str]
    speaks: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class RiskWords:
    """Words that tell of one sign of risk."""

    sign: RiskSign
    says: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RiskTable:
    words: tuple[RiskWords, ...]
    denied: re.Pattern[str]
    threatened: re.Pattern[str]
    of: frozenset[RiskSign]  # what has not happened while it is only threatened

    def seen(self, text: str) -> dict[RiskSign, str]:
        """Return each sign that some clause states and does not deny, with the words that state it."""
        clauses = [clause for clause in CLAUSE_ENDS.split(comparable(text)) if clause]
        found = {one.sign: self._stated(one, clauses) for one in self.words}
        return {sign: words for sign, words in found.items() if words is not None}

    def says(self, sign: RiskSign) -> str:
        return next(one.says for one in self.words if one.sign is sign)

    def _stated(self, one: RiskWords, clauses: Sequence[str]) -> str | None:
        for clause in clauses:
            for match in one.pattern.finditer(clause):
                ahead = clause[: match.start()]
                only_said = one.sign in self.of and self.threatened.search(ahead)
                if not only_said and not self.denied.search(ahead):
                    return match.group()
        return None


@dataclass(frozen=True, slots=True)
class Told:
    """What the account says of its own size; nothing said is one person and no amount."""

    people: int
    amount_cents: int | None
    beyond_village: bool
    organization: str = ""


@dataclass(frozen=True, slots=True)
class Guess:
    type: str  # the name in the statistics
    probability: float


@dataclass(frozen=True, slots=True)
class DisputeProposal:
    types: tuple[Guess, ...]
    risk: Risk
    risk_signs: tuple[RiskSign, ...]
    tier: Tier
    told: Told
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mixture:
    """How much each reading counts, and how sure the whole may be; fitted on accounts held back."""

    letters: float
    signs: float
    meaning: float
    sharpness: float = 1.0


@dataclass(frozen=True)
class Proposer:
    """Reads accounts; built once."""

    types: tuple[DisputeType, ...]
    type_signs: tuple[TypeSign, ...]
    risk_table: RiskTable
    letters: LinearText
    meaning: MeaningHead
    mixture: Mixture
    limits: TierLimits = field(default_factory=TierLimits)

    def propose(self, text: str) -> DisputeProposal:
        """Return the three likeliest types, the risk and the tier; without a letter there is NothingToRead."""
        if not any(character.isalnum() for character in text):
            raise NothingToRead("there is no text to read")
        text = text[:LONGEST_READ]
        chances = self.chances([text])[0]
        best = [self.types[place] for place in np.argsort(-chances, kind="stable")[:SHOWN]]
        guesses = tuple(Guess(one.name_zh, float(chances[self.types.index(one)])) for one in best)
        told = told_in(text)
        seen = self.risk_table.seen(text)
        signs = frozenset(seen) | ({RiskSign.MANY_PEOPLE} if told.people >= MANY_PEOPLE else frozenset())
        risk = risk_of(signs)
        size = Size(told.people, told.amount_cents, risk, told.beyond_village)
        by_size = proposed_tier(size, self.limits)
        # With a firm or an office as a side, neighbors of a group are not among themselves.
        least = Tier.VILLAGE if told.organization else Tier.GROUP
        tier = max(by_size.tier, best[0].tier, least, key=ORDER.index)
        return DisputeProposal(
            types=guesses,
            risk=risk,
            risk_signs=tuple(sign for sign in RiskSign if sign in signs),
            tier=tier,
            told=told,
            why=tuple(self._why(text, best[0], risk, seen, told, by_size, tier)),
        )

    def chances(self, texts: Sequence[str]) -> Scores:
        """Return a row for each text and a column for each type, in the order of the statistics."""
        return mixed(self.readings(texts), self.mixture)

    def readings(self, texts: Sequence[str]) -> tuple[Scores, Scores, Scores]:
        """Return what characters, signs and meaning each say."""
        names = [one.name_zh for one in self.types]
        return (
            np.log(_in_order(self.letters.probabilities(texts), self.letters.classes, names) + FLOOR),
            np.array([sign_scores(text, self.type_signs, names) for text in texts]).reshape(-1, len(names)),
            np.log(_in_order(self.meaning.probabilities(texts), self.meaning.classes, names) + FLOOR),
        )

    def _why(
        self,
        text: str,
        first: DisputeType,
        risk: Risk,
        seen: Mapping[RiskSign, str],
        told: Told,
        by_size: Proposed,
        tier: Tier,
    ) -> Iterator[str]:
        spoken = _spoken(text, self.type_signs, first.name_zh)
        if spoken:
            yield f"{first.name_zh}：" + "，".join(f"“{words}”（{says}）" for says, words in spoken)
        elif learned := [words for words, share in self.letters.explain(text, first.name_zh, 3) if share > 0]:
            yield f"{first.name_zh}：用词近似（" + "、".join(f"“{words}”" for words in learned) + "）"
        else:
            yield f"{first.name_zh}：没有明显的用词，请人判断"
        if risk is Risk.LOW:
            yield "风险低：没有提到冲突升级的迹象"
        else:
            stated = [f"“{words}”（{self.risk_table.says(sign)}）" for sign, words in seen.items()]
            stated += [f"{told.people}人"] if told.people >= MANY_PEOPLE else []
            yield ("风险高：" if risk is Risk.HIGH else "风险较高：") + "，".join(stated)
        yield f"{TIER_WORDS[tier]}：" + "，".join(_tier_reasons(first, told, by_size, tier))


TIER_WORDS = {Tier.GROUP: "组级", Tier.VILLAGE: "村级", Tier.TOWN: "镇级"}
SIZE_WORDS = {
    "many_people": "人数多",
    "large_amount": "金额大",
    "high_risk": "风险高",
    "beyond_village": "跨村（社区、组）",
    "several_people": "涉及多人",
    "some_amount": "有一定金额",
    "raised_risk": "风险较高",
}


def _tier_reasons(first: DisputeType, told: Told, by_size: Proposed, tier: Tier) -> Iterator[str]:
    if first.tier is tier:
        yield f"{first.name_zh}纠纷通常从这一级开始"
    if by_size.tier is tier:
        yield from (SIZE_WORDS[code] for code in by_size.why if code in SIZE_WORDS)
    if told.people > 1:
        yield f"提到{told.people}人（户）"
    if told.amount_cents:
        yield f"提到{told.amount_cents / 100:,.0f}元"
    if told.organization and first.tier is not tier and by_size.tier is not tier:
        yield f"一方是单位（“{told.organization}”）"


def mixed(readings: tuple[Scores, Scores, Scores], mixture: Mixture) -> Scores:
    """Return chances out of the three readings."""
    letters, signs, meaning = readings
    return softmax(
        mixture.sharpness * (mixture.letters * letters + mixture.signs * signs + mixture.meaning * meaning)
    )


def sign_scores(text: str, signs: Sequence[TypeSign], names: Sequence[str]) -> Scores:
    """Return how strongly the signs in a text speak for each type."""
    scores = dict.fromkeys(names, 0.0)
    read = comparable(text)
    for sign in signs:
        if different := len({match.group() for match in sign.pattern.finditer(read)}):
            for name, weight in sign.speaks.items():
                scores[name] += weight * (1 + MORE_WORDS * min(different - 1, 2))
    return np.array([scores[name] for name in names])


def _spoken(text: str, signs: Sequence[TypeSign], name: str) -> list[tuple[str, str]]:
    """Return what speaks for a type and the words that say it, the strongest first, three at most."""
    read = comparable(text)
    found = [
        (sign.speaks[name], sign.says, match.group())
        for sign in signs
        if sign.speaks.get(name, 0) > 0 and (match := sign.pattern.search(read))
    ]
    return [(says, words) for _, says, words in sorted(found, key=lambda one: -one[0])[:3]]


def _in_order(chances: Scores, classes: Sequence[str], names: Sequence[str]) -> Scores:
    ordered: Scores = chances[:, [list(classes).index(name) for name in names]]
    return ordered


# -- what an account says of its own size

LEAST_BARE_YUAN = 100  # a bare number below that may count anything

_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMBER = r"(\d+(?:,\d{3})*(?:\.\d+)?|[零〇一二两三四五六七八九十百千]+)"
_AMOUNT = re.compile(
    _NUMBER + r"(?:多|余|来)?(万|千|百)?(?:多|余|来)?([一二两三四五六七八九]?)(?:元|块|人民币)"
)
_TEN_THOUSANDS = re.compile(_NUMBER + r"(?:多|余|来)?万(?:([一二两三四五六七八九])千?)?(?!人|户|亩|斤)")
_PEOPLE = re.compile(
    _NUMBER
    + r"(?:多|余|来|几)?(?:个|名|位)?(?:人(?!民|家)|户(?!口|型)|工人|农民工|村民|业主|居民|员工|职工|老乡|家长)"
)
_BARE_AMOUNT = re.compile(
    r"(?:欠|借|花|赔|付|转账?|收|退|垫|罚|定金|押金|工钱|工资|货款|尾款|药费|彩礼)(?:了|我|他|她|们|给|的|过|着){0,3}"
    + _NUMBER
    + r"(?=$|[,.;，。；、]|不|没|的|未|，)"
)
_SEVERAL = re.compile(r"([二三四五六七八九])?十(?:几|来|多|余)(?:个|名|位)?(?:人|户|村民|业主|居民|妇女|家)")
_BEYOND = re.compile(
    r"(两|二|三|几)个?(村(?!民小组的)|寨子?|组(?!长)|村民小组|社区|庄|屯)|(邻|隔壁)(村|县|镇)|跨村"
)
_ORGANIZATION = re.compile(
    r"公司|(?:[^，。！？、\s]{0,4})(?:厂(?!房里)|集团|开发商|旅行社|医院|合作社|养殖场|矿上|学校|项目部|指挥部|超市|酒店|平台|单位)"
)


def told_in(text: str) -> Told:
    """Return people, amount and extent as far as the account names them; of several, the largest."""
    read = comparable(text)
    people = [_value(match.group(1)) for match in _PEOPLE.finditer(read)]
    people += [10 * _DIGITS.get(match.group(1) or "一", 1) for match in _SEVERAL.finditer(read)]
    organization = _ORGANIZATION.search(read)
    return Told(
        people=int(max(people, default=1)),
        amount_cents=max(_amounts(read), default=None),
        beyond_village=bool(_BEYOND.search(read)),
        organization=organization.group() if organization else "",
    )


def _amounts(read: str) -> Iterator[int]:
    for match in _TEN_THOUSANDS.finditer(read):
        yield round(_value(match.group(1)) * 1_000_000) + _DIGITS.get(match.group(2) or "零", 0) * 100_000
    for match in _BARE_AMOUNT.finditer(read):
        if (value := _value(match.group(1))) >= LEAST_BARE_YUAN:
            yield round(value * 100)
    for match in _AMOUNT.finditer(read):
        unit = {"万": 10_000, "千": 1000, "百": 100}.get(match.group(2) or "", 1)
        yield round(_value(match.group(1)) * unit * 100)


def _value(written: str) -> float:
    """Return the number that digits or Chinese numerals write; "两千五" is 2,500, of "二三" the last counts."""
    if written[0].isdigit():
        return float(written.replace(",", ""))
    total, current, unit = 0, 0, 10
    for character in written:
        if character in _UNITS:
            unit = _UNITS[character]
            total += (current or 1) * unit
            current = 0
        else:
            current = _DIGITS[character]
    short = unit > 10 and current and written[-2:-1] in _UNITS
    return total + current * (unit // 10 if short else 1)


# -- data


def read_type_signs(text: str) -> tuple[TypeSign, ...]:
    """Return the signs of types written in a TOML text."""
    return tuple(
        TypeSign(row["code"], row["says"], re.compile("|".join(row["patterns"])), row["speaks"])
        for row in tomllib.loads(text)["sign"]
    )


def read_risk_words(text: str) -> RiskTable:
    """Return the signs of risk written in a TOML text."""
    table = tomllib.loads(text)
    return RiskTable(
        words=tuple(
            RiskWords(RiskSign(row["code"]), row["says"], re.compile("|".join(row["patterns"])))
            for row in table["sign"]
        ),
        denied=re.compile(f"(?:{table['unless']['near']}).{{0,2}}$"),
        threatened=re.compile(table["unless"]["threatened"]),
        of=frozenset(map(RiskSign, table["unless"]["of"])),
    )
