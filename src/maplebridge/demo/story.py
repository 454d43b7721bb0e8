"""The lived month of the demo town: conversations and what was done about them, read from hand-written text.

A file is TOML with one `[[thread]]` per conversation. Its `steps` are lines:

    +AFTER WHO [DEED [name=value …]]: TEXT [#photo] [@@place]

AFTER is the time since the step before (`4`, `2h`, `1d3h10`); WHO is a resident of the conversation (`r1`,
`r2` …) or a role; a deed is something done to the thread's matter, whose text, if any, is posted. Bare
placeholders (`{building}`) speak of r1's home, numbered ones (`{building2}`) of r2's; `str.format_map`
fills them. `{road}` is the same
in all threads of one `issue`, and a thread with `follows` stands in the estate of the thread it names.

Day 0 is the last full day before the town is loaded, so that everything has happened; a thread with `ago`
began so many minutes before loading, so that some clocks still run. A thread with `live` has no day: it
happens while somebody looks. Each resident text is invented; nothing is copied from anywhere.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType

KINDS = frozenset({"matter", "talk", "thanks", "question", "notice"})
ORIGINS = frozenset({"group", "form", "walk_in", "hotline", "tip", "proactive"})
ESTATES = frozenset({"any", "old", "new", "village"})
AGENCIES = frozenset(
    {
        *("property", "community", "subdistrict", "police", "traffic_police", "fire", "emergency_management"),
        *("urban_management", "sanitation", "parks", "environment", "water_affairs", "natural_resources"),
        *("water", "power", "gas", "heating", "telecom", "postal", "transport", "housing"),
        *("market_supervision", "health", "medical_insurance", "education", "culture", "human_resources"),
        *("civil_affairs", "disabled_federation", "women_federation", "veterans", "agriculture", "forestry"),
        *("justice", "government_service", "provident_fund", "petitions", "publicity", "finance"),
    }
)
"""Agencies by kind, as in the catalogue of matters."""

STAFF = frozenset(
    {
        "officer",
        "secretary",
        "grid",
        "chief",
        "captain",
        "auxiliary",
        "deputy",
        "member",
        "mediator",
        "sorting",
        "supervisor",
        "clerk",
        "system",
    }
)
PLACEHOLDERS = frozenset({"estate", "building", "entrance", "room", "floor", "road", "community"})
OUTCOMES = frozenset({"solved", "explained", "not_ours", "not_feasible", "duplicate", "withdrawn"})
REFUSALS = frozenset({"not_ours", "wrong_place", "not_enough", "already_in_hand", "no_power", "no_money"})
PAUSES = frozenset(
    {"waiting_for_part", "waiting_for_weather", "waiting_for_resident", "waiting_for_approval"}
)
PHOTOS = frozenset(
    {
        "ceiling_leak",
        "pothole",
        "fallen_tree",
        "bins",
        "dark_lamp",
        "blocked_exit",
        "ebike_cable",
        "gas_bottles",
        "manhole",
        "dog",
        "puddle",
        "repaired_ceiling",
        "repaired_road",
        "repaired_tree",
        "repaired_bins",
        "repaired_lamp",
        "repaired_exit",
        "repaired_ebike",
        "repaired_gas",
        "repaired_manhole",
        "repaired_puddle",
        *("courtyard", "hallway", "room", "street"),
    }
)

CONFIDENTIAL = "01-04-"
"""Codes of the catalogue for violence, abuse and crisis, which are only told in private."""

ANSWER_WITHIN = 30
"""Minutes to the first answer: the town's own rule, after Jingbian."""

LONGEST = {1: 7, 2: 4, 3: 1}
"""Days by severity after which an open matter that was not extended, paused or deferred is late here."""

