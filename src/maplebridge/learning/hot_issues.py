"""Messages about one and the same thing, however differently worded, and how hot each such issue is.

Two messages are alike by the rare runs of characters they share, those inside a name counting double, the
title on its own counting a third as much as everything together. They are less alike where their troubles
differ (the smoke below an estate and the price of its parking spaces), where their titles name different
things, and slightly where months lie between them. Groups are formed by average link, so that "noise" does
not chain different estates together.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
from scipy import sparse

from maplebridge.learning.average_link import average_link
from maplebridge.learning.issue_terms import READ_FOR_TERMS, fold, folded_terms
from maplebridge.learning.issue_vectors import vectors
from maplebridge.learning.named_things import Kind, NamedThing, find_named_things
from maplebridge.learning.troubles import Profile, alike, trouble_profile

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Message:
    """One message; `at` only where it is known, `person` only where messages say who wrote."""

    id: str
    title: str
    text: str
    at: datetime | None = None
    person: str = ""
    likes: int = 0


@dataclass(frozen=True)
class Issue:
    """Messages about one thing, in order of time; rank 1 is the hottest."""

    rank: int
    heat: float
    title: str
    place: str
    first: datetime | None
    last: datetime | None
    message_ids: tuple[str, ...]


@dataclass(frozen=True)
class IssueRules:
    """What counts as one issue; set on 28 issues marked by hand (bench/hot_issues_marked.csv)."""

    title_share: float = 0.25
    # Two messages are in one issue from this average likeness on.
    least: float = 0.185
    # Messages that name nothing in common must be worded this much alike on average to be an issue.
    least_nameless: float = 0.2
    # What is left of the likeness where the troubles are quite different, or the things that titles name.
    other_trouble: float = 0.4
    other_thing: float = 0.3
    # What is left of it when a year or more lies between them.
    year_apart: float = 0.9
    window: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        thresholds = (self.title_share, self.least, self.least_nameless)
        left_over = (self.other_trouble, self.other_thing, self.year_apart)
        if not all(0 < share <= 1 for share in thresholds + left_over):
            raise ValueError("shares and thresholds lie above 0 and at most at 1")
        if self.window <= timedelta(0):
            raise ValueError("the window is longer than nothing")


DEFAULT_RULES = IssueRules()

# Likenesses below this are noise, and further than this many neighbors nobody looks.
_FAINT = 0.02
_NEIGHBORS = 100
_ROWS_AT_ONCE = 1000
# A mark of a name that more messages bear tells no two things apart.
_COMMON_MARK_AT_LEAST = 20
_COMMON_MARK_SHARE = 0.01
# Troubles count as the same from this cosine on.
_SAME_TROUBLE = 0.5
_KIND_WEIGHT = {Kind.MADE: 1.0, Kind.LINE: 0.8, Kind.AREA: 0.6, Kind.QUOTED: 0.3}
_FIRST_SENTENCE_ENDS = "。！？!?\n"
_LONGEST_TITLE = 60


@dataclass(frozen=True)
class _Read:
    """A message as the comparison reads it; its subject is what the title names, or else what the text does."""

    title: str
    text: str
    things: list[NamedThing]
    subject: frozenset[str]
    marks: frozenset[str]
    trouble: Profile


def hot_issues(
    messages: Sequence[Message], *, rules: IssueRules = DEFAULT_RULES, progress: Progress = lambda _: None
) -> list[Issue]:
    """Find the issues of at least two messages, hottest first; a message is in at most one."""
    progress("reading")
    read = _without_common_marks([_read(message) for message in messages])
    progress("comparing")
    likeness = _likeness(messages, read, rules)
    progress("grouping")
    groups = average_link(len(messages), _pairs(likeness), least=rules.least)
    symmetric = (likeness + likeness.T).tocsr()
    rarity = _name_rarity(read)
    times = [message.at for message in messages if message.at]
    found = []
    for group in (group for group in groups if len(group) > 1):
        inside = symmetric[group][:, group].toarray()
        place, naming = _place(group, read, rarity)
        if naming < len(group) / 2 and _average(inside) < rules.least_nameless:
            continue
        among = [messages[i] for i in group]
        found.append(
            Issue(
                rank=0,
                heat=round(heat(among, times=times, window=rules.window), 3),
                title=_title(among[int(np.argmax(inside.sum(axis=1)))]),
                place=place,
                first=min((message.at for message in among if message.at), default=None),
                last=max((message.at for message in among if message.at), default=None),
                message_ids=_in_order(among),
            )
        )
    found.sort(key=lambda issue: (-issue.heat, -len(issue.message_ids), issue.message_ids))
    return [replace(issue, rank=rank) for rank, issue in enumerate(found, start=1)]


def heat(messages: Sequence[Message], *, times: Sequence[datetime], window: timedelta) -> float:
    """Return how hot an issue is at the last of `times`, those of all messages: its weight times its growth.

    The weight is the number of different people plus ln(1 + all likes): a person who writes twenty times is
    one person, and a hundred likes weigh about as much as five people. The growth compares the messages of
    the last `window` with what this issue itself would bring in such a window had it come evenly over the
    whole span of times: (recent + 1) / (expected + 1), so that few messages stay near 1. Without times
    the growth is 1.
    """
    people = len({message.person or message.id for message in messages})
    weight = people + math.log1p(sum(max(0, message.likes) for message in messages))
    own = [message.at for message in messages if message.at]
    if not own:
        return weight
    end = max(times)
    span = end - min(times)
    if span <= window:
        return weight
    recent = sum(end - at < window for at in own)
    expected = len(own) * (window / span)
    return weight * (recent + 1) / (expected + 1)


def _average(inside: npt.NDArray[np.float64]) -> float:
    size = len(inside)
    return float(inside.sum()) / (size * (size - 1))


def _read(message: Message) -> _Read:
    title, text = fold(message.title), fold(message.text)[:READ_FOR_TERMS]
    whole = f"{title}\n{text}"
    in_title, in_text = find_named_things(title), find_named_things(text)
    subject = _marks(thing for thing in in_title if thing.kind in (Kind.MADE, Kind.LINE))
    return _Read(
        title=title,
        text=whole,
        things=in_title + in_text,
        subject=subject or _marks(thing for thing in in_text if thing.kind is Kind.MADE),
        marks=_marks(in_title + in_text),
        trouble=trouble_profile(title, text),
    )


def _marks(things: Iterable[NamedThing]) -> frozenset[str]:
    """Return what tells names apart: a number whole (805路), else pairs of characters before the ending."""
    marks: set[str] = set()
    for name in (thing.name for thing in things):
        if name[0].isdigit():
            marks.add(name)
        else:
            marks.update(name[i : i + 2] for i in range(max(1, len(name) - 2)))
    return frozenset(marks)


def _without_common_marks(read: Sequence[_Read]) -> list[_Read]:
    """Leave out what too many messages name (自来水公司): sharing it does not make two messages one issue."""
    frequency = Counter(mark for r in read for mark in r.marks)
    most = max(_COMMON_MARK_AT_LEAST, _COMMON_MARK_SHARE * len(read))
    rare = frozenset(mark for mark, df in frequency.items() if df <= most)
    return [replace(r, subject=r.subject & rare, marks=r.marks & rare) for r in read]


def _likeness(messages: Sequence[Message], read: Sequence[_Read], rules: IssueRules) -> sparse.coo_array:
    """Return the likeness of the pairs i < j that are not quite unlike."""
    whole = vectors([folded_terms(r.text) for r in read])
    titles = vectors([folded_terms(r.title) for r in read], kept=None)
    both = sparse.hstack(
        [whole * math.sqrt(1 - rules.title_share), titles * math.sqrt(rules.title_share)], format="csr"
    )
    ones, others = _neighbors(both)
    raw = np.asarray(both[ones].multiply(both[others]).sum(axis=1)).ravel() if len(ones) else np.empty(0)
    pairs = zip(ones, others, strict=True)
    factors = [_factor(messages[i], messages[j], read[i], read[j], rules) for i, j in pairs]
    size = len(messages)
    return sparse.coo_array((raw * np.array(factors, np.float64), (ones, others)), shape=(size, size))


def _neighbors(rows: sparse.csr_array) -> tuple[list[int], list[int]]:
    """Return the pairs i < j where one is among the other's nearest."""
    pairs: set[tuple[int, int]] = set()
    columns = rows.T.tocsr()
    for start in range(0, rows.shape[0], _ROWS_AT_ONCE):
        product = (rows[start : start + _ROWS_AT_ONCE] @ columns).tocsr()
        for offset in range(product.shape[0]):
            one = start + offset
            span = slice(product.indptr[offset], product.indptr[offset + 1])
            near, values = product.indices[span], product.data[span]
            near, values = near[values >= _FAINT], values[values >= _FAINT]
            if len(near) > _NEIGHBORS + 1:
                near = near[np.argpartition(-values, _NEIGHBORS)[: _NEIGHBORS + 1]]
            pairs.update((min(one, int(other)), max(one, int(other))) for other in near if other != one)
    ordered = sorted(pairs)
    return [one for one, _ in ordered], [other for _, other in ordered]


