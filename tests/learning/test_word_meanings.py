from pathlib import Path

import numpy as np
import pytest

from maplebridge.learning.linear_text import NotAModel
from maplebridge.learning.word_meanings import (
    Remembered,
    load,
    load_head,
    load_nets,
    shipped,
    train_head,
    train_nets,
)

TEXTS = ["医院", "医生", "诊所", "小麦", "玉米", "庄稼", "小学", "老师", "教室"]


def alike(one: str, other: str) -> float:
    return float(shipped().mean(one) @ shipped().mean(other))


def test_words_of_like_meaning_stand_nearer_than_others() -> None:
    assert alike("医生", "护士") > alike("医生", "田埂")
    assert alike("工钱没给", "拖欠工资") > alike("工钱没给", "树枝挡光")


def test_a_text_has_length_one_and_an_unknown_one_none() -> None:
    assert np.linalg.norm(shipped().mean("楼上漏水")) == pytest.approx(1, abs=1e-5)
    assert not shipped().mean("zzqx!").any()
    assert shipped().means([]).shape == (0, 256)


def test_an_unknown_word_is_heard_through_its_characters() -> None:
    assert "医羊犬" not in shipped().places
    assert shipped().mean("医羊犬").any()


def test_what_is_remembered_means_the_same_and_the_oldest_is_forgotten() -> None:
    remembered, texts = Remembered(shipped(), most=2), ["楼上漏水", "拖欠工资", "楼上漏水", "物业费"]
    for _ in range(2):
        np.testing.assert_allclose(remembered.means(texts), shipped().means(texts), atol=1e-6)
    assert len(remembered._known) == 2
    np.testing.assert_allclose(remembered.mean(texts[0]), shipped().mean(texts[0]), atol=1e-6)
    assert not remembered.mean("").any()
    assert remembered.means([]).shape == (0, shipped().vectors.shape[1])


def test_a_head_names_what_it_never_read_and_survives_the_disk(tmp_path: Path) -> None:
    head = train_head(shipped(), ["医院", "医生", "诊所", "小麦", "玉米", "庄稼"], ["医"] * 3 + ["田"] * 3)
    chances = head.probabilities(["护士", "稻谷"])
    assert [head.classes[place] for place in chances.argmax(axis=1)] == ["医", "田"]
    head.save(tmp_path / "head.npz")
    read = load_head(tmp_path / "head.npz", shipped())
    assert np.allclose(read.probabilities(["护士"]), chances[:1])


@pytest.mark.parametrize(
    ("labels", "expected"), [("医医医田田田学学学", "医田学"), ("医医医田田田田田田", "医田田")]
)
def test_networks_name_what_they_never_read_and_survive_the_disk(
    tmp_path: Path, labels: str, expected: str
) -> None:
    nets = train_nets(shipped(), TEXTS * 80, list(labels) * 80, nets=2)
    chances = nets.probabilities(["护士", "稻谷", "学生"])
    assert "".join(nets.classes[place] for place in chances.argmax(axis=1)) == expected
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    nets.save(tmp_path / "nets.npz")
    read = load_nets(tmp_path / "nets.npz", shipped())
    np.testing.assert_allclose(read.probabilities(["护士"]), chances[:1], atol=1e-3)
    with pytest.raises(NotAModel):
        load_head(tmp_path / "nets.npz", shipped())


def test_files_of_another_kind_are_refused(tmp_path: Path) -> None:
    (tmp_path / "no.npz").write_bytes(b"PK\x03\x04 no")
    for reader in (load, lambda path: load_head(path, shipped()), lambda path: load_nets(path, shipped())):
        with pytest.raises(NotAModel):
            reader(tmp_path / "no.npz")
    train_head(shipped(), ["医院", "田地"], ["医", "田"]).save(tmp_path / "head.npz")
    with pytest.raises(NotAModel):
        load(tmp_path / "head.npz")
