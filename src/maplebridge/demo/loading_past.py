"""Three months before the demo's month, and what early warning found in them: looked at night by night, and decided.

The days before are like those of the month: as many matters, of the same kinds, at the same places. Four times more
happened at one place within a few days, and once along a road that runs through several grids; what the looks of the
product find of that is true, nothing is written down as found.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from maplebridge.conversations import actions as conversations
from maplebridge.grading import actions as grading
from maplebridge.grading import queries
from maplebridge.grading.domain.watching import Ground
from maplebridge.grading.queries import warnings as reads
from maplebridge.kernel.periods import Month
from maplebridge.matters import queries as matters
from maplebridge.matters.actions.taking_over import Past, take_over_past
from maplebridge.matters.actions.tallies import refresh_month
from maplebridge.matters.queries import Raised
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.platform import audit

DAYS = 80  # before the first matter of the month
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wave:
    """More than usual at one place: what, how many, over how many days, some days ago; and what it was."""

    category: str
    words: str
    matters: int
    days: int
    ended: int  # days ago
    verdict: str  # empty: nobody has decided yet
    reason: str = ""
    said: str = ""
    grids: int = 1  # side by side in a row: more than one is no place but a way


@dataclass(frozen=True, slots=True)
class Archive:
    """Where matters of before are kept, and whose they are today."""

    thread_id: int
    today: date


WAVES = (
    Wave(
        "01-02-02",
        "停在楼下的电动车不见了",
        11,
        4,
        52,
        "confirmed",
        "series_of_acts",
        "同一伙人连续作案，已移交刑侦",
    ),
    Wave(
        "05-01-01", "楼上漏水，天花板湿了", 12, 3, 47, "confirmed", "one_cause", "主立管老化破裂，物业已更换"
    ),
    Wave("06-01-02", "晚上音响声音很大", 12, 3, 33, "dismissed", "known_event", "社区文化节，三天后结束"),
    Wave("01-02-02", "停在车棚的电动车被偷了", 10, 3, 1, ""),
    Wave("08-02-01", "路灯不亮，一整排都黑着", 14, 4, 1, "", grids=4),
)
COSINE = 0.8  # of the town's latitude: a degree to the east is shorter
LOOKS = (51, 46, 32)  # nights, so many days ago, before the last one


@transaction.atomic
def live_the_past(*, now: datetime, seed: int) -> int:
    """Take over three months of matters, let the product look at some nights, and decide what it found."""
    rng = Random(f"past {seed}")
    first = matters.first_raised()
    if first is None:
        return 0
    usual = matters.raised_between(first, now)
    length = max((now - first) / DAY, 1.0)
    archive = _archive(now)
    past = [
        *(_again(one, at, archive, rng) for one, at in _days_before(usual, first, length, rng)),
        *(one for wave in WAVES for one in _wave(wave, usual, now, archive, rng)),
    ]
    with audit.acting(None, "demo"):
        take_over_past(past=past)
    decider = people.standing_of(people.holders_of(Role.SUPERVISOR, now.date())[0], now.date())
    for days_ago in (*LOOKS, 0):
        night = now - days_ago * DAY
        grading.watch(now=night)
        if days_ago:
            _decide(night + timedelta(hours=5), decider)
    _add_up([one.raised_at for one in past], now)
    return len(past)


def _add_up(moments: Sequence[datetime], now: datetime) -> None:
    """Add up every month that has grown, also one that a server beside has added up while it was empty."""
    month = min(
        (Month.of(matters.local_day(one)) for one in moments), default=Month.of(matters.local_day(now))
    )
    while month <= Month.of(matters.local_day(now)):
        refresh_month(month=month, now=now)
        month += 1


def _archive(now: datetime) -> Archive:
    """Return a conversation that nobody is in any more: what was asked in another system is answered there."""
    asked = people.any_resident(now.date()) or people.get_person(
        people.holders_of(Role.SUPERVISOR, now.date())[0]
    )
    thread = conversations.open_private_thread(person_id=asked.pk, grid_id=None, now=now)
    conversations.leave(thread_id=thread.pk, person_id=asked.pk, now=now)
    return Archive(thread.pk, now.date())


def _days_before(
    usual: Sequence[Raised], first: datetime, length: float, rng: Random
) -> list[tuple[Raised, datetime]]:
    a_day = len(usual) / length
    found = []
    for day in range(1, DAYS + 1):
        for _ in range(round(rng.gauss(a_day, a_day**0.5))):
            one = rng.choice(usual)
            clock = one.raised_at - one.raised_at.replace(hour=0, minute=0, second=0, microsecond=0)
            begin = (first - day * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
            found.append((one, begin + clock))
    return found


def _wave(wave: Wave, usual: Sequence[Raised], now: datetime, archive: Archive, rng: Random) -> list[Past]:
    placed = [one for one in usual if one.lon is not None and one.grid_id is not None]
    where = _along(placed, wave.grids, now.date()) or [[Random(wave.category).choice(placed)]]
    last = now - wave.ended * DAY
    return [
        _past(
            rng.choice(where[number % len(where)]),
            wave.category,
            wave.words,
            last - rng.random() * wave.days * DAY,
            archive,
            rng,
        )
        for number in range(wave.matters)
    ]


def _along(placed: Sequence[Raised], grids: int, on: date) -> list[list[Raised]]:
    """Return what was raised in so many grids that lie in a row, grid by grid; nothing for one place alone."""
    ground = queries.ground_on(on) if grids > 1 else None
    if ground is None:
        return []
    raised: dict[int, list[Raised]] = {}
    for one in placed:
        if (grid := reads.doorstep_grid(one.grid_id)) in ground.areas:
            raised.setdefault(ground.areas.index(grid), []).append(one)
    return [raised[place] for place in _row(ground, raised.keys(), grids)]


def _row(ground: Ground, there: Collection[int], grids: int) -> list[int]:
    """Return places in a row, as straight as borders let it be: each beside the one before and no other."""

    def far(one: int, other: int) -> float:
        east, north = ground.middles[one] - ground.middles[other]
        return float(abs(complex(east * COSINE, north)))

    rows = []
    for first in there:
        row = [first]
        while len(row) < grids:
            beside = [one for one in ground.neighbors[row[-1]] if one in there and one not in row]
            free = [one for one in beside if not set(ground.neighbors[one]) & set(row[:-1])]
            if not free:
                break
            row.append(max(free, key=lambda one: far(one, first)))
        rows.append(row)
    return max(rows, key=lambda row: (len(row), far(row[0], row[-1])))


def _again(one: Raised, at: datetime, archive: Archive, rng: Random) -> Past:
    return _past(one, one.category, matters.categories()[one.category].name_zh, at, archive, rng)


def _past(place: Raised, category: str, words: str, at: datetime, archive: Archive, rng: Random) -> Past:
    return Past(
        summary=words,
        category=category,
        raised_at=at,
        answered_at=at + timedelta(minutes=rng.randint(2, 28)),
        closed_at=at + timedelta(hours=rng.randint(3, 20)),
        thread_id=archive.thread_id,
        owner_id=_owner(place, archive.today),
        grid_id=place.grid_id,
        lon=place.lon,
        lat=place.lat,
    )


def _owner(place: Raised, today: date) -> int:
    chain = people.chain_of_chiefs(place.grid_id, today) if place.grid_id is not None else []
    return chain[0][1] if chain else people.holders_of(Role.SUPERVISOR, today)[0]


def _decide(moment: datetime, by: Standing) -> None:
    """Say of each new warning what it turned out to be: as its wave says, else that chance did it."""
    for one in (each for each in reads.open_warnings() if each.decided_at is None):
        wave = next((each for each in WAVES if each.verdict and _is_of(each, one.category)), None)
        grading.decide(
            warning_id=one.pk,
            state=wave.verdict if wave else "dismissed",
            reason=wave.reason if wave else "chance",
            words=wave.said if wave else "",
            by=by,
            now=moment,
        )


def _is_of(wave: Wave, category: str) -> bool:
    return wave.category == category or wave.category.startswith(f"{category}-")
