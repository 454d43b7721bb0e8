import pytest

from maplebridge.grading.domain.questionnaire import AgeBand, AnswerRefused, Question, read_marks


def test_what_is_not_known_is_kept_apart_from_a_mark() -> None:
    marks = read_marks({"safe": "5", "officers": "unknown"}, "60+")

    assert marks.by_question == {Question.SAFE: 5, Question.OFFICERS: None, Question.MAP: None}
    assert marks.age_band == AgeBand.OLD
    assert marks.agrees(Question.SAFE) is True
    assert marks.agrees(Question.OFFICERS) is None


@pytest.mark.parametrize(("mark", "agrees"), [(1, False), (3, False), (4, True), (5, True)])
def test_agreeing_begins_with_the_fourth_mark(mark: int, agrees: bool) -> None:
    assert read_marks({"safe": mark}).agrees(Question.SAFE) is agrees


@pytest.mark.parametrize(
    ("given", "age_band", "code"),
    [
        ({"safe": "6"}, "", "mark_out_of_range"),
        ({"safe": "0"}, "", "mark_out_of_range"),
        ({"safe": "4.5"}, "", "mark_out_of_range"),
        ({"safe": "²"}, "", "mark_out_of_range"),
        ({"map": "3"}, "", "mark_out_of_range"),
        ({"income": "3"}, "", "unknown_question"),
        ({"safe": "3"}, "12-17", "unknown_age_band"),
        ({}, "", "nothing_answered"),
    ],
)
def test_what_no_page_offers_is_refused(given: dict[str, str], age_band: str, code: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        read_marks(given, age_band)

    assert refused.value.code == code
