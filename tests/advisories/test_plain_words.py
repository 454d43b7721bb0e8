"""What is looked at again before residents read it: each finding has something to find, and plain words have none."""

import pytest

from maplebridge.advisories import data
from maplebridge.advisories.domain.plain import HOLDS_UP, Finding, What, findings, long_sentences
from maplebridge.advisories.domain.subjects import (
    Call,
    as_message,
    blanks_in,
    calls_of,
    subject_of,
)
from maplebridge.conversations.models import Broadcast


def found(text: str = "有人冒充客服。", **more: object) -> list[Finding]:
    given = {
        "title": "先挂电话",
        "text": text,
        "steps": ["挂断电话"],
        "calls": ["110 报警"],
        "words": data.words(),
    }
    return findings(**(given | more))  # type: ignore[arg-type]


def test_plain_words_have_nothing_to_look_at_again() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("最近【地点】有人偷电瓶。", What.BLANK, "【地点】"),
        ("请打13912345678。", What.PRIVATE, "13912345678"),
        ("身份证630102199001011234。", What.PRIVATE, "630102199001011234"),
        ("住在3号楼2单元401室的人。", What.PRIVATE, "2单元401室"),
        ("张某某被骗了。", What.NAME, "张某某"),
        ("李先生被骗了。", What.NAME, "李先生"),
        ("请相关部门处理。", What.SYSTEM_WORD, "相关部门"),
    ],
)
def test_what_residents_shall_not_read_is_found(text: str, what: What, where: str) -> None:
    assert (what, where) in [(one.what, one.where) for one in found(text)]


def test_private_numbers_and_blanks_hold_it_up_and_the_rest_does_not() -> None:
    assert {What.BLANK, What.PRIVATE} == HOLDS_UP
    assert found("最近【地点】有人偷电瓶。")[0].holds_up
    assert not found("请相关部门处理。")[0].holds_up


def test_an_office_may_be_called_and_a_private_phone_may_not() -> None:
    assert found(calls=["96110 反诈专线", "0971-6123456 派出所"]) == []
    (one,) = found(calls=["13912345678 王警官"])
    assert (one.what, one.where) == (What.PRIVATE, "13912345678")


@pytest.mark.parametrize(
    ("text", "number"),
    [("一" * 40 + "。" + "二" * 40, 0), ("一" * 41 + "。", 1), (" ".join(["word"] * 23), 1), ("", 0)],
)
def test_a_sentence_is_long_from_41_characters_on(text: str, number: int) -> None:
    assert len(long_sentences(text)) == number


def test_nobody_is_left_without_what_to_do() -> None:
    assert [one.what for one in found(steps=[])] == [What.NO_STEPS]


def test_shipped_templates_need_nothing_but_their_blanks_and_fit_a_broadcast() -> None:
    longest = Broadcast._meta.get_field("subject").max_length
    for subject in data.subjects().values():
        for one in subject.templates:
            left = findings(
                title=one.title, text=one.text, steps=one.steps, calls=one.calls, words=data.words()
            )
            assert {each.what for each in left} <= {What.BLANK}, (one.name_zh, left)
            assert len(one.title) <= longest
            assert one.steps
            assert all(call.number for call in calls_of("\n".join(one.calls)))


@pytest.mark.parametrize(
    ("category", "code"),
    [
        ("01-03-02", "fraud"),
        ("01-03", "fraud"),
        ("03-03-01", "fire"),
        ("09-02-01", "traffic"),
        ("05-01-01", ""),
        ("", ""),
        ("01-031", ""),
    ],
)
def test_a_category_belongs_to_the_subject_that_names_it(category: str, code: str) -> None:
    one = subject_of(category, data.subjects())
    assert (one.code if one else "") == code


def test_what_is_said_in_a_group_is_the_danger_what_to_do_and_whom_to_call() -> None:
    assert (
        as_message("有人行骗。", "挂断\n\n不转账", "110 报警") == "有人行骗。\n· 挂断\n· 不转账\n☎ 110 报警"
    )
    assert as_message("有人行骗。", "", "") == "有人行骗。"


def test_numbers_to_call_are_read_with_who_answers() -> None:
    assert calls_of("96110 反诈专线\n0971-612 3456 派出所\n社区警务室") == [
        Call("96110", "反诈专线"),
        Call("0971-6123456", "派出所"),
        Call("", "社区警务室"),
    ]


def test_a_blank_is_named_once() -> None:
    assert blanks_in("【时间】在【地点】", "【地点】") == ["【时间】", "【地点】"]
