"""What every page knows: the town, the reader, the way around."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def everywhere(request: HttpRequest) -> dict[str, Any]:
    return {"town": settings.TOWN_NAME, "demo": settings.DEMO}
