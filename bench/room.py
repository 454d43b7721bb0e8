"""How soon a word is on everybody's page in the online room of a session: 50 people, commit to arrival.

`bin/bench room [--people 50] [--messages 100]`. A dispute of many: two mediators, the others half on one side and half
on the other. They speak in turn, to all; every stream is a connection of its own, as a browser's EventSource.
"""

import argparse
import asyncio
from datetime import timedelta

from bench.installation import Installation, installation, use
from bench.kill import Seat, seat_of
from bench.live import measure
from bench.machine import describe

MEDIATORS = 2


def furnish(made: Installation, people: int) -> tuple[int, list[tuple[Seat, str]]]:
    """Open a session in a town of its own. Return its number, and who sits there with what they follow."""
    from django.utils import timezone

    from maplebridge.mediation import actions
    from maplebridge.mediation.domain.committees import Seat as OnCommittee
    from maplebridge.mediation.domain.tiers import Tier
    from maplebridge.mediation.domain.workflow import Source
    from maplebridge.people import actions as people_actions
    from maplebridge.people.domain.roles import Role
    from maplebridge.places import queries as places
    from maplebridge.web.replay_ground import make_ground

    now, today = timezone.now(), timezone.localdate()
    make_ground([], now=now, today=today)
    persons = [people_actions.enrol(nickname=f"住户{number}", now=now).pk for number in range(people)]
    grid_id = next(one for one, facts in places.grids().items() if facts.level == 3)
    *parties, first, second = persons
    for one in (first, second):
        people_actions.post(
            person=_person(one), role=Role.MEDIATOR, starts_on=today - timedelta(days=1), grid_id=grid_id
        )
    committee = actions.found_committee(
        tier=Tier.VILLAGE,
        grid_id=grid_id,
        name="bench",
        term_from=today - timedelta(days=1),
        term_to=today + timedelta(days=700),
        seats=[
            OnCommittee(first, False, chairs=True),
            OnCommittee(second, True),
            OnCommittee(parties[0], False),
        ],
        now=now,
    )
    by = actions.By(first, Role.MEDIATOR.value)
    told = actions.Told("小区车位费上涨，业主和物业各说各的", "property", grid_id, people_count=people)
    dispute = actions.find(told=told, source=Source.WALK_IN, by=by, now=now, tier=Tier.VILLAGE).dispute
    assert dispute is not None, "nothing in it is grave"
    left, right = dispute.sides.order_by("number")
    for number, one in enumerate(parties):
        actions.add_party(
            side_id=(left, right)[number % 2].pk,
            told=actions.PartyTold(name=f"业主{number}", person_id=one),
            by=by,
            now=now,
        )
    for side in (left, right):
        actions.tell_rights(side_id=side.pk, by=by, now=now)
        actions.ask_side(side_id=side.pk, wants=True, by=by, now=now)
    actions.accept(dispute_id=dispute.pk, by=by, now=now)
    for one in (first, second):
        mediator = actions.appoint(
            person_id=one, committee_id=committee.pk, kind="people", starts_on=today - timedelta(days=1)
        )
        actions.assign(
            dispute_id=dispute.pk,
            mediator_id=mediator.pk,
            role="lead" if one == first else "assistant",
            knowing=True,
            by=by,
            now=now,
        )
    session = actions.book(
        dispute_id=dispute.pk,
        starts_at=now + timedelta(minutes=1),
        ends_at=now + timedelta(hours=2),
        by=by,
        now=now,
    )
    sitting = [(seat_of(one), f"side:{(left, right)[number % 2].pk}") for number, one in enumerate(parties)]
    return session.pk, sitting + [(seat_of(one), f"dispute:{dispute.pk}") for one in (first, second)]


def _person(person_id: int) -> object:
    from maplebridge.people.queries import get_person

    return get_person(person_id)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--messages", type=int, default=100)
    asked = parser.parse_args()
    print(describe("django", "uvicorn", "psycopg"))
    with installation() as made:
        use(made)
        session_id, sitting = furnish(made, asked.people)
        made.start_web()
        made.start_worker()

        def say(number: int, text: str) -> tuple[Seat, str, dict[str, str]]:
            seat, _topic = sitting[number % len(sitting)]
            return seat, f"/mediation/sessions/{session_id}/say/", {"text": text, "audience": "both"}

        asyncio.run(measure(made, sitting, say, asked.messages))


if __name__ == "__main__":
    main()
