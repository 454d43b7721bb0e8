"""A file of monthly counts: checked as a whole, shown, then taken over as a whole or not at all."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.grading import actions, queries
from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.counts_file import ReadCounts, read_counts
from maplebridge.grading.domain.questionnaire import AgeBand
from maplebridge.grading.forms import CountsFileForm
from maplebridge.grading.permissions import grades
from maplebridge.grading.templatetags.grades import (
    area_names_here,
    count_problem_words,
    finding_words,
    indicator_names_here,
)
from maplebridge.kernel.tables import Row, TableError, read_table
from maplebridge.people.permissions import allow, me_of
from maplebridge.platform import waiting_files
from maplebridge.platform.table_words import table_words

SHOWN_PROBLEMS = 200
DENOMINATORS = ("residents", "households", *(f"age:{band}" for band in AgeBand))


@allow(grades)
@never_cache
@require_http_methods(["GET", "POST"])
def counts(request: HttpRequest) -> HttpResponse:
    """Take a file, and lead to what was found in it."""
    form = CountsFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data = file.read()
        try:
            read_table(data, file.name)
        except TableError as problem:
            form.add_error("file", table_words(problem))
        else:
            kind = form.cleaned_data["kind"]
            waiting = waiting_files.keep(
                name=f"{kind}:{file.name}", data=data, person_id=me_of(request), now=timezone.now()
            )
            return redirect("grading_counts_file", waiting.pk)
    context = {"now": timezone.now(), "form": form, "headings": _headings()}
    return render(request, "grading/counts.html", context, status=422 if form.errors else 200)


def _headings() -> list[tuple[str, str]]:
    today = timezone.localdate()
    return [(one.code, one.name_zh) for one in queries.indicators_on(today).filter(source="file")]


@allow(grades)
@never_cache
@require_GET
def counts_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Show what a file holds, and everything that is wrong with it by row and reason."""
    waiting, kind, name, read = _checked(request, file_id)
    months = read.months
    odd = queries.odd_in(kind, read) if not read.problems else []
    names, headings = area_names_here(kind), indicator_names_here()
    context = {
        "now": timezone.now(),
        "file": waiting,
        "name": name,
        "kind": kind,
        "rows": read.rows,
        "first": months[0] if months else None,
        "last": months[-1] if months else None,
        "indicators": [headings.get(code, code) for code in sorted(read.counts)],
        "problems": [(one.row, count_problem_words(one)) for one in read.problems[:SHOWN_PROBLEMS]],
        "problem_count": len(read.problems),
        "not_shown": max(0, len(read.problems) - SHOWN_PROBLEMS),
        "odd": [
            (headings.get(code, code), finding_words(actions.told(one), names))
            for code, one in odd[:SHOWN_PROBLEMS]
        ],
        "odd_count": len(odd),
        "odd_not_shown": max(0, len(odd) - SHOWN_PROBLEMS),
    }
    return render(request, "grading/counts_file.html", context)


@allow(grades)
@require_POST
def accept_counts(request: HttpRequest, file_id: int) -> HttpResponse:
    """Take a clean file over as a whole."""
    waiting, kind, name, read = _checked(request, file_id)
    if read.problems:
        return redirect("grading_counts_file", file_id)
    actions.enter_counts(
        kind=AreaKind(kind), read=read, source=name, by_id=me_of(request), now=timezone.now()
    )
    waiting_files.forget(waiting)
    return redirect("grading")


@allow(grades)
@require_POST
def drop_counts(request: HttpRequest, file_id: int) -> HttpResponse:
    waiting_files.forget(_waiting(request, file_id))
    return redirect("grading_counts")


def _checked(request: HttpRequest, file_id: int) -> tuple[Any, str, str, ReadCounts]:
    waiting = _waiting(request, file_id)
    kind, name = waiting.name.split(":", 1)
    table = read_table(waiting_files.data_of(waiting), name)
    today = timezone.localdate()
    read = read_counts(
        [Row(number, values) for number, values in zip(table.numbers, table.rows, strict=True)],
        table.columns,
        areas=queries.areas_by_name(kind),
        indicators=queries.indicators_by_heading(today),
        populations=DENOMINATORS,
        today=today,
    )
    return waiting, kind, name, read


def _waiting(request: HttpRequest, file_id: int) -> Any:
    found = waiting_files.brought_by(me_of(request), file_id)
    if found is None or found.name.split(":")[0] not in set(AreaKind):
        raise Http404
    return found
