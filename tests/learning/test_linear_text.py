import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maplebridge.kernel.text import to_traditional
from maplebridge.learning.grams import LONGEST_TEXT, GramOrder, fold, grams
from maplebridge.learning.linear_text import LETTERS, CannotTrain, LinearText, NotAModel, Recipe, load, train

PLACES = ["三号楼", "东门口", "幼儿园旁边", "菜市场后面", "我们单元", "桥头", "五栋地下室", "停车场"]
SAID = {
    "漏水": ["{}天花板一直漏水", "{}水管爆裂漏水没人修", "昨晚下雨{}又漏水了", "{}漏水把墙都泡了"],
    "噪音": ["{}半夜施工噪音太大", "{}广场舞音响吵得睡不着", "{}装修噪音从早响到晚", "{}每天吵闹噪音扰民"],
    "养狗": ["{}有人遛狗不牵绳", "{}大狗追着孩子咬", "{}狗粪便没人清理", "{}邻居养狗整夜狂叫"],
}
MESSAGES = [
    (pattern.format(place), label) for label, said in SAID.items() for pattern in said for place in PLACES
]
TEXTS = [text for text, _ in MESSAGES]
LABELS = [label for _, label in MESSAGES]


@pytest.fixture(scope="module")
def model() -> LinearText:
    return train(TEXTS, LABELS)


def best(model: LinearText, text: str) -> str:
    return model.classes[int(model.probabilities([text])[0].argmax())]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("六楼厨房漏水，滴到我家灶台", "漏水"),
        ("楼下烧烤店噪音到凌晨两点", "噪音"),
        ("公园里的狗没有牵绳", "养狗"),
    ],
)
def test_what_was_said_about_one_place_is_recognized_at_another(
    model: LinearText, text: str, label: str
) -> None:
    assert best(model, text) == label


def test_classes_are_the_labels_in_order(model: LinearText) -> None:
    assert model.classes == tuple(sorted(SAID))


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(max_size=60), max_size=4))
def test_probabilities_of_any_text_sum_to_one(model: LinearText, texts: list[str]) -> None:
    chances = model.probabilities(texts)
    assert chances.shape == (len(texts), 3)
    assert (chances >= 0).all()
    np.testing.assert_allclose(chances.sum(axis=1), 1)


@settings(deadline=None, max_examples=100)
@given(text=st.text(max_size=80))
def test_equal_grams_and_only_those_have_equal_keys(text: str) -> None:
    found = grams(fold(text), GramOrder(characters=3, words=0), space=0)
    written = [found.written(index) for index in range(len(found.keys))]
    assert len(set(written)) == len(set(found.keys.tolist()))
    assert len(set(zip(written, found.keys.tolist(), strict=True))) == len(set(written))


def test_words_are_the_words_of_the_text() -> None:
    found = grams("楼上漏水", GramOrder(characters=0, words=2), space=0)
    assert [found.written(index) for index in range(3)] == ["楼上", "漏水", "楼上漏水"]


def test_a_word_a_run_of_characters_and_another_space_are_told_apart() -> None:
    word = grams("漏水", GramOrder(characters=0, words=1), space=0).keys
    run = grams("漏水", GramOrder(characters=2, words=0), space=0).keys[-1:]
    title = grams("漏水", GramOrder(characters=0, words=1), space=1).keys
    assert len({*word.tolist(), *run.tolist(), *title.tolist()}) == 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [("漏 水\n\n嚴重", "漏 水 严重"), ("ＡＢＣ１２３號", "abc0号"), ("12345熱線", "0热线"), ("", "")],
)
def test_a_text_is_read_one_way_however_it_is_written(written: str, meant: str) -> None:
    assert fold(written) == meant


def test_traditional_and_simplified_are_one(model: LinearText) -> None:
    for text in TEXTS:
        np.testing.assert_array_equal(
            model.probabilities([to_traditional(text)]), model.probabilities([text]), err_msg=text
        )


@pytest.mark.parametrize("text", ["", " \n", "ཨོཾ", "𠮷𪚥🐕‍🦺", "\ud800", "㍿" * LONGEST_TEXT])
def test_what_the_model_never_saw_is_answered_without_certainty(model: LinearText, text: str) -> None:
    assert model.probabilities([text])[0].max() < 0.9
    assert model.explain(text, "漏水") == []


def test_twenty_thousand_characters_are_read_to_the_end_and_no_further(model: LinearText) -> None:
    filler = "嗯" * (LONGEST_TEXT - 4)
    assert best(model, filler + "遛狗咬人") == "养狗"
    within, beyond = model.probabilities(["漏水" + filler + "没牵绳", "漏水" + filler + "没牵绳狗狗狗"])
    assert within[model.classes.index("养狗")] != pytest.approx(1 / 3)
    assert (
        beyond.tolist()
        == model.probabilities([("漏水" + filler + "没牵绳狗狗狗")[:LONGEST_TEXT]])[0].tolist()
    )


def test_the_reason_is_what_was_said(model: LinearText) -> None:
    reasons = model.explain("幼儿园旁边漏水，地面全湿了", "漏水")
    assert reasons[0][0] == "漏水"
    assert all(weight > 0 for _, weight in reasons)
    assert len(model.explain(TEXTS[0], "漏水", most=1)) == 1


