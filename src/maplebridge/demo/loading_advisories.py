"""What residents were told in the demo's month: released by two people, sent, shown to some and opened by fewer.

Only the latest is told in groups: notices stand where they were posted, and the month's talk is older than they are.
"""

import tomllib
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction

from maplebridge.advisories import actions, data, queries
from maplebridge.advisories.actions import For, Text
from maplebridge.conversations import queries as conversations
from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.domain.broadcasting import quiet_until
from maplebridge.conversations.queries import broadcasts
from maplebridge.demo.town_data import TOWN_FOLDER
from maplebridge.matters.queries.town import broadcast_limits
from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.domain.standing import Standing
from maplebridge.places import queries as places
from maplebridge.places.domain.codes import Level
from maplebridge.platform import audit, live

FILE = TOWN_FOLDER.parent / "advisories.toml"
SAMPLE = 300  # receivers of each of whom is told what they did with it
SHOWN, OPENED = 0.62, 0.4  # of the sample; of those to whom it was shown
MORNING = 10
GRIDS = 6


def advisories_are_loaded() -> bool:
    return bool(queries.sent())


def load_advisories(*, now: datetime, seed: int) -> int:
    """Let the town tell its residents what the file says. Return how many advisories that were."""
    rng = Random(f"advisories {seed}")
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))["advisory"]
    writer = people.standing_of(people.holders_of(Role.SUPERVISOR, now.date())[0], now.date())
    second = people.standing_of(people.holders_of(Role.COMMAND, now.date())[0], now.date())
    with transaction.atomic(), audit.acting(None, "demo"), live.quiet():
        return sum(_tell(one, writer, second, now, rng) for one in told)


def _tell(one: dict[str, Any], writer: Standing, second: Standing, now: datetime, rng: Random) -> bool:
    """Tell one; where nobody lives on its ground, nobody is told."""
    at = _moment(one["days_ago"], now)
    grids, groups = _ground(one.get("groups", False))
    if not grids and not groups:
        return False
    subject = data.subjects()[one["subject"]]
    to = For(expires_at=at + timedelta(days=subject.days), grids=grids, groups=groups)
    made = actions.draft(says=_says(one), to=to, by=writer, now=at)
    limits = broadcast_limits(at)
    if not broadcasts.audience(made, now=at, limits=limits).people:
        actions.stop(broadcast_id=made.pk, reason="没有接收人", by=writer, now=at)
        return False
    actions.ask(broadcast_id=made.pk, by=writer, now=at)
    actions.release(broadcast_id=made.pk, by=second, now=at)
    while broadcasting.send_step(broadcast_id=made.pk, now=at, limits=limits):
        pass
    _read(made.pk, at, now, rng)
    return True


def _moment(days_ago: int, now: datetime) -> datetime:
    """Return ten in the morning of a day; today the present moment, unless residents are not to be disturbed."""
    at = now if not days_ago else (now - timedelta(days=days_ago)).replace(hour=MORNING, minute=0, second=0)
    return at if quiet_until(at, broadcast_limits(at)) is None else at - timedelta(hours=12)


def _ground(with_groups: bool) -> tuple[list[int], list[int]]:
    """Return grids without a group where somebody lives, or a few groups."""
    open_groups = list(conversations.groups().select_related("thread"))
    if with_groups:
        return [], [one.thread_id for one in open_groups[:GRIDS]]
    talked = {at for one in open_groups if one.thread.grid_id for at in _around(one.thread.grid_id)}
    free = sorted(
        grid.id for grid in places.grids().values() if grid.level == Level.GRID and grid.id not in talked
    )
    lived_in = [one for one in free if people.residents_on(places.with_descendants([one]))]
    return lived_in[:GRIDS], []


def _around(grid_id: int) -> tuple[int, ...]:
    return (*places.grid_facts(grid_id).chain, *places.with_descendants([grid_id]))


def _says(one: dict[str, Any]) -> Text:
    template = data.subjects()[one["subject"]].templates[one["template"]]

    def filled(text: str) -> str:
        for blank, words in one["blanks"].items():
            text = text.replace(blank, words)
        return text

    return Text(
        subject=one["subject"],
        title=filled(template.title),
        text=filled(template.text),
        steps=filled("\n".join(template.steps)),
        calls="\n".join(template.calls),
        title_en=template.title_en,
        text_en=template.text_en,
        why=one["why"],
    )


def _read(broadcast_id: int, at: datetime, now: datetime, rng: Random) -> None:
    """Let some receivers see it in the hours after, and some of those open it."""
    reached = broadcasts.reached_by(broadcast_id)
    for person_id in rng.sample(reached, min(SAMPLE, len(reached))):
        moment = min(at + timedelta(minutes=rng.expovariate(1 / 240)), now)
        if rng.random() >= SHOWN:
            continue
        if rng.random() < OPENED:
            broadcasting.note_opened(person_id=person_id, broadcast_id=broadcast_id, now=moment)
        else:
            broadcasting.note_listed(person_id=person_id, broadcast_ids=[broadcast_id], now=moment)
