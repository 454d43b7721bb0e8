"""What a message mentions is found wherever it stands, in either script."""

import pytest

from maplebridge.matters.data import wordings
from maplebridge.matters.domain.wordings import FIRST_MARK, Mention, Wordings, read_wordings


@pytest.fixture
def small() -> Wordings:
    return Wordings({"outage": ["停水", "没水"], "fuel": ["井盖+汽油"], "child": ["孩子"]})


def test_a_word_is_found_anywhere(small: Wordings) -> None:
    assert small.mentions("怎么又停水了") == [Mention("outage", "停水")]


def test_words_that_belong_together_must_all_occur(small: Wordings) -> None:
    assert small.mentions("井盖松了") == []
    assert small.mentions("汽油味从井盖下面出来") == [Mention("fuel", "井盖+汽油")]


def test_traditional_characters_mention_the_same(small: Wordings) -> None:
    assert small.mentions("又沒水了") == small.mentions("又没水了") == [Mention("outage", "没水")]


def test_the_order_of_mentions_does_not_depend_on_the_message(small: Wordings) -> None:
    assert small.mentions("孩子说没水停水") == small.mentions("停水，没水，孩子")


def test_marks_tell_keys_apart_and_cannot_occur_in_a_message(small: Wordings) -> None:
    marks = small.marks(small.mentions("孩子说没水停水"))
    assert len(marks) == 3
    assert len(set(marks)) == 2
    assert all(ord(mark) >= FIRST_MARK for mark in marks)


def test_tables_are_read_one_after_another() -> None:
    both = read_wordings("category,words\nx,停水 没水\n", "concept,words\ny,孩子\n")
    assert both.keys == ("x", "y")


def test_the_shipped_tables_give_every_category_its_words() -> None:
    found = wordings().mentions("煤气罐堆在楼道，电动车飞线充电")
    assert {"03-04-02", "03-03-02"} <= {mention.key for mention in found}


def test_only_the_beginning_of_an_endless_message_is_read(small: Wordings) -> None:
    assert small.mentions("啊" * 30_000 + "停水") == []
    assert small.mentions("停水" + "啊" * 30_000) == [Mention("outage", "停水")]
