"""Words for reports: what a figure is, how it changed, what moved. Figures in, sentences out; no cause is claimed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from maplebridge.grading.domain.analysis import Against, Period, Span, Unit, Why
from maplebridge.grading.domain.publication import FLOORS
from maplebridge.grading.domain.reports import ReportRefused
from maplebridge.grading.templatetags.warning_words import REASONS
from maplebridge.platform import wording
from maplebridge.platform.templatetags.look import GRADE_WORDS

MINUS = "\u2212"
MOST_NAMED = 3  # of what is raised most, in a sentence; the table has all

SECTIONS = {
    "incidents": gettext_lazy("Incidents, preventable offenses, clear-ups"),
    "areas": gettext_lazy("Colors of the areas"),
    "satisfaction": gettext_lazy("How safe residents feel"),
    "matters": gettext_lazy("Matters of residents"),
    "answering": gettext_lazy("How fast they were answered"),
    "raised_most": gettext_lazy("What residents raise most"),
    "overdue": gettext_lazy("Overdue now, and why"),
    "disputes": gettext_lazy("Disputes and mediation"),
    "advisories": gettext_lazy("What residents were told"),
    "warnings": gettext_lazy("Early warnings, and what they turned out to be"),
}
FIGURES = {
    "incidents": gettext_lazy("All incidents of the safety grading"),
    "preventable": gettext_lazy("Preventable offenses"),
    "cleared": gettext_lazy("Clear-ups"),
    "good_areas": gettext_lazy("Areas that are good or safe"),
    "raised": gettext_lazy("Matters raised"),
    "answered": gettext_lazy("First answered in time"),
    "late": gettext_lazy("First answered late or not at all"),
    "with_result": gettext_lazy("With a result"),
    "solved": gettext_lazy("Solved, say residents"),
    "content": gettext_lazy("Satisfied with the result"),
    "disputes": gettext_lazy("Disputes found"),
    "settled": gettext_lazy("Settled, of those that ended"),
    "performed": gettext_lazy("Performed, of those settled"),
    "median_minutes": gettext_lazy("Half were answered within"),
    "ninth_minutes": gettext_lazy("Nine of ten were answered within"),
}
SOURCES = {
    "counts": gettext_lazy("Monthly counts as imported"),
    "answers": gettext_lazy("Monthly survey of residents"),
    "colors": gettext_lazy("Monthly colors of the safety grading"),
    "matters": gettext_lazy("Matters in this platform; confidential ones are not counted"),
    "disputes": gettext_lazy("Disputes in this platform; confidential ones are not counted"),
    "advisories": gettext_lazy("Messages sent by this platform"),
    "board": gettext_lazy("Oversight list of this platform"),
    "warnings": gettext_lazy("Early warning of this platform"),
}
CONCERNS = {
    "not_answered": gettext_lazy("Nobody answered in time"),
    "overdue": gettext_lazy("Past the deadline"),
    "agency_silent": gettext_lazy("Agency has not answered"),
    "agency_late": gettext_lazy("Agency is late"),
    "promise": gettext_lazy("Promises not kept"),
}
NOT_TOLD = {
    Why.NOT_COUNTED: gettext_lazy("not counted"),
    Why.SMALL: gettext_lazy("fewer than 10"),
    Why.TOO_FEW: gettext_lazy("too few to tell"),
    Why.WITHHELD: gettext_lazy("not told, so that no small number follows"),
}
COMPARED = {
    (Span.MONTH, Against.BEFORE): gettext_lazy("on last month"),
    (Span.MONTH, Against.YEAR_BEFORE): gettext_lazy("on the same month last year"),
    (Span.QUARTER, Against.BEFORE): gettext_lazy("on last quarter"),
    (Span.QUARTER, Against.YEAR_BEFORE): gettext_lazy("on the same quarter last year"),
}
NOT_COMPARED = {
    (Span.MONTH, Against.BEFORE): gettext_lazy("no comparison with last month: {why}"),
    (Span.MONTH, Against.YEAR_BEFORE): gettext_lazy("no comparison with the same month last year: {why}"),
    (Span.QUARTER, Against.BEFORE): gettext_lazy("no comparison with last quarter: {why}"),
    (Span.QUARTER, Against.YEAR_BEFORE): gettext_lazy("no comparison with the same quarter last year: {why}"),
}
NOT_COMPARED_BECAUSE = {
    Why.NOT_COUNTED: gettext_lazy("it was not counted then"),
    Why.SMALL: gettext_lazy("one of the two numbers is too small to be told"),
    Why.TOO_FEW: gettext_lazy("too few to tell"),
    Why.WITHHELD: gettext_lazy("a small number would follow from it"),
    Why.NOT_OVER: gettext_lazy("this one is not over yet"),
    Why.NOT_WHOLE: gettext_lazy("not all of it was counted"),
}
OWN_PAST = {
    "higher": gettext_lazy("higher than its own past lets expect"),
    "lower": gettext_lazy("lower than its own past lets expect"),
    "not_clear": gettext_lazy("against its own past not more than chance"),
}
STATES = {
    "drafted": pgettext_lazy("report", "Draft"),
    "asked": pgettext_lazy("report", "Waits for release"),
    "released": pgettext_lazy("report", "Released"),
    "corrected": pgettext_lazy("report", "Corrected by a later version"),
}
REFUSED = {
    "released_already": gettext_lazy(
        "It is released and is not changed any more. A correction is a new version."
    ),
    "own_words": gettext_lazy("Whoever edited it or asked for its release does not release it."),
    "changed_meanwhile": gettext_lazy("It was changed while you read. Please read it again."),
    "not_asked": gettext_lazy("Nobody has asked for its release yet."),
    "asked_already": gettext_lazy("Its release was asked for already."),
    "not_released": gettext_lazy("It is not released yet: it can still be changed itself."),
    "corrected_already": gettext_lazy("It was corrected already. Please correct the latest version."),
    "words_needed": gettext_lazy("Please say why."),
    "section_empty": gettext_lazy("A section cannot be left without a word."),
    "no_such_section": gettext_lazy("There is no such section."),
    "drafted_already": gettext_lazy("There is a report of this period already."),
    "not_over": gettext_lazy("This period is not over yet."),
    "nothing_known": gettext_lazy("Nothing was counted in this period, so there is nothing to report."),
    "altered": gettext_lazy(
        "What is stored is not what was released: somebody changed it in the database. It is not given out."
    ),
}


def refused_words(refused: ReportRefused) -> str:
    return str(REFUSED[refused.code])


def section_title(code: str) -> str:
    return str(SECTIONS[code])


def report_state(state: str) -> str:
    return str(STATES[state])


def period_words(period: Period) -> str:
    """Return a month or a quarter as people write it."""
    if period.span == Span.QUARTER:
        return _("quarter {number} of {year}").format(number=period.last.number // 3, year=period.last.year)
    return pgettext("report", "{year}-{month:02}").format(year=period.last.year, month=period.last.number)


def report_title(period: Period) -> str:
    words = (
        _("Public order and service, {period}: monthly report")
        if period.span == Span.MONTH
        else _("Public order and service, {period}: quarterly report")
    )
    return words.format(period=period_words(period))


def named(names: Sequence[str]) -> str:
    """Return the one of a Chinese and an English name that the reader writes."""
    chinese, english = names
    return wording.in_language(chinese, english)


def category_named(row: Mapping[str, Any]) -> str:
    return named(row["names"]) if row.get("code", "-") else _("not sorted yet")


def figure_name(figure: Mapping[str, Any]) -> str:
    return named(figure["names"]) if figure["names"] else str(FIGURES[figure["code"]])


def figure_value(figure: Mapping[str, Any]) -> str:
    """Return a figure without what it stands on: a number with its unit, or why there is none."""
    if figure["value"] is None:
        return str(NOT_TOLD[Why(figure["why"])])
    if figure["unit"] == Unit.SHARE:
        return f"{figure['value']:.1f} %"
    if figure["unit"] == Unit.MINUTES:
        return wording.span_in_words(timedelta(minutes=round(figure["value"])))
    return f"{figure['value']:,.0f}"


def figure_basis(figure: Mapping[str, Any]) -> str:
    """Return what a figure stands on: two counts, an interval, how many areas."""
    parts = []
    if figure["value"] is not None and figure["unit"] == Unit.SHARE:
        if figure["numerator"] is not None:
            parts.append(f"{figure['numerator']:,.0f} / {figure['denominator']:,.0f}")
        if figure["low"] is not None:
            words = _("between {low} and {high} %, about {n} answers")
            parts.append(
                words.format(
                    low=f"{figure['low']:.1f}",
                    high=f"{figure['high']:.1f}",
                    n=f"{figure['denominator']:,.0f}",
                )
            )
    if figure["value"] is not None and figure["unit"] == Unit.MINUTES:
        parts.append(_("of {n} answered").format(n=f"{figure['denominator']:,.0f}"))
    if figure["areas"] is not None and figure["areas"] < figure["of_areas"]:
        parts.append(_("{n} of {of} areas counted").format(n=figure["areas"], of=figure["of_areas"]))
    return pgettext("report", "; ").join(parts)


def signed(number: float, digits: int = 0) -> str:
    """Return a number with its sign; what rounds to nothing has none."""
    text = f"{abs(number):,.{digits}f}"
    if not float(text.replace(",", "")):
        return "±0"
    return f"{'+' if number > 0 else MINUS}{text}"


def change_value(change: Mapping[str, Any], unit: str) -> str:
    """Return by how much: +3 (+12 %), +1.2 points, −4 min."""
    if unit == Unit.SHARE:
        return _("{number} points").format(number=signed(change["difference"], 1))
    if unit == Unit.MINUTES:
        return _("{number} min").format(number=signed(change["difference"]))
    percent = pgettext("report", " ({number} %)").format(number=signed(change["percent"]))
    return f"{signed(change['difference'])}{percent}"


def change_cell(change: Mapping[str, Any], unit: str) -> str:
    """Return a change as a table has it, or a dash; `change_note` says the rest."""
    return "—" if change["difference"] is None else change_value(change, unit)


def change_note(change: Mapping[str, Any]) -> str:
    """Return what has to be known of a change: that chance explains it, over what it is, or why there is none."""
    if change["difference"] is None:
        return str(NOT_COMPARED_BECAUSE[Why(change["why"])])
    parts = [_("within chance")] if change["clear"] is False else []
    if change["areas"] is not None:
        parts.append(_("over {n} areas counted both times").format(n=change["areas"]))
    return pgettext("report", "; ").join(parts)


def change_words(change: Mapping[str, Any], unit: str, span: Span) -> str:
    """Return a change as a sentence has it."""
    key = (span, Against(change["against"]))
    if change["difference"] is None:
        return str(NOT_COMPARED[key]).format(why=NOT_COMPARED_BECAUSE[Why(change["why"])])
    words = pgettext("report", "{change} {compared}").format(
        change=change_value(change, unit), compared=COMPARED[key]
    )
    if change["clear"] is False:
        words += _(" (chance alone explains as much)")
    if change["areas"] is not None:
        words += _(" (over the {n} areas counted both times)").format(n=change["areas"])
    return words


def figure_sentence(figure: Mapping[str, Any], span: Span, said_once: Iterable[str] = ()) -> str:
    """Return a figure as a sentence: its name, its number, what it stands on, how it changed."""
    basis = figure_basis(figure)
    value = figure_value(figure) + (pgettext("report", " ({basis})").format(basis=basis) if basis else "")
    changes = (
        [
            change_words(one, figure["unit"], span)
            for one in figure["changes"]
            if one["against"] not in set(said_once)
        ]
        if figure["value"] is not None
        else []
    )
    return pgettext("report", "{name}: {rest}.").format(
        name=figure_name(figure), rest=pgettext("report", "; ").join([value, *changes])
    )


def sentences(section: Mapping[str, Any], period: Period, as_of: str = "") -> list[str]:
    """Return what a section says, in the language of the reader."""
    makers = {
        "areas": _areas,
        "raised_most": _raised_most,
        "overdue": _overdue,
        "warnings": _warnings,
        "advisories": _advisories,
    }
    lines = []
    if section["code"] in makers:
        lines = makers[section["code"]](section, period, as_of)
    elif section["missing"]:
        lines = [_("Nothing was counted in this period, or it has not been entered yet.")]
    else:
        lines = _figures(section["figures"], period.span)
    if section.get("since"):
        lines.insert(0, _("Counted only since {day}.").format(day=section["since"]))
    if section.get("goes_on"):
        lines.insert(0, _("This period is not over yet: these are the numbers so far."))
    return lines


def _figures(figures: Sequence[Mapping[str, Any]], span: Span) -> list[str]:
    """Return a sentence a figure; a comparison that none of them has is explained once, at the end."""
    told = [one for one in figures if one["value"] is not None]
    once: dict[str, Any] = {}
    for against in Against:
        changes = [each for one in told for each in one["changes"] if each["against"] == against]
        whys = {each["why"] for each in changes}
        if len(told) > 1 and len(changes) == len(told) and len(whys) == 1 and None not in whys:
            once[against.value] = changes[0]
    lines = [figure_sentence(one, span, once) for one in figures]
    if once:
        words = pgettext("report", "; ").join(change_words(one, Unit.COUNT, span) for one in once.values())
        lines.append(pgettext("report", "{words}.").format(words=words[:1].upper() + words[1:]))
    return lines


def _areas(section: Mapping[str, Any], period: Period, as_of: str) -> list[str]:
    if section["missing"]:
        return [_("The colors of this period have not been proposed yet.")]
    counts = [(name, number) for name, number in section["counts"] if number]
    told = pgettext("report", ", ").join(
        pgettext("report", "{color} {number}").format(color=GRADE_WORDS[name], number=number)
        for name, number in counts
    )
    lines = [
        _("{number} areas: {told}.").format(number=sum(number for _name, number in counts), told=told),
        *_figures(section["figures"], period.span),
    ]
    if section["state"] == "proposed":
        lines.append(_("These colors are proposed and not released yet."))
    if waiting := section.get("waiting"):
        lines.append(
            ngettext(
                "One area is black or fell by two colors: its color is told when two people have agreed.",
                "{number} areas are black or fell by two colors: their colors are told when two people have agreed.",
                waiting,
            ).format(number=waiting)
        )
    if not section["moved"]:
        lines.append(_("No area changed its color."))
    return lines


def moves(section: Mapping[str, Any], period: Period) -> list[str]:
    """Return a sentence for every area that moved; a page lists them instead."""
    return [_moved(one, period) for one in section.get("moved", ())]


def _moved(one: Mapping[str, Any], period: Period) -> str:
    words = (
        _("{area}: from {before} to {color}, worse")
        if one["worse"]
        else _("{area}: from {before} to {color}, better")
    )
    told = words.format(
        area=named([one["name"], one["name_en"]]),
        before=GRADE_WORDS[one["before"]],
        color=GRADE_WORDS[one["color"]],
    )
    if period.span == Span.QUARTER:
        told = pgettext("report", "{month}, {told}").format(month=one["month"], told=told)
    if one["by"]:
        by = pgettext("report", ", ").join(_moved_by(each) for each in one["by"])
        told += _("; the score moved by: {by}").format(by=by)
    else:
        told += _("; no single indicator stands out")
    return pgettext("report", "{words}.").format(words=told)


def _moved_by(each: Mapping[str, Any]) -> str:
    against = OWN_PAST.get(each["against"])
    name = named(each["names"])
    return pgettext("report", "{name} ({against})").format(name=name, against=against) if against else name


def moved_by(one: Mapping[str, Any]) -> str:
    return pgettext("report", ", ").join(_moved_by(each) for each in one["by"])


def row_number(row: Mapping[str, Any]) -> str:
    """Return a number as exactly as it may be told."""
    if row["high"] is None:
        return _("{number} or more").format(number=f"{row['low']:,.0f}")
    if row["low"] == row["high"]:
        return f"{row['low']:,.0f}"
    return f"{row['low']:,.0f}–{row['high']:,.0f}"


def _raised_most(section: Mapping[str, Any], period: Period, as_of: str) -> list[str]:
    if section["missing"]:
        return [_("Nothing was counted in this period, or too little to tell kinds apart.")]
    first = pgettext("report", "; ").join(
        pgettext("report", "{name} {number}").format(name=category_named(row), number=row_number(row))
        for row in section["rows"][:MOST_NAMED]
    )
    lines = [_("Raised most: {kinds}.").format(kinds=first)]
    compared = any(one["difference"] is not None for row in section["rows"] for one in row["changes"])
    for row in section["rows"]:
        if row["rising"]:
            told = pgettext("report", "; ").join(
                change_words(one, Unit.COUNT, period.span)
                for one in row["changes"]
                if one["difference"] is not None
            )
            lines.append(_("Rising: {name}, {changes}.").format(name=category_named(row), changes=told))
    if compared and not any(row["rising"] for row in section["rows"]):
        lines.append(_("No kind rises by more than chance explains."))
    if not compared:
        lines.append(_("What rises cannot be said: no earlier period was counted in full."))
    if section["late"]:
        worst = section["late"][0]
        words = _("Answered late most often: {name}, {value} ({basis}).")
        lines.append(
            words.format(name=named(worst["names"]), value=figure_value(worst), basis=figure_basis(worst))
        )
    return lines


def moment_told(written: str) -> str:
    """Return a stored moment as people write it, in the town's time."""
    return timezone.localtime(datetime.fromisoformat(written)).strftime("%Y-%m-%d %H:%M")


