"""The monthly cycle as analysts, stations and supervisors work it: close, propose, comment, release, publish."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.advisories.permissions import drafts as sees_advisories
from maplebridge.grading import actions, queries
from maplebridge.grading.actions import telling
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.publication import PublicationError
from maplebridge.grading.domain.transitions import CycleError, State, earliest_publication
from maplebridge.grading.forms import CommentForm, ErratumForm, ReviewForm
from maplebridge.grading.models import GradingMonth
from maplebridge.grading.permissions import comments, grades, keeps_methods, reviews, sees_internal_map
from maplebridge.grading.templatetags.grades import area_names_here, cycle_words, finding_words
from maplebridge.grading.views.public import COLORS
from maplebridge.kernel.periods import Month
from maplebridge.people.permissions import allow, me_of, standing_of

KINDS = (AreaKind.STATION, AreaKind.BEAT)


@allow(sees_internal_map)
@never_cache
@require_GET
def grading(request: HttpRequest) -> HttpResponse:
    """Show where each month stands, and what has to be done next."""
    today = timezone.localdate()
    context = {
        "now": timezone.now(),
        "may_grade": grades(standing_of(request)),
        "may_see_methods": keeps_methods(standing_of(request)),
        "kinds": [
            {
                "kind": kind,
                "months": queries.grading_months(kind),
                "to_close": queries.month_to_close(kind, today),
            }
            for kind in KINDS
        ],
        "method": queries.method_in_force(today),
        "latest": queries.edition_in_force(),
    }
    return render(request, "grading/grading.html", context)


@allow(grades)
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the month that is next, or say what has to be explained first."""
    kind = request.POST.get("kind", "")
    if kind not in KINDS:
        raise Http404
    now, today = timezone.now(), timezone.localdate()
    month = queries.month_to_close(kind, today) or Month.of(today) - 1
    explanation = request.POST.get("explanation", "")
    try:
        one = actions.close_month(
            kind=AreaKind(kind),
            month=month,
            by_id=me_of(request),
            now=now,
            today=today,
            explanation=explanation,
        )
    except CycleError as refused:
        method = queries.method_in_force(month.first)
        found = queries.findings_of(kind, month, method) if method else []
        names = area_names_here(kind)
        context = {
            "now": now,
            "kind": kind,
            "month": month,
            "words": cycle_words(refused),
            "may_explain": refused.code == "findings_not_explained",
            "findings": [finding_words(actions.told(each), names) for each in found[:SHOWN_FINDINGS]],
            "not_shown": max(0, len(found) - SHOWN_FINDINGS),
            "explanation": explanation,
        }
        return render(request, "grading/close.html", context, status=422)
    return redirect("grading_month", one.pk)


SHOWN_FINDINGS = 100
ALTERED = gettext_lazy(
    "The edition of this month was changed in the database after it was published. It is given out to nobody; "
    "please publish a correction, and look into the record of changes."
)


@allow(sees_internal_map)
@never_cache
@require_GET
def month(request: HttpRequest, month_id: int) -> HttpResponse:
    return _month_page(request, _get(month_id))


def _month_page(
    request: HttpRequest,
    one: GradingMonth,
    *,
    wrong: str = "",
    recomputed: Sequence[tuple[int, str]] = (),
    status: int = 200,
) -> HttpResponse:
    standing = standing_of(request)
    rows = list(queries.grades_of(one))
    said = queries.comment_counts(one)
    names = area_names_here(one.kind)
    state = State(one.state)
    edition = one.editions.order_by("-number").first()
    proposed_on = timezone.localdate(one.proposed_at) if one.proposed_at else timezone.localdate()
    context: dict[str, Any] = {
        "now": timezone.now(),
        "one": one,
        "state": state,
        "month": Month.of(one.month),
        "wrong": wrong or (str(ALTERED) if edition and queries.was_altered(edition.pk) else ""),
        "rows": [(grade, said.get(grade.area_id, 0)) for grade in rows],
        "counts": [(color, sum(each.color == color for each in rows)) for color in COLORS],
        "findings": [finding_words(each, names) for each in one.findings],
        "recomputed": recomputed,
        "reviews": one.reviews.order_by("pk"),
        "needed": queries.reviewers_needed(one) if rows else 1,
        "open_contradictions": queries.contradictions_open(one),
        "may_grade": grades(standing),
        "may_review": reviews(standing) and one.proposed_by_id != standing.person_id,
        "publish_from": earliest_publication(Month.of(one.month), proposed_on),
        "review_form": ReviewForm(),
        "erratum_form": ErratumForm(),
        "edition": edition,
        "told": telling.told_of(edition.number) if edition and sees_advisories(standing) else None,
    }
    return render(request, "grading/month.html", context, status=status)


