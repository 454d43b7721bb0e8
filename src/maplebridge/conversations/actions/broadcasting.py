"""Telling many at once: drafted, released by one person or two, sent by a worker, counted once a person."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import connection

from maplebridge.conversations.actions import post_reply, withdraw
from maplebridge.conversations.domain import broadcasting as domain
from maplebridge.conversations.domain.broadcasting import (
    BroadcastRefused,
    Limits,
    Skipped,
    State,
    check_move,
    check_release,
    check_words,
    people_needed,
    quiet_until,
)
from maplebridge.conversations.events import BroadcastReleased, BroadcastSent, BroadcastStopped
from maplebridge.conversations.models import Broadcast, BroadcastPost, Message, OptOut, Receipt
from maplebridge.conversations.queries import broadcasts as queries
from maplebridge.platform.audit import action
from maplebridge.platform.events import publish

GROUPS_AT_ONCE = 20
RECEIPTS_AT_ONCE = 2_000
LONGEST_EXPIRY = timedelta(days=92)  # a message that holds longer is a page, not a message


@action
def draft(
    *,
    kind: str,
    subject: str,
    text: str,
    expires_at: datetime,
    by_id: int,
    source_area: str,
    source_id: int,
    now: datetime,
    grids: Sequence[int] = (),
    sectors: Sequence[int] = (),
    beats: Sequence[int] = (),
    groups: Sequence[int] = (),
    translations: dict[str, dict[str, str]] | None = None,
    link: str = "",
    urgent_reason: str = "",
) -> Broadcast:
    """Begin a broadcast. What it is about has one in force: asked again, that one is returned as it is."""
    known = queries.of_source(source_area, source_id)
    if known is not None and known.state != State.STOPPED:
        return known
    _check(subject, text, expires_at, now)
    return Broadcast.objects.create(
        kind=kind,
        subject=subject.strip(),
        text=text.strip(),
        translations=translations or {},
        link=link,
        grids=sorted(set(grids)),
        sectors=sorted(set(sectors)),
        beats=sorted(set(beats)),
        groups=sorted(set(groups)),
        urgent_reason=urgent_reason.strip(),
        expires_at=expires_at,
        source_area=source_area,
        source_id=source_id,
        written_by_id=by_id,
        written_at=now,
    )


def _check(subject: str, text: str, expires_at: datetime, now: datetime) -> None:
    check_words(subject=subject, text=text, expires_at=expires_at, now=now)
    if expires_at > now + LONGEST_EXPIRY:
        raise BroadcastRefused("too_long_in_force")


@action
def rewrite(
    *,
    broadcast_id: int,
    kind: str,
    subject: str,
    text: str,
    expires_at: datetime,
    grids: Sequence[int],
    sectors: Sequence[int],
    beats: Sequence[int],
    groups: Sequence[int],
    urgent_reason: str,
    by_id: int,
    now: datetime,
    translations: dict[str, dict[str, str]] | None = None,
) -> Broadcast:
    """Change what is not released yet. What was asked is a draft again: who releases it has read what is sent."""
    one = _held(broadcast_id)
    if one.state not in (State.DRAFTED, State.ASKED):
        raise BroadcastRefused("not_now")
    _check(subject, text, expires_at, now)
    one.state, one.asked_by_id, one.asked_at = State.DRAFTED, None, None
    one.kind, one.subject, one.text, one.expires_at = kind, subject.strip(), text.strip(), expires_at
    one.grids, one.sectors = sorted(set(grids)), sorted(set(sectors))
    one.beats, one.groups = sorted(set(beats)), sorted(set(groups))
    one.urgent_reason, one.translations = urgent_reason.strip(), translations or {}
    one.written_by_id, one.written_at = by_id, now
    one.save()
    return one


@action
def ask(*, broadcast_id: int, by_id: int, now: datetime) -> None:
    """Say that it is finished, so that somebody else may release it."""
    one = _held(broadcast_id)
    check_move(one.state, State.ASKED)
    if one.expires_at <= now:
        raise BroadcastRefused("expired")
    one.state, one.asked_by_id, one.asked_at = State.ASKED, by_id, now
    one.save(update_fields=["state", "asked_by", "asked_at"])


@action
def take_back(*, broadcast_id: int) -> None:
    """Make what was asked a draft again."""
    one = _held(broadcast_id)
    check_move(one.state, State.DRAFTED)
    one.state, one.asked_by_id, one.asked_at = State.DRAFTED, None, None
    one.save(update_fields=["state", "asked_by", "asked_at"])


@action
def release(*, broadcast_id: int, by_id: int, now: datetime, limits: Limits) -> Broadcast:
    """Let it be sent to whom it is for at this moment: the groups and people are written down with the release."""
    one = _held(broadcast_id)
    passes = bool(one.urgent_reason)
    audience = queries.audience(one, now=now, limits=limits)
    check_release(
        state=one.state,
        receivers=audience.people,
        passes_quiet=passes,
        written_by=one.written_by_id,
        asked_by=one.asked_by_id,
        released_by=by_id,
        expires_at=one.expires_at,
        now=now,
    )
    if people_needed(audience.people, passes_quiet=passes) == 1:
        one.asked_by_id, one.asked_at = one.asked_by_id or by_id, one.asked_at or now
    one.state, one.released_by_id, one.released_at = State.RELEASED, by_id, now
    one.receivers, one.goes_on_at = audience.people, now
    one.save()
    BroadcastPost.objects.bulk_create(
        BroadcastPost(broadcast=one, thread_id=thread) for thread in sorted(audience.groups)
    )
    _write_receivers(one.pk, audience)
    publish(BroadcastReleased(broadcast_id=one.pk, kind=one.kind, occurred_at=now))
    return one


def _write_receivers(broadcast_id: int, audience: domain.Audience) -> None:
    """Note everybody whom it is for, in one statement: a city is a hundred thousand."""
    people = sorted(audience.in_groups | audience.personal)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO conversations_receipt (broadcast_id, person_id, in_group, skipped_because)
            SELECT %s, person, in_group, '' FROM unnest(%s::bigint[], %s::boolean[]) AS one (person, in_group)
            ON CONFLICT DO NOTHING
            """,
            [broadcast_id, people, [one in audience.in_groups for one in people]],
        )


