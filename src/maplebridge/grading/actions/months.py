"""The way of a month: closed, graded, commented, reviewed by two where it matters, published after a week."""

import hashlib
import json
from collections import defaultdict
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db.models import QuerySet

from maplebridge.grading import queries
from maplebridge.grading.actions.counting import enter_sheet
from maplebridge.grading.domain import transitions
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.boundaries import Finding
from maplebridge.grading.domain.explaining import explain
from maplebridge.grading.domain.history import History
from maplebridge.grading.domain.method import Source
from maplebridge.grading.domain.monthly import MonthlyGrades, grade_month
from maplebridge.grading.domain.questionnaire import AgeBand
from maplebridge.grading.domain.robustness import robustness
from maplebridge.grading.domain.survey_results import One, agreeing
from maplebridge.grading.domain.transitions import CycleError, State
from maplebridge.grading.models import Area, Comment, Grade, GradingMonth, Indicator, MapEdition, Review
from maplebridge.kernel.periods import Month
from maplebridge.matters import queries as matters
from maplebridge.platform.audit import action

FEW_DRAWS = 20  # where only the scores are looked at


@action
def close_month(
    *,
    kind: AreaKind,
    month: Month,
    by_id: int | None,
    now: datetime,
    today: date,
    explanation: str = "",
) -> GradingMonth:
    """Close a month: what the product counts itself is written down, and what is odd is listed and explained."""
    one, _ = GradingMonth.objects.select_for_update().get_or_create(kind=kind, month=month.first)
    method = queries.method_in_force(month.first)
    if method is None:
        raise CycleError("no_method")
    for indicator in queries.indicators_of(method):
        _count_ourselves(indicator, kind, month, by_id, now)
    findings = queries.findings_of(kind, month, method)
    transitions.check_close(State(one.state), month, today, findings, bool(explanation.strip()))
    one.method, one.findings, one.explanation = method, [told(finding) for finding in findings], explanation
    one.state, one.closed_by_id, one.closed_at = State.CLOSED, by_id, now
    one.save()
    return one


@action
def propose(*, month_id: int, by_id: int | None, now: datetime) -> GradingMonth:
    """Grade a closed month, from the sheets that are in force by then."""
    one = GradingMonth.objects.select_for_update(of=("self",)).select_related("method").get(pk=month_id)
    transitions.check_transition(State(one.state), State.PROPOSED)
    one.state, one.proposed_by_id, one.proposed_at = State.PROPOSED, by_id, now
    regrade(one)
    return one


@action
def regrade(one: GradingMonth) -> None:
    """Grade a month from the sheets in force now, and keep the colors with their reasons."""
    one.sheets = queries.sheets_for(one)
    one.seed = seed_of(one)
    graded, history = queries.graded_of(one)
    earlier = _before(history, graded)
    steady = robustness(graded, one.seed)
    one.grades.all().delete()
    Grade.objects.bulk_create(
        (
            queries.grade_row(one, int(id), row, graded, steady, explain(row, graded, history, earlier))
            for row, id in enumerate(graded.areas)
        ),
        batch_size=500,
    )
    one.result_digest = result_digest(graded)
    one.code_version = queries.code_version()
    one.save()


@action
def take_back(*, month_id: int) -> GradingMonth:
    """Take a proposal back to the closed counts: to be graded anew, or opened for a correction of the counts."""
    one = GradingMonth.objects.select_for_update().get(pk=month_id)
    wanted = {State.PROPOSED: State.CLOSED, State.CLOSED: State.OPEN, State.REVIEWED: State.PROPOSED}
    current = State(one.state)
    transitions.check_transition(current, wanted.get(current, State.OPEN))
    one.state = wanted[current]
    one.save(update_fields=["state"])
    if current == State.REVIEWED:
        one.reviews.all().delete()
    return one


def recompute(one: GradingMonth) -> bool:
    """Tell whether a month, computed again, comes out as it was kept."""
    graded, _history = queries.graded_of(one)
    return result_digest(graded) == one.result_digest


def recompute_edition(edition: MapEdition) -> bool:
    """Tell whether an edition, computed again from what it names, comes out as it was published, to the last bit."""
    return result_digest(queries.graded_again(edition)) == str(json.loads(edition.content)["result"])


def _before(history: History, graded: MonthlyGrades) -> MonthlyGrades | None:
    """Return the month before by the same method, to tell what moved; None where nothing is known of it."""
    if history.months < 2:
        return None
    return grade_month(history.until(graded.month - 1), graded.method, None, graded.seed, draws=FEW_DRAWS)


def told(one: Finding) -> dict[str, Any]:
    """Return a finding as it is kept with its month."""
    return {
        "flaw": one.flaw.value,
        "area": one.area,
        "month": str(one.month) if one.month else "",
        "value": one.value,
        "usual": one.usual,
        "blocks": one.blocks,
    }


