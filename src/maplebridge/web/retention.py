"""What is deleted because its time is over: a table of rules, run every night, each batch in the register.

How long things are kept are rules of the town (`matters.domain.rules`), with the reason beside each.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from maplebridge.conversations import actions as conversations
from maplebridge.conversations import queries as talk
from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.queries import broadcasts
from maplebridge.grading.actions import retention as grading
from maplebridge.matters.actions import retention as matters
from maplebridge.matters.queries import local_day, town_rules, town_zone
from maplebridge.mediation.actions import retention as mediation
from maplebridge.mediation.queries import mediation_rules
from maplebridge.people.actions import retention as people
from maplebridge.platform import locks
from maplebridge.platform import retention as platform
from maplebridge.platform.audit import action

logger = logging.getLogger(__name__)

BATCH = 200
MATTERS = DISPUTES = 20  # in one transaction: each is in many tables
BROADCASTS = 1  # in one transaction: each may have a receipt for everybody
LOOK_EVERY = timedelta(minutes=1)
NIGHTLY_AT = 3  # the hour of the town at which the fewest are awake
# Not the town's to choose: what was only on its way is over after a day; who signed in from where is kept a year
# (network logs: at least six months, Cybersecurity Law, art. 21).
ON_ITS_WAY_DAYS = 1
SIGN_INS_DAYS = 365
# Nobody is asked twice within six rounds of the survey; after that nobody needs to know who was.
INVITATIONS_DAYS = 200
# A year of nights is what the strictness of early warning is learned from.
LOOKS_DAYS = 400

Due = Callable[[datetime], Iterator[list[Any]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is forgotten: `due` yields what is, in batches; `forget` empties or deletes one of them."""

    name: str
    kind: str
    days: int
    due: Due
    forget: Callable[[list[Any], datetime], int]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a rule deleted, or would delete. `failed`: it could not be finished, and is tried again next night."""

    rule: str
    kind: str
    days: int
    rows: int
    failed: bool = False


def rules_of(now: datetime) -> list[Rule]:
    """Return the rules of today. Pictures come last: what showed them has gone by then."""
    today = local_day(now)
    town = town_rules(today)
    codes, events = town.keep_codes_days, town.keep_events_days
    return [
        Rule("keep_talk_days", "message", town.keep_talk_days, _talk, _empty_messages),
        Rule(
            "keep_withdrawn_days",
            "withdrawn_matter",
            town.keep_withdrawn_days,
            _all_of(matters.withdrawn_before, most=MATTERS),
            _empty_matters,
        ),
        Rule(
            "keep_closed_days",
            "closed_matter",
            town.keep_closed_days,
            _all_of(matters.closed_before, most=MATTERS),
            _empty_matters,
        ),
        Rule(
            "file_years",
            "dispute",
            mediation_rules(today).file_days(today),
            _all_of(mediation.concluded_before, most=DISPUTES),
            _erase_disputes,
        ),
        Rule(
            "unaccepted_years",
            "dispute",
            mediation_rules(today).unaccepted_days(today),
            _all_of(mediation.unaccepted_before, most=DISPUTES),
            _erase_disputes,
        ),
        Rule("keep_contacts_days", "contact", town.keep_contacts_days, _contacts, _forget_contacts),
        Rule("keep_codes_days", "one_time_code", codes, _all_of(people.old_codes), _by(people.forget_codes)),
        Rule(
            "keep_codes_days", "request", codes, _all_of(platform.old_answers), _by(platform.delete_answers)
        ),
        Rule("keep_events_days", "event", events, _all_of(platform.old_events), _by(platform.delete_events)),
        Rule("sign_ins", "sign_in", SIGN_INS_DAYS, _all_of(people.old_sign_ins), _by(people.forget_sign_ins)),
        Rule(
            "sign_ins",
            "wrong_password",
            SIGN_INS_DAYS,
            _all_of(people.old_failures),
            _by(people.forget_failures),
        ),
        Rule(
            "invitations",
            "invitation",
            INVITATIONS_DAYS,
            _all_of(grading.old_invitations),
            _by(grading.forget_invitations),
        ),
        Rule("watch", "look", LOOKS_DAYS, _all_of(grading.old_runs), _by(grading.forget_runs)),
        Rule(
            "keep_receipts_days",
            "receipt",
            town.keep_receipts_days,
            _all_of(broadcasts.old_receipts, most=BROADCASTS),
            _by(broadcasting.add_up_receipts),
        ),
        Rule("on_its_way", "session", 0, _all_of(platform.old_sessions, ""), _by(platform.delete_sessions)),
        Rule(
            "on_its_way",
            "waiting_file",
            ON_ITS_WAY_DAYS,
            _all_of(platform.old_files),
            _by(platform.delete_files),
        ),
        Rule(
            "on_its_way",
            "photo",
            ON_ITS_WAY_DAYS,
            _all_of(platform.unused_photos),
            _by(platform.delete_photos),
        ),
    ]


def retain(*, now: datetime, dry_run: bool = False) -> list[Forgotten]:
    """Delete everything whose time is over. Return for each rule how much that was."""
    rows: Counter[Rule] = Counter()
    failed: set[Rule] = set()
    for rule, count in steps(now, dry_run=dry_run):
        rows[rule] += count or 0
        if count is None:
            failed.add(rule)
    return [Forgotten(one.name, one.kind, one.days, rows[one], one in failed) for one in rows]


def steps(now: datetime, *, dry_run: bool = False) -> Iterator[tuple[Rule, int | None]]:
    """Delete batch by batch, and yield each; a rule that fails yields None, and holds up no other."""
    for rule in rules_of(now):
        before = now - timedelta(days=rule.days)
        yield rule, 0
        try:
            for batch in rule.due(before):
                yield rule, len(batch) if dry_run else forget_batch(rule, batch, before, now)
        except Exception:
            logger.exception("the rule %s for %s failed", rule.name, rule.kind)
            yield rule, None


@action
def forget_batch(rule: Rule, batch: list[Any], before: datetime, now: datetime) -> int:
    """Delete one batch and write it into the register: both or neither."""
    rows = rule.forget(batch, now)
    platform.register(rule=rule.name, kind=rule.kind, rows=rows, before=before, now=now)
    return rows


@dataclass
class Night:
    """Lets a worker delete a batch at a time between its other work: once a night, one worker at a time."""

    looked_at: datetime | None = None
    going_on: Iterator[object] | None = None

    def step(self, now: datetime) -> bool:
        """Delete one batch, if it is time and nobody else is at it. Say whether there may be more."""
        if self.going_on is None:
            if self.looked_at is not None and now - self.looked_at < LOOK_EVERY:
                return False
            self.looked_at = now
            if not is_due(now):
                return False
            self.going_on = _alone(now)
        if next(self.going_on, None) is None:
            self.going_on = None
        return self.going_on is not None


def is_due(now: datetime) -> bool:
    """Say whether nothing has been deleted since it was last three in the morning; also after a night switched off."""
    finished = platform.last_finished()
    return finished is None or finished < last_night(now)


def last_night(now: datetime) -> datetime:
    """Return the last moment at which it was three in the morning in the town."""
    local = now.astimezone(town_zone())
    night = local.replace(hour=NIGHTLY_AT, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


def _alone(now: datetime) -> Iterator[object]:
    with locks.alone(locks.DELETING) as mine:
        if mine:
            yield from steps(now)
            platform.note_finished(now)


def _all_of(found: Callable[[datetime], QuerySet[Any]], first: Any = 0, most: int = BATCH) -> Due:
    """Return the batches of all rows of a query, in the order of their keys, which begin after `first`."""

    def due(before: datetime) -> Iterator[list[Any]]:
        after = first
        while keys := list(
            found(before).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most]
        ):
            yield keys
            after = keys[-1]

    return due


def _by(forget: Callable[..., int]) -> Callable[[list[Any], datetime], int]:
    return lambda keys, now: forget(ids=keys)


def _talk(before: datetime) -> Iterator[list[int]]:
    """Yield the messages of groups that belong to no matter."""
    after = 0
    while ids := talk.old_talk(before, after=after, most=BATCH):
        after = ids[-1]
        if free := matters.without_matter(ids):
            yield free


def _empty_messages(ids: list[int], now: datetime) -> int:
    return conversations.empty_messages(message_ids=ids, now=now)


def _empty_matters(ids: list[int], now: datetime) -> int:
    for matter_id in ids:
        matters.empty(matter_id=matter_id, now=now)
    return len(ids)


def _erase_disputes(ids: list[int], now: datetime) -> int:
    for dispute_id in ids:
        mediation.erase(dispute_id=dispute_id, now=now)
    return len(ids)


def _contacts(before: datetime) -> Iterator[list[int]]:
    """Yield who reported something once, and has neither an open matter nor been here since."""
    after = 0
    while ids := matters.reporters_at_rest(before, after=after, most=BATCH):
        after = ids[-1]
        if idle := people.idle_contacts(ids, before) - talk.spoke_since(ids, before):
            yield sorted(idle)


def _forget_contacts(ids: list[int], now: datetime) -> int:
    return people.forget_contacts(person_ids=ids)
