"""Working time: the hours of each weekday, and the days that differ."""

import re
from datetime import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from maplebridge.kernel.working_time import HolidaysNotPublished, Span, china_days
from maplebridge.matters import queries
from maplebridge.matters.actions import NotAllowed
from maplebridge.matters.actions import town as actions
from maplebridge.people.permissions import administrator, allow
from maplebridge.web.administration.given import as_day, as_number

WEEKDAYS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)


@allow(administrator)
def hours(request: HttpRequest) -> HttpResponse:
    """Show and set the hours of work of each weekday, and the days that differ."""
    year = as_number(request.GET.get("year")) or timezone.localdate().year
    context = _hours_context(year)
    if request.method != "POST":
        return render(request, "web/administration_hours.html", context)
    try:
        spans = {day: _spans(request.POST.get(f"day_{day}", "")) for day in range(7)}
        actions.set_working_hours(spans=spans)
    except NotAllowed:
        wrong = _("At least one day must have hours of work.")
    except ValueError:
        wrong = _("Please write hours like 08:30-12:00, 14:00-18:00, one after the other.")
    else:
        messages.success(request, _("The hours of work were saved."))
        return redirect("administration_hours")
    for row in context["week"]:
        row["hours"] = request.POST.get(f"day_{row['number']}", "")
    return render(request, "web/administration_hours.html", context | {"wrong": wrong}, status=422)


def _hours_context(year: int) -> dict[str, Any]:
    listed = queries.working_hours_listed()
    return {
        "week": [
            {"number": day, "name": name, "hours": ", ".join(str(span) for span in listed.get(day, []))}
            for day, name in enumerate(WEEKDAYS)
        ],
        "year": year,
        "years": [year - 1, year + 1],
        "days": [
            {"day": one.day, "works": one.works, "name": HOLIDAYS.get(one.name, one.name)}
            for one in queries.special_days_of(year)
        ],
    }


# What a Chinese keyboard writes for commas, colons and dashes, and how people say "to".
AS_TYPED = str.maketrans("，、；：–—－~～至到", ",,,:-------")

ONE_DIGIT = re.compile(r"(?<!\d)(\d):")


def _spans(text: str) -> list[tuple[time, time]]:
    """Return the spans written in a field; they may not overlap, and a day's end after its start."""
    plain = ONE_DIGIT.sub(r"0\1:", text.translate(AS_TYPED).replace("--", "-"))
    found = sorted(
        (span.start, span.end) for span in (Span.parse(one) for one in plain.split(",") if one.strip())
    )
    for index, (start, end) in enumerate(found):
        if end <= start or (index and found[index - 1][1] > start):
            raise ValueError("spans out of order")
    return found


@allow(administrator)
@require_POST
def special_days(request: HttpRequest) -> HttpResponse:
    """Take over a year's days off, or set or clear one day."""
    year = as_number(request.POST.get("year")) or timezone.localdate().year
    day = as_day(request.POST.get("day"))
    match request.POST.get("do"):
        case "year":
            try:
                published = china_days(year)
            except HolidaysNotPublished:
                messages.error(
                    request, _("The days off of this year are not published yet, or not known here.")
                )
            else:
                days = {one: (False, name) for one, name in published.holidays.items()}
                days |= {one: (True, name) for one, name in published.makeup_workdays.items()}
                actions.set_special_days(days=days)
                messages.success(request, _("{n} days were taken over.").format(n=len(days)))
        case "clear" if day:
            actions.clear_special_day(day=day)
        case "set" if day:
            works = request.POST.get("works") == "yes"
            actions.set_special_days(days={day: (works, request.POST.get("name", "").strip()[:40])})
            year = day.year
        case _:
            messages.error(request, _("Please choose a day."))
    return redirect(f"{reverse('administration_hours')}?year={year}")


# As the package names them, which is how they are kept.
HOLIDAYS = {
    "New Year's Day": gettext_lazy("New Year's Day"),
    "Spring Festival": gettext_lazy("Spring Festival"),
    "Tomb-sweeping Day": gettext_lazy("Tomb-sweeping Day"),
    "Labour Day": gettext_lazy("Labor Day"),
    "Dragon Boat Festival": gettext_lazy("Dragon Boat Festival"),
    "National Day": gettext_lazy("National Day"),
    "Mid-autumn Festival": gettext_lazy("Mid-Autumn Festival"),
}