OPEN = frozenset({"waiting", "answered", "in_hand", "reopened"})
LEGAL: Mapping[str, tuple[frozenset[str], str | None]] = MappingProxyType(
    {
        # deed: states it may be done in, state it leads to (None: stays)
        "raise": (frozenset({"none"}), "waiting"),
        "join": (OPEN | {"paused", "deferred"}, None),
        "add": (OPEN | {"paused", "deferred", "resolved"}, None),
        "assign": (OPEN, None),
        "answer": (frozenset({"waiting", "reopened"}), "answered"),
        "promise": (OPEN | {"paused"}, None),
        "call_out": (frozenset({"answered", "in_hand"}), None),
        "accept": (frozenset({"answered", "in_hand"}), "in_hand"),
        "refuse": (frozenset({"answered", "in_hand"}), None),
        "hand_over": (frozenset({"answered", "in_hand"}), None),
        "take": (frozenset({"answered", "in_hand"}), "in_hand"),
        "decline": (frozenset({"answered", "in_hand"}), None),
        "arrive": (frozenset({"answered", "in_hand"}), "in_hand"),
        "done": (frozenset({"answered", "in_hand"}), "in_hand"),
        "pause": (frozenset({"answered", "in_hand"}), "paused"),
        "resume": (frozenset({"paused", "deferred"}), "in_hand"),
        "extend": (frozenset({"answered", "in_hand"}), None),
        "defer": (frozenset({"answered", "in_hand"}), "deferred"),
        "chase": (OPEN, None),
        "order": (OPEN, None),
        "consult": (OPEN, None),
        "resolve": (frozenset({"answered", "in_hand"}), "resolved"),
        "feedback": (frozenset({"resolved"}), None),
        "callback": (frozenset({"resolved", "closed_solved", "closed_not_answered"}), None),
    }
)
NEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "assign": ("to",),
        "call_out": ("to",),
        "hand_over": ("to",),
        "promise": ("due",),
        "refuse": ("reason",),
        "decline": ("reason",),
        "pause": ("reason",),
        "extend": ("days",),
        "defer": ("days",),
        "resolve": ("outcome",),
        "feedback": ("solved",),
        "callback": ("solved",),
    }
)
WORDLESS = frozenset({"call_out", "accept", "arrive", "feedback", "take", "assign", "resume", "chase"})
"""Deeds that may be done without saying anything."""

WRITTEN = frozenset({"assign", "call_out", "hand_over", "refuse", "decline", "chase", "order", "consult"})
"""Deeds whose text is written on the matter's time line only; every other text is posted for all to read."""

STATES = frozenset(
    {
        "waiting",
        "answered",
        "in_hand",
        "paused",
        "deferred",
        "resolved",
        "reopened",
        "closed_solved",
        "closed_not_answered",
        "extended",
        "overdue",
        "returned_twice",
    }
)
"""What matters must be found in after loading; the last three stand beside one of the others."""

_AFTER = re.compile(r"(?:(?P<d>\d+)d)?(?:(?P<h>\d+)h)?(?P<m>\d+)?")
_STEP = re.compile(
    r"\+(?P<after>[\ddh]+) (?P<who>[a-z_]+\d*)(?: (?P<deed>[a-z_]+)(?P<terms>(?: [a-z]+=[^\s:]+)*))?:"
    r"(?: (?P<text>.*?))??(?: ?#(?P<photo>[a-z_]+))?(?: ?@@(?P<place>.+))?"
)
_PLACEHOLDER = re.compile(r"\{(\w*?)(\d?)\}")
_LONG_NUMBER = re.compile(r"\d{6,}")
_SENTENCE_END = re.compile(r"[。!?!?…\n]+")
_FIELDS = frozenset(
    {
        *("key", "kind", "origin", "estate", "day", "at", "ago", "live", "category", "code", "severity"),
        *("lead", "owner", "issue", "follows", "cast", "steps"),
    }
)


class StoryUnreadable(ValueError):
    """Raised when a file of the story is not written as this module's text says."""


@dataclass(frozen=True)
class Step:
    """One line: somebody says or does something, `after` minutes after the step before."""

    after: int
    who: str
    deed: str = ""
    text: str = ""
    photo: str = ""
    place: str = ""
    terms: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_resident(self) -> bool:
        return re.fullmatch(r"r\d", self.who) is not None

    @property
    def is_message(self) -> bool:
        return bool(self.text or self.photo or self.place)

    @property
    def is_said(self) -> bool:
        """Whether it is said in the conversation, and not only written on the matter's time line."""
        return self.is_message and self.deed not in WRITTEN