def test_a_reason_is_made_of_whole_words(model: LinearText) -> None:
    assert not {"一直漏", "直漏水"} & {
        written for written, _ in model.explain("天花板一直漏水", "漏水", most=9)
    }


def test_nothing_in_the_reasons_is_said_twice(model: LinearText) -> None:
    written = [gram for gram, _ in model.explain("三号楼天花板一直漏水，水管爆裂没人修", "漏水", most=9)]
    assert len(written) > 2
    assert not [a for a in written for b in written if a != b and a in b]


def test_a_saved_model_answers_the_same(model: LinearText, tmp_path: Path) -> None:
    model.save(tmp_path / "triage.npz")
    again = load(tmp_path / "triage.npz")
    np.testing.assert_array_equal(again.probabilities(TEXTS), model.probabilities(TEXTS))
    assert (again.classes, again.blocks, again.threshold) == (model.classes, model.blocks, model.threshold)
    assert again.about == model.about
    assert again.explain(TEXTS[0], "漏水") == model.explain(TEXTS[0], "漏水")


def test_saving_over_a_model_leaves_no_draft(model: LinearText, tmp_path: Path) -> None:
    model.save(tmp_path / "triage.npz")
    model.save(tmp_path / "triage.npz")
    assert [path.name for path in tmp_path.iterdir()] == ["triage.npz"]


def test_a_saved_model_is_as_readable_as_any_new_file(model: LinearText, tmp_path: Path) -> None:
    (tmp_path / "any").touch()
    model.save(tmp_path / "triage.npz")
    assert (tmp_path / "triage.npz").stat().st_mode == (tmp_path / "any").stat().st_mode


