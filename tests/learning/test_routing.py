"""A town invented for these tests: three streets with a cleaning team each, and offices for all of them."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from maplebridge.learning.routing import (
    CannotTrain,
    NotAModel,
    Reason,
    Routing,
    UnknownUnit,
    evaluate,
    load,
    parse_time,
    place_name,
    train,
)

STREETS = ["和顺街道", "柳林街道", "石桥街道"]
OFFICES = {"路灯不亮": "供电所", "水管漏水": "自来水公司", "占道停车": "交警大队"}
KINDS = ["垃圾堆放", *OFFICES]
FEATURES = ["STREET", "KIND"]
START = datetime.fromisoformat("2031-03-01 08:00:00")


def unit_of(street: str, kind: str) -> str:
    return OFFICES.get(kind) or f"环卫队（{street}办事处）"


def town(count: int = 240, seed: int = 1) -> list[dict[str, str]]:
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        street, kind = draw.choice(STREETS), draw.choice(KINDS)
        time = START + timedelta(hours=5 * number)
        rows.append({"STREET": street, "KIND": kind, "TIME": str(time), "UNIT": unit_of(street, kind)})
    return rows


def learn(rows: list[dict[str, str]], features: list[str] | None = None) -> Routing:
    return train(rows, [row["UNIT"] for row in rows], features or FEATURES)


def first(model: Routing, street: str, kind: str) -> str:
    return model.propose({"STREET": street, "KIND": kind})[0].unit


@pytest.fixture(scope="module")
def model() -> Routing:
    return learn(town())


@pytest.mark.parametrize("street", STREETS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_always_went_to_a_unit_goes_there(model: Routing, street: str, kind: str) -> None:
    assert first(model, street, kind) == unit_of(street, kind)


def test_probabilities_of_all_units_sum_to_one_and_proposals_come_likeliest_first(model: Routing) -> None:
    row = {"STREET": "柳林街道", "KIND": "垃圾堆放"}
    assert model.probabilities([row]).sum() == pytest.approx(1)
    chances = [proposal.probability for proposal in model.propose(row, most=6)]
    assert chances == sorted(chances, reverse=True)
    assert len(chances) == len(model.units) == 6


def test_a_rare_team_gets_what_its_kind_gets_elsewhere() -> None:
    rows = [row for row in town() if row["STREET"] != "石桥街道"]
    # All that is known of the third street's team is a single matter, of another kind.
    rows.append({"STREET": "石桥街道", "KIND": "落叶", "UNIT": "环卫队（石桥街道办事处）"})
    assert first(learn(rows), "石桥街道", "垃圾堆放") == "环卫队（石桥街道办事处）"


def test_words_shared_with_known_kinds_speak_for_a_kind_never_seen() -> None:
    many = [f"{what}{where}" for what in ("路灯", "水管", "停车") for where in ("甲", "乙", "丙", "丁")]
    units = {"路灯": "供电所", "水管": "自来水公司", "停车": "交警大队"}
    rows = [
        {"STREET": STREETS[n % 3], "KIND": kind, "UNIT": units[kind[:2]]} for n, kind in enumerate(many * 8)
    ]
    model = learn(rows)
    assert model.unseen({"STREET": "和顺街道", "KIND": "水管戊"}) == ["KIND"]
    assert first(model, "和顺街道", "水管戊") == "自来水公司"


def test_after_a_reorganization_the_recent_past_counts_more() -> None:
    rows = town(400)
    for row in rows[240:]:
        row["UNIT"] = "城管局" if row["UNIT"] == "交警大队" else row["UNIT"]
    assert first(learn(rows, [*FEATURES, "TIME"]), "和顺街道", "占道停车") == "城管局"


def test_rows_are_put_in_the_order_of_a_column_of_times() -> None:
    rows = town(400)
    for row in rows[240:]:
        row["UNIT"] = "城管局" if row["UNIT"] == "交警大队" else row["UNIT"]
    shuffled = random.Random(3).sample(rows, len(rows))
    features = [*FEATURES, "TIME"]
    in_order, from_disorder = learn(rows, features), learn(shuffled, features)
    assert from_disorder.about == in_order.about
    assert np.array_equal(from_disorder.weights, in_order.weights)
    assert from_disorder.reading.time_column == "TIME"


def test_identifiers_constants_and_codes_beside_names_change_nothing() -> None:
    rows = [
        {**row, "NUMBER": str(1000 + n), "COUNTY": "永安县", "STREET_CODE": str(STREETS.index(row["STREET"]))}
        for n, row in enumerate(town())
    ]
    plain = learn(rows)
    crowded = learn(rows, ["NUMBER", "COUNTY", "STREET_CODE", *FEATURES])
    assert crowded.columns == ("STREET", "KIND")
    assert np.array_equal(crowded.weights, plain.weights)


def test_a_missing_value_says_nothing(model: Routing) -> None:
    dash = model.probabilities([{"STREET": "-", "KIND": "路灯不亮"}])
    assert np.array_equal(dash, model.probabilities([{"KIND": "路灯不亮"}]))
    assert not np.array_equal(dash, model.probabilities([{"STREET": "和顺街道", "KIND": "路灯不亮"}]))
    assert model.unseen({"STREET": "-", "KIND": ""}) == []


def test_rows_that_name_no_unit_are_not_learned_from() -> None:
    rows = town()
    model = learn([*rows, {**rows[0], "UNIT": "-"}, {**rows[0], "UNIT": ""}])
    assert "-" not in model.units
    assert "" not in model.units
    assert model.about["rows_without_unit"] == 2


def test_a_file_in_which_every_unit_occurs_once_is_learned_from() -> None:
    rows = [{**row, "UNIT": f"unit {number}"} for number, row in enumerate(town(24))]
    assert len(learn(rows).units) == 24


def test_a_clear_past_has_a_threshold_below_one_and_a_random_past_none() -> None:
    assert learn(town()).threshold < 1
    draw = random.Random(5)
    rows = [{**row, "UNIT": draw.choice(["供电所", "自来水公司"])} for row in town()]
    assert evaluate(learn(rows), rows, [row["UNIT"] for row in rows])["coverage"] < 0.2


def test_the_reason_is_the_share_among_matters_like_this_one() -> None:
    rows = [{"STREET": "和顺街道", "KIND": "垃圾堆放", "UNIT": "环卫队"} for _ in range(30)]
    rows += [{"STREET": "和顺街道", "KIND": "垃圾堆放", "UNIT": "城管局"} for _ in range(10)]
    rows += [{"STREET": "柳林街道", "KIND": "垃圾堆放", "UNIT": "城管局"} for _ in range(40)]
    rows += [{"STREET": "柳林街道", "KIND": "路灯不亮", "UNIT": "供电所"} for _ in range(40)]
    best = learn(rows).explain({"STREET": "和顺街道", "KIND": "垃圾堆放"}, "环卫队")[0]
    assert best == Reason(("STREET",), ("和顺街道",), 0.75, 40)
    assert str(best) == "75% of 40 matters with STREET=和顺街道"


def test_a_reason_says_since_when_where_times_are_known() -> None:
    model = learn(town(), [*FEATURES, "TIME"])
    (best, *_) = model.explain({"STREET": "和顺街道", "KIND": "路灯不亮"}, "供电所")
    assert best.columns == ("KIND",)
    assert best.share == 1
    assert best.since is not None
    assert best.since >= "2031-03-01"


def test_many_matters_are_a_better_reason_than_a_few() -> None:
    rows = town(600)
    rows += [{"STREET": "石桥街道", "KIND": "路灯不亮", "UNIT": "城管局"} for _ in range(3)]
    reasons = learn(rows).explain({"STREET": "和顺街道", "KIND": "路灯不亮"}, "供电所")
    assert all(reason.count >= 5 for reason in reasons)
    assert reasons[0].count == max(reason.count for reason in reasons if reason.share > 0.9)


def test_where_nothing_alike_is_known_the_reason_speaks_of_all_matters(model: Routing) -> None:
    (reason,) = model.explain({"STREET": "新街道", "KIND": "新事"}, "供电所")
    assert reason.columns == ()
    assert reason.count == 240


def test_a_unit_never_seen_has_no_reason(model: Routing) -> None:
    with pytest.raises(UnknownUnit):
        model.explain({"STREET": "和顺街道"}, "消防站")


def test_a_saved_model_answers_as_before(model: Routing, tmp_path: Path) -> None:
    model.save(tmp_path / "routing.npz")
    again = load(tmp_path / "routing.npz")
    rows = town(20, seed=9)
    assert np.array_equal(again.probabilities(rows), model.probabilities(rows))
    assert again.explain(rows[0], rows[0]["UNIT"]) == model.explain(rows[0], rows[0]["UNIT"])
    assert again.threshold == model.threshold
    assert again.about == model.about
    assert [path.name for path in tmp_path.iterdir()] == ["routing.npz"]


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04 neither"])
def test_a_file_that_is_not_a_model_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(NotAModel):
        load(path)


def test_a_file_of_other_arrays_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", numbers=np.arange(3))
    with pytest.raises(NotAModel):
        load(tmp_path / "other.npz")


def test_a_pickle_in_the_file_is_never_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "trap.npz", meta=np.array([{"format": "anything"}], dtype=object))
    with pytest.raises(NotAModel):
        load(tmp_path / "trap.npz")


def test_a_single_unit_cannot_be_learned() -> None:
    with pytest.raises(CannotTrain, match="only one unit to learn: 供电所"):
        learn([{"STREET": street, "KIND": "路灯不亮", "UNIT": "供电所"} for street in STREETS])


def test_no_rows_cannot_be_learned() -> None:
    with pytest.raises(CannotTrain, match="no row names a unit"):
        learn([])


def test_columns_that_tell_nothing_apart_cannot_be_learned_from() -> None:
    rows = [{**row, "COUNTY": "永安县"} for row in town(20)]
    with pytest.raises(CannotTrain, match="none of the columns"):
        learn(rows, ["COUNTY"])


def test_two_rows_are_enough_to_learn_and_never_enough_to_decide_alone() -> None:
    rows = [
        {"STREET": "和顺街道", "KIND": "路灯不亮", "UNIT": "供电所"},
        {"STREET": "柳林街道", "KIND": "水管漏水", "UNIT": "自来水公司"},
    ]
    model = learn(rows)
    assert model.threshold == 1
    assert first(model, "和顺街道", "路灯不亮") == "供电所"


def test_evaluation_counts_what_was_never_seen_as_wrong(model: Routing) -> None:
    rows = [
        {"STREET": "和顺街道", "KIND": "路灯不亮", "UNIT": "供电所"},
        {"STREET": "新街道", "KIND": "路灯不亮", "UNIT": "供电所"},
        {"STREET": "和顺街道", "KIND": "路灯不亮", "UNIT": "消防站"},
        {"STREET": "和顺街道", "KIND": "路灯不亮", "UNIT": "-"},
    ]
    result = evaluate(model, rows, [row["UNIT"] for row in rows])
    assert (result["rows"], result["accuracy"], result["top_1"], result["top_3"]) == (4, 0.5, 0.5, 0.5)
    assert result["unseen_units"] == {"消防站": 1}
    assert result["rows_without_unit"] == 1
    assert result["unseen_values"] == {"STREET": 1}
    assert result["per_class"]["供电所"]["recall"] == 1
    assert result["per_class"]["供电所"]["precision"] == 0.5


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2031-03-01 08:05:00", "2031-03-01T08:05:00"),
        ("2031-03-01T08:05:00+08:00", "2031-03-01T08:05:00"),
        ("2031/3/1 8:05", "2031-03-01T08:05:00"),
        ("2031/3/1", "2031-03-01T00:00:00"),
        ("20310301", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_are_read_as_files_give_them(written: str, time: str | None) -> None:
    found = parse_time(written)
    assert (found.isoformat() if found else None) == time


@pytest.mark.parametrize(
    ("place", "name"),
    [("和顺街道", "和顺"), ("柳林社区", "柳林"), ("永安县", "永安"), ("东区", "东区"), ("Ward 5", "Ward 5")],
)
def test_a_place_is_known_without_its_ending(place: str, name: str) -> None:
    assert place_name(place) == name