def _factor(one: Message, other: Message, read: _Read, read_other: _Read, rules: IssueRules) -> float:
    factor = 1.0
    if read.trouble and read_other.trouble:
        same = min(1.0, alike(read.trouble, read_other.trouble) / _SAME_TROUBLE)
        factor *= rules.other_trouble + (1 - rules.other_trouble) * same
    if read.subject and read_other.subject and _name_different_things(read, read_other):
        factor *= rules.other_thing
    if one.at and other.at:
        years = abs(one.at - other.at) / timedelta(days=365)
        factor *= 1 - (1 - rules.year_apart) * min(1.0, years)
    return factor


def _name_different_things(one: _Read, other: _Read) -> bool:
    return one.subject.isdisjoint(other.marks) and other.subject.isdisjoint(one.marks)


def _pairs(likeness: sparse.coo_array) -> Iterator[tuple[int, int, float]]:
    rows, columns = likeness.coords
    return zip(rows.tolist(), columns.tolist(), likeness.data.tolist(), strict=True)


def _name_rarity(read: Sequence[_Read]) -> dict[str, float]:
    frequency = Counter(name for r in read for name in {thing.name for thing in r.things})
    return {name: math.log((1 + len(read)) / df) for name, df in frequency.items()}


def _place(group: Sequence[int], read: Sequence[_Read], rarity: dict[str, float]) -> tuple[str, int]:
    """Return the thing that most of the group name, and how many do; rare and made things come first.

    A short name counts wherever a longer one contains it (海棠苑 in 海棠苑小区); of equals the longer wins.
    """
    kinds: dict[str, Kind] = {}
    for i in group:
        kinds.update((thing.name, thing.kind) for thing in read[i].things)
    best: tuple[float, int, str] = (0.0, 0, "")
    shared = 0
    for name, kind in kinds.items():
        naming = sum(any(name in thing.name for thing in read[i].things) for i in group)
        score = (naming * _KIND_WEIGHT[kind] * rarity[name], len(name), name)
        if naming > 1 and score > best:
            best, shared = score, naming
    return best[2], shared


def _in_order(messages: Sequence[Message]) -> tuple[str, ...]:
    """Return the messages' ids in order of time, those without a time last."""
    timed = sorted((message.at, message.id) for message in messages if message.at)
    return (*(id for _, id in timed), *sorted(message.id for message in messages if not message.at))


def _title(typical: Message) -> str:
    return typical.title.strip() or first_sentence(typical.text)


def first_sentence(text: str) -> str:
    """Return what stands before the first full stop, at most 60 characters of it."""
    stripped = text.strip()
    end = min((at for mark in _FIRST_SENTENCE_ENDS if (at := stripped.find(mark)) > 0), default=len(stripped))
    return stripped[: min(end, _LONGEST_TITLE)]
