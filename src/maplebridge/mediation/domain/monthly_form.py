"""The monthly form of the justice bureau: what was accepted, how it came, what was settled, what was prevented.

"Prevented" is counted where a mediation with the sign ended in an agreement. That is what can be known; whether it
would have come to a crime, a petition or a death, nobody can.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from operator import add

from maplebridge.mediation.domain.tiers import RiskSign
from maplebridge.mediation.domain.workflow import FROM_OUTSIDE, SETTLED, Source, State

CRIME_SIGNS = frozenset({RiskSign.BLOWS, RiskSign.WEAPON, RiskSign.THREAT})


@dataclass(frozen=True, slots=True)
class FormCounts:
    """The counters of one line. Money in cents."""

    accepted: int = 0
    own_initiative: int = 0
    applied: int = 0
    entrusted: int = 0
    concluded: int = 0
    settled: int = 0
    oral: int = 0
    written: int = 0
    performed: int = 0
    amount_cents: int = 0
    crimes: int = 0
    crime_people: int = 0
    petitions: int = 0
    petition_people: int = 0
    suicides: int = 0
    armed_fights: int = 0
    deaths: int = 0

    def __add__(self, other: "FormCounts") -> "FormCounts":
        return FormCounts(*map(add, _numbers(self), _numbers(other)))

    @classmethod
    def accepted_by(cls, source: Source, *, applied: bool, times: int = 1) -> "FormCounts":
        """Return what came in: entrusted from outside, asked for by a side, or found on one's own initiative."""
        if source in FROM_OUTSIDE:
            return cls(accepted=times, entrusted=times)
        if applied:
            return cls(accepted=times, applied=times)
        return cls(accepted=times, own_initiative=times)

    @classmethod
    def concluded_as(
        cls,
        state: State,
        *,
        signs: Collection[RiskSign],
        people: int,
        amount_cents: int,
        written: bool | None,
    ) -> "FormCounts":
        """Return one mediation that ended; without an agreement it is concluded and nothing else."""
        if state not in SETTLED:
            return cls(concluded=1)
        crime = bool(CRIME_SIGNS.intersection(signs))
        petition = RiskSign.GATHERING in signs
        return cls(
            concluded=1,
            settled=1,
            oral=int(written is False),
            written=int(written is True),
            performed=int(state is State.PERFORMED),
            amount_cents=amount_cents,
            crimes=int(crime),
            crime_people=people if crime else 0,
            petitions=int(petition),
            petition_people=people if petition else 0,
            suicides=int(RiskSign.SELF_HARM in signs),
            armed_fights=int(RiskSign.WEAPON in signs and RiskSign.GATHERING in signs),
            deaths=int(RiskSign.DEATH in signs),
        )

    @property
    def cells(self) -> list[object]:
        """Return the counters in the order of `COLUMNS`; a rate of nothing is left blank."""
        return [
            self.accepted,
            self.own_initiative,
            self.applied,
            self.entrusted,
            self.concluded,
            self.settled,
            _percent(self.settled, self.concluded),
            _percent(self.settled, self.accepted),
            Decimal(self.amount_cents).scaleb(-2).quantize(Decimal("0.01")),
            self.oral,
            self.written,
            self.performed,
            self.crimes,
            self.crime_people,
            self.petitions,
            self.petition_people,
            self.suicides,
            self.armed_fights,
            self.deaths,
        ]


# As the form prints them (人民调解统计表), with both denominators of the rate.
COLUMNS = (
    "受理（件）",
    "主动调解（件）",
    "申请调解（件）",
    "接受委托移送调解（件）",
    "办结（件）",
    "调解成功（件）",
    "成功率（占办结，%）",
    "成功数与本月受理之比（%）",
    "协议涉及金额（元）",
    "口头协议（件）",
    "书面协议（件）",
    "已履行（件）",
    "防止民间纠纷转化为刑事案件（件）",
    "防止民间纠纷转化为刑事案件（人）",
    "防止群体性上访（件）",
    "防止群体性上访（人）",
    "防止自杀（件）",
    "防止群体性械斗（件）",
    "涉及非正常死亡（件）",
)


def _percent(part: int, whole: int) -> Decimal | str:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP) if whole else ""


def _numbers(counts: FormCounts) -> list[int]:
    return [getattr(counts, one.name) for one in fields(counts)]
