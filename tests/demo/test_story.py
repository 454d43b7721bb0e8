"""The demo town's month reads as it says, and breaks its own rules nowhere."""

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maplebridge.demo import story
from maplebridge.people.data import agency_kinds

THREADS = Path(__file__).parents[2] / "demo" / "threads"
CATALOGUE = Path(__file__).parents[2] / "src" / "maplebridge" / "matters" / "data"
NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)


@pytest.fixture(scope="module")
def month() -> story.Story:
    return story.read_story(_texts())


def _texts() -> Mapping[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in THREADS.glob("*.toml")}


def _column(catalogue: str) -> frozenset[str]:
    with (CATALOGUE / catalogue).open(encoding="utf-8", newline="") as lines:
        return frozenset(row["code"] for row in csv.DictReader(lines))


def _told(*steps: str, **frame: str) -> story.Story:
    """Read a story of one matter with the steps given."""
    fields = {
        "key": "k",
        "kind": "matter",
        "category": "leak",
        "code": "05-01-01",
        "lead": "property",
        "day": "-3",
    } | frame
    head = "\n".join(f"{name} = {value!r}" for name, value in fields.items())
    lines = "\n".join(steps)
    return story.read_story({"a.toml": f'[[thread]]\n{head}\nsteps = """\n{lines}\n"""\n'})


def _problems(*steps: str, **frame: str) -> list[str]:
    return [what for what in story.check(_told(*steps, **frame)) if what.startswith("k: ")]


RAISED = "+0 r1 raise: 水管漏了"
ANSWERED = "+5 officer answer: 马上到"


def test_the_files_keep_every_rule_of_the_story(month: story.Story) -> None:
    assert story.check(month) == []


def test_agencies_and_categories_are_those_of_the_catalogue(month: story.Story) -> None:
    kinds, codes = set(agency_kinds()), _column("categories.csv")
    assert kinds >= story.AGENCIES
    assert {thread.code for thread in month.threads if thread.kind == "matter"} <= codes


def test_no_sentence_is_said_more_than_three_times(month: story.Story) -> None:
    assert max(story.sentences(month.threads).values()) <= 3


def test_every_state_is_reached_by_some_matter(month: story.Story) -> None:
    assert {state for thread in month.matters for state in story.conditions(thread)} >= story.STATES


def test_every_step_of_the_month_has_happened_when_the_town_is_loaded(month: story.Story) -> None:
    assert all(moment <= NOW for thread in month.month for moment, _ in thread.timed(NOW))


def test_a_step_carries_who_when_what_and_the_picture() -> None:
    step = _told("+1d2h30 r2 join: 我家:也是 #ceiling_leak @@{building2}", RAISED).threads[0].steps[0]
    assert (step.after, step.who, step.deed) == (1590, "r2", "join")
    assert (step.text, step.photo, step.place) == ("我家:也是", "ceiling_leak", "{building2}")


def test_a_deed_carries_its_terms_and_may_be_wordless() -> None:
    step = _told("+3 officer call_out to=water:").threads[0].steps[0]
    assert (step.terms, step.text, step.is_message) == ({"to": "water"}, "", False)


@pytest.mark.parametrize("line", ["r1: 没有时间", "+5 r1 没有冒号", "+later r1: 什么时候", "+5m2 r1: 乱写"])
def test_a_line_that_is_not_a_step_is_refused_with_its_place(line: str) -> None:
    with pytest.raises(story.StoryUnreadable, match=r"a\.toml: k"):
        _told(line)


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(story.StoryUnreadable, match="severty"):
        _told(RAISED, severty="2")


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        (["+0 r1: 没人报"], "nobody raises it"),
        ([RAISED, "+5 officer resolve outcome=solved: 好了"], "resolve is not possible when waiting"),
        ([RAISED, ANSWERED, "+1 r1 feedback solved=yes:"], "feedback is not possible when answered"),
        ([RAISED, ANSWERED, "+1 water accept:"], "water was not asked to accept"),
        ([RAISED, ANSWERED, "+1 officer resolve: 好了"], "resolve says no outcome"),
        ([RAISED, ANSWERED, "+1 officer resolve outcome=fine: 好了"], "resolve: unknown outcome fine"),
        ([RAISED, "+1 officer dance: 跳舞"], "unknown deed dance"),
        ([RAISED, "+1 nobody: 是谁"], "nobody is called nobody"),
        ([RAISED, "+1 r2: 看图 #spaceship"], "unknown photo spaceship"),
        ([RAISED, "+1 r2: 在{planet}"], "unknown placeholder planet"),
        ([RAISED, "+1 r2: 在{building"], "a brace too many: 在{building"),
        ([RAISED, "+1 r2:"], "r2 says and shows nothing"),
        ([RAISED, ANSWERED, "+1 water done: 修好了"], "water did not accept, and yet is at work"),
        ([RAISED, "+1 r2: 电话13800000000"], "a number that could be a person's: 电话13800000000"),
        ([RAISED, "+9d r2: 还没好"], "ends after the town is loaded"),
    ],
)
def test_what_cannot_be_is_named(steps: list[str], problem: str) -> None:
    assert f"k: {problem}" in _problems(*steps)