@action
def stop(*, broadcast_id: int, by_id: int, reason: str, now: datetime) -> None:
    """Send it no further and take it off the pages of residents; its notices in groups are taken back."""
    one = _held(broadcast_id)
    check_move(one.state, State.STOPPED)
    if not reason.strip():
        raise BroadcastRefused("reason_needed")
    one.state, one.goes_on_at = State.STOPPED, None
    one.stopped_by_id, one.stopped_at, one.stop_reason = by_id, now, reason.strip()[:200]
    one.save(update_fields=["state", "goes_on_at", "stopped_by", "stopped_at", "stop_reason"])
    for post in one.posts.filter(message__withdrawn_at=None, message__isnull=False).select_related("message"):
        assert post.message is not None  # as asked
        withdraw(message=post.message, now=now)
    publish(BroadcastStopped(broadcast_id=one.pk, kind=one.kind, occurred_at=now))


def _held(broadcast_id: int) -> Broadcast:
    return Broadcast.objects.select_for_update().get(pk=broadcast_id)


# -- sending, step by step; a worker that is killed leaves a step undone as a whole


@action
def send_step(*, broadcast_id: int, now: datetime, limits: Limits) -> bool:
    """Send some of it. Say whether there is more to do now; False also where another worker is at it."""
    due = Broadcast.objects.select_for_update(skip_locked=True).filter(
        pk=broadcast_id, state__in=queries.GOING, goes_on_at__lte=now
    )
    one = due.first()
    if one is None:
        return False
    quiet = None if one.urgent_reason else quiet_until(now, limits)
    if one.expires_at <= now or (quiet is not None and one.expires_at <= quiet):
        _skip_rest(one, Skipped.QUIET if quiet is not None and one.expires_at > now else Skipped.LATE)
        return _finish(one, now)
    if quiet is not None:
        one.goes_on_at = quiet
        one.save(update_fields=["goes_on_at"])
        return False
    if one.state == State.RELEASED:
        check_move(one.state, State.SENDING, by_worker=True)
        one.state = State.SENDING
        one.save(update_fields=["state"])
    if posted := _post_some(one, now):
        _deliver(one, now, limits, in_groups=posted)
        return True
    return bool(_deliver(one, now, limits)) or _finish(one, now)


def _skip_rest(one: Broadcast, why: Skipped) -> None:
    one.receipts.filter(delivered_at=None, skipped_because="").update(skipped_because=why)


def _finish(one: Broadcast, now: datetime) -> bool:
    one.state, one.sent_at, one.goes_on_at = State.SENT, now, None
    one.save(update_fields=["state", "sent_at", "goes_on_at"])
    publish(BroadcastSent(broadcast_id=one.pk, kind=one.kind, occurred_at=now))
    return False


def _post_some(one: Broadcast, now: datetime) -> list[int]:
    """Post the notice in the next groups, and return their threads; one whose row has a message has it already."""
    waiting = list(one.posts.filter(message=None).order_by("pk")[:GROUPS_AT_ONCE])
    for post in waiting:
        post.message = post_reply(
            thread_id=post.thread_id,
            text=f"{one.subject}\n{one.text}",
            kind=Message.Kind.NOTICE,
            now=now,
        )
        post.save(update_fields=["message"])
    return [post.thread_id for post in waiting]


