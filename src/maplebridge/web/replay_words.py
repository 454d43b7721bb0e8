"""The report of a replay in words, in the language of the command."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maplebridge.matters.templatetags.matter_words import severity
from maplebridge.people.templatetags.people import kind_name
from maplebridge.web.replay import Report, percentiles, with_mean

STAGES = {
    "receive_and_commit": gettext_lazy("receive and commit"),
    "wait_for_a_worker": gettext_lazy("wait for a worker"),
    "look_up": gettext_lazy("look up the message and what is open"),
    "triage": gettext_lazy("triage"),
    "place": gettext_lazy("find the place"),
    "duplicate_search": gettext_lazy("search for the same matter"),
    "routing": gettext_lazy("route to an owner"),
    "write": gettext_lazy("write, with the record of every change"),
    "notify": gettext_lazy("notify open pages"),
    "commit_and_tell": gettext_lazy("commit and be seen"),
}


def in_words(report: Report) -> list[str]:
    """Return the lines of the report: what came in, what became of it, how fast, and the time of each stage."""
    return [*_what_came(report), *_what_became(report), *_how_fast(report), *_stages(report)]


def _what_came(report: Report) -> Iterator[str]:
    yield _("Messages received: %(count)s") % {"count": f"{report.received:,}"}
    if refused := sum(report.refused.values()):
        yield _("Refused: %(count)s") % {"count": f"{refused:,}"}
    if report.repeated:
        yield _("Received before: %(count)s") % {"count": f"{report.repeated:,}"}


def _what_became(report: Report) -> Iterator[str]:
    yield _("New matters: %(count)s") % {"count": f"{report.raised:,}"}
    yield _("Joined to open matters: %(count)s") % {"count": f"{report.joined:,}"}
    yield _("Left as talk: %(count)s") % {"count": f"{report.talk:,}"}
    by_severity = {severity(value): count for value, count in sorted(report.severity.items())}
    yield _("By severity: %(list)s") % {"list": _listed(by_severity)}
    by_agency = {kind_name(kind): count for kind, count in report.agency.most_common()}
    yield _("By agency: %(list)s") % {"list": _listed(by_agency)}
    if report.answered:
        yield _("Answered: %(answered)s, in time %(in_time)s") % {
            "answered": f"{report.answered:,}",
            "in_time": f"{report.answered_in_time:,}",
        }


def _how_fast(report: Report) -> Iterator[str]:
    if report.seconds:
        yield _("In %(seconds)s s: %(messages)s messages and %(matters)s matters a second") % {
            "seconds": f"{report.seconds:.1f}",
            "messages": f"{report.received / report.seconds:.1f}",
            "matters": f"{report.raised / report.seconds:.1f}",
        }
    if visible := percentiles(report.visible_s):
        yield _("From committed to assigned and visible (ms): %(percentiles)s") % {
            "percentiles": _figures(visible)
        }
    if report.not_seen:
        yield _("Not seen in time: %(count)s") % {"count": f"{report.not_seen:,}"}


def _stages(report: Report) -> Iterator[str]:
    if report.stages_s:
        yield _("Time of each stage for messages that became matters (ms):")
    for name, seconds in report.stages_s.items():
        yield f"  {STAGES[name]}: {_figures(with_mean(seconds))}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "—"


def _figures(values: Mapping[str, float]) -> str:
    names = {"mean": _("mean"), "max": _("largest")}
    return ", ".join(f"{names.get(name, name)} {value:.1f}" for name, value in values.items())
