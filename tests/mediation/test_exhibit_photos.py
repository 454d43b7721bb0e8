"""Pictures put on file from the desk: drawn anew without what a camera stores in them, for the right ears only."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from tests.mediation.disputes import Desk, open_desk
from tests.mediation.test_desk_pages import mediator, reader, text

from maplebridge.mediation.models import Dispute, Exhibit
from maplebridge.platform.photos import path_of

PLACE = 0x8825  # where the camera stood, in EXIF


@pytest.fixture
def desk(db: None) -> Desk:
    return open_desk(timezone.now() - timedelta(hours=1))


def scan(name: str = "scan.png") -> SimpleUploadedFile:
    out, stored = BytesIO(), Image.Exif()
    stored.get_ifd(PLACE)[1] = "N"
    Image.new("RGB", (40, 30), "white").save(out, "PNG", exif=stored)
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def put_on_file(desk: Desk, dispute: Dispute, audience: str, *files: SimpleUploadedFile, **more: str) -> int:
    data = {"audience": audience, "kind": "evidence", "title": "渗水照片", "text": ""} | more
    address = reverse("dispute_deed", args=[dispute.pk, "exhibit"])
    return mediator(desk).post(address, {**data, "photos": list(files)}).status_code


def test_pictures_are_kept_from_the_desk_drawn_anew(desk: Desk) -> None:
    dispute = desk.in_mediation()
    form = text(mediator(desk), reverse("dispute_deed", args=[dispute.pk, "exhibit"]))
    assert 'type="file"' in form
    assert "multipart/form-data" in form

    assert put_on_file(desk, dispute, "both", scan(), scan("two.png")) == 302

    first, second = Exhibit.objects.order_by("pk")
    assert (first.title, second.title) == ("渗水照片", "渗水照片 (2)")
    assert first.photo is not None
    kept = Image.open(path_of(first.photo.key, "large"))
    assert kept.format == "JPEG"
    assert not kept.getexif()
    address = reverse("mediation_exhibit_photo", args=[first.pk, "small"])
    assert address in text(mediator(desk), reverse("dispute", args=[dispute.pk]))


@pytest.mark.parametrize("audience", ["mediators", "left", "both"])
def test_a_picture_is_seen_by_its_audience_and_by_nobody_else(desk: Desk, audience: str) -> None:
    dispute = desk.in_mediation()
    left = dispute.sides.get(number=1)
    put_on_file(desk, dispute, f"side:{left.pk}" if audience == "left" else audience, scan())
    address = reverse("mediation_exhibit_photo", args=[Exhibit.objects.get().pk, "large"])

    seen = [
        client.get(address).status_code == 200
        for client in (mediator(desk), reader(desk.town.resident), reader(desk.town.neighbor))
    ]
    assert seen == [True, audience != "mediators", audience == "both"]
    for outside in (desk.town.supervisor, desk.town.grid_worker, desk.town.clerk):
        assert reader(outside).get(address).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("paper.pdf", b"%PDF-1.7 not a picture", "not a picture"),
        ("notes.jpg", b"plain words", "not a picture"),
    ],
)
def test_what_is_no_picture_is_refused_and_what_was_written_stays(
    desk: Desk, name: str, data: bytes, said: str
) -> None:
    dispute = desk.in_mediation()
    response = mediator(desk).post(
        reverse("dispute_deed", args=[dispute.pk, "exhibit"]),
        {
            "audience": "mediators",
            "kind": "evidence",
            "title": "收条",
            "text": "三月二日写的",
            "photos": [SimpleUploadedFile(name, data)],
        },
    )

    assert response.status_code == 422
    assert said in response.content.decode()
    assert "三月二日写的" in response.content.decode()
    assert not Exhibit.objects.exists()


def test_neither_words_nor_a_picture_is_refused(desk: Desk) -> None:
    dispute = desk.in_mediation()

    assert put_on_file(desk, dispute, "mediators") == 422
    assert not Exhibit.objects.exists()
