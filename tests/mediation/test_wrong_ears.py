"""What is told in confidence reaches nobody else: every page, file, search, notice and log is tried as each side.

Words of four audiences are put into everything that can hold words. Then each person asks every address of mediation,
and those of the product that search, list and export, with every number there is; no answer may hold words that are
not for their ears.
"""

import itertools
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, reverse
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_room import seat, session_of

from maplebridge.mediation import actions, urls
from maplebridge.mediation.actions import By
from maplebridge.mediation.domain.audiences import Audience
from maplebridge.mediation.models import (
    Agreement,
    Dispute,
    Exhibit,
    Offer,
    Party,
    Promise,
    Session,
    Side,
    Signature,
)
from maplebridge.people.models import Person
from maplebridge.platform import live
from maplebridge.platform.events import deliver_all
from maplebridge.platform.models import AuditRow, EventRecord

ALL, LEFT, RIGHT, AMONG = "芙蓉出水", "黄鹂鸣翠", "白鹭青天", "窗含西岭"
ELSEWHERE = (
    "search",
    "search_groups",
    "groups",
    "me",
    "me_data",
    "my_matters",
    "oversight",
    "statistics",
    "today",
)
WORDS = ("small", "large", "csv", "xlsx", "pdf", "docx", "say", "offer")


@pytest.fixture
def desk(db: None, noon: datetime) -> Desk:
    return open_desk(noon)


def tell(
    desk: Desk, dispute: Dispute, words: str, audience: Audience, side: Side | None, session: Session | None
) -> None:
    """Put words for one audience into everything that holds words."""
    to: dict[str, Any] = {"audience": audience, "side_id": side.pk if side else None, "by": desk.by}
    at = {"dispute_id": dispute.pk, "session_id": session.pk if session else None}
    actions.say(text=f"{words}一", now=desk.later(minutes=1), **to, **at)
    actions.keep_exhibit(
        kind="investigation", title=f"{words}二", text=f"{words}三", now=desk.later(minutes=2), **to, **at
    )
    pdf = f"%PDF-1.7 {words} %%EOF".encode()
    actions.keep_exhibit(kind="other", title="附件", pdf=pdf, now=desk.later(minutes=2), **to, **at)
    actions.promise(
        dispute_id=dispute.pk, text=f"{words}四", due_at=desk.later(days=2), now=desk.later(minutes=3), **to
    )
    maker = side.pk if side else None
    actions.offer(by_side_id=maker, terms=f"{words}五", now=desk.later(minutes=4), **to, **at)


NUMBERED = (Dispute, Session, Exhibit, Offer, Promise, Side, Party, Agreement, Signature)


@pytest.fixture
def small_numbers(desk: Desk) -> None:
    """Let the numbers of every kind begin at 1, so that they meet, and there are few to try."""
    with connection.cursor() as cursor:
        for model in NUMBERED:
            cursor.execute(f'ALTER TABLE "{model._meta.db_table}" ALTER COLUMN id RESTART WITH 1')


@pytest.fixture
def dispute(desk: Desk, small_numbers: None, refused_in_full_once: None) -> Dispute:
    """A dispute in which something was said to each audience, in its own room where it has one."""
    dispute = desk.accepted()
    left, right = dispute.sides.order_by("number")
    tell(desk, dispute, ALL, Audience.BOTH, None, session_of(desk, dispute))
    tell(desk, dispute, LEFT, Audience.SIDE, left, session_of(desk, dispute, left))
    later = actions.book(
        dispute_id=dispute.pk,
        starts_at=desk.later(hours=6),
        ends_at=desk.later(hours=7),
        side_id=right.pk,
        agenda=f"{RIGHT}六",
        by=desk.by,
        now=desk.now,
    )
    tell(desk, dispute, RIGHT, Audience.SIDE, right, later)
    tell(desk, dispute, AMONG, Audience.MEDIATORS, None, None)
    return dispute