@dataclass(frozen=True)
class Thread:
    """One conversation in a group, or a private one, from its first message to its last."""

    key: str
    kind: str
    origin: str
    estate: str
    day: int
    at: time
    ago: int | None
    live: bool
    category: str
    code: str
    severity: int
    lead: str
    owner: str
    issue: str
    follows: str
    cast: Mapping[str, str]
    steps: Sequence[Step]
    show: bool = False
    """Whether it happens where lists are looked at first: the ground of the logins that are printed."""
    unsorted: bool = False
    """Whether it is left to whoever looks to sort it."""

    @property
    def is_private(self) -> bool:
        return self.origin != "group"

    @property
    def length(self) -> int:
        """Minutes from the first step to the last."""
        return sum(step.after for step in self.steps)

    def begins(self, now: datetime) -> datetime:
        """Return when the thread begins if the town is loaded at `now`; a live one begins at once."""
        if self.live:
            return now
        if self.ago is not None:
            return now - timedelta(minutes=self.ago)
        last_full_day = now.date() - timedelta(days=1)
        return datetime.combine(last_full_day + timedelta(days=self.day), self.at, tzinfo=now.tzinfo)

    def timed(self, now: datetime) -> Iterator[tuple[datetime, Step]]:
        """Yield each step with the moment it happens."""
        moment = self.begins(now)
        for step in self.steps:
            moment += timedelta(minutes=step.after)
            yield moment, step


@dataclass(frozen=True)
class Story:
    threads: Sequence[Thread]

    @property
    def month(self) -> Sequence[Thread]:
        """The threads that lie behind when the town is loaded."""
        return tuple(thread for thread in self.threads if not thread.live)

    @property
    def live(self) -> Sequence[Thread]:
        """The threads that happen while somebody looks."""
        return tuple(thread for thread in self.threads if thread.live)

    @property
    def matters(self) -> Sequence[Thread]:
        return tuple(thread for thread in self.month if thread.kind == "matter")


@dataclass(frozen=True)
class Rates:
    """How the month's matters went: the numbers behind the three rates."""

    due: int
    """Matters that were answered, or had to be by now."""
    answered_in_time: int
    judged: int
    solved: int
    rated: int
    satisfied: int


def read_story(texts: Mapping[str, str]) -> Story:
    """Read the threads of all files, given as text by file name, in the order of the names."""
    return Story(tuple(thread for name in sorted(texts) for thread in _threads(name, texts[name])))


def check(story: Story, *, least_distinct: int = 1500) -> list[str]:
    """List what is wrong with the story, in words, or nothing."""
    problems = [f"key {key} is used twice" for key in _repeated(thread.key for thread in story.threads)]
    keys = {thread.key for thread in story.threads}
    for thread in story.threads:
        problems += [f"{thread.key}: {what}" for what in (*_wrong_frame(thread, keys), *_wrong_steps(thread))]
    problems += [
        f"said {times} times: {sentence}" for sentence, times in sentences(story.threads).items() if times > 3
    ]
    distinct = len(distinct_messages(story.month))
    if distinct < least_distinct:
        problems.append(f"only {distinct} distinct messages, {least_distinct} wanted")
    reached = {state for thread in story.matters for state in conditions(thread)}
    problems += [f"no matter is left {state}" for state in sorted(STATES - reached)]
    return problems


def sentences(threads: Iterable[Thread]) -> Counter[str]:
    """Count every sentence said, without its end mark."""
    return Counter(
        sentence.strip()
        for thread in threads
        for step in thread.steps
        for sentence in _SENTENCE_END.split(step.text)
        if sentence.strip()
    )


def distinct_messages(threads: Iterable[Thread]) -> frozenset[str]:
    """Return the texts said in the conversations, each once."""
    return frozenset(step.text for thread in threads for step in thread.steps if step.is_said and step.text)


def conditions(thread: Thread) -> frozenset[str]:
    """Return the state a matter is left in, with what stands beside it: extended, overdue, returned twice."""
    state = _walk(thread)[0]
    deeds = Counter(step.deed for step in thread.steps)
    found = {state}
    if deeds["extend"] and state in OPEN:
        found.add("extended")
    if deeds["refuse"] + deeds["decline"] >= 2:
        found.add("returned_twice")
    if state in OPEN and not deeds["extend"] and _since_raised(thread) > 24 * 60 * LONGEST[thread.severity]:
        found.add("overdue")
    return frozenset(found)


