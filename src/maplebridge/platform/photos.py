"""Pictures: re-encoded when they come in, so that nothing but the picture is kept."""

import hashlib
import io
import os
import secrets
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from PIL import Image, ImageOps, UnidentifiedImageError

from maplebridge.platform.models import Photo

MOST_AT_ONCE = 9  # with one form
MOST_BYTES = 20 * 2**20
MOST_PIXELS = 120_000_000
LONGEST_SIDE = 2048
THUMBNAIL_SIDE = 480
SIZES = ("large", "small")
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


REFUSED = {
    "too_large": gettext_lazy("This picture is larger than 20 MB. Please choose a smaller one."),
    "too_many_pixels": gettext_lazy(
        "This picture has more than 120 million pixels. Please choose a smaller one."
    ),
    "not_a_picture": gettext_lazy("This file is not a picture that can be shown. JPEG, PNG and WebP can."),
}


class PhotoRefused(Exception):
    """The file is not a picture that can be kept. `code` says why, `words` says it to whoever sent it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def words(self) -> str:
        return str(REFUSED[self.code])


def keep(data: bytes, *, now: datetime) -> Photo:
    """Re-encode a picture as JPEG without EXIF, shrink it, write it safely, and record it."""
    if len(data) > MOST_BYTES:
        raise PhotoRefused("too_large")
    picture = _opened(data)
    key = secrets.token_hex(16)
    large = _encoded(picture, LONGEST_SIDE)
    _write(path_of(key, "large"), large)
    _write(path_of(key, "small"), _encoded(picture, THUMBNAIL_SIDE))
    return Photo.objects.create(
        key=key,
        width=picture.width,
        height=picture.height,
        digest=hashlib.sha256(large).hexdigest(),
        kept_at=now,
    )


def keep_sent(request: HttpRequest, *, now: datetime) -> list[int]:
    """Keep the pictures that came with a form; raise `PhotoRefused` for what is none."""
    return [keep(one.read(), now=now).pk for one in request.FILES.getlist("photos")[:MOST_AT_ONCE]]


def response(key: str, size: str) -> HttpResponse:
    """Return a kept picture to those whom its owner lets see it."""
    try:
        picture = path_of(key, size).read_bytes()
    except FileNotFoundError as missing:
        raise Http404 from missing
    return HttpResponse(
        picture, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"}
    )


def path_of(key: str, size: str) -> Path:
    return Path(settings.MEDIA_ROOT) / key[:2] / f"{key}-{size}.jpg"


def _opened(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise PhotoRefused("too_many_pixels")
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG of 50 megapixels is never unpacked whole
        turned = ImageOps.exif_transpose(picture)
        turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        return turned.convert("RGB")
    except Image.DecompressionBombError as problem:
        raise PhotoRefused("too_many_pixels") from problem
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as problem:
        raise PhotoRefused("not_a_picture") from problem


def _encoded(picture: Image.Image, side: int) -> bytes:
    small = picture.copy()
    small.thumbnail((side, side))
    bare = Image.frombytes("RGB", small.size, small.tobytes())  # a new image carries no metadata along
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    """Write a file so that after a crash it is either whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
