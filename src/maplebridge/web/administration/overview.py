"""The way to everything that administrators look after."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from maplebridge.people.permissions import administrator, allow
from maplebridge.places import queries as places

CARDS = (
    (
        "people_admin",
        "users",
        gettext_lazy("People and postings"),
        gettext_lazy("Who holds which post where, from when to when; accounts."),
    ),
    (
        "agencies_admin",
        "building",
        gettext_lazy("Agencies"),
        gettext_lazy("Who acts on matters, and for which ground."),
    ),
    (
        "kept_groups",
        "users-group",
        gettext_lazy("Neighbor groups"),
        gettext_lazy("Which groups there are, for which homes, and who of those who work there is in them."),
    ),
    (
        "imports",
        "file-import",
        gettext_lazy("Bring territory"),
        gettext_lazy("Grids, estates and buildings from files and into files."),
    ),
    ("duties", "calendar", gettext_lazy("Duty table"), gettext_lazy("Who is on duty, by day and by night.")),
    (
        "administration_rules",
        "adjustments-horizontal",
        gettext_lazy("The town's rules"),
        gettext_lazy("Limits, the ladder, thresholds: each from a day on, with its reason."),
    ),
    (
        "mediation_town",
        "scale",
        gettext_lazy("Mediation"),
        gettext_lazy("Committees, mediators, rooms, and the rules of mediation."),
    ),
    (
        "administration_routing",
        "route",
        gettext_lazy("Who gets a matter first"),
        gettext_lazy("Routing rules, tried on last month's matters before they count."),
    ),
    (
        "administration_hours",
        "clock",
        gettext_lazy("Working time and holidays"),
        gettext_lazy("Office hours, days off and days worked instead."),
    ),
    (
        "administration_categories",
        "tags",
        gettext_lazy("Categories"),
        gettext_lazy("Kinds of matters with their urgency, limits and leading agency."),
    ),
    (
        "administration_record",
        "fingerprint",
        gettext_lazy("What the record says"),
        gettext_lazy("Who changed what and when; whether the chain holds."),
    ),
    (
        "hotline",
        "file-import",
        gettext_lazy("Hotline 12345"),
        gettext_lazy("Take over orders from a file, and send the results back."),
    ),
)


@allow(administrator)
def administration(request: HttpRequest) -> HttpResponse:
    """Lead to everything an administrator looks after."""
    cards = [
        {"url": url, "icon": icon, "title": title, "text": text}
        for name, icon, title, text in CARDS
        if (url := _url_of(name))
    ]
    return render(request, "web/administration.html", {"cards": cards, "is_new": not places.grids()})


def _url_of(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:  # an area that this installation has not
        return ""