def test_a_failed_save_keeps_the_old_model(
    model: LinearText, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "triage.npz"
    model.save(path)

    def full(descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        train(TEXTS[:64], LABELS[:64]).save(path)
    assert load(path).classes == model.classes
    assert len(list(tmp_path.iterdir())) == 1


def test_training_twice_gives_the_same_model(model: LinearText) -> None:
    again = train(TEXTS, LABELS)
    np.testing.assert_array_equal(again.weights, model.weights)
    assert again.threshold == model.threshold


def test_fields_are_kept_apart() -> None:
    # The same words mean one thing as a message and another as a title.
    texts = [("漏水了" + place, "噪音投诉") for place in PLACES] + [
        ("噪音大" + place, "漏水投诉") for place in PLACES
    ]
    two = train(texts, ["first"] * 8 + ["second"] * 8)
    assert two.fields == 2
    first, second = two.probabilities([("漏水了河边", "噪音投诉"), ("噪音大河边", "漏水投诉")])
    assert first[0] > 0.5
    assert second[1] > 0.5


def test_the_opening_of_a_long_message_stands_for_a_missing_title() -> None:
    tail = "，具体情况我们已经多次向有关方面说明过，希望尽快得到答复" * 8
    letters = [("", text + tail) if number % 2 else (text, text + tail) for number, text in enumerate(TEXTS)]
    model = train(letters, LABELS, recipe=LETTERS)
    assert [(block.fields, block.opening) for block in model.blocks] == [((0, 0, 0, 1), None), ((0, 1), 80)]
    untitled, titled = model.probabilities([("", "厨房漏水" + tail), ("厨房漏水", "厨房漏水" + tail)])
    assert model.classes[untitled.argmax()] == model.classes[titled.argmax()] == "漏水"
    assert model.explain(("", "厨房漏水" + tail), "漏水")[0][0] == "漏水"


def test_a_title_never_given_is_no_obstacle() -> None:
    model = train([(text, "") for text in TEXTS], LABELS)
    assert model.classes[model.probabilities([("厨房漏水", "")])[0].argmax()] == "漏水"


def test_the_number_of_fields_must_be_that_of_the_training(model: LinearText) -> None:
    with pytest.raises(ValueError, match="reads 1 text fields, 2 given"):
        model.probabilities([("漏水", "标题")])


def test_a_label_with_a_single_text_can_be_learned() -> None:
    model = train([*TEXTS, "路灯不亮"], [*LABELS, "路灯"])
    assert best(model, "路灯不亮") == "路灯"


def test_many_small_labels_can_be_learned() -> None:
    things = [chr(0x4E00 + 7 * number) + chr(0x5E00 + 11 * number) for number in range(60)]
    texts = [
        pattern.format(thing)
        for thing in things
        for pattern in ("{}坏了", "有人问{}", "{}没人管", "急：{}", "请看{}")
    ]
    model = train(texts, [thing for thing in things for _ in range(5)])
    right = [best(model, f"这里的{thing}怎么办") == thing for thing in things]
    assert np.mean(right) > 0.95


def test_the_vocabulary_fits_the_room_it_is_given() -> None:
    small = train(TEXTS, LABELS, recipe=Recipe(model_bytes=8_000, net_grams=50))
    assert len(small.keys) == 100
    assert best(small, "厨房漏水") == "漏水"


def test_what_it_decides_alone_was_right_on_texts_held_back() -> None:
    noisy = [*LABELS]
    for index in range(0, len(noisy), 5):
        noisy[index] = "漏水"
    model = train(TEXTS, noisy)
    assert model.about["held_back_accuracy"] < 0.95
    assert 0 < model.threshold <= 1


def test_a_model_that_cannot_know_never_decides_alone() -> None:
    model = train(["甲乙", "甲乙", "丙丁", "丙丁"] * 6, ["是", "否"] * 12, groups=list(range(24)))
    assert model.threshold == 1.0
    assert model.probabilities(["甲乙"]).max() < 1.0


@pytest.mark.parametrize(
    ("texts", "labels", "reason"),
    [
        ([], [], "no texts"),
        (["漏水"], ["漏水"], "only one label to learn: 漏水"),
        (["漏水", "噪音"], ["漏水"], "2 texts but 1 labels"),
        ([("漏水", ""), ("噪音",)], ["漏水", "噪音"], "same number of fields"),
    ],
)
def test_what_cannot_be_learned_is_refused(texts: list[str], labels: list[str], reason: str) -> None:
    with pytest.raises(CannotTrain, match=reason):
        train(texts, labels)


@pytest.mark.parametrize("content", [b"", b"detail,label\n", b"PK\x03\x04broken", b"\x93NUMPY"])
def test_a_file_that_is_not_a_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(NotAModel, match=r"model\.npz is not a model"):
        load(path)


def test_arrays_of_something_else_and_pickles_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", keys=np.arange(3))
    np.savez(tmp_path / "newer.npz", meta=np.array(json.dumps({"format": "maplebridge.linear_text/9"})))
    np.savez(tmp_path / "pickle.npz", meta=np.array([{"format": 1}], dtype=object))
    np.save(tmp_path / "array.npy", np.arange(3))
    for name in ("other.npz", "newer.npz", "pickle.npz", "array.npy"):
        with pytest.raises(NotAModel):
            load(tmp_path / name)


def test_kin_speak_for_a_label_with_few_texts() -> None:
    texts = [
        "gray wolf howls",
        "gray wolf hunts",
        "red fox barks",
        "red fox hunts",
        "blue whale dives",
        "oak leaf",
    ]
    labels = ["wolf", "wolf", "fox", "fox", "whale", "oak"]
    kin = [{"wolf": "dog", "fox": "dog", "whale": "sea", "oak": "tree"}]
    texts, labels = texts * 4, labels * 4
    alone, together = train(texts, labels), train(texts, labels, kin=kin)
    at = [alone.classes.index(label) for label in ("wolf", "fox")]
    assert together.probabilities(["hunts"])[0, at].sum() > alone.probabilities(["hunts"])[0, at].sum()


HEALED = ["护士", "药房", "住院", "手术", "看病", "诊所", "感冒", "疫苗", "急救", "康复", "牙科", "体检"]
GROWN = ["小麦", "玉米", "稻谷", "庄稼", "果园", "田埂", "种子", "蔬菜", "大棚", "收割", "化肥", "农具"]


@pytest.fixture(scope="module")
def hearing() -> LinearText:
    """A model whose texts share words with no other: only what they mean tells the labels apart."""
    recipe = replace(LETTERS, order=GramOrder(characters=2, words=0))
    return train(HEALED + GROWN, ["医"] * len(HEALED) + ["田"] * len(GROWN), recipe=recipe)


def deaf(model: LinearText) -> LinearText:
    return replace(model, nets=replace(model.nets, meaning=model.nets.meaning[:0]), meanings=None)


def test_a_word_never_read_is_heard_through_its_kin(hearing: LinearText) -> None:
    never_read = ["医师", "耕地"]
    assert not set("".join(never_read)) & set("".join(HEALED + GROWN))
    assert [best(hearing, word) for word in never_read] == ["医", "田"]
    first, second = deaf(hearing).probabilities(never_read)
    assert first.tolist() == second.tolist()


def test_a_text_of_unknown_words_is_read_as_if_meanings_were_not_heard(hearing: LinearText) -> None:
    unknown = ["zzqx!", "", "…"]
    np.testing.assert_array_equal(hearing.probabilities(unknown), deaf(hearing).probabilities(unknown))


def test_a_model_that_hears_meanings_is_read_as_it_was_written(hearing: LinearText, tmp_path: Path) -> None:
    hearing.save(tmp_path / "hearing.npz")
    with np.load(tmp_path / "hearing.npz") as arrays:
        parts = {name: arrays[name] for name in arrays if name != "nets_meaning"}
    np.savez(tmp_path / "before.npz", **parts)  # as files were before meanings were heard
    np.savez(tmp_path / "others.npz", nets_meaning=hearing.nets.meaning[:100], **parts)
    for name, same in (("hearing.npz", hearing), ("before.npz", deaf(hearing))):
        again = load(tmp_path / name).probabilities(["医师", *GROWN])
        np.testing.assert_array_equal(again, same.probabilities(["医师", *GROWN]))
    with pytest.raises(NotAModel, match="other vectors"):
        load(tmp_path / "others.npz")
