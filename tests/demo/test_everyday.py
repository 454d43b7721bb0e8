"""The everyday matters read as a town lives: in time, in order, in its own words, and nothing too often."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from maplebridge.demo import story
from maplebridge.demo.everyday import (
    CLOSES,
    MATTERS,
    NEVER_CLOSED,
    OPENS,
    Everyday,
    everyday_threads,
    read_everyday,
    workdays,
)
from maplebridge.demo.loading import told_story
from maplebridge.demo.parts import Part, threads_of
from maplebridge.matters.data import catalogue

NOW = timezone.make_aware(datetime(2026, 3, 14, 11, 26))  # noqa: DTZ001 -- made aware at once


@pytest.fixture(scope="module")
def told() -> Everyday:
    return read_everyday()


@pytest.fixture(scope="module")
def said_by_hand() -> Mapping[str, int]:
    return story.sentences(told_story().threads)


@pytest.fixture(scope="module")
def month(told: Everyday, said_by_hand: Mapping[str, int]) -> story.Story:
    return story.Story(everyday_threads(told, NOW, 1, said=said_by_hand))


def test_every_matter_could_have_happened_so(month: story.Story) -> None:
    about_states = "no matter is left"  # which the month written by hand sees to
    assert [what for what in story.check(month) if not what.startswith(about_states)] == []
    assert len(month.threads) >= MATTERS


def test_kinds_are_those_of_the_catalogue_and_of_its_agencies(told: Everyday) -> None:
    leaves = {leaf.code: leaf for leaf in catalogue()}
    assert {kind.code for kind in told.kinds} <= leaves.keys()
    assert {kind.lead for kind in told.kinds} <= story.AGENCIES
    assert not [kind.name for kind in told.kinds if leaves[kind.code].confidential]


def test_whatever_goes_wrong_has_an_answer_a_repair_and_an_end(told: Everyday) -> None:
    missing = [
        (kind.name, head, lines)
        for kind in told.kinds
        for head in range(1, len(kind.heads) + 1)
        for lines in ("tails", "answers", "works", "results")
        if not kind.fitting(getattr(kind, lines), head)
    ]
    assert missing == []


def test_no_sentence_is_said_more_than_three_times_in_the_whole_month(
    month: story.Story, said_by_hand: Mapping[str, int]
) -> None:
    everyday = story.sentences(month.threads)
    assert not [said for said, times in everyday.items() if times + said_by_hand.get(said, 0) > 3]


def test_the_same_seed_makes_the_same_month(told: Everyday, month: story.Story) -> None:
    again = everyday_threads(told, NOW, 1, said=story.sentences(told_story().threads))
    assert [thread.steps for thread in again] == [thread.steps for thread in month.threads]


def test_nothing_happens_after_the_town_is_loaded(month: story.Story) -> None:
    assert max(moment for thread in month.threads for moment, _ in thread.timed(NOW)) <= NOW
    assert min(thread.begins(NOW) for thread in month.threads) >= NOW - timedelta(days=31)


def test_at_night_the_officer_on_duty_answers(month: story.Story) -> None:
    by_night = [
        step.who
        for thread in month.threads
        if thread.begins(NOW).time() < time(5)
        for step in thread.steps
        if step.deed == "answer"
    ]
    assert by_night
    assert by_night.count("officer") >= 0.85 * len(by_night)


def test_agencies_that_close_work_in_office_hours(month: story.Story) -> None:
    done = [
        moment
        for thread in month.threads
        if thread.lead not in NEVER_CLOSED
        for moment, step in thread.timed(NOW)
        if step.deed == "done"
    ]
    special = workdays(NOW.year)
    assert len(done) > 100
    assert all(OPENS <= moment.time() <= CLOSES for moment in done)
    assert all(special.get(moment.date(), moment.weekday() < 5) for moment in done)


def test_holidays_are_those_that_were_published_and_none_where_they_are_not_known_yet() -> None:
    days = workdays(2026)
    assert days[datetime(2026, 10, 1).date()] is False  # noqa: DTZ001 -- only a date
    assert True in days.values()
    assert workdays(2199) == {}


def test_the_rates_are_those_of_a_good_town_with_some_failures(month: story.Story) -> None:
    rates = story.rates(month)
    assert 0.93 <= rates.answered_in_time / rates.due <= 0.98
    assert 0.86 <= rates.solved / rates.judged <= 0.96
    assert 0.80 <= rates.satisfied / rates.rated <= 0.93


def test_the_parts_of_the_month_are_the_whole_and_what_belongs_together_is_in_one(
    month: story.Story,
) -> None:
    threads = (*told_story().month, *month.threads)
    first, second = (threads_of(Part(number, 2), threads) for number in range(2))
    assert sorted(one.key for one in (*first, *second)) == sorted(one.key for one in threads)
    assert not [one.key for one in second if one.issue or one.follows or one.cast or one.show]
    assert 0.6 < len(first) / len(second) < 1.7
