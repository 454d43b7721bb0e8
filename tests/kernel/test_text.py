import pytest
from hypothesis import given
from hypothesis import strategies as st

from maplebridge.kernel.text import (
    comparable,
    id_in,
    mask_phone,
    normalise,
    query_words,
    redact,
    search_words,
    shorten,
    to_simplified,
    to_traditional,
    words,
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽･买买提", "阿依古丽·买买提"),
        ("\ufeff 你好\r\n再见\x00 ", "你好\n再见"),
        ("家人👨‍👩‍👧平安❤️", "家人👨‍👩‍👧平安❤️"),
        ("𠮷野家、㐂、﨑", "𠮷野家、㐂、﨑"),
        ("Ａ座３０１", "Ａ座３０１"),
        ("看\u202e反了", "看反了"),
        ("一行\u2028两行", "一行\n两行"),
        ("坏\ud800字", "坏字"),
    ],
)
def test_only_what_cannot_be_seen_is_taken_away(written: str, kept: str) -> None:
    assert normalise(written) == kept


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    once.encode("utf-8")
    assert "\x00" not in once


def test_simplified_and_traditional_are_one_language_to_search() -> None:
    assert to_simplified("樓頂漏水") == "楼顶漏水"
    assert to_traditional("楼顶漏水") == "樓頂漏水"
    assert search_words("樓頂漏水") == search_words("楼顶漏水")


def test_traditional_characters_are_the_standard_forms_and_found_by_the_others() -> None:
    assert to_traditional("为什么群里的群众只住在里面") == "為什麼群裡的群眾只住在裡面"
    assert search_words("為什麼裡面") == search_words("爲什麼裏面") == search_words("为什么里面")


def test_case_and_width_do_not_matter_to_search() -> None:
    assert search_words("ＷＩＦＩ坏了") == search_words("wifi坏了")
    assert comparable("Ｂ座") == "b座"


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("我们小区楼顶漏水三个月了没人管", "漏水"),
        ("我们小区楼顶漏水三个月了没人管", "没人"),
        ("我们小区楼顶漏水三个月了没人管", "人管"),
        ("派出所居住证办理流程", "居住证"),
        ("派出所居住证办理流程", "居住"),
        ("海棠苑门口有人打架", "棠苑"),
        ("夜里狗叫,扰民", "狗"),
        ("车牌青A12345挡住消防通道", "消防通道"),
        ("楼顶又漏水了", "楼顶漏水"),
        ("請問辦居住證要帶什麼", "居住证办理要带什么"[:3]),
        ("3号楼电梯坏了", "3号楼"),
        ("买了一台Wifi", "wifi"),
    ],
)
def test_a_text_is_found_by_its_words(text: str, query: str) -> None:
    tokens = search_words(text)
    wanted = query_words(query)
    assert wanted
    assert all(
        word in tokens or (len(word) == 1 and any(t.startswith(word) for t in tokens)) for word in wanted
    )


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=30), st.data())
def test_any_two_neighboring_characters_find_the_text(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 2))
    # OpenCC converts phrases as a whole, so the text is simplified before it is cut into a query.
    simplified = comparable(text)
    assert set(query_words(simplified[at : at + 2])) & set(search_words(simplified))


def test_other_words_do_not_find_a_text() -> None:
    assert not set(query_words("电梯")) & set(search_words("小区楼顶漏水"))


def test_words_are_cut_as_a_reader_would() -> None:
    assert words("楼顶漏水,三个月了!") == ["楼顶", "漏水", "三个", "月", "了"]


def test_an_empty_text_has_no_words() -> None:
    assert search_words("") == words("") == query_words("…!") == []


@given(st.text(), st.integers(0, 40))
def test_a_shortened_text_is_never_longer_than_asked(text: str, length: int) -> None:
    assert len(shorten(text, length)) <= length


def test_shortening_says_that_something_is_missing() -> None:
    assert shorten("楼顶漏水三个月", 5) == "楼顶漏水…"
    assert shorten("楼顶\n漏水", 5) == "楼顶 漏水"
    assert "👨‍" not in shorten("家人👨‍👩‍👧平安", 5)


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        ("请打13812345678联系", "请打***联系"),
        ("请打 138 1234 5678 联系", "请打 *** 联系"),
        ("联系10001234567", "联系***"),  # an invented number is somebody's in the demo
        ("联系+86 100 0123 4567", "联系***"),
        ("电话１３８１２３４５６７８", "电话***"),
        ("物业0971-8123456", "物业***"),
        ("身份证63010219900307123X已登记", "身份证***已登记"),
        ("身份证630102900307123", "身份证***"),
        ("3号楼2单元401漏水已修好", "3号楼***漏水已修好"),
        ("3号楼二单元401室漏水", "3号楼***漏水"),
        ("3号楼2单元401楼上漏水", "3号楼***楼上漏水"),
        ("海棠苑3-2-401已通水", "海棠苑***已通水"),
        ("3栋401室", "3栋***"),
        ("请401的住户把车挪开", "请***的住户把车挪开"),
        ("海棠路12号门前井盖已更换", "海棠路***门前井盖已更换"),
        ("车青A12345已移走", "车***已移走"),
    ],
)
def test_a_result_in_a_group_names_nobody_and_no_flat(text: str, posted: str) -> None:
    assert redact(text) == posted


@pytest.mark.parametrize(
    "text",
    [
        "3号楼电梯已修好,共投诉12户",
        "2026年3月12日上午9:30停水",
        "罚款5000元,已拆除300平方米",
        "编号2026第4网格已处理",
        "工单20261122100012已办结",
        "电表1000123",
        "请打12345或110",
        "小区近1023住户都受影响",
        "办结率99.1%",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert redact(text) == text


def test_names_that_are_known_are_hidden() -> None:
    assert (
        redact("张小满家的狗已牵走,李明也同意", names=["张小满", "李明", "狗"]) == "***家的狗已牵走,***也同意"
    )


@given(st.text())
def test_text_without_digits_is_not_touched(text: str) -> None:
    letters = "".join(c for c in text if not c.isnumeric() and c not in "@〇")
    assert redact(letters) == letters


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("8123456", "*****56"),
        ("", ""),
        ("7", "7"),
    ],
)
def test_a_masked_phone_keeps_its_ends(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("12", 12),
        ("9" * 17, 10**17 - 1),
        ("9" * 18, None),
        ("-1", None),
        ("1.0", None),
        ("", None),
        (None, None),
    ],
)
def test_an_id_is_a_number_that_a_column_can_hold(given: str | None, number: int | None) -> None:
    assert id_in(given) == number
