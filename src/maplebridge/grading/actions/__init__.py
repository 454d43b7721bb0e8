"""Everything that changes what safety grading keeps. Nothing else in the project saves one of its rows."""

from maplebridge.grading.actions.counting import (
    CountsRefused,
    count_population,
    define_indicator,
    enter_counts,
    enter_sheet,
    lay_out_area,
    succeed,
)
from maplebridge.grading.actions.surveying import (
    SurveyRefused,
    answer_as_resident,
    answer_at_post,
    answer_by_link,
    answer_on_phone,
    draw,
    note_call,
    open_round,
    phone_of,
)

__all__ = [
    "CountsRefused",
    "SurveyRefused",
    "answer_as_resident",
    "answer_at_post",
    "answer_by_link",
    "answer_on_phone",
    "count_population",
    "define_indicator",
    "draw",
    "enter_counts",
    "enter_sheet",
    "lay_out_area",
    "note_call",
    "open_round",
    "phone_of",
    "succeed",
]