def test_a_legal_life_has_no_problems() -> None:
    assert not _problems(
        RAISED,
        ANSWERED,
        "+1 officer call_out to=water:",
        "+9 water refuse reason=not_ours: 户内的",
        "+1 officer hand_over to=property: 请接",
        "+3 property take:",
        "+1 property pause reason=waiting_for_part: 等配件",
        "+1h property resume:",
        "+5 property resolve outcome=solved: 修好了",
        "+5 r1 feedback solved=no stars=1: 还漏",
        "+9 property answer: 再来",
        "+5 property resolve outcome=solved: 这回换了整根管",
        "+5 r1 feedback solved=yes stars=5: 谢谢",
    )


def test_violence_in_a_family_is_refused_in_a_group_and_told_in_private(month: story.Story) -> None:
    secret = {"code": "01-04-01", "severity": "3"}
    assert "k: violence and crisis in a family never stand in a group" in _problems(RAISED, **secret)
    assert not _problems(RAISED, origin="tip", **secret)
    assert any(thread.code == "01-04-01" for thread in month.matters)


def test_a_talk_has_no_deeds() -> None:
    assert "k: a talk has no deeds" in _problems("+0 r1 raise: 天真冷", kind="talk")


def test_a_fourth_repetition_is_found_inside_longer_messages() -> None:
    told = _told(RAISED, *(f"+1 r{i}: 第{i}句。辛苦了!" for i in range(2, 6)))
    assert "said 4 times: 辛苦了" in story.check(told)


def test_not_solved_opens_the_matter_again() -> None:
    done = [RAISED, ANSWERED, "+5 officer resolve outcome=solved: 好了"]
    reopened = _told(*done, "+5 r1 feedback solved=no stars=1: 没好").matters[0]
    silent = _told(*done, "+5 system feedback solved=none:").matters[0]
    assert story.conditions(reopened) == {"reopened"}
    assert story.conditions(silent) == {"closed_not_answered"}


def test_an_old_open_matter_is_overdue_unless_it_was_extended() -> None:
    extended = "+1 officer extend days=20: 等材料"
    assert "overdue" in story.conditions(_told(RAISED, ANSWERED, day="-20").matters[0])
    assert story.conditions(_told(RAISED, ANSWERED, extended, day="-20").matters[0]) == {
        "answered",
        "extended",
    }
    assert "overdue" not in story.conditions(_told(RAISED, ANSWERED, day="-1").matters[0])


def test_the_last_full_day_is_day_zero_and_ago_counts_from_now() -> None:
    yesterday = _told(RAISED, day="0", at="08:00").threads[0]
    fresh = story.read_story({"a.toml": "[[thread]]\nkey = 'f'\nago = 12\nsteps = '+0 r1: 有人吗'"}).threads[
        0
    ]
    assert yesterday.begins(NOW) == datetime(2026, 3, 13, 8, 0, tzinfo=UTC)
    assert fresh.begins(NOW) == NOW - timedelta(minutes=12)


def test_a_matter_raised_minutes_ago_is_not_yet_counted_as_unanswered() -> None:
    raised = '[[thread]]\nkey = "f"\nkind = "matter"\nago = {ago}\nsteps = "+0 r1 raise: 漏水"\n'
    fresh, late = (story.read_story({"a.toml": raised.format(ago=ago)}) for ago in (30, 31))
    assert (story.rates(fresh).due, story.rates(late).due) == (0, 1)


def test_an_order_to_an_agency_is_written_and_its_answer_is_said() -> None:
    order, answer = _told("+0 officer call_out to=water: 请派人", "+2 water accept: 出发").threads[0].steps
    assert order.is_message
    assert not order.is_said
    assert answer.is_said


def test_the_rates_of_the_month_are_those_of_a_good_town_with_some_failures(month: story.Story) -> None:
    rates = story.rates(month)
    assert 0.92 <= rates.answered_in_time / rates.due < 1
    assert 0.84 <= rates.solved / rates.judged <= 0.92
    assert 0.80 <= rates.satisfied / rates.rated <= 0.90


def test_rates_count_the_last_verdict_and_nobody_who_said_nothing() -> None:
    late = "+31 officer answer: 抱歉晚了"
    told = _told(
        RAISED,
        late,
        "+1 officer resolve outcome=solved: 好了",
        "+1 r1 feedback solved=no stars=1: 没好",
        "+1 officer answer: 再修",
        "+1 officer resolve outcome=solved: 这次好了",
        "+1 r1 feedback solved=yes stars=4: 行",
    )
    assert story.rates(told) == story.Rates(
        due=1, answered_in_time=0, judged=1, solved=1, rated=1, satisfied=1
    )
