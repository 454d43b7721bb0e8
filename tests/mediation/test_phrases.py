"""Phrases and articles: what the file holds, and how one is found by words, by meaning, by article."""

import pytest

from maplebridge.learning.word_meanings import shipped
from maplebridge.mediation.data import dispute_types, phrase_book
from maplebridge.mediation.domain.phrases import NotPhrases, Stage, in_chinese, read_phrase_book

BOOK = phrase_book()


def test_every_stage_has_phrases_and_every_type_an_article() -> None:
    assert all(len(ones) >= 3 for ones in BOOK.by_stage().values())
    assert all(BOOK.articles_of(code) for code in dispute_types())
    assert len({one.text for one in BOOK.phrases}) == len(BOOK.phrases) >= 40


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("要花钱吗", "不收任何费用"),
        ("别吵了", "先说事，不说人"),
        ("分期", "分几次付"),
        ("我想停", "任何时候都可以说停"),
        ("谈不成怎么办", "没有谈成也没关系"),
        ("人民调解法第三十三条", "司法确认"),
        ("《人民调解法》第33条", "司法确认"),
        ("33", "司法确认"),
    ],
)
def test_a_phrase_is_found_by_what_it_means_or_cites(asked: str, told: str) -> None:
    assert told in BOOK.find(asked, shipped())[0].text


def test_what_has_nothing_to_do_with_it_finds_nothing() -> None:
    assert BOOK.find("天气预报", shipped()) == []


def test_a_stage_narrows() -> None:
    assert {one.stage for one in BOOK.find("法院", shipped(), stage=Stage.CLOSING)} == {Stage.CLOSING}
    assert len(BOOK.find("  ", shipped(), stage=Stage.RIGHTS)) == len(BOOK.by_stage()[Stage.RIGHTS])


def test_articles_are_found_by_number_and_by_words() -> None:
    assert [one.name for one in BOOK.find_articles("288")] == ["《民法典》第二百八十八条"]
    assert [one.number for one in BOOK.find_articles("采光")] == [293]


@pytest.mark.parametrize(
    ("number", "words"),
    [(4, "四"), (10, "十"), (19, "十九"), (20, "二十"), (110, "一百一十"), (188, "一百八十八"),
     (1010, "一千零一十"), (1043, "一千零四十三"), (1230, "一千二百三十")],
)  # fmt: skip
def test_numbers_of_articles_are_written_as_laws_do(number: int, words: str) -> None:
    assert in_chinese(number) == words


@pytest.mark.parametrize(
    "wrong",
    [
        '[[article]]\nlaw="法"\nnumber=1\nsays="x"\ntypes=["nothing"]\n[[phrase]]\nstage="opening"\nwhen="x"\ntext="y"',
        '[[article]]\nlaw="法"\nnumber=1\nsays="x"\n[[phrase]]\nstage="opening"\nwhen="x"\ntext="y"\narticle="法2"',
        '[[article]]\nlaw="法"\nnumber=1\nsays="x"\n[[article]]\nlaw="法"\nnumber=1\nsays="z"\n[[phrase]]\nstage="opening"\nwhen="x"\ntext="y"',
    ],
)
def test_a_file_that_cites_what_is_not_there_is_refused(wrong: str) -> None:
    with pytest.raises(NotPhrases):
        read_phrase_book(wrong, dispute_types())