def _overdue(section: Mapping[str, Any], period: Period, as_of: str) -> list[str]:
    there = [(code, number) for code, number in section["concerns"] if number]
    if not there:
        return [_("As of {moment}, nothing is overdue.").format(moment=moment_told(as_of))]
    told = pgettext("report", ", ").join(
        pgettext("report", "{why}: {number}").format(why=CONCERNS[code], number=f"{number:,}")
        for code, number in there
    )
    return [_("As of {moment}: {told}.").format(moment=moment_told(as_of), told=told)]


def _warnings(section: Mapping[str, Any], period: Period, as_of: str) -> list[str]:
    if not section["told"]:
        if not section["looked"]:
            return [_("Nobody looked for what is unusual in this period, so no warning means nothing.")]
        return [_("There was no warning in this period.")]
    number = section["told"]
    lines = [
        ngettext(
            "One warning: confirmed {confirmed}, dismissed {dismissed}, not decided {open}.",
            "{number} warnings: confirmed {confirmed}, dismissed {dismissed}, not decided {open}.",
            number,
        ).format(
            number=number,
            confirmed=section["confirmed"],
            dismissed=section["dismissed"],
            open=section["open"],
        )
    ]
    if section["reasons"]:
        told = pgettext("report", ", ").join(
            pgettext("report", "{name} {number}").format(name=REASONS[code], number=n)
            for code, n in section["reasons"]
        )
        lines.append(_("What they turned out to be: {told}.").format(told=told))
    return lines


