"""Words of danger and of relief in a message, and whether the clause they stand in really states them.

"没有着火" tells of no fire, "怕着火" and "容易着火" of none yet, "去年着火" of none now. The patterns are data.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from maplebridge.kernel.text import comparable
from maplebridge.matters.domain.catalogue import Severity

CLAUSE_ENDS = re.compile(r"[,.!?;:\s，。！？；：、~]+")


class Effect(StrEnum):
    """What a sign does to the severity a category has by default."""

    URGENT = "urgent"
    RAISE = "raise"
    PRESSING = "pressing"
    LOWER = "lower"
    ROUTINE = "routine"


@dataclass(frozen=True, slots=True)
class Sign:
    """A way of telling that something is worse, or better, than its kind."""

    code: str
    effect: Effect
    pattern: re.Pattern[str]
    number: str = ""
    least: Severity = Severity.ROUTINE
    private: bool = False
    unless_about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign stated in a message, with the words that state it."""

    sign: Sign
    words: str


@dataclass(frozen=True)
class Signs:
    """All signs, what takes them back, and the categories that are emergencies by themselves."""

    signs: tuple[Sign, ...]
    near: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    spared: tuple[str, ...]
    elsewhere: re.Pattern[str]
    emergency: Mapping[str, str]

    def seen(self, text: str) -> tuple[Seen, ...]:
        """Return each sign that a message states, once, in the order of the table."""
        clauses = [clause for clause in CLAUSE_ENDS.split(comparable(text)) if clause]
        apart = "\n".join(clauses)
        return tuple(
            Seen(sign, words)
            for sign in self.signs
            # Most signs are nowhere in most messages: one look at the whole spares one at every clause.
            if sign.pattern.search(apart) and (words := next(self._stated(sign, clauses), None)) is not None
        )

    def denied(self, text: str) -> frozenset[str]:
        """Return the emergency numbers whose signs a message denies, or tells as a story or a warning.

        Who only fears or supposes something, denies nothing: that may be an emergency still.
        """
        clauses = [clause for clause in CLAUSE_ENDS.split(comparable(text)) if clause]
        return frozenset(sign.number for sign in self.signs if sign.number and self._denies(sign, clauses))

    def _denies(self, sign: Sign, clauses: list[str]) -> bool:
        return any(
            self.near.search(clause[: match.start()])
            or self.elsewhere.search(clause)
            or self.after.search(clause[match.end() :])
            for clause in clauses
            for match in sign.pattern.finditer(clause)
            if match.group() not in self.spared
        )

    def _stated(self, sign: Sign, clauses: list[str]) -> Iterator[str]:
        for clause in clauses:
            for match in sign.pattern.finditer(clause):
                if match.group() in self.spared or not self._taken_back(clause, match):
                    yield match.group()

    def _taken_back(self, clause: str, match: re.Match[str]) -> bool:
        ahead, behind = clause[: match.start()], clause[match.end() :]
        return bool(self.near.search(ahead) or self.before.search(ahead) or self.after.search(behind))


def severity_with(default: Severity, seen: tuple[Seen, ...]) -> tuple[Severity, tuple[Seen, ...]]:
    """Return the severity after the signs, and the signs that changed it.

    What is over is over, whatever it was; danger outweighs a wish not to hurry; a step is taken once.
    """
    ranked: tuple[tuple[Effect, int | None], ...] = (
        (Effect.ROUTINE, Severity.ROUTINE),
        (Effect.URGENT, Severity.URGENT),
        (Effect.RAISE, None),
        (Effect.PRESSING, max(default, Severity.PRESSING)),
        (Effect.LOWER, max(default - 1, Severity.ROUTINE)),
    )
    for effect, result in ranked:
        found = tuple(one for one in seen if one.sign.effect is effect and default >= one.sign.least)
        if found:
            severity = Severity(min(default + 1, Severity.URGENT) if result is None else result)
            return severity, found if severity != default else ()
    return default, ()


def read_signs(text: str) -> Signs:
    """Return the signs written in a TOML text."""
    table = tomllib.loads(text)
    unless = table["unless"]
    return Signs(
        signs=tuple(
            Sign(
                code=row["code"],
                effect=Effect(row["effect"]),
                pattern=re.compile("|".join(row["patterns"])),
                number=row.get("number", ""),
                least=Severity(row.get("least", Severity.ROUTINE)),
                private=row.get("private", False),
                unless_about=frozenset(row.get("unless_about", ())),
            )
            for row in table["sign"]
        ),
        near=re.compile(f"(?:{unless['near']}).{{0,2}}$"),
        before=_any_of(unless["before"]),
        after=_any_of(unless["after"]),
        spared=tuple(unless["spared"]),
        elsewhere=re.compile(unless["elsewhere"]),
        emergency=table["emergency"],
    )


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)))
