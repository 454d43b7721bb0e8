"""The ground of the maps, brought by an administrator."""

import json
from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from tests.factories.town import Town, make_town

from maplebridge.people.models import Account, Person
from maplebridge.places import queries
from maplebridge.platform.freshness import forget
from maplebridge.platform.models import AuditRow

STREET = {
    "type": "Feature",
    "geometry": {"type": "LineString", "coordinates": [[101.77, 36.61], [101.79, 36.62]]},
    "properties": {"highway": "residential", "name": "海棠路"},
}
SHOP = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [101.77, 36.61]},
    "properties": {"shop": "tea"},
}


@pytest.fixture
def town(db: None, noon: datetime) -> Town:
    return make_town(noon)


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(Account.objects.get(person=person), "django.contrib.auth.backends.ModelBackend")
    return client


def collection(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def bring(client: Client, data: bytes, system: str = "WGS-84") -> tuple[int, str]:
    file = SimpleUploadedFile("town.geojson", data)
    answer = client.post(reverse("base_map"), {"file": file, "system": system}, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_file_is_drawn_replaced_and_taken_away(town: Town) -> None:
    client = as_(town.administrator)
    assert "还没有" in client.get(reverse("base_map")).content.decode()

    status, page = bring(client, collection(STREET, STREET, SHOP))
    assert status == 200
    assert "现在画出2件" in page
    assert "1件是别的东西" in page
    assert queries.base_map_counts() == {"streets": 2}
    assert AuditRow.objects.filter(table="places_basemaplayer", action__endswith="set_base_map").exists()

    bring(client, collection({**STREET, "properties": {"natural": "water"}}))
    assert queries.base_map_counts() == {"water": 1}
    forget()
    version = queries.base_map_version()
    assert client.get(reverse("territory_base"), {"v": version}).json()["water"]["features"]

    client.post(reverse("base_map_remove"))
    assert queries.base_map_counts() == {}


def test_a_file_that_cannot_be_drawn_changes_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    client = as_(town.administrator)
    bring(client, collection(STREET))

    for data, words in ((b"no", "不是UTF-8的GeoJSON"), (collection(SHOP), "没有一件是街道")):
        status, page = bring(client, data)
        assert status == 422
        assert words in page
    monkeypatch.setattr("maplebridge.web.base_map.MOST_BYTES", 10)
    status, page = bring(client, collection(STREET))
    assert status == 422
    assert "import-base-map" in page
    assert queries.base_map_counts() == {"streets": 1}


def test_only_administrators_bring_it(town: Town) -> None:
    for person in (town.supervisor, town.resident):
        assert as_(person).get(reverse("base_map")).status_code == 403
        assert as_(person).post(reverse("base_map_remove")).status_code == 403


def test_the_command_reads_larger_files(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "town.geojson"
    file.write_bytes(collection(STREET, SHOP))
    said = StringIO()

    call_command("import_base_map", file, "--dry-run", stdout=said)
    assert said.getvalue() == "would draw: 1 of streets; left out: 1 other_thing\n"
    assert queries.base_map_counts() == {}

    call_command("import_base_map", file, stdout=said)
    assert queries.base_map_counts() == {"streets": 1}

    file.write_bytes(b"[]")
    with pytest.raises(CommandError, match="FeatureCollection"):
        call_command("import_base_map", file)