def rates(story: Story) -> Rates:
    """Count the matters answered in time, solved and found satisfactory, by the last word on each."""
    waits = [_minutes_to_answer(thread) for thread in story.matters if not _may_still_wait(thread)]
    last = [verdict for thread in story.matters if (verdict := _last_verdict(thread))]
    stars = [int(verdict["stars"]) for verdict in last if "stars" in verdict]
    return Rates(
        due=len(waits),
        answered_in_time=sum(wait is not None and wait <= ANSWER_WITHIN for wait in waits),
        judged=len(last),
        solved=sum(verdict["solved"] == "yes" for verdict in last),
        rated=len(stars),
        satisfied=sum(given >= 4 for given in stars),
    )


def _threads(name: str, text: str) -> Iterator[Thread]:
    try:
        tables = tomllib.loads(text).get("thread", [])
    except tomllib.TOMLDecodeError as error:
        raise StoryUnreadable(f"{name}: {error}") from error
    for table in tables:
        unknown = table.keys() - _FIELDS
        if unknown or "key" not in table or "steps" not in table:
            raise StoryUnreadable(
                f"{name}: {table.get('key', 'a thread without key')}: fields {sorted(unknown)}"
            )
        yield _thread(name, table)


def _thread(name: str, table: Mapping[str, object]) -> Thread:
    def word(field_name: str, otherwise: str = "") -> str:
        return str(table.get(field_name, otherwise))

    key = word("key")
    ago = table.get("ago")
    return Thread(
        key=key,
        kind=word("kind", "talk"),
        origin=word("origin", "group"),
        estate=word("estate", "any"),
        day=int(word("day", "0")),
        at=time.fromisoformat(word("at", "12:00")),
        ago=None if ago is None else int(str(ago)),
        live=bool(table.get("live", False)),
        category=word("category"),
        code=word("code"),
        severity=int(word("severity", "1")),
        lead=word("lead"),
        owner=word("owner", "officer"),
        issue=word("issue"),
        follows=word("follows"),
        cast=_pairs(word("cast")),
        steps=tuple(_step(f"{name}: {key}", line) for line in word("steps").splitlines() if line.strip()),
    )


def _step(where: str, line: str) -> Step:
    found = _STEP.fullmatch(line.strip())
    if found is None:
        raise StoryUnreadable(f"{where}: {line.strip()}")
    parts = {part: words or "" for part, words in found.groupdict().items()}
    return Step(
        after=_minutes(where, parts["after"]),
        who=parts["who"],
        deed=parts["deed"],
        text=parts["text"].strip(),
        photo=parts["photo"],
        place=parts["place"].strip(),
        terms=_pairs(parts["terms"]),
    )


def _minutes(where: str, written: str) -> int:
    found = _AFTER.fullmatch(written)
    if found is None:
        raise StoryUnreadable(f"{where}: no time: {written}")
    return int(found["d"] or 0) * 24 * 60 + int(found["h"] or 0) * 60 + int(found["m"] or 0)


def _pairs(written: str) -> Mapping[str, str]:
    return MappingProxyType(dict(pair.split("=", 1) for pair in written.split()))


def _repeated(keys: Iterable[str]) -> list[str]:
    return [key for key, times in Counter(keys).items() if times > 1]


def _wrong_frame(thread: Thread, keys: set[str]) -> Iterator[str]:
    for value, known, what in (
        (thread.kind, KINDS, "kind"),
        (thread.origin, ORIGINS, "origin"),
        (thread.estate, ESTATES, "estate"),
    ):
        if value not in known:
            yield f"unknown {what} {value}"
    if not thread.steps:
        yield "nothing happens"
    if thread.follows and thread.follows not in keys:
        yield f"follows {thread.follows}, which is not told"
    if not thread.live and not -30 <= thread.day <= 0:
        yield f"day {thread.day} is outside the month"
    if not thread.live and _age(thread) < 0:
        yield "ends after the town is loaded"
    if thread.code.startswith(CONFIDENTIAL) and not thread.is_private:
        yield "violence and crisis in a family never stand in a group"
    if thread.kind == "matter" and not (
        thread.category and thread.code and thread.severity in (1, 2, 3) and thread.lead in AGENCIES
    ):
        yield "a matter needs category, code, severity 1-3 and a known lead"


def _wrong_steps(thread: Thread) -> Iterator[str]:
    for step in thread.steps:
        yield from _wrong_words(step)
    if thread.kind == "matter":
        yield from _walk(thread)[1]
    elif any(step.deed for step in thread.steps):
        yield f"a {thread.kind} has no deeds"


