import io
from datetime import datetime

import pytest
from PIL import Image

from maplebridge.platform import photos
from maplebridge.platform.photos import PhotoRefused

pytestmark = pytest.mark.django_db


def jpeg(width: int = 640, height: int = 480, *, exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (120, 80, 40)).save(out, "JPEG", exif=exif or Image.Exif())
    return out.getvalue()


def test_where_and_with_what_a_picture_was_taken_is_not_kept(noon: datetime) -> None:
    exif = Image.Exif()
    exif[271] = "secret camera"
    exif.get_ifd(0x8825)[1] = "N"
    data = jpeg(exif=exif)
    assert b"secret camera" in data  # there was something to hide

    kept = photos.keep(data, now=noon)

    for size in ("large", "small"):
        stored = photos.path_of(kept.key, size).read_bytes()
        assert b"secret camera" not in stored
        assert not Image.open(io.BytesIO(stored)).getexif()


def test_a_picture_of_fifty_megapixels_is_kept_small(noon: datetime) -> None:
    kept = photos.keep(jpeg(8192, 6144), now=noon)

    assert max(kept.width, kept.height) == photos.LONGEST_SIDE


@pytest.mark.parametrize("data", [b"", b"MZ\x90 not a picture", b"<svg onload='alert(1)'/>", jpeg()[:200]])
def test_what_is_not_a_picture_is_refused(data: bytes, noon: datetime) -> None:
    with pytest.raises(PhotoRefused) as refused:
        photos.keep(data, now=noon)
    assert refused.value.code == "not_a_picture"


def test_a_file_of_more_than_twenty_mebibytes_is_refused_unread(noon: datetime) -> None:
    with pytest.raises(PhotoRefused) as refused:
        photos.keep(b"\xff" * (photos.MOST_BYTES + 1), now=noon)
    assert refused.value.code == "too_large"


@pytest.mark.parametrize("limit", ["maplebridge.platform.photos.MOST_PIXELS", "PIL.Image.MAX_IMAGE_PIXELS"])
def test_a_small_file_of_too_many_pixels_is_told_so(
    limit: str, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limit, 100 * 99 // 2)  # PIL itself refuses twice its limit
    with pytest.raises(PhotoRefused, match="too_many_pixels") as refused:
        photos.keep(jpeg(100, 100), now=noon)
    assert "million pixels" in refused.value.words or "亿像素" in refused.value.words


def test_a_picture_on_its_side_is_turned(noon: datetime) -> None:
    exif = Image.Exif()
    exif[274] = 6  # rotated by 90 degrees

    kept = photos.keep(jpeg(400, 200, exif=exif), now=noon)

    assert (kept.width, kept.height) == (200, 400)
