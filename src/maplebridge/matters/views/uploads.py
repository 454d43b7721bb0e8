"""Photos that come with a form, and photos going out."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse

from maplebridge.platform import photos

MOST_PHOTOS = 9


def kept_photos(request: HttpRequest, now: datetime) -> list[int]:
    """Keep the pictures sent with a form, re-encoded; raises `PhotoRefused` for what is none."""
    return [photos.keep(one.read(), now=now).pk for one in request.FILES.getlist("photos")[:MOST_PHOTOS]]


def photo_response(key: str, size: str) -> HttpResponse:
    try:
        picture = photos.path_of(key, size).read_bytes()
    except FileNotFoundError as missing:
        raise Http404 from missing
    return HttpResponse(
        picture, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"}
    )
