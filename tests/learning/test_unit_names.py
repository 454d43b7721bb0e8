from pathlib import Path

from maplebridge.learning.routing import evaluate, load, train
from maplebridge.learning.unit_names import all_as_known, one_name_each


def test_a_unit_is_called_what_it_is_called_most_often() -> None:
    units = ["环卫队", "环卫队（和顺街道办事处）", " 环卫队 ", "供电所"]
    assert one_name_each(units, ["7", "7", "7", "8"]) == {"7": "环卫队", "8": "供电所"}


def test_two_units_of_one_name_carry_their_numbers() -> None:
    assert one_name_each(["城建办", "城建办"], ["7", "8"]) == {"7": "城建办 (7)", "8": "城建办 (8)"}


def test_a_row_without_name_or_number_names_nobody() -> None:
    assert one_name_each(["-", "环卫队", ""], ["7", "", "8"]) == {}


def test_a_number_speaks_before_the_name_and_a_new_number_is_another_unit() -> None:
    units, numbers = ["市容中队", "-", "环卫队", "环卫队", "消防站"], ["7", "7", "-", "9", "9"]
    known = ["环卫队", "环卫队", "环卫队", "环卫队 (9)", "消防站"]
    assert all_as_known(units, numbers, {"7": "环卫队"}) == known


def test_a_model_that_knows_numbers_recognizes_a_renamed_unit_and_keeps_that_when_read_again(
    tmp_path: Path,
) -> None:
    kinds = {"路灯不亮": ("供电所", "1"), "水管漏水": ("自来水公司", "2"), "占道停车": ("交警大队", "3")}
    past = [{"KIND": kind} for kind in kinds] * 20
    units, numbers = zip(*(kinds[row["KIND"]] for row in past), strict=True)
    train(past, units, ["KIND"], numbers=numbers).save(tmp_path / "model.npz")
    model = load(tmp_path / "model.npz")
    later, renamed = [{"KIND": "路灯不亮"}] * 4, ["供电服务中心"] * 4
    by_name, by_number = evaluate(model, later, renamed), evaluate(model, later, renamed, ["1"] * 4)
    assert (by_name["top_3"], by_name["unseen_units"]) == (0, {"供电服务中心": 4})
    assert (by_number["top_1"], by_number["unseen_units"]) == (1, {})


def test_a_unit_written_in_two_ways_is_learned_as_one() -> None:
    past = [{"KIND": "路灯不亮"}, {"KIND": "水管漏水"}] * 20
    units = ["供电所", "自来水公司", "供电所（和顺街道办事处）", "自来水公司"] * 10
    numbers = ["1", "2"] * 20
    assert len(train(past, units, ["KIND"]).units) == 3
    assert train(past, units, ["KIND"], numbers=numbers).units == ("供电所", "自来水公司")
