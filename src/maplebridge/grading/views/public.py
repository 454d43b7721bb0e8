"""What everybody may see without signing in: the safety map, its areas over time, its method, its data."""

import csv
import io
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from csp.decorators import csp_replace
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_response_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_GET, require_POST

from maplebridge.grading import actions, queries
from maplebridge.grading.actions import UndertakingRefused
from maplebridge.grading.forms import UndertakingForm
from maplebridge.grading.models import MapEdition, PublishedArea
from maplebridge.grading.permissions import undertakes
from maplebridge.kernel.periods import Month
from maplebridge.kernel.text import id_in
from maplebridge.people.permissions import allow, anybody, staff, standing_of
from maplebridge.platform.wording import reads_english

A_DAY_S = 24 * 3600
MOST_LISTED, MOST_EARLIER = 120, 48
ALTERED_WORDS = gettext_lazy(
    "This edition was changed after it was published, so it is not given out. A correction follows."
)
COLORS = ("green", "blue", "yellow", "red", "black", "none")


@dataclass(frozen=True, slots=True)
class Colored:
    """How many areas have a color."""

    color: str
    count: int


@allow(anybody)
@require_GET
def safety_map(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """Show the latest edition, or an earlier one, as a map and as a list."""
    edition = queries.edition_in_force(number)
    if edition is None and number is not None:
        raise Http404
    after = request.GET.get("after", "")
    return render(
        request,
        "grading/safety_map.html",
        _page(edition, request.GET.get("q", "")[:40], id_in(after) or 0),
    )


@allow(anybody)
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@require_GET
def embedded(request: HttpRequest) -> HttpResponse:
    """Show the latest edition for another site's frame: the list and a link, no scripts, no sign-in."""
    return render(request, "grading/embedded.html", _page(queries.edition_in_force()))


def _page(edition: MapEdition | None, words: str = "", after: int = 0) -> dict[str, Any]:
    """Return what the map's page shows: the counts of colors, and a part of the list, found by words."""
    altered = edition is not None and queries.was_altered(edition.pk)
    said = _sorted_areas(edition.pk, reads_english()) if edition and not altered else ()
    counts = [Colored(color, sum(one["color"] == color for one in said)) for color in COLORS]
    wanted = words.strip().lower()
    found = [one for one in said if wanted in one["name"] or wanted in one["name_en"].lower()]
    shown = [one | {"shown_name": name_in_language(one)} for one in found[after : after + MOST_LISTED]]
    return {
        "now": timezone.now(),
        "edition": None if altered else edition,
        "altered": altered,
        "method_version": _method_version(edition),
        "areas": shown,
        "area_count": len(said),
        "counted_long_ago": sum(bool(one.get("population_old")) for one in said),
        "words": words,
        "searchable": len(said) > MOST_LISTED,
        "next_after": after + MOST_LISTED if len(found) > after + MOST_LISTED else None,
        "counts": [one for one in counts if one.count],
        "earlier": list(queries.editions()[:MOST_EARLIER]),
        "good": sum(one.count for one in counts if one.color in ("green", "blue")),
    }


def _method_version(edition: MapEdition | None) -> int | None:
    """Return the version of the method by which an edition was graded, unless it is that of today."""
    version = edition.month.method.version if edition and edition.month.method else None
    today = queries.method_in_force(timezone.localdate())
    return None if today and today.version == version else version


@lru_cache(maxsize=8)
def _sorted_areas(edition_id: int, english: bool) -> tuple[dict[str, Any], ...]:
    """Return what an edition says of each area, by the name in the reader's language.

    An edition never changes, so this may be remembered. GB 18030 holds the common characters in the order of their
    sound, as a reader looks for them.
    """
    content = json.loads(queries.content_of(edition_id))
    return tuple(sorted(content["areas"], key=lambda one: _name(one, english).encode("gb18030")))


@allow(anybody)
@require_GET
def area(request: HttpRequest, code: str) -> HttpResponse:
    """Show one area: its color and why, what it does about it, and itself over time. It is compared with no other."""
    return _area_page(request, code)


@allow(staff)
@require_POST
def undertake(request: HttpRequest, code: str) -> HttpResponse:
    """Let those who work in an area say what they do about its color."""
    one, history = queries.area_with_code(code), queries.public_history(code)
    if one is None or not history:
        raise Http404
    form = UndertakingForm(request.POST)
    if form.is_valid():
        try:
            actions.undertake(
                area=one,
                month=Month.of(history[0].edition.month.month),
                words=form.cleaned_data["words"],
                by=standing_of(request),
                now=timezone.now(),
            )
            return redirect("safety_area", code)
        except UndertakingRefused as refused:
            if refused.code == "not_yours":
                raise PermissionDenied from refused
            form.add_error("words", NOT_UNDERTAKEN[refused.code])
    return _area_page(request, code, form)


NOT_UNDERTAKEN = {
    "words_needed": gettext_lazy("Please write something here."),
    "too_many_sentences": gettext_lazy("Two sentences are enough, and 300 characters at most."),
}


def _area_page(request: HttpRequest, code: str, form: UndertakingForm | None = None) -> HttpResponse:
    said = queries.public_history(code)
    altered_ones = queries.altered_among(tuple(one.edition_id for one in said))
    history = [one for one in said if one.edition_id not in altered_ones]
    if not history:
        raise Http404
    altered = history[0] is not said[0]
    latest = history[0]
    one, standing = queries.area_with_code(code), standing_of(request)
    undertakings = queries.undertakings(one) if one else []
    mine = one is not None and standing.is_staff and undertakes(standing, queries.grounds_of(one)) is not None
    now_said = next((each for each in undertakings if each.month == latest.edition.month.month), None)
    context = {
        "undertakings": undertakings,
        "undertaking_form": (form or UndertakingForm(initial={"words": now_said.words if now_said else ""}))
        if mine
        else None,
        "now": timezone.now(),
        "altered": altered,
        "edition": latest.edition,
        "area": latest.said | {"shown_name": name_in_language(latest.said)},
        "history": history,
        "score_names": [_("Score")],
        "chart": chart_of(history),
    }
    return render(request, "grading/area.html", context, status=422 if form and form.errors else 200)


def chart_of(history: list[PublishedArea]) -> list[tuple[str, list[object]]]:
    """Return the rows of the chart of an area over time, the oldest first: the score, 100 is best."""
    return [(f"{one.edition.month.month:%Y-%m}", [one.said["score"]]) for one in reversed(history)]


@allow(anybody)
@require_GET
def shapes(request: HttpRequest, number: int) -> HttpResponse:
    """Give out the areas of an edition as GeoJSON. An edition never changes, so it may be kept."""
    edition = queries.edition_in_force(number)
    if edition is None:
        raise Http404
    if queries.was_altered(edition.pk):
        return _not_given_out()
    return _kept(request, bytes(edition.shapes), edition.shapes_digest, "application/geo+json", packed=True)


@allow(anybody)
@require_GET
def data(request: HttpRequest, number: int, form: str) -> HttpResponse:
    """Give out an edition as open data: JSON as published, or the same as CSV."""
    edition = queries.edition_in_force(number)
    if edition is None or form not in ("csv", "json"):
        raise Http404
    if queries.was_altered(edition.pk):
        return _not_given_out()
    if form == "json":
        return _kept(request, edition.content.encode(), edition.digest, "application/json")
    body = "\ufeff" + csv_of(content_of(edition))
    response = _kept(request, body.encode(), f"{edition.digest}-csv", "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="safety-map-{edition.number}.csv"'
    return response


def _not_given_out() -> HttpResponse:
    """Say that an edition is no longer what was published."""
    return HttpResponse(ALTERED_WORDS, content_type="text/plain; charset=utf-8", status=409)


def csv_of(content: dict[str, Any]) -> str:
    """Return the public rows of an edition, an area and indicator a line, nothing that the page does not show."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["code", "name", "month", "color", "indicator", "form", "percent", "low", "high"])
    for one in content["areas"]:
        head = [one["code"], one["name"], content["month"], one["color"]]
        for part in one["indicators"] or [{}]:
            values = [part.get(name, "") for name in ("code", "form", "percent", "low", "high")]
            writer.writerow([*head, *("" if value is None else value for value in values)])
    return text.getvalue()


def _kept(
    request: HttpRequest, body: bytes, digest: str, content_type: str, *, packed: bool = False
) -> HttpResponse:
    tag = f'"{digest}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    response = HttpResponse(body, content_type=content_type, headers={"ETag": tag})
    if packed:
        response["Content-Encoding"] = "gzip"
    patch_response_headers(response, cache_timeout=A_DAY_S)
    return response


def content_of(edition: MapEdition) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(edition.content)
    return content


def name_in_language(one: dict[str, Any]) -> str:
    """Return an area's name as the reader writes it."""
    return _name(one, reads_english())


def _name(one: dict[str, Any], english: bool) -> str:
    return str((english and one.get("name_en")) or one["name"])