def _wrong_words(step: Step) -> Iterator[str]:
    if _LONG_NUMBER.search(step.text):
        yield f"a number that could be a person's: {step.text}"
    if not (step.is_resident or step.who in STAFF | AGENCIES):
        yield f"nobody is called {step.who}"
    if step.photo and step.photo not in PHOTOS:
        yield f"unknown photo {step.photo}"
    if set(_PLACEHOLDER.sub("", step.text + step.place)) & {"{", "}"}:
        yield f"a brace too many: {step.text}"
    for name, _ in _PLACEHOLDER.findall(step.text + step.place):
        if name not in PLACEHOLDERS:
            yield f"unknown placeholder {name}"
    if not step.is_message and step.deed not in WORDLESS:
        yield f"{step.who} says and shows nothing"


def _walk(thread: Thread) -> tuple[str, list[str]]:
    """Return the state after the last step, and what was not allowed on the way."""
    state, problems = "none", []
    called: set[str] = set()
    at_work = {thread.owner, *STAFF}
    for step in thread.steps:
        if not step.deed:
            continue
        if step.deed not in LEGAL:
            problems.append(f"unknown deed {step.deed}")
            continue
        before, after = LEGAL[step.deed]
        if state not in before:
            problems.append(f"{step.deed} is not possible when {state}")
        problems += _wrong_terms(step)
        if step.deed in {"call_out", "hand_over"}:
            called.add(step.terms.get("to", ""))
        if step.deed in {"accept", "refuse", "take", "decline"} and step.who not in called:
            problems.append(f"{step.who} was not asked to {step.deed}")
        if step.deed in {"answer", "accept", "take"}:
            at_work.add(step.who)
        if step.deed in {"arrive", "done"} and step.who not in at_work:
            problems.append(f"{step.who} did not accept, and yet is at work")
        state = _verdict_leads_to(step) if step.deed in {"feedback", "callback"} else after or state
    return state, problems if state != "none" else [*problems, "nobody raises it"]


def _verdict_leads_to(step: Step) -> str:
    return {"yes": "closed_solved", "no": "reopened"}.get(step.terms.get("solved", ""), "closed_not_answered")


def _wrong_terms(step: Step) -> Iterator[str]:
    for name in NEEDS.get(step.deed, ()):
        if name not in step.terms:
            yield f"{step.deed} says no {name}"
    detail = {"not_ours": "to", "not_feasible": "because"}.get(step.terms.get("outcome", ""))
    if step.deed == "resolve" and detail and detail not in step.terms:
        yield f"{step.terms['outcome']} says no {detail}"
    terms = step.terms
    allowed: Mapping[tuple[str, str], frozenset[str]] = {
        ("resolve", "outcome"): OUTCOMES,
        ("refuse", "reason"): REFUSALS,
        ("decline", "reason"): REFUSALS,
        ("pause", "reason"): PAUSES,
        ("feedback", "solved"): frozenset({"yes", "no", "none"}),
        ("callback", "solved"): frozenset({"yes", "no", "none"}),
        ("call_out", "to"): AGENCIES | STAFF,
        ("hand_over", "to"): AGENCIES | STAFF,
    }
    for name, value in terms.items():
        if value not in allowed.get((step.deed, name), {value}):
            yield f"{step.deed}: unknown {name} {value}"
    if terms.get("stars", "1") not in {"1", "2", "3", "4", "5"}:
        yield f"stars {terms['stars']}"


def _age(thread: Thread) -> int:
    """Return the minutes from the last step to the end of day 0, or to loading; negative: it lies ahead."""
    if thread.ago is not None:
        return thread.ago - thread.length
    midnight = 24 * 60 * (1 - thread.day)
    return midnight - (thread.at.hour * 60 + thread.at.minute) - thread.length


def _since_raised(thread: Thread) -> int:
    return _age(thread) + thread.length


def _minutes_to_answer(thread: Thread) -> int | None:
    passed = 0
    for step in thread.steps[1:]:
        passed += step.after
        if step.deed == "answer":
            return passed
    return None


def _may_still_wait(thread: Thread) -> bool:
    return _minutes_to_answer(thread) is None and _since_raised(thread) <= ANSWER_WITHIN


def _last_verdict(thread: Thread) -> Mapping[str, str] | None:
    verdicts = [step.terms for step in thread.steps if step.deed in {"feedback", "callback"}]
    told = [terms for terms in verdicts if terms.get("solved") != "none"]
    return told[-1] if told else None