# Whoever opted out or is tired by now is left out, in the same statement.
_DELIVER = """
WITH waiting AS (
    SELECT id, person_id FROM conversations_receipt
    WHERE broadcast_id = %(broadcast)s AND delivered_at IS NULL AND skipped_because = '' AND {whose}
    ORDER BY id LIMIT %(most)s FOR UPDATE
), told AS (
    SELECT earlier.person_id, count(*) AS times
    FROM conversations_receipt earlier JOIN waiting ON waiting.person_id = earlier.person_id
    WHERE earlier.delivered_at > %(since)s GROUP BY earlier.person_id
), judged AS (
    SELECT waiting.id, CASE
        WHEN unwanted.id IS NOT NULL THEN %(opted_out)s::text
        WHEN NOT %(passes)s::boolean AND coalesce(told.times, 0) >= %(times)s::integer THEN %(tired)s::text
        ELSE '' END AS why
    FROM waiting
        LEFT JOIN told ON told.person_id = waiting.person_id
        LEFT JOIN conversations_optout unwanted
            ON unwanted.person_id = waiting.person_id AND unwanted.kind = %(kind)s
)
UPDATE conversations_receipt receipt SET skipped_because = judged.why,
    delivered_at = CASE WHEN judged.why = '' THEN %(now)s::timestamptz END
FROM judged WHERE judged.id = receipt.id
"""
_IN_GROUPS = """in_group AND person_id IN (
    SELECT person_id FROM conversations_membership WHERE thread_id = ANY(%(threads)s) AND left_at IS NULL
)"""


def _deliver(one: Broadcast, now: datetime, limits: Limits, *, in_groups: Sequence[int] | None = None) -> int:
    """Deliver to the members of groups with the notice there, or the next receipts of those told personally.

    Whoever has left their group since the release is among the latter.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _DELIVER.format(whose="TRUE" if in_groups is None else _IN_GROUPS),
            {
                "broadcast": one.pk,
                "threads": list(in_groups or ()),
                "most": RECEIPTS_AT_ONCE if in_groups is None else None,
                "since": now - domain.TIRED_WINDOW,
                "opted_out": Skipped.OPTED_OUT.value,
                "passes": bool(one.urgent_reason),
                "times": limits.most_in_7_days,
                "tired": Skipped.TIRED.value,
                "kind": one.kind,
                "now": now,
            },
        )
        return int(cursor.rowcount)


# -- what residents do with it


@action
def note_listed(*, person_id: int, broadcast_ids: Collection[int], now: datetime) -> None:
    """Note that messages were on somebody's screen; the first time counts."""
    Receipt.objects.filter(
        person_id=person_id, broadcast_id__in=broadcast_ids, delivered_at__isnull=False, shown_at=None
    ).update(shown_at=now)


@action
def note_opened(*, person_id: int, broadcast_id: int, now: datetime) -> None:
    """Note that somebody opened a message; it was on their screen with it. Opening it again counts no more."""
    note_listed(person_id=person_id, broadcast_ids=[broadcast_id], now=now)
    Receipt.objects.filter(
        person_id=person_id, broadcast_id=broadcast_id, delivered_at__isnull=False, opened_at=None
    ).update(opened_at=now)


@action
def choose_kinds(*, person_id: int, unwanted: Collection[str], now: datetime) -> None:
    """Keep which kinds of broadcast somebody does not want."""
    OptOut.objects.filter(person_id=person_id).exclude(kind__in=unwanted).delete()
    OptOut.objects.bulk_create(
        (OptOut(person_id=person_id, kind=one, since=now) for one in sorted(unwanted)), ignore_conflicts=True
    )


@action
def forget_receiver(*, person_id: int) -> None:
    """Keep that somebody was reached, and not any longer who; of what was still to be sent nothing is left."""
    OptOut.objects.filter(person_id=person_id).delete()
    waiting = Receipt.objects.filter(person_id=person_id, delivered_at=None, skipped_because="")
    waiting.update(skipped_because=Skipped.OPTED_OUT)
    Receipt.objects.filter(person_id=person_id).update(person=None)


@action
def add_up_receipts(*, ids: Collection[int]) -> int:
    """Keep of old broadcasts the counts alone, and delete who was told, shown and opened what."""
    gone = 0
    for one in Broadcast.objects.select_for_update().filter(pk__in=ids, tally__isnull=True):
        one.tally = asdict(queries.counts(one))
        one.save(update_fields=["tally"])
        gone += one.receipts.all().delete()[0]
    return gone
