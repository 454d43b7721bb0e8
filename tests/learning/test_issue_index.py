from datetime import UTC, datetime, timedelta

import pytest

from maplebridge.learning.issue_index import IssueIndex

NOW = datetime(2031, 5, 1, tzinfo=UTC)
TEXTS = {
    "smoke": "海棠花园楼下餐馆油烟直接排到楼上",
    "lamp": "银杏路的路灯坏了一个星期",
    "school": "青禾小学什么时候扩建，教室坐不下了",
    "card": "补办身份证要带什么材料",
}


@pytest.fixture
def index() -> IssueIndex:
    index = IssueIndex()
    for id, text in TEXTS.items():
        index.add(id, text, at=NOW)
    return index


def test_another_wording_finds_the_matter_and_says_what_both_name(index: IssueIndex) -> None:
    best = index.similar("我住海棠花园，油烟太大了", at=NOW)[0]
    assert best.id == "smoke"
    assert best.shared == ("海棠花园",)
    assert 0 < best.score < 1


def test_the_same_text_is_as_alike_as_can_be(index: IssueIndex) -> None:
    assert index.similar(TEXTS["lamp"])[0] == ("lamp", pytest.approx(1, abs=1e-5), ("银杏路",))


def test_what_shares_nothing_finds_nothing(index: IssueIndex) -> None:
    assert index.similar("电梯困人") == []
    assert index.similar("") == []


def test_an_empty_index_answers_nothing() -> None:
    assert IssueIndex().similar("海棠花园停水") == []


def test_a_closed_matter_is_forgotten(index: IssueIndex) -> None:
    index.remove("smoke")
    assert len(index) == len(TEXTS) - 1
    assert index.similar("海棠花园油烟") == []
    with pytest.raises(KeyError):
        index.remove("smoke")


def test_a_text_added_again_replaces_the_first(index: IssueIndex) -> None:
    index.add("lamp", "翠竹苑电梯坏了")
    assert len(index) == len(TEXTS)
    assert index.similar("银杏路路灯") == []
    assert [found.id for found in index.similar("翠竹苑电梯")] == ["lamp"]


def test_an_old_matter_scores_a_little_less_than_a_new_one() -> None:
    index = IssueIndex()
    index.add("old", "海棠花园停水", at=NOW - timedelta(days=700))
    index.add("new", "海棠花园停水", at=NOW)
    new, old = index.similar("海棠花园停水", at=NOW)
    assert (new.id, old.id) == ("new", "old")
    assert old.score == pytest.approx(0.9 * new.score)


def test_no_more_are_returned_than_asked_for_best_first(index: IssueIndex) -> None:
    for n in range(10):
        index.add(f"more{n}", "海棠花园油烟" + "，请尽快处理" * n)
    found = index.similar("海棠花园油烟", most=3)
    assert len(found) == 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert found[0].id == "more0"
