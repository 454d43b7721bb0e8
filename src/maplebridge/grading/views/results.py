"""What residents said in a round of the survey, for analysts: by area, how sure, and how it was asked."""

import csv
import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maplebridge.grading import queries
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.questionnaire import YES_NO, Question
from maplebridge.grading.domain.survey_results import AreaResult, One, effects_of_modes, results_by_area
from maplebridge.grading.forms import QUESTIONS
from maplebridge.grading.models import Area, Mode, SurveyRound
from maplebridge.grading.permissions import grades
from maplebridge.people.permissions import allow

MODES = {
    Mode.PAGE: gettext_lazy("on the page"),
    Mode.LINK: gettext_lazy("by a link in a message"),
    Mode.PHONE: pgettext_lazy("survey", "by phone"),
    Mode.CODE: gettext_lazy("by the code at a post"),
}

COLUMNS = (
    *("code", "name", "month", "question", "answers", "cannot_say", "share", "low", "high", "by_age"),
    *("pooled", "pooled_low", "pooled_high", "still_wanted"),
)


@allow(grades)
@never_cache
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """Show a round's answers to one question, area by area."""
    every = queries.rounds()
    wanted = request.GET.get("round", "")
    one = next((each for each in every if str(each.pk) == wanted), every[0] if every else None)
    question = _question(request)
    context: dict[str, Any] = {
        "now": timezone.now(),
        "rounds": every,
        "round": one,
        "question": question,
        "questions": QUESTIONS.items(),
    }
    if one is not None:
        answers, rows = _results(one, question)
        known = [answer for answer in answers if answer.mark is not None]
        context |= {
            "rows": [(area, row, max(0, one.wanted_per_area - row.answers)) for area, row in rows],
            "answers": len(known),
            "dont_know": len(answers) - len(known),
            "asks_dont_know": question not in YES_NO,
            "effects": [
                (MODES[Mode(mode)], effect) for mode, effect in effects_of_modes(answers, Mode.PAGE).items()
            ],
        }
    return render(request, "grading/survey_results.html", context)


@allow(grades)
@never_cache
@require_GET
def export(request: HttpRequest, round_id: int) -> HttpResponse:
    """Give out the same table as CSV."""
    one = next((each for each in queries.rounds() if each.pk == round_id), None)
    if one is None:
        raise Http404
    question = _question(request)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [
            "code",
            "name",
            "month",
            "question",
            "answers",
            "cannot_say",
            "share",
            "low",
            "high",
            "by_age",
            "pooled",
            "pooled_low",
            "pooled_high",
            "still_wanted",
        ]
    )
    for area, row in _results(one, question)[1]:
        shares = [row.share, row.low, row.high, row.weighted, row.pooled, row.pooled_low, row.pooled_high]
        writer.writerow(
            [area.code, area.name, f"{one.month:%Y-%m}", question, row.answers, row.dont_know]
            + ["" if part is None else f"{part:.4f}" if isinstance(part, float) else part for part in shares]
            + [max(0, one.wanted_per_area - row.answers)]
        )
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="survey-{one.month:%Y-%m}-{question}.csv"'
    return response


def _results(one: SurveyRound, question: Question) -> tuple[list[One], list[tuple[Area, AreaResult]]]:
    areas = list(queries.areas_on(AreaKind.STATION, one.month))
    ids = [area.pk for area in areas]
    answers = [
        One(said.area_id, said.age_band, said.mode, said.mark) for said in queries.said_in(one, question)
    ]
    found = results_by_area(answers, ids, queries.people_by_age(ids, one.month))
    return answers, list(zip(areas, found, strict=True))


def _question(request: HttpRequest) -> Question:
    given = request.GET.get("question", Question.SAFE)
    return Question(given) if given in set(Question) else Question.SAFE
