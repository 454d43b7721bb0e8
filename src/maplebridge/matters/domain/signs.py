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
class Way:
    """One way of saying something, and what a text must hold for it: of each set of characters one at least.

    Most ways are nowhere in most messages, and asking for characters is far quicker than searching.
    """

    pattern: re.Pattern[str]
    needs: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A way of telling that something is worse, or better, than its kind."""

    code: str
    effect: Effect
    ways: tuple[Way, ...]
    number: str = ""
    least: Severity = Severity.ROUTINE
    private: bool = False
    unless_about: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A way of a sign found in a clause, whether it is stated there or taken back."""

    sign: Sign
    clause: str
    match: re.Match[str]

    @property
    def ahead(self) -> str:
        return self.clause[: self.match.start()]

    @property
    def behind(self) -> str:
        return self.clause[self.match.end() :]


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
    denial: re.Pattern[str]
    emergency: Mapping[str, str]

    def found(self, text: str) -> tuple[Found, ...]:
        """Return every place of every sign in a message, in the order of the table."""
        clauses = [clause for clause in CLAUSE_ENDS.split(comparable(text)) if clause]
        apart = "\n".join(clauses)
        characters = frozenset(apart)
        absent = characters.isdisjoint
        return tuple(
            Found(sign, clause, match)
            for sign in self.signs
            for way in sign.ways
            if not any(map(absent, way.needs)) and way.pattern.search(apart)
            for clause in clauses
            for match in way.pattern.finditer(clause)
        )

    def seen(self, text: str) -> tuple[Seen, ...]:
        """Return each sign that a message states, once, in the order of the table."""
        return self.stated(self.found(text))

    def stated(self, found: tuple[Found, ...]) -> tuple[Seen, ...]:
        """Return each sign that is stated in one place at least, with the words of the first."""
        first: dict[str, Seen] = {}
        for one in found:
            if one.match.group() in self.spared or not self._taken_back(one):
                first.setdefault(one.sign.code, Seen(one.sign, one.match.group()))
        return tuple(first.values())

    def private(self, found: tuple[Found, ...]) -> bool:
        """Say whether a message tells of what must stay out of a group: feared, supposed or past, it is private still.

        Only what is denied, or told as a story, may be read by all.
        """
        return any(
            one.sign.private and not (self._spoken_against(one) or self.elsewhere.search(one.clause))
            for one in found
        )

    def _spoken_against(self, one: Found) -> bool:
        return bool(self.denial.search(one.ahead) or self.denial.search(one.match.group()))

    def denied(self, found: tuple[Found, ...]) -> frozenset[str]:
        """Return the emergency numbers whose signs a message denies, or tells as a story or a warning.

        Who only fears or supposes something, denies nothing: that may be an emergency still.
        """
        return frozenset(one.sign.number for one in found if one.sign.number and self._denied(one))

    def _denied(self, one: Found) -> bool:
        if one.match.group() in self.spared:
            return False
        return bool(
            self.near.search(one.ahead) or self.elsewhere.search(one.clause) or self.after.search(one.behind)
        )

    def _taken_back(self, one: Found) -> bool:
        return bool(
            self.near.search(one.ahead) or self.before.search(one.ahead) or self.after.search(one.behind)
        )


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
                ways=tuple(_way(part) for pattern in row["patterns"] for part in _alternatives(pattern)),
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
        denial=re.compile(unless["denial"]),
        emergency=table["emergency"],
    )


def _any_of(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(words))


def _way(pattern: str) -> Way:
    return Way(re.compile(pattern), tuple(dict.fromkeys(_needs(pattern))))


_ESCAPED, _CLASS = r"\\.", r"\[[^\]]*\]"
_MAY_BE_ABSENT = re.compile(r"[?*]|\{0?,|\{0\}")
_PIECE = re.compile(rf"{_ESCAPED}|{_CLASS}|\{{[^}}]*\}}|.", re.DOTALL)


def _alternatives(pattern: str) -> list[str]:
    """Return the parts of a pattern between its outermost bars."""
    parts, depth = [""], 0
    for piece in _PIECE.findall(pattern):
        depth += (piece == "(") - (piece == ")")
        if piece == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _needs(pattern: str) -> Iterator[frozenset[str]]:
    """Yield sets of characters of which a text must hold one each, for a pattern without outermost bars.

    What is not plainly needed is left out: the answer decides only what need not be searched for.
    """
    pieces = _PIECE.findall(pattern)
    place = 0
    while place < len(pieces):
        piece, end = pieces[place], place + 1
        if piece == "(":
            end = _closing(pieces, place) + 1
        if not _MAY_BE_ABSENT.match("".join(pieces[end : end + 1])):
            inside = "".join(pieces[place + 1 : end - 1])
            yield from _needs_of_group(inside) if piece == "(" else _needs_of(piece)
        place = end


def _needs_of(piece: str) -> Iterator[frozenset[str]]:
    if piece.startswith("[") and not re.search(r"^\[\^|-|\\\\", piece):
        yield frozenset(piece[1:-1])
    elif len(piece) == 1 and piece not in ".^$?*+|()":
        yield frozenset(piece)


def _needs_of_group(inside: str) -> Iterator[frozenset[str]]:
    """Yield one set for a group: a character of each alternative, if each needs one. Looking around needs nothing."""
    if inside.startswith("?"):
        return
    each = [min(_needs(part), key=len, default=None) for part in _alternatives(inside)]
    known = [needs for needs in each if needs is not None]
    if len(known) == len(each):
        yield frozenset().union(*known)


def _closing(pieces: list[str], opening: int) -> int:
    depth = 0
    for place in range(opening, len(pieces)):
        depth += (pieces[place] == "(") - (pieces[place] == ")")
        if not depth:
            return place
    raise ValueError(f"a bracket is not closed: {''.join(pieces)}")