def addresses(dispute: Dispute) -> Iterator[str]:
    """Yield every address of mediation with every number of the dispute, and those elsewhere that might know of it."""
    numbers = sorted({pk for model in NUMBERED for pk in model.objects.values_list("pk", flat=True)})
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        names = pattern.pattern.converters
        choices = [
            [dispute.pk] if name == "dispute_id" else numbers if "Int" in type(how).__name__ else list(WORDS)
            for name, how in names.items()
        ]
        for values in itertools.product(*choices):
            yield reverse(str(pattern.name), kwargs=dict(zip(names, values, strict=True)))
    for name in ELSEWHERE:
        yield reverse(name)
    for words in (ALL, LEFT, RIGHT, AMONG):
        yield f"{reverse('search')}?q={words[:2]}"
        yield f"{reverse('disputes')}?q={words[:2]}"
        yield f"{reverse('search_groups')}?q={words[:2]}"


def told(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code < 500, address
    body = b"".join(response) if response.streaming else response.content
    return body.decode("utf-8", "replace")


def heard_by(person: Person, dispute: Dispute) -> set[str]:
    """Return which words reach somebody by any address at all."""
    client = seat(person)
    pages = [told(client, address) for address in addresses(dispute)]
    return {words for words in (ALL, LEFT, RIGHT, AMONG) if any(words in page for page in pages)}


def test_each_hears_what_is_for_them_and_nothing_else_by_any_address(desk: Desk, dispute: Dispute) -> None:
    mediator = Person.objects.get(pk=desk.mediator.person_id)

    assert heard_by(mediator, dispute) == {ALL, LEFT, RIGHT, AMONG}  # there is something to hide
    assert heard_by(desk.town.resident, dispute) == {ALL, LEFT}
    assert heard_by(desk.town.neighbor, dispute) == {ALL, RIGHT}


def test_who_is_not_in_it_hears_nothing_by_any_address(desk: Desk, dispute: Dispute) -> None:
    colleague = Person.objects.get(pk=desk.colleague.person_id)

    for person in (desk.town.supervisor, colleague, desk.town.clerk):
        assert heard_by(person, dispute) == set(), person


def invited(desk: Desk, dispute: Dispute, **whom: int) -> None:
    """Invite an agency or an expert, and let every side agree."""
    asked = actions.invite(dispute_id=dispute.pk, why="看管道", by=desk.by, now=desk.now, **whom)
    for side in dispute.sides.all():
        actions.consent_to_invitation(
            invitation_id=asked.pk, side_id=side.pk, consents=True, by=desk.by, now=desk.now
        )


def test_a_guest_hears_what_is_said_to_all_in_the_session_and_nothing_else_by_any_address(
    desk: Desk, dispute: Dispute
) -> None:
    invited(desk, dispute, agency_id=desk.town.water.pk)
    actions.say(
        dispute_id=dispute.pk, text="会外对双方说的", audience=Audience.BOTH, by=desk.by, now=desk.now
    )
    client = seat(desk.town.water_clerk)

    pages = "".join(told(client, address) for address in addresses(dispute))

    assert [words in pages for words in (ALL, LEFT, RIGHT, AMONG)] == [True, False, False, False]
    for outside in ("会外对双方说的", f"{ALL}四", f"{ALL}五"):  # between sessions; promises and offers
        assert outside not in pages
    assert "您是这次会谈的来宾" in pages


def test_an_expert_hears_in_the_room_what_an_agency_does(desk: Desk, dispute: Dispute) -> None:
    expert = Person.objects.get(pk=desk.colleague.person_id)
    rooms = [reverse("mediation_room", args=[pk]) for pk in Session.objects.values_list("pk", flat=True)]
    assert {seat(expert).get(room).status_code for room in rooms} == {404}

    invited(desk, dispute, person_id=expert.pk)

    pages = "".join(told(seat(expert), room) for room in rooms)
    assert [words in pages for words in (ALL, LEFT, RIGHT, AMONG)] == [True, False, False, False]


def test_a_guest_speaks_to_all_and_cannot_whisper(desk: Desk, dispute: Dispute) -> None:
    session = Session.objects.get(audience=Audience.BOTH)
    invited(desk, dispute, agency_id=desk.town.water.pk)
    left = dispute.sides.get(number=1)
    client, say = seat(desk.town.water_clerk), reverse("mediation_room_say", args=[session.pk])

    for stray in (f"side:{left.pk}", "mediators", ""):
        client.post(say, {"audience": stray, "text": "只想跟一方说"})
    client.post(say, {"audience": "both", "text": "管道上周查过"})

    said = dispute.utterances.filter(author=desk.town.water_clerk)
    assert [(one.text, one.audience) for one in said] == [("管道上周查过", "both")]
    page = told(seat(desk.town.neighbor), reverse("mediation_room", args=[session.pk]))
    assert "管道上周查过" in page
    assert "供水公司" in page  # the sides are told who is in the room
    with pytest.raises(actions.NotAllowed, match="guests_speak_to_all"):
        actions.say(
            dispute_id=dispute.pk,
            session_id=session.pk,
            text="悄悄话",
            audience=Audience.MEDIATORS,
            by=By(desk.town.water_clerk.pk, "agency_clerk"),
            now=desk.now,
        )


def test_a_guest_has_no_seat_without_the_consent_of_every_side_nor_in_what_was_before(
    desk: Desk, dispute: Dispute
) -> None:
    session = Session.objects.get(audience=Audience.BOTH)
    room = reverse("mediation_room", args=[session.pk])
    clerk = seat(desk.town.water_clerk)
    asked = actions.invite(
        dispute_id=dispute.pk, agency_id=desk.town.water.pk, why="看管道", by=desk.by, now=desk.now
    )
    sides = list(dispute.sides.order_by("number"))
    late = desk.later(hours=3)  # the session has ended by then
    for side, moment in zip(sides, (desk.now, late), strict=True):
        actions.consent_to_invitation(
            invitation_id=asked.pk, side_id=side.pk, consents=True, by=desk.by, now=moment
        )
        assert clerk.get(room).status_code == 404
    assert not live.may_follow(desk.standing(desk.town.water_clerk), f"guests:{session.pk}")


def test_a_guests_page_is_told_of_their_session_only(desk: Desk, dispute: Dispute) -> None:
    invited(desk, dispute, agency_id=desk.town.water.pk)
    joint = Session.objects.get(audience=Audience.BOTH)
    private = Session.objects.exclude(pk=joint.pk)
    standing = desk.standing(desk.town.water_clerk)

    assert live.may_follow(standing, f"guests:{joint.pk}")
    topics = [f"dispute:{dispute.pk}", *(f"side:{one.pk}" for one in dispute.sides.all())]
    topics += [f"guests:{one.pk}" for one in private]
    assert not any(live.may_follow(standing, topic) for topic in topics)


def test_notices_events_logs_and_the_record_hold_no_words(
    desk: Desk, dispute: Dispute, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        deliver_all(now=desk.now)
        heard_by(desk.town.neighbor, dispute)

    kept = [
        json.dumps(payload, ensure_ascii=False)
        for payload in EventRecord.objects.values_list("payload", flat=True)
    ]
    rows = [json.dumps(row, ensure_ascii=False, default=str) for row in AuditRow.objects.values()]
    assert kept
    assert rows
    for words in (ALL, LEFT, RIGHT, AMONG):
        assert not any(words in line for line in [*kept, *rows])
        assert words not in caplog.text


def test_a_page_is_told_of_nothing_that_its_reader_does_not_hear(desk: Desk, dispute: Dispute) -> None:
    left, right = dispute.sides.order_by("number")
    topics = [f"dispute:{dispute.pk}", f"side:{left.pk}", f"side:{right.pk}"]

    def followed(person: Person) -> list[bool]:
        return [live.may_follow(desk.standing(person), topic) for topic in topics]

    assert followed(Person.objects.get(pk=desk.mediator.person_id)) == [True, True, True]
    assert followed(desk.town.resident) == [False, True, False]
    assert followed(desk.town.neighbor) == [False, False, True]
    assert followed(desk.town.supervisor) == [False, False, False]
    with connection.cursor() as cursor:  # what is told by the database itself are numbers
        cursor.execute("SELECT count(*) FROM platform_eventrecord WHERE payload::text LIKE %s", [f"%{LEFT}%"])
        assert cursor.fetchone()[0] == 0
