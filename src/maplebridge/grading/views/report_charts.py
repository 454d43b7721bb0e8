"""What the charts of a report show: the same on the page, in PDF and in Word."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.grading.words import category_named, named
from maplebridge.platform.templatetags.look import GRADE_WORDS

RATES = (gettext_lazy("First answered in time"), gettext_lazy("Satisfied with the result"))


def chart_of(section: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a section's chart shows, or None where there is nothing to compare."""
    code = section["code"]
    if code == "incidents" and not section["missing"]:
        rows = section["trend"]["rows"]
        return {
            "kind": "line",
            "title": _("Incidents month by month"),
            "says": _("A gap is a month that was not counted everywhere, or a number below 10."),
            "over": _("Month"),
            "series": [named(names) for names in section["trend"]["names"]],
            "rows": rows,
        }
    if code == "matters" and sum(row[1][0] is not None for row in section["trend"]) > 1:
        return {
            "kind": "line",
            "title": _("Answers month by month, in percent"),
            "says": "",
            "over": _("Month"),
            "series": [str(one) for one in RATES],
            "rows": section["trend"],
        }
    if code == "raised_most" and section["rows"]:
        return {
            "kind": "bar",
            "title": _("What residents raise most"),
            "says": "",
            "over": _("Kind"),
            "series": [_("Matters")],
            "rows": [[category_named(row), [row["low"]]] for row in section["rows"]],
        }
    if code == "areas" and section["colors"]:
        before = dict(section["before"])
        return {
            "kind": "bar",
            "title": _("Areas by color"),
            "says": "",
            "over": _("Color"),
            "series": [_("End of this period"), _("End of the one before")]
            if before
            else [_("End of this period")],
            "rows": [
                [str(GRADE_WORDS[name]), [number, before[name]] if before else [number]]
                for name, number in section["counts"]
            ],
        }
    return None