@action
def comment(
    *, month_id: int, area_id: int, words: str, contradicts: bool, by_id: int, now: datetime
) -> Comment:
    """Say what should be considered about a proposed color."""
    one = GradingMonth.objects.get(pk=month_id)
    if one.state != State.PROPOSED:
        raise CycleError("transition_not_allowed", current=one.state, wanted=State.PROPOSED)
    if not words.strip():
        raise CycleError("words_needed")
    return Comment.objects.create(
        month=one,
        area_id=area_id,
        words=words.strip(),
        contradicts=contradicts,
        made_by_id=by_id,
        made_at=now,
    )


@action
def answer_comment(*, comment_id: int, words: str, by_id: int) -> Comment:
    """Answer a comment: a contradiction is not passed over in silence."""
    one = Comment.objects.select_for_update().get(pk=comment_id)
    if not words.strip():
        raise CycleError("words_needed")
    one.answer, one.answered_by_id = words.strip(), by_id
    one.save(update_fields=["answer", "answered_by"])
    return one


@action
def review(*, month_id: int, releases: bool, words: str, by_id: int, now: datetime) -> GradingMonth:
    """Release a proposed month, or object with a reason; the month is released when as many did as it needs."""
    one = GradingMonth.objects.select_for_update().get(pk=month_id)
    if one.state != State.PROPOSED:
        raise CycleError("transition_not_allowed", current=one.state, wanted=State.REVIEWED)
    if one.proposed_by_id == by_id:
        raise CycleError("own_proposal")
    if not releases and not words.strip():
        raise CycleError("words_needed")
    Review.objects.create(month=one, releases=releases, words=words.strip(), made_by_id=by_id, made_at=now)
    try:
        transitions.check_release(
            State(one.state),
            queries.reviews_of(one),
            queries.reviewers_needed(one),
            proposed_by=one.proposed_by_id or 0,
            contradictions_open=queries.contradictions_open(one),
        )
    except CycleError:
        return one  # noted; somebody else is still needed, or something is still open
    one.state = State.REVIEWED
    one.save(update_fields=["state"])
    return one


def seed_of(one: GradingMonth) -> int:
    """Return the seed of a month: always the same for the same kind and month."""
    return int.from_bytes(hashlib.sha256(f"{one.kind}:{one.month}".encode()).digest()[:4], "big")


def result_digest(graded: MonthlyGrades) -> str:
    """Return what tells that a month, computed again, came out the same to the last bit."""
    seal = hashlib.sha256()
    for part in (graded.areas, graded.scores, graded.probabilities, graded.color, graded.held):
        seal.update(np.ascontiguousarray(part).tobytes())
    return seal.hexdigest()


def _count_ourselves(
    indicator: Indicator, kind: AreaKind, month: Month, by_id: int | None, now: datetime
) -> None:
    """Write down what this installation knows itself: matters raised, and what residents answered."""
    areas = queries.areas_on(kind, month.last)
    if indicator.source == Source.MATTERS:
        by_grid = matters.raised_by_grid(month.first, month.last, indicator.counted)
        with_ground = {area.pk: ground for area in areas if (ground := queries.grounds_of(area))}
        numbers = {
            id: float(sum(by_grid.get(grid, 0) for grid in ground)) for id, ground in with_ground.items()
        }
        there = queries.populations_on(numbers, indicator.denominator, month.last)
        exposure = {id: there[id].number if id in there else None for id in numbers}
        source = "matters"
    elif indicator.source == Source.SURVEY:
        numbers, exposure = _agreeing(areas, indicator, month)
        source = "survey"
    else:
        return
    if numbers:
        enter_sheet(
            indicator=indicator,
            kind=kind,
            month=month,
            counts=dict(numbers),
            denominators=dict(exposure),
            source=source,
            by_id=by_id,
            now=now,
        )


def _agreeing(
    areas: QuerySet[Area], indicator: Indicator, month: Month
) -> tuple[dict[int, float], dict[int, float | None]]:
    """Return for each area how many agree, and of how many who have an opinion; by age where ages were counted."""
    question = indicator.counted[0] if indicator.counted else ""
    one = queries.round_of(month)
    answers: defaultdict[int, list[One]] = defaultdict(list)
    for told in queries.said_in(one, question) if one else ():
        answers[told.area_id].append(One(told.area_id, told.age_band, told.mode, told.mark))
    ids = [area.pk for area in areas]
    people = queries.people_by_age(ids, month.last)
    agree: dict[int, float] = {}
    said: dict[int, float | None] = {}
    for id in ids:
        living = {str(band): people.get((id, band), 0.0) for band in AgeBand}
        numbers = agreeing(answers[id], living)
        if numbers[1]:
            agree[id], said[id] = numbers
    return agree, said