def _advisories(section: Mapping[str, Any], period: Period, as_of: str) -> list[str]:
    if not section["sent"]:
        return [_("No message was sent to residents in this period.")]
    words = ngettext(
        "One message was sent. It was for {receivers} people, reached {reached} and was opened by {opened}.",
        "{number} messages were sent. They were for {receivers} people, reached {reached} and were opened by "
        "{opened}, each person counted once a message.",
        section["sent"],
    )
    people = {
        name: f"{section[name]:,}" if section[name] >= FLOORS.small else NOT_TOLD[Why.SMALL]
        for name in ("receivers", "reached", "opened")
    }
    return [words.format(number=section["sent"], **people)]


def source_words(source: Mapping[str, Any]) -> str:
    """Return where a figure comes from, for the list at the end."""
    parts = [str(SOURCES[source["code"]])]
    if source.get("given"):
        parts.append(pgettext("report", ", ").join(source["given"]))
    if source.get("sheets"):
        words = ngettext("one sheet", "{number} sheets", source["sheets"])
        parts.append(words.format(number=source["sheets"]))
    if source.get("method"):
        parts.append(_("method version {version}").format(version=source["method"]))
    if source.get("digest"):
        parts.append(_("result {digest}").format(digest=source["digest"]))
    if source.get("latest"):
        parts.append(_("as of {moment}").format(moment=moment_told(source["latest"])))
    return pgettext("report", "; ").join(parts)


def source_number(sources: Sequence[Mapping[str, Any]], code: str) -> str:
    """Return the number under which a source stands in the list at the end."""
    return str(next((at for at, one in enumerate(sources, start=1) if one["code"] == code), ""))


def concern_words(code: str) -> str:
    return str(CONCERNS[code])
