"""A message has come in: is it a matter, an addition to one, an answer to one, or talk?"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from maplebridge.conversations import queries as conversations
from maplebridge.conversations.actions import RESIDENT, reply_to
from maplebridge.conversations.actions import SYSTEM as PRODUCT
from maplebridge.conversations.queries import Said
from maplebridge.matters.actions import adding, answering
from maplebridge.matters.actions.raising import Judged, Where, raise_matter
from maplebridge.matters.actions.record import SYSTEM, By, NotAllowed, take
from maplebridge.matters.domain.rules import TownRules
from maplebridge.matters.domain.triage import Kind, Proposal
from maplebridge.matters.domain.workflow import OPEN
from maplebridge.matters.models import Matter, Sorting
from maplebridge.matters.queries import (
    categories,
    categories_by_id,
    door,
    local_day,
    open_in_thread,
    similar_open,
    town_rules,
)
from maplebridge.matters.queries.sorting import is_read
from maplebridge.people import queries as people
from maplebridge.places import queries as places
from maplebridge.platform.audit import action
from maplebridge.platform.stages import stage

SAME_TALK = timedelta(hours=12)  # a resident's next words in a thread belong to what they have just reported
SHORT = 60  # characters; longer words of the same person are read as a matter of their own
LETTER = 240  # characters; what is longer adds to nothing
# What comes in by these ways was brought as a matter; only in groups is there talk to be told apart.
TAKEN_AS_MATTERS = frozenset(set(Matter.Origin.values) - {Matter.Origin.GROUP})


@action
def receive(*, message_id: int, now: datetime) -> None:
    """Read a message once: raise a matter, attach it to one, take it as an answer, or leave it as talk."""
    message = conversations.said(message_id)
    if message.role == PRODUCT:
        return
    if message.role == RESIDENT:
        _hear_resident(message, now)
    else:
        _hear_staff(message, now)


def _hear_staff(message: Said, now: datetime) -> None:
    """Take what staff reply to a question as the answer to its matter: nobody has to type it twice."""
    matter = _matter_answered(message)
    if matter is not None and matter.is_open and message.text:
        _take_as_answer(message, matter, now)


def _matter_answered(message: Said) -> Matter | None:
    """Return the matter of the question replied to; in a private thread, without a reply, the only one open."""
    if message.in_reply_to_id is not None:
        return Matter.objects.filter(asked_in_id=message.in_reply_to_id, split_from=None).first()
    if not _is_private(message) or is_read(
        message.pk
    ):  # what staff found themselves has been read as a matter
        return None
    open_ones = open_in_thread(message.thread_id)
    return open_ones[0] if len(open_ones) == 1 else None


def _take_as_answer(message: Said, matter: Matter, now: datetime) -> None:
    answering.answer(
        matter_id=matter.pk,
        text=message.text,
        by=By(message.author_id, message.role),
        shown_as=message.shown_as,
        now=now,
        stands_in=message.thread_id,
    )


@action
def say_which(*, message_id: int, matter_id: int, by: By, now: datetime) -> None:
    """Say which of the open questions of a private thread a message of staff answers; once, by whoever wrote it."""
    matter = take(matter_id)  # two taps at once: the second waits, and finds what the first has said
    message = conversations.said(message_id)
    if message.author_id != by.person_id or message.role in (RESIDENT, PRODUCT):
        raise NotAllowed("somebody_else_wrote_it")
    asked = matter.reported_by.filter(thread_id=message.thread_id).first()
    if not _is_private(message) or asked is None or asked.message_id is None:
        raise NotAllowed("asked_elsewhere")
    if message.in_reply_to_id is not None:
        raise NotAllowed("already_decided")
    if not matter.is_open:
        raise NotAllowed("matter_not_open")
    reply_to(message_id=message_id, in_reply_to_id=asked.message_id)
    _take_as_answer(message, matter, now)


def _hear_resident(message: Said, now: datetime) -> None:
    if is_read(message.pk):
        return
    mine = _reported_here(message, now)
    theirs = _matter_replied_to(message)
    proposal = _propose(message, mine, theirs)
    rules = town_rules(local_day(now))
    keep(message.pk, proposal, now, _matter_of(message, proposal, mine, theirs, rules, now))


@stage("triage")
def _propose(message: Said, mine: Matter | None, theirs: Matter | None) -> Proposal:
    return door().propose(
        message.text,
        in_reply_to_staff=_replies_to_staff(message),
        has_open_matter=theirs is not None,
        open_matter_texts=(mine.summary,) if mine is not None else (),
    )


def _matter_of(
    message: Said,
    proposal: Proposal,
    mine: Matter | None,
    theirs: Matter | None,
    rules: TownRules,
    now: datetime,
) -> Matter | None:
    """Return the matter that a message raises or adds to; None where it is talk."""
    judged = judged_by(proposal, rules)
    if mine is not None and mine.confidential and _is_private(message):
        # Whoever may see a matter reads its thread: what is confided there stays with the few.
        judged = replace(judged, confidential=True)
    if message.source in TAKEN_AS_MATTERS or proposal.emergency:
        return raise_from(message, judged, now, never_read=True)
    if theirs is not None and _adds_by_reply(theirs, message, proposal, rules):
        return _attach(theirs, message, now)
    if mine is not None and mine.is_open and proposal.kind is Kind.ADDITION:
        return _attach(mine, message, now)
    if mine is not None and _is_private(message) and _concerns(mine, proposal, rules):
        return _attach(mine, message, now)
    if _is_surely_a_matter(proposal, rules):
        return raise_from(message, judged, now, never_read=True)
    return None


def _is_surely_a_matter(proposal: Proposal, rules: TownRules) -> bool:
    return proposal.kind is Kind.MATTER and proposal.kind_probability >= rules.raise_from


def _adds_by_reply(matter: Matter, message: Said, proposal: Proposal, rules: TownRules) -> bool:
    """Say whether a reply belongs to the matter it replies to; after the end only what asks for more does."""
    if len(message.text) > SHORT:
        return False
    return matter.is_open or (_was_reported_by(message, matter) and _asks_for_more(proposal, rules))


def _concerns(mine: Matter, proposal: Proposal, rules: TownRules) -> bool:
    """Say whether words in a private thread are about its matter: unless they are thanks or another matter."""
    if _is_surely_a_matter(proposal, rules) and not mine.confidential and not _same_kind(mine, proposal):
        return False
    return proposal.kind is not Kind.THANKS if mine.is_open else _asks_for_more(proposal, rules)


def _same_kind(mine: Matter, proposal: Proposal) -> bool:
    category = categories_by_id().get(mine.category_id or 0)
    return category is not None and category.code[:5] == proposal.categories[0].code[:5]


def _asks_for_more(proposal: Proposal, rules: TownRules) -> bool:
    wants = proposal.kind in (Kind.MATTER, Kind.ADDITION, Kind.QUESTION)
    return wants and proposal.kind_probability >= rules.raise_from


def _is_private(message: Said) -> bool:
    return message.thread_kind == "private"


def _was_reported_by(message: Said, matter: Matter) -> bool:
    return matter.reported_by.filter(person_id=message.author_id).exists()


def _reported_here(message: Said, now: datetime) -> Matter | None:
    """Return what the author last reported in this thread: in a group what is fresh and open, in private whatever."""
    reported = Matter.objects.filter(
        reported_by__person_id=message.author_id, reported_by__thread_id=message.thread_id
    )
    if not _is_private(message):
        if len(message.text) > LETTER:
            return None
        reported = reported.filter(raised_at__gte=now - SAME_TALK, state__in=sorted(OPEN))
    return reported.only(*_ASKED_OF_MINE).order_by("-id").first()


_ASKED_OF_MINE = ("category_id", "confidential", "state", "summary")


def _matter_replied_to(message: Said) -> Matter | None:
    """Return the matter that a message replies to: to its first words, or to what was answered to them."""
    if message.in_reply_to_id is None:
        return None
    asked = [message.in_reply_to_id, *conversations.reply_targets([message.in_reply_to_id]).values()]
    found = Matter.objects.filter(asked_in_id__in=asked, split_from=None, confidential=False)
    return found.order_by("-id").first()


def _replies_to_staff(message: Said) -> bool:
    return message.in_reply_to_id is not None and message.replies_to_role not in (RESIDENT, PRODUCT)


def _attach(matter: Matter, message: Said, now: datetime) -> Matter:
    """Put further words on the time line; somebody new joins the matter by them."""
    if _was_reported_by(message, matter):
        return adding.add(
            matter_id=matter.pk,
            by=By(message.author_id, RESIDENT),
            text=message.text,
            message_id=message.pk,
            photo_ids=message.photo_ids,
            now=now,
        )
    return adding.join(
        matter_id=matter.pk,
        person_id=message.author_id,
        thread_id=message.thread_id,
        message_id=message.pk,
        text=message.text,
        photo_ids=message.photo_ids,
        now=now,
    )


@stage("write")
def keep(message_id: int, proposal: Proposal, now: datetime, matter: Matter | None) -> Sorting:
    """Keep what the product thought of a message: it explains a matter, and a correction teaches."""
    best = proposal.categories[0] if proposal.categories else None
    category = categories().get(best.code) if best else None
    return Sorting.objects.create(
        message_id=message_id,
        matter=matter,
        kind=proposal.kind,
        category=category,
        probability=proposal.kind_probability,
        proposal={
            "categories": [[one.code, round(one.probability, 3)] for one in proposal.categories],
            "severity": proposal.severity,
            "why": [one.as_json() for one in proposal.why],
        },
        made_at=now,
    )


def judged_by(proposal: Proposal, rules: TownRules) -> Judged:
    """Return what the product makes of a message that is raised; the town says how sure of the category it must be.

    That it is a matter has been decided by raising it: here, by whoever reported it, or by `raise_from`.
    """
    best = proposal.categories[0] if proposal.categories else None
    decided = best is not None and best.probability >= rules.decide_from
    why = [one.as_json() for one in proposal.why if one.code != "category_unsure"]
    if best is not None and not decided:
        why.append({"code": "category_unsure", "values": {"probability": round(best.probability, 3)}})
    return Judged(
        category=best.code if best else None,
        severity=int(proposal.severity),
        decided=decided,
        emergency=" ".join(proposal.numbers),
        confidential=proposal.confidential,
        lead=proposal.lead or "",
        assists=tuple(proposal.assists),
        team_role=proposal.team_role or "",
        why=why,
    )


def raise_from(
    message: Said, judged: Judged, now: datetime, by: By = SYSTEM, *, never_read: bool = False
) -> Matter:
    """Raise a matter from a message that stands in a thread, and name the open ones that may be the same thing."""
    where = where_of(message)
    return raise_matter(
        origin=_origin(message),
        text=message.text,
        thread_id=message.thread_id,
        reporter_id=message.author_id,
        judged=replace(judged, why=[*judged.why, *alike(message.text, judged, where, now)]),
        where=where,
        message_id=message.pk,
        external_id=message.external_id if message.source == Matter.Origin.COMPLAINT else None,
        photo_ids=message.photo_ids,
        by=by,
        now=now,
        never_read=never_read,
    )


COMPARED = 30  # open matters nearby, the newest
NEARLY = 0.6  # of the likeness that counts as the same: below, nobody would ask why it was not taken for it


@stage("duplicate_search")
def alike(text: str, judged: Judged, where: Where, now: datetime) -> list[dict[str, Any]]:
    """Return which open matters nearby may be the same, or are not though something speaks for it, as a reason.

    Staff merge them, the product never does.
    """
    category = categories().get(judged.category or "")
    least = town_rules(local_day(now)).same_matter_from
    found = similar_open(
        text,
        grid_id=where.grid_id,
        estate_id=where.estate_id,
        category_id=category.pk if category else None,
        least=least * NEARLY,
        most=3,
        among=COMPARED,
    )
    same = [one for one in found if one.likeness >= least]
    if not found:
        return []
    named = [[one.matter.pk, round(one.likeness, 2)] for one in same or found]
    return [{"code": "similar_to" if same else "not_similar", "matters": named}]


def _origin(message: Said) -> Matter.Origin:
    known = {origin.value: origin for origin in Matter.Origin}
    return known.get(message.source, Matter.Origin.GROUP)


@stage("place")
def where_of(message: Said) -> Where:
    """Return the place of what a message tells: the point sent, the address in its words, the group's, the author's."""
    estate_id, building_id = message.estate_id, message.building_id
    within = message.grid_id if message.thread_kind == "group" else None
    if building_id is None and (home := _home_of(message.author_id, within, estate_id)):
        estate_id, building_id = home
    found = places.locate(
        text=message.text,
        lon=message.lon,
        lat=message.lat,
        estate_id=estate_id,
        building_id=building_id,
        grid_id=message.grid_id,
    )
    return Where.at(found)


def _home_of(
    author_id: int | None, within: int | None, estate_id: int | None
) -> tuple[int | None, int] | None:
    """Return estate and building where the author lives, if that is on the ground of the group they speak in."""
    home = people.home_of(author_id) if author_id else None
    if home is None:
        return None
    if within is not None and within not in places.grid_facts(home.grid_id).chain:
        return None
    if estate_id is not None and home.estate_id != estate_id:
        return None
    return home.estate_id, home.building_id


@action
def raise_by_hand(*, message_id: int, by: By, now: datetime, judged: Judged | None = None) -> Matter:
    """Make a matter of a message that the product had left as talk: one tap, kept for the next training.

    `judged`: what whoever raises it knows it to be.
    """
    message = conversations.said(message_id)
    if message.role != RESIDENT or message.withdrawn_at is not None:
        raise NotAllowed("not_a_question")
    proposal = door().propose(message.text)
    judged = judged or judged_by(proposal, town_rules(local_day(now)))
    matter = raise_from(message, judged, now, by)
    sorting = Sorting.objects.filter(message_id=message.pk).first() or keep(message.pk, proposal, now, matter)
    sorting.matter, sorting.corrected_kind = matter, Kind.MATTER
    sorting.corrected_by_id, sorting.corrected_at = by.person_id, now
    sorting.save(update_fields=["matter", "corrected_by", "corrected_at", "corrected_kind"])
    return matter


@action
def raise_order(*, message_id: int, confidential: bool, now: datetime) -> Matter:
    """Raise the matter of an order of the hotline from its message, as every message is read; once, ever."""
    message = conversations.said(message_id)
    proposal = door().propose(message.text)
    judged = judged_by(proposal, town_rules(local_day(now)))
    judged = replace(judged, confidential=judged.confidential or confidential)
    matter = raise_from(message, judged, now)
    keep(message.pk, proposal, now, matter)
    return matter


@action
def leave_as_talk(*, sorting_id: int, by: By, now: datetime) -> None:
    """Say that a message needs no matter, so that nobody else has to look at it."""
    Sorting.objects.filter(pk=sorting_id, matter=None).update(
        corrected_by_id=by.person_id, corrected_at=now, corrected_kind="small_talk"
    )
