"""What residents are asked each month: three questions on a scale, and an age band so that answers can be weighted."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from maplebridge.people.domain.ages import AgeBand as AgeBand

MARKS = range(1, 6)  # 1 not at all … 5 very


class Question(StrEnum):
    SAFE = "safe"  # how safe do you feel where you live, after dark too
    OFFICERS = "officers"  # how satisfied are you with the community officers
    MAP = "map"  # do you know the safety map of your area


# Answered with yes or no: 5 and 1 on the common scale.
YES_NO = frozenset({Question.MAP})
# The share of residents who agree enters the satisfaction indicator.
AGREES_FROM = 4


class AnswerRefused(ValueError):
    """`code` says why: unknown_question, mark_out_of_range, unknown_age_band, nothing_answered."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Marks:
    """A resident's marks. None: does not know, or does not want to say; that is kept apart from an answer."""

    by_question: Mapping[Question, int | None]
    age_band: AgeBand | None

    def agrees(self, question: Question) -> bool | None:
        mark = self.by_question.get(question)
        return None if mark is None else mark >= AGREES_FROM


def read_marks(given: Mapping[str, object], age_band: str = "") -> Marks:
    """Return the marks of a form or an interview; refuse what no page offers."""
    if unknown := set(given) - set(Question):
        raise AnswerRefused("unknown_question") from KeyError(sorted(unknown)[0])
    if age_band and age_band not in set(AgeBand):
        raise AnswerRefused("unknown_age_band")
    marks = {question: _mark(question, given.get(question)) for question in Question}
    if not any(question in given for question in Question):
        raise AnswerRefused("nothing_answered")
    return Marks(marks, AgeBand(age_band) if age_band else None)


def _mark(question: Question, given: object) -> int | None:
    if given in (None, "", "unknown"):
        return None
    allowed = (1, 5) if question in YES_NO else tuple(MARKS)
    text = str(given)
    if not text.isascii() or not text.isdigit() or int(text) not in allowed:
        raise AnswerRefused("mark_out_of_range")
    return int(text)
