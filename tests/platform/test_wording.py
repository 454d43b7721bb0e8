"""Spans, moments, rates and names as people say them, in both languages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from maplebridge.platform import wording

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "english", "chinese"),
    [
        (timedelta(seconds=0), "less than a minute", "不到 1 分钟"),
        (timedelta(seconds=59), "less than a minute", "不到 1 分钟"),
        (timedelta(minutes=1), "1 minute", "1 分钟"),
        (timedelta(minutes=59, seconds=59), "59 minutes", "59 分钟"),
        (timedelta(hours=1), "1 hour", "1 小时"),
        (timedelta(hours=5, minutes=20), "5 hours 20 min", "5 小时 20 分钟"),
        (timedelta(days=1), "1 day", "1 天"),
        (timedelta(days=3, hours=2, minutes=59), "3 days 2 h", "3 天 2 小时"),
    ],
)
def test_a_span_is_said_in_at_most_two_units(span: timedelta, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert wording.span_in_words(span) == english
    with translation.override("zh-hans"):
        assert wording.span_in_words(span) == chinese


def test_on_time_is_not_late() -> None:
    with translation.override("zh-hans"):
        assert wording.due_in_words(due=NOW, now=NOW) == "还有不到 1 分钟"
        assert wording.due_in_words(due=NOW - timedelta(seconds=1), now=NOW) == "刚刚超时"
        assert wording.due_in_words(due=NOW + timedelta(minutes=8), now=NOW) == "还有 8 分钟"
        assert wording.due_in_words(due=NOW - timedelta(minutes=3), now=NOW) == "超时 3 分钟"


@pytest.mark.parametrize(
    ("moment", "english", "chinese"),
    [
        ("2026-03-04 09:05", "today 9:05", "今天 9:05"),
        ("2026-03-03 23:59", "yesterday 23:59", "昨天 23:59"),
        ("2026-03-05 00:00", "tomorrow 0:00", "明天 0:00"),
        ("2026-01-02 15:30", "Jan 2 15:30", "1月2日 15:30"),
        ("2025-12-31 15:30", "Dec 31, 2025 15:30", "2025年12月31日 15:30"),
    ],
)
def test_a_moment_names_the_day_and_the_year_only_where_needed(
    moment: str, english: str, chinese: str
) -> None:
    with translation.override("en"):
        assert wording.moment_in_words(datetime.fromisoformat(moment + "Z"), now=NOW) == english
    with translation.override("zh-hans"):
        assert wording.moment_in_words(datetime.fromisoformat(moment + "Z"), now=NOW) == chinese


def test_a_rate_without_a_denominator_is_no_rate() -> None:
    assert wording.percent_in_words(numerator=0, denominator=0) is None
    assert wording.percent_in_words(numerator=0, denominator=3) == "0.0 %"
    assert wording.percent_in_words(numerator=1026, denominator=1064) == "96.4 %"
    assert wording.fraction_in_words(numerator=1026, denominator=1064) == "1,026 / 1,064"


@pytest.mark.parametrize(
    ("points", "words"),
    [(0.84, "+0.8 points"), (-1.24, "−1.2 points"), (0.04, "unchanged"), (-0.04, "unchanged")],
)
def test_a_change_has_a_sign_unless_there_is_none(points: float, words: str) -> None:
    with translation.override("en"):
        assert wording.change_in_words(points) == words


def test_names_of_nested_areas_read_as_one() -> None:
    assert wording.names_joined(["迎宾社区", "第4网格"]) == "迎宾社区第4网格"
    assert wording.names_joined(["Yingbin", "Grid 4"]) == "Grid 4, Yingbin"
    assert wording.names_joined(["", "第4网格"]) == "第4网格"


@pytest.mark.parametrize(
    ("language", "shown"), [("zh-hans", "房屋与物业"), ("zh-hant", "房屋與物業"), ("en", "Housing")]
)
def test_a_name_of_the_catalogue_is_in_the_characters_of_the_reader(language: str, shown: str) -> None:
    with translation.override(language):
        assert wording.in_language("房屋与物业", "Housing") == shown


def test_several_things_are_enumerated_with_the_comma_of_the_language() -> None:
    with translation.override("en"):
        assert wording.enumerated(["a", 2]) == "a, 2"
    with translation.override("zh-hans"):
        assert wording.enumerated(["a", 2]) == "a、2"
