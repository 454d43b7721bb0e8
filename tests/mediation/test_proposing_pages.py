"""While a dispute is written down in plain words, its type is proposed; a person decides."""

from datetime import datetime

import pytest
from django.urls import reverse
from tests.mediation.disputes import Desk, open_desk, seat


@pytest.fixture
def desk(db: None, noon: datetime) -> Desk:
    return open_desk(noon)


def test_the_likeliest_type_is_filled_in_with_its_reason_where_none_was_chosen(desk: Desk) -> None:
    worker, address = seat(desk.town.grid_worker), reverse("dispute_proposal")
    told = {"summary": "楼上卫生间漏水，把楼下天花板泡坏了，两家吵了好几次"}
    empty = worker.post(address, told).content.decode()
    assert "看起来像：邻里" in " ".join(empty.split())
    assert 'value="neighbors" selected' in empty
    assert "漏水" in empty
    chosen = worker.post(address, {**told, "type": "property"}).content.decode()
    assert "看起来像" in chosen
    assert "<select" not in chosen


def test_without_words_nothing_is_proposed_and_residents_have_no_such_page(desk: Desk) -> None:
    address = reverse("dispute_proposal")
    assert seat(desk.town.grid_worker).post(address, {"summary": " 。"}).content == b""
    assert seat(desk.town.resident).post(address, {"summary": "楼上漏水"}).status_code == 403
