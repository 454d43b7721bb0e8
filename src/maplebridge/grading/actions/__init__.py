"""Everything that changes what safety grading keeps. Nothing else in the project saves one of its rows."""

from maplebridge.grading.actions.counting import (
    CountsRefused,
    confirm_method,
    count_population,
    define_indicator,
    enter_counts,
    enter_sheet,
    lay_out_area,
    make_method,
    succeed,
)
from maplebridge.grading.actions.months import (
    answer_comment,
    close_month,
    comment,
    propose,
    review,
    take_back,
    told,
)
from maplebridge.grading.actions.publishing import ask_correction, correct, publish
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
from maplebridge.grading.actions.watching import decide, watch

__all__ = [
    "CountsRefused",
    "SurveyRefused",
    "answer_as_resident",
    "answer_at_post",
    "answer_by_link",
    "answer_comment",
    "answer_on_phone",
    "ask_correction",
    "close_month",
    "comment",
    "confirm_method",
    "correct",
    "count_population",
    "decide",
    "define_indicator",
    "draw",
    "enter_counts",
    "enter_sheet",
    "lay_out_area",
    "make_method",
    "note_call",
    "open_round",
    "phone_of",
    "propose",
    "publish",
    "review",
    "succeed",
    "take_back",
    "told",
    "watch",
]