@allow(sees_internal_map)
@never_cache
@require_GET
def month_shapes(request: HttpRequest, month_id: int) -> HttpResponse:
    """Give out the proposed colors as GeoJSON, to those who plan work by them."""
    body = json.dumps(queries.shapes_of(_get(month_id)), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(body, content_type="application/geo+json")


@allow(grades)
@require_POST
def propose(request: HttpRequest, month_id: int) -> HttpResponse:
    return _done(
        request,
        month_id,
        lambda: actions.propose(month_id=month_id, by_id=me_of(request), now=timezone.now()),
    )


@allow(grades)
@require_POST
def take_back(request: HttpRequest, month_id: int) -> HttpResponse:
    return _done(request, month_id, lambda: actions.take_back(month_id=month_id))


@allow(reviews)
@require_POST
def review(request: HttpRequest, month_id: int) -> HttpResponse:
    """Release a month, or object to it."""
    words = request.POST.get("words", "")
    releases = request.POST.get("releases") == "yes"
    return _done(
        request,
        month_id,
        lambda: actions.review(
            month_id=month_id, releases=releases, words=words, by_id=me_of(request), now=timezone.now()
        ),
    )


@allow(grades)
@require_POST
def publish(request: HttpRequest, month_id: int) -> HttpResponse:
    return _done(
        request,
        month_id,
        lambda: actions.publish(
            month_id=month_id, by_id=me_of(request), now=timezone.now(), today=timezone.localdate()
        ),
    )


@allow(grades)
@require_POST
def ask_correction(request: HttpRequest, month_id: int) -> HttpResponse:
    """Say what is wrong with the edition of a month."""
    edition = _get(month_id).editions.order_by("-number").first()
    if edition is None:
        raise Http404
    erratum = request.POST.get("erratum", "")
    return _done(
        request,
        month_id,
        lambda: actions.ask_correction(number=edition.number, erratum=erratum, by_id=me_of(request)),
    )


@allow(reviews)
@require_POST
def correct(request: HttpRequest, month_id: int) -> HttpResponse:
    """Agree to a correction as the second person: the new edition is out with it."""
    edition = _get(month_id).editions.order_by("-number").first()
    if edition is None:
        raise Http404
    return _done(
        request,
        month_id,
        lambda: actions.correct(number=edition.number, by_id=me_of(request), now=timezone.now()),
    )


@allow(grades)
@require_POST
def recompute(request: HttpRequest, month_id: int) -> HttpResponse:
    """Compute the editions of a month again from what they name, and say whether they come out the same."""
    one = _get(month_id)
    found = []
    for edition in one.editions.order_by("number"):
        try:
            found.append((edition.number, "same" if actions.recompute_edition(edition) else "other"))
        except queries.SheetAltered:
            found.append((edition.number, "altered"))
    return _month_page(request, one, recomputed=found)


def _done(request: HttpRequest, month_id: int, deed: Any) -> HttpResponse:
    """Do it and show the month again; what cannot be done is said on the page."""
    one = _get(month_id)
    try:
        deed()
    except (CycleError, PublicationError) as refused:
        return _month_page(request, _get(month_id), wrong=cycle_words(refused), status=422)
    except queries.SheetAltered as altered:
        words = _("The counts of {number} sheets were changed in the database. They are not graded.")
        return _month_page(request, one, wrong=words.format(number=len(altered.sheets)), status=422)
    return redirect("grading_month", month_id)


@allow(sees_internal_map)
@never_cache
@require_http_methods(["GET", "POST"])
def month_area(request: HttpRequest, month_id: int, area_id: int) -> HttpResponse:
    """Show why one area has its color, and let stations say what should be considered."""
    one = _get(month_id)
    grade = queries.grades_of(one).filter(area_id=area_id).first()
    if grade is None:
        raise Http404
    standing = standing_of(request)
    form = CommentForm(request.POST or None)
    if request.method == "POST":
        if not comments(standing):
            raise PermissionDenied
        if form.is_valid():
            try:
                actions.comment(
                    month_id=month_id,
                    area_id=area_id,
                    words=form.cleaned_data["words"],
                    contradicts=form.cleaned_data["contradicts"],
                    by_id=me_of(request),
                    now=timezone.now(),
                )
                return redirect("grading_month_area", month_id, area_id)
            except CycleError as refused:
                form.add_error(None, cycle_words(refused))
    context = {
        "now": timezone.now(),
        "one": one,
        "month": Month.of(one.month),
        "grade": grade,
        "indicators": queries.indicator_names(),
        "chances": list(zip(COLORS[:5], grade.probabilities, strict=True)),
        "comments": queries.comments_on(one, area_id),
        "may_comment": comments(standing) and one.state == State.PROPOSED,
        "may_answer": grades(standing),
        "form": form,
    }
    return render(request, "grading/month_area.html", context, status=422 if form.errors else 200)


@allow(grades)
@require_POST
def answer_comment(request: HttpRequest, comment_id: int) -> HttpResponse:
    """Answer what a station said."""
    found = queries.get_comment(comment_id)
    if found is None:
        raise Http404
    words = request.POST.get("words", "")
    if words.strip():
        actions.answer_comment(comment_id=comment_id, words=words, by_id=me_of(request))
    return redirect("grading_month_area", found.month_id, found.area_id)


def _get(month_id: int) -> GradingMonth:
    one = queries.get_month(month_id)
    if one is None:
        raise Http404
    return one
