"""The everyday matters of the demo town: put together from hand-written parts, so that its month is a full one.

A `[[kind]]` in demo/everyday says what goes wrong (`heads`, each joined to one of `tails`), what is answered, done
and told in the end. A line that begins with numbers and a bar, such as `13|`, fits only the first and the third
of the heads. `phrases.toml` says what people say around any matter. A course is drawn for each matter (done,
explained, not solved at first, returned, handed over, paused …) and its moments: residents write when such things
are noticed, agencies work in office hours, at night the officer on duty answers. What would happen after the moment
of loading is left out, so that the latest matters are still on their way.

The result are threads like those written by hand (`story`), and they happen by the same way.
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from types import MappingProxyType

from maplebridge.demo.story import ANSWER_WITHIN, Step, Thread
from maplebridge.demo.town_data import TOWN_FOLDER
from maplebridge.kernel.working_time import HolidaysNotPublished, china_days
from maplebridge.matters.data import catalogue
from maplebridge.matters.domain.catalogue import LimitUnit

EVERYDAY_FOLDER = TOWN_FOLDER.parent / "everyday"
PHRASES_FILE = "phrases.toml"
MATTERS = 450
MOST_SAID = 3  # of one sentence
TRIES = 12  # to find words that were said less

DAYS = 30
WEEKEND = 0.8  # of what a working day brings
HOURS: Mapping[str, Sequence[tuple[int, int, float]]] = MappingProxyType(
    {
        # when something is noticed: from, to, weight
        "morning": ((6, 9, 5), (9, 12, 2), (17, 20, 1)),
        "day": ((8, 12, 4), (12, 18, 5), (18, 20, 1)),
        "evening": ((17, 20, 4), (20, 23, 5), (7, 9, 1)),
        "night": ((21, 24, 5), (0, 3, 3), (4, 6, 1)),
        "any": ((6, 9, 3), (9, 12, 4), (12, 17, 4), (17, 22, 5), (22, 24, 1), (0, 6, 0.5)),
    }
)
OPENS, CLOSES = time(8, 30), time(17, 30)
NEVER_CLOSED = frozenset(
    {"property", "police", "fire", "gas", "power", "water", "heating", "health", "emergency_management"}
)
RISES, SLEEPS = 7, 22  # hours between which residents are asked and answer

ORIGINS = (("group", 70), ("form", 9), ("hotline", 9), ("walk_in", 6), ("proactive", 5), ("tip", 1))
COURSES = (
    *(("done", 63), ("self", 7), ("redo", 13), ("refused", 5), ("handed", 4), ("paused", 3)),
    *(("extended", 1.2), ("deferred", 4), ("not_feasible", 3), ("not_ours", 4), ("withdrawn", 1)),
)
OUT_OF_DOORS = frozenset({"deferred", "not_feasible", "not_ours"})
STREETS = frozenset({"08", "09"})  # classes of the catalogue that such courses speak of
LATE = 0.04  # answered after more than half an hour
GOOD_THE_SECOND_TIME = 0.45
SILENT = 0.16  # residents who never say whether it is solved
STARS = (("5", 66), ("4", 24), ("3", 8), ("2", 2))
IN_WORDS = 0.5  # of those who give stars
NEIGHBOR_SPEAKS = 0.2
HAILED = 0.4  # of what names no place of its own
PROPERTY_FIRST = 0.4  # of what concerns a house, in its group, by day

TO_OTHERS = ("市公路管理处", "铁路工务段")  # as the phrases of `not_ours` say

WAITING_MINUTES = (4, 11, 23, 38)  # raised so long ago and not answered yet, where lists are looked at first
LATE_MATTERS = 2
JUST_CALLED = 2


@dataclass(frozen=True)
class Kind:
    """Something that goes wrong again and again, in words."""

    name: str
    code: str
    severity: int
    lead: str
    heads: Sequence[str]
    tails: Sequence[str]
    answers: Sequence[str]
    works: Sequence[str]
    results: Sequence[str]

    def fitting(self, lines: Sequence[str], head: int) -> Sequence[str]:
        """Return those of the lines that fit a head, counted from 1."""
        parted = (line.rpartition("|") for line in lines)
        return tuple(said for heads, _, said in parted if not heads or str(head) in heads)

    estate: str = "any"
    hours: str = "any"
    photo: str = ""
    after: str = ""
    weight: float = 5
    course: str = ""


@dataclass(frozen=True)
class Everyday:
    """Everything that is read: the kinds, and the phrases by their occasion."""

    kinds: Sequence[Kind]
    phrases: Mapping[str, Sequence[str]]


def read_everyday(folder: Path = EVERYDAY_FOLDER) -> Everyday:
    kinds = [
        _kind(table)
        for path in sorted(folder.glob("*.toml"))
        if path.name != PHRASES_FILE
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["kind"]
    ]
    phrases = tomllib.loads((folder / PHRASES_FILE).read_text(encoding="utf-8"))
    return Everyday(kinds, {name: _lines(written) for name, written in phrases.items()})


def _kind(table: Mapping[str, object]) -> Kind:
    def word(name: str, otherwise: str = "") -> str:
        return str(table.get(name, otherwise))

    return Kind(
        name=word("name"),
        code=word("code"),
        severity=int(word("severity")),
        lead=word("lead"),
        heads=_lines(word("heads")),
        tails=_lines(word("tails")),
        answers=_lines(word("answers")),
        works=_lines(word("works")),
        results=_lines(word("results")),
        estate=word("estate", "any"),
        hours=word("hours", "any"),
        photo=word("photo"),
        after=word("after"),
        weight=float(word("weight", "5")),
        course=word("course"),
    )


def _lines(written: str) -> Sequence[str]:
    return tuple(line.strip() for line in written.splitlines() if line.strip())


def everyday_threads(
    told: Everyday, now: datetime, seed: int, *, said: Mapping[str, int] = MappingProxyType({})
) -> tuple[Thread, ...]:
    """Return the everyday matters of the month that ends at `now`: the same for the same seed and moment.

    `said`: how often each sentence has been said already.
    """
    return tuple(_Month(told, now, Random(f"everyday {seed}"), said).threads(MATTERS))


def workdays(year: int) -> Mapping[date, bool]:
    """Return the days of a year on which office hours are not those of their weekday."""
    try:
        days = china_days(year)
    except HolidaysNotPublished:
        return {}
    return dict.fromkeys(days.holidays, False) | dict.fromkeys(days.makeup_workdays, True)


@dataclass
class _Words:
    """Chooses words of which none is said too often."""

    rng: Random
    said: Counter[str]

    def one(self, *parts: Sequence[str]) -> str:
        """Join one of each of the parts, as it was said least so far; nothing where all was said too often."""
        best, least = "", MOST_SAID
        for _ in range(TRIES):
            tried = "，".join(filter(None, (self.rng.choice(part) for part in parts if part)))
            times = self.said[tried]
            if times < least:
                best, least = tried, times
            if not least:
                break
        if best:
            self.said[best] += 1
        return best


class _Month:
    def __init__(self, told: Everyday, now: datetime, rng: Random, said: Mapping[str, int]) -> None:
        self.told = told
        self.now = now
        self.rng = rng
        self.words = _Words(rng, Counter(said))
        self.limits = {leaf.code: leaf.handle for leaf in catalogue()}
        self.respond = {leaf.code: leaf.response_minutes for leaf in catalogue()}
        self.days = {day: works for year in (now.year - 1, now.year) for day, works in workdays(year).items()}

    def threads(self, most: int) -> Iterator[Thread]:
        for number in range(most):
            yield self._thread(f"everyday-{number:03}", self._drawn_kind(), self._began())
        yield from self._first_page()

    def _thread(self, key: str, kind: Kind, day: date, *, origin: str = "", course: str = "") -> Thread:
        began = self._moment(kind, day)
        origin = origin or self.drawn(ORIGINS)
        if origin == "tip" or (origin == "group" and kind.lead == "human_resources"):
            origin = "form"
        course = course or kind.course or self.drawn(COURSES)
        if course in OUT_OF_DOORS and kind.code[:2] not in STREETS:
            course = "done"
        return _Telling(self, kind, origin, began).thread(key, course)

    def _first_page(self) -> Iterator[Thread]:
        """Tell what stands on the lists that are looked at first: waiting, in hand, given on, and late."""
        near = [kind for kind in self.told.kinds if kind.severity == 2 and not kind.course]
        near = [kind for kind in near if kind.estate == "any"]
        self.rng.shuffle(near)
        kinds = iter(near * 3)
        for number, minutes in enumerate(WAITING_MINUTES):
            telling = _Telling(self, next(kinds), "group", self.now - timedelta(minutes=minutes))
            yield telling.thread(f"shown-waiting-{number}", "waiting", show=True, unsorted=number == 0)
        for role, hours in (
            *(("chief", 2), ("chief", 5), ("chief", 9), ("chief", 14), ("officer", 3), ("officer", 9)),
            *(("officer", 13), ("grid", 1), ("grid", 4), ("grid", 8), ("grid", 12), ("auxiliary", 4)),
            *(("auxiliary", 7), ("auxiliary", 11), ("deputy", 3), ("deputy", 6), ("deputy", 12)),
            *(
                ("member", 5),
                ("member", 8),
                ("member", 13),
                ("mediator", 6),
                ("mediator", 10),
                ("mediator", 14),
            ),
        ):
            telling = _Telling(self, next(kinds), "group", self.now - timedelta(hours=hours, minutes=17))
            yield telling.thread(f"shown-{role}-{hours}", "in_hand", show=True, holder=role)
        homes = [kind for kind in near if kind.lead == "property"]
        for number, kind in enumerate(homes[:JUST_CALLED]):
            telling = _Telling(self, kind, "group", self.now - timedelta(minutes=9 - number))
            yield telling.thread(f"shown-called-{number}", "called", show=True)
        for number in range(LATE_MATTERS):
            began = self._moment(kind := next(kinds), self.now.date() - timedelta(days=5 + number))
            yield _Telling(self, kind, "group", began).thread(f"late-{number}", "late", show=number < 2)

    def _drawn_kind(self) -> Kind:
        kinds = self.told.kinds
        return self.rng.choices(kinds, [kind.weight for kind in kinds])[0]

    def drawn(self, weighted: Iterable[tuple[str, float]]) -> str:
        values, weights = zip(*weighted, strict=True)
        return str(self.rng.choices(values, weights)[0])

    def _began(self) -> date:
        """Draw a day: weekends bring a little less, and of the present day only a part has passed."""
        days = [self.now.date() - timedelta(days=back) for back in range(DAYS)]
        passed = (self.now.hour * 60 + self.now.minute) / (24 * 60)
        weights = [passed, *(1.0 if self.is_workday(day) else WEEKEND for day in days[1:])]
        return self.rng.choices(days, weights)[0]

    def _moment(self, kind: Kind, day: date) -> datetime:
        """Draw the minute of a day at which such a thing is noticed, before now."""
        for _ in range(50):
            begin, end, _weight = self.rng.choices(
                HOURS[kind.hours], [weight for _, _, weight in HOURS[kind.hours]]
            )[0]
            minute = self.rng.randrange(begin * 60, end * 60)
            at = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=self.now.tzinfo)
            if at < self.now - timedelta(minutes=3):
                return at
        return self.now - timedelta(minutes=self.rng.randint(40, 24 * 60))

    def is_workday(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def is_night(self, moment: datetime) -> bool:
        return not RISES - 1 <= moment.hour < SLEEPS

    def in_office(self, moment: datetime, lead: str) -> datetime:
        """Return the next moment at which an agency works; some work around the clock."""
        if lead in NEVER_CLOSED:
            return self.awake(moment)
        while True:
            day = moment.date()
            opens = datetime.combine(day, OPENS, tzinfo=moment.tzinfo)
            if self.is_workday(day) and moment.time() < CLOSES:
                return moment if moment >= opens else opens + timedelta(minutes=self.rng.randint(3, 70))
            moment = datetime.combine(day + timedelta(days=1), time(0), tzinfo=moment.tzinfo)

    def awake(self, moment: datetime) -> datetime:
        """Return the next moment at which a resident would answer."""
        if self.is_night(moment):
            day = moment.date() + timedelta(days=moment.hour >= SLEEPS)
            begin = datetime.combine(day, time(RISES), tzinfo=moment.tzinfo)
            return begin + timedelta(minutes=self.rng.randint(5, 170))
        return moment

    def time_to_handle(self, kind: Kind) -> timedelta:
        """Draw how long the work takes, well within the limit of its category."""
        limit = self.limits[kind.code]
        hours = limit.value * (1 if limit.unit in (LimitUnit.HOURS, LimitUnit.WORKING_HOURS) else 24)
        return timedelta(hours=min(hours * self.rng.uniform(0.08, 0.6), self.rng.uniform(20, 120)))


class _Telling:
    """Writes one matter down, step by step."""

    def __init__(self, month: _Month, kind: Kind, origin: str, began: datetime) -> None:
        self.month, self.kind, self.origin, self.began = month, kind, origin, began
        self.rng, self.words, self.phrases = month.rng, month.words, month.told.phrases
        self.at = began
        self.timed: list[tuple[datetime, Step]] = []
        self.who = self._who()
        self.head = self.rng.randrange(len(kind.heads))
        self.tails, self.answers, self.works, self.results = (
            kind.fitting(lines, self.head + 1)
            for lines in (kind.tails, kind.answers, kind.works, kind.results)
        )

    def thread(
        self, key: str, course: str, *, show: bool = False, unsorted: bool = False, holder: str = ""
    ) -> Thread:
        if holder == self.who:
            self.who = "secretary"
        self._raise()
        if course != "waiting":
            if course == "called":
                self._called()
            elif course == "withdrawn":
                self._withdrawn()
            else:
                self._answer()
                courses: Mapping[str, Callable[[], None]] = {
                    "done": self._done,
                    "self": self._self,
                    "explained": self._explained,
                    "redo": self._redo,
                    "refused": self._refused,
                    "handed": self._handed,
                    "paused": self._paused,
                    "extended": self._extended,
                    "deferred": self._deferred,
                    "not_feasible": self._not_feasible,
                    "not_ours": self._not_ours,
                    "in_hand": lambda: self._in_hand(holder),
                    "late": self._late,
                }
                courses[course]()
        return self._as_thread(key, show=show, unsorted=unsorted)

    def _as_thread(self, key: str, *, show: bool, unsorted: bool) -> Thread:
        now = self.month.now
        steps: list[Step] = []
        passed = self.began
        for moment, step in self.timed:
            after = max(int((moment - passed).total_seconds() // 60), 0)
            passed += timedelta(minutes=after)
            if passed <= now:
                steps.append(_after(step, after))
        return Thread(
            key=key,
            kind="matter",
            origin=self.origin,
            estate=self.kind.estate,
            day=0,
            at=self.began.time(),
            ago=int((now - self.began).total_seconds() // 60),
            live=False,
            category=self.kind.name,
            code=self.kind.code,
            severity=self.kind.severity,
            lead=self.kind.lead,
            owner=self.who if self.origin != "proactive" else "grid",
            issue="",
            follows="",
            cast=MappingProxyType({}),
            steps=tuple(steps),
            show=show,
            unsorted=unsorted,
        )

    # -- words and moments --

    def _who(self) -> str:
        """Return who answers: at night the officer on duty, by day whoever is nearest to such things."""
        if self.month.is_night(self.began) or self.kind.hours == "night":
            return "officer"
        officers = 6.0 if self.kind.lead in ("police", "traffic_police") else 3.0
        return self.month.drawn((("grid", 4.0), ("officer", officers), ("secretary", 2.0)))

    def _say(self, name: str, *more: Sequence[str]) -> str:
        """Say something that may be left unsaid."""
        return self.words.one(self.phrases[name], *more)

    def _tell(self, *parts: Sequence[str]) -> str:
        """Say something that has to be said, at greater length where it was said often enough in few words."""
        return self.words.one(*parts) or self.words.one(*parts, self.phrases["endings"])

    def _later(self, **span: float) -> None:
        self.at += timedelta(**span)

    def _step(self, who: str, deed: str = "", text: str = "", photo: str = "", **terms: str) -> None:
        self.timed.append((self.at, Step(0, who, deed, text, photo, "", MappingProxyType(terms))))

    # -- parts of a course --

    def _raise(self) -> None:
        kind, head = self.kind, self.kind.heads[self.head]
        hail: Sequence[str] = ("",)
        if self.origin == "group" and "{" not in head and self.rng.random() < HAILED:
            hail = self.phrases["hails"]
        source: Sequence[str] = {"hotline": self.phrases["callers"], "proactive": self.phrases["found"]}.get(
            self.origin, ("",)
        )
        photo = kind.photo if self.rng.random() < 0.45 and self.origin != "hotline" else ""
        tails = self.tails if self.rng.random() < 0.85 else ("",)
        text = self._tell(hail, (head,), tails, source)
        who = "grid" if self.origin == "proactive" else "r1"
        self._step(who, "raise", text, photo)
        if self.origin == "group" and self.rng.random() < NEIGHBOR_SPEAKS:
            self._later(minutes=self.rng.randint(1, 3))
            if said := self._say("neighbors"):
                self._step("r2", "join" if self.rng.random() < 0.6 else "", said)
            self.at = self.began

    def _answer(self) -> None:
        self._later(minutes=self._wait())
        late = self.at - self.began > timedelta(minutes=30)
        first = "sorries" if late else "night_acks" if self.month.is_night(self.at) else "acks"
        own_house = (
            self.kind.lead == "property" and self.origin == "group" and self.rng.random() < PROPERTY_FIRST
        )
        who = "property" if own_house and not self.month.is_night(self.at) else self.who
        self._step(who, "answer", self._tell(self.phrases[first], self.answers))
        if self.origin == "group" and self.rng.random() < 0.2 and (said := self._say("thanks")):
            self._later(minutes=self.rng.randint(1, 4))
            self._step("r1", "", said)

    def _wait(self) -> float:
        if self.origin == "proactive":
            return 1
        within = self.month.respond[self.kind.code]
        if within == ANSWER_WITHIN and self.rng.random() < LATE:
            return self.rng.choice((33, 37, 41, 48, 55, 67, 80, 118))
        return min(self.rng.lognormvariate(2.0, 0.6), 0.9 * within)

    def _call(self, agency: str = "") -> None:
        """Call the agency out; somebody there answers within minutes, day or night."""
        self._later(minutes=self.rng.randint(1, 4))
        self._step(self.who, "call_out", to=agency or self.kind.lead)
        self._later(minutes=self.rng.randint(2, 16))

    def _work(self) -> None:
        self._call()
        lead = self.kind.lead
        self._step(lead, "accept")
        self._finish_work()

    def _finish_work(self) -> None:
        lead = self.kind.lead
        self.at = self.month.in_office(self.at + self.month.time_to_handle(self.kind), lead)
        photo = self.kind.after if self.rng.random() < 0.6 else ""
        self._step(lead, "done", self._tell(self.works, self.phrases["closings"]), photo)
        self._later(minutes=self.rng.randint(4, 45))

    def _resolve(self, outcome: str = "solved") -> None:
        self._step(
            self.who,
            "resolve",
            self._tell(self.results, self.phrases["endings"]),
            outcome=outcome,
        )

    def _feedback(self) -> None:
        if self.rng.random() < SILENT:
            return
        stars = self.month.drawn(STARS)
        told = ""
        if self.rng.random() < IN_WORDS:
            told = (
                self._say("pleased", ("", *self.phrases["pleased"])) if stars in "45" else self._say("so_so")
            )
        self._rate("yes", stars, told)

    def _rate(self, solved: str, stars: str, text: str) -> None:
        """Let the resident say whether it is solved; for what staff found themselves the captain does."""
        self.at = self.month.awake(self.at + timedelta(minutes=self.rng.lognormvariate(4.6, 1.1)))
        who = "captain" if self.origin == "proactive" else "r1"
        self._step(who, "feedback", text, solved=solved, stars=stars)

    # -- courses --

    def _done(self) -> None:
        if self.origin == "group" and self.rng.random() < 0.12 and (said := self._say("follow_ups")):
            self._work_with_a_question(said)
        else:
            self._work()
        self._resolve()
        self._feedback()

    def _work_with_a_question(self, said: str) -> None:
        self._call()
        self._step(self.kind.lead, "accept")
        asked = self.month.awake(self.at + timedelta(minutes=self.rng.randint(40, 200)))
        finished = self.month.in_office(self.at + self.month.time_to_handle(self.kind), self.kind.lead)
        if asked < finished:
            self.at = asked
            self._step("r1", "add", said)
        self.at = max(finished, self.at + timedelta(minutes=9))
        self._step(self.kind.lead, "done", self._tell(self.works, self.phrases["closings"]))
        self._later(minutes=self.rng.randint(4, 45))

    def _self(self) -> None:
        """What staff do themselves: they go there and end it."""
        self._later(minutes=self.rng.randint(18, 95))
        self._resolve()
        self._feedback()

    def _explained(self) -> None:
        self.at = self.month.in_office(self.at + timedelta(minutes=self.rng.randint(35, 300)), "office")
        self._resolve("explained")
        self._feedback()

    def _redo(self) -> None:
        self._work()
        self._resolve()
        self._rate("no", self.rng.choice("1122"), self._say("unhappy"))
        self._later(minutes=self.rng.randint(3, 25))
        self._step(self.who, "answer", self._tell(self.phrases["again"], self.phrases["endings"]))
        self._work()
        self._resolve()
        if self.rng.random() < GOOD_THE_SECOND_TIME:
            self._feedback()
            return
        self._rate("no", "2", self._say("unhappy"))
        self._later(minutes=self.rng.randint(20, 90))
        self.at = self.month.in_office(self.at, "office")
        self._step(
            "supervisor", "order", self._tell(self.phrases["orders"], self.phrases["chases"]), due="2d"
        )
        self._later(minutes=self.rng.randint(5, 25))
        self._step(self.who, "answer", self._tell(self.phrases["again"], self.phrases["endings"]))
        self._work()
        self._resolve()

    def _refused(self) -> None:
        wrong = "housing" if self.kind.lead != "housing" else "subdistrict"
        self._call(wrong)
        self._step(
            wrong,
            "refuse",
            self._tell(self.phrases["refusals"], self.phrases["referrals"]),
            reason="not_ours",
        )
        self._done()

    def _handed(self) -> None:
        to = "secretary" if self.who != "secretary" else "officer"
        self._give_to(to)
        self._done()

    def _give_to(self, to: str) -> None:
        self._later(minutes=self.rng.randint(2, 12))
        self._step(self.who, "hand_over", self._tell(self.phrases["gives"], self.phrases["give_whys"]), to=to)
        self._later(minutes=self.rng.randint(2, 15))
        self._step(to, "take")
        self.who = to

    def _paused(self) -> None:
        reasons = ("waiting_for_part", "waiting_for_weather", "waiting_for_resident", "waiting_for_approval")
        which = self.rng.randrange(len(reasons))
        self._call()
        self._step(self.kind.lead, "accept")
        self._later(minutes=self.rng.randint(40, 200))
        said = self._tell((self.phrases["pauses"][which],), self.phrases["endings"])
        self._step(self.who, "pause", said, reason=reasons[which], days="9")
        self._later(days=self.rng.randint(2, 6))
        self._step(self.who, "resume")
        self._finish_work()
        self._resolve()
        self._feedback()

    def _extended(self) -> None:
        self._call()
        self._step(self.kind.lead, "accept")
        self._later(minutes=self.rng.randint(60, 110))
        said = self._tell(self.phrases["extensions"], self.phrases["endings"])
        self._step(self.who, "extend", said, days="9")
        self._later(days=self.rng.randint(3, 6))
        self._finish_work()
        self._resolve()
        self._feedback()

    def _deferred(self) -> None:
        self._later(hours=self.rng.randint(2, 5))
        said = self._tell(self.phrases["deferrals"], self.phrases["endings"])
        self._step(self.who, "defer", said, days="90")

    def _not_feasible(self) -> None:
        self._later(hours=self.rng.randint(2, 6))
        said = self._tell(self.phrases["not_feasible"], self.phrases["endings"])
        self._step(
            self.who,
            "resolve",
            said,
            outcome="not_feasible",
            because=self.rng.choice(("no_money", "no_power")),
        )
        self._rate("yes", "3", self._say("so_so"))

    def _not_ours(self) -> None:
        self._later(hours=self.rng.randint(1, 3))
        which = self.rng.randrange(len(TO_OTHERS))
        said = self._tell((self.phrases["not_ours"][which],), self.phrases["endings"])
        self._step(self.who, "resolve", said, outcome="not_ours", to=TO_OTHERS[which])
        self._feedback()

    def _withdrawn(self) -> None:
        self._later(minutes=self.rng.randint(6, 14))
        self._answer_only()
        self._later(minutes=self.rng.randint(12, 80))
        self._step(
            "r1",
            "resolve",
            self._tell(self.phrases["withdrawals"], self.phrases["thanks"]),
            outcome="withdrawn",
        )

    def _answer_only(self) -> None:
        self._step(self.who, "answer", self._tell(self.phrases["acks"], self.answers))

    def _in_hand(self, holder: str) -> None:
        """Still on its way, in the hands of somebody whose list is looked at."""
        if holder:
            self._give_to(holder)
        self._call()
        self._step(self.kind.lead, "accept")

    def _called(self) -> None:
        """An agency has just been called out, and has not said yet whether it comes."""
        self._later(minutes=3)
        self._answer_only()
        self._later(minutes=2)
        self._step(self.who, "call_out", to=self.kind.lead)

    def _late(self) -> None:
        """Late, and somebody sees to it: the resident asks, the supervisor chases and orders."""
        self._call()
        self._step(self.kind.lead, "accept")
        self._later(days=1)
        self.at = self.month.awake(self.at)
        self._step("r1", "add", self._tell(self.phrases["follow_ups"], self.phrases["hails"]))
        self.at = self.month.in_office(self.month.now - timedelta(hours=self.rng.randint(20, 50)), "office")
        self._step(
            "supervisor", "chase", self._tell(self.phrases["chases"], self.phrases["closings_of_chases"])
        )
        self._later(minutes=self.rng.randint(90, 200))
        self._step(
            "supervisor", "order", self._tell(self.phrases["orders"], self.phrases["chases"]), due="2d"
        )


def _after(step: Step, minutes: int) -> Step:
    return Step(minutes, step.who, step.deed, step.text, step.photo, step.place, step.terms)
