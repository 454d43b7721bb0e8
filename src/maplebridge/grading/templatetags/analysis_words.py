"""The words of reports, for templates."""

from django import template

from maplebridge.grading import words
from maplebridge.grading.permissions import reads_reports
from maplebridge.grading.queries import analysis as queries
from maplebridge.people.domain.standing import Standing

register = template.Library()

for filtered in (
    words.section_title,
    words.report_state,
    words.period_words,
    words.report_title,
    words.named,
    words.category_named,
    words.figure_name,
    words.figure_value,
    words.figure_basis,
    words.change_note,
    words.moved_by,
    words.row_number,
    words.source_words,
    words.concern_words,
):
    register.filter(filtered)
for tag in (words.change_cell, words.source_number):
    register.simple_tag(tag)


@register.simple_tag(takes_context=True)
def reports_waiting(context: template.Context) -> int | None:
    """Return how many reports wait to be read or released; None for whoever does not read them."""
    standing = context.get("standing")
    if not isinstance(standing, Standing) or not reads_reports(standing):
        return None
    return queries.waiting_reports()
