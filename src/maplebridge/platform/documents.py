"""Documents to print and to keep: PDF/A from a template, and charts for it and for Word (`word`).

Nothing is fetched while a document is made: it consists of its template, the product's own packaged files and
the bytes it was given. The libraries are heavy and need a system package, so they are imported where used.
"""

import hashlib
import io
import mimetypes
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Every character can be taken out as text (level U of ISO 19005-2); level A would also promise hand-checked tags.
PDF_VARIANT = "pdf/a-2u"
PANGO = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
CHINESE_FONT = "fonts-noto-cjk"
RARE_FONT = "fonts-hanazono"
CHINESE_FAMILIES = ("Noto Serif CJK", "Noto Sans CJK")  # what document.css asks for first
_CHART_FAMILY = "Noto Sans CJK SC"
_PACKAGED, _GIVEN = "packaged:", "given:"
_drawing = threading.Lock()  # matplotlib's settings belong to the whole process


class DocumentsUnavailable(Exception):
    """This machine lacks what documents are made with. `package` names the Debian packages to install."""

    def __init__(self, package: str) -> None:
        super().__init__(f"Documents cannot be made here: please install {package}")
        self.package = package


class GlyphsMissing(Exception):
    """No font of this machine has these characters; printing a box instead of a name is worse than not printing."""

    def __init__(self, characters: str) -> None:
        listed = ", ".join(f"{one} (U+{ord(one):04X})" for one in characters)
        super().__init__(f"No installed font has {listed}: please install {RARE_FONT}")
        self.characters = characters


class ResourceRefused(Exception):
    """A document asked for something that is neither packaged with the product nor given to it."""


def pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    now: datetime,
    number: str = "",
    language: str = "zh-hans",
    files: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a PDF/A from a template that extends "documents/document.html".

    `number` stands on every page. A template names packaged files as `packaged:maplebridge/mark.svg` and the bytes
    in `files` as `given:NAME`.
    """
    weasyprint = _weasyprint()
    html = markup(template, context, title=title, now=now, number=number, language=language)
    refused: list[str] = []
    document = weasyprint.HTML(
        string=html, base_url=_PACKAGED, url_fetcher=_fetcher(files or {}, refused)
    ).render(pdf_variant=PDF_VARIANT, pdf_tags=True)
    if refused:
        raise ResourceRefused(", ".join(refused))
    made: bytes = document.write_pdf(pdf_variant=PDF_VARIANT, pdf_tags=True)
    _check_fonts(list(document.fonts.values()))
    return made


def markup(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    now: datetime,
    number: str = "",
    language: str = "zh-hans",
) -> str:
    """Return the HTML of which `pdf` makes pages, in the language asked for."""
    with translation.override(language):
        before, between, after = (
            gettext("Page %(page)s of %(pages)s") % {"page": "\x1f", "pages": "\x1f"}
        ).split("\x1f")
        document = {
            "title": title,
            "number": number,
            "made_at": now.isoformat(timespec="seconds"),
            "before": before,
            "between": between,
            "after": after,
        }
        return render_to_string(template, {**context, "document": document})


def digest(data: bytes) -> str:
    """Return the SHA-256 by which a document is known again, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def chart(
    draw: "Callable[[Figure], None]",
    *,
    width_mm: float = 160,
    height_mm: float = 80,
    form: Literal["svg", "png"] = "svg",
) -> bytes:
    """Return the picture that `draw` makes on an empty figure, with Chinese letters, the same for the same data.

    As SVG for PDF (letters become outlines: say the numbers in a table beside it), as PNG for Word.
    """
    from matplotlib import rc_context  # noqa: PLC0415 - heavy, not needed at start-up
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, not needed at start-up

    _require_chart_font()
    chinese = rc_context(
        {
            "font.family": _CHART_FAMILY,
            "axes.unicode_minus": False,
            "svg.fonttype": "path",
            "svg.hashsalt": "maplebridge",
        }
    )
    out = io.BytesIO()
    with _drawing, chinese:
        figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), layout="constrained")
        draw(figure)
        figure.savefig(out, format=form, dpi=200, metadata={"Date": None} if form == "svg" else None)
    return out.getvalue()


@cache
def _weasyprint() -> ModuleType:
    try:
        import weasyprint  # noqa: PLC0415 - heavy, and needs system libraries
    except OSError as missing:  # a system library is not there
        raise DocumentsUnavailable(PANGO) from missing
    return weasyprint  # type: ignore[no-any-return]  # the library is not typed


def _check_fonts(used: list[Any]) -> None:
    """Refuse what was set in whatever font there was, or has a box where a character should be."""
    if used and not any(font.family.startswith(CHINESE_FAMILIES) for font in used):
        raise DocumentsUnavailable(CHINESE_FONT)
    missing = sorted({code for font in used for code in font.missing})
    if missing:
        raise GlyphsMissing("".join(map(chr, missing)))


@cache
def _require_chart_font() -> None:
    from matplotlib import font_manager  # noqa: PLC0415 - heavy, not needed at start-up

    try:
        font_manager.findfont(_CHART_FAMILY, fallback_to_default=False)
    except ValueError as missing:
        raise DocumentsUnavailable(CHINESE_FONT) from missing


def _fetcher(files: Mapping[str, bytes], refused: list[str]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415 - heavy

    class Packaged(URLFetcher):  # type: ignore[misc]  # the library is not typed
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
            found = _packaged(url) if url.startswith(_PACKAGED) else _given(url, files)
            if found is None:
                refused.append(url[:200])
                raise ResourceRefused(url)  # the library goes on without; `pdf` does not
            return URLFetcherResponse(url, found, {"Content-Type": _content_type(url, found)})

    return Packaged()


def _content_type(url: str, data: bytes) -> str:
    if url.startswith(_PACKAGED):
        return mimetypes.guess_type(url)[0] or "application/octet-stream"
    return "image/svg+xml" if data.lstrip()[:5] in (b"<?xml", b"<svg ") else "image/*"


def _packaged(url: str) -> bytes | None:
    name = unquote(url.removeprefix(_PACKAGED))
    if name.startswith("/") or ".." in name.split("/"):
        return None
    path = finders.find(name)
    return Path(path).read_bytes() if path else None


def _given(url: str, files: Mapping[str, bytes]) -> bytes | None:
    return files.get(unquote(url.removeprefix(_GIVEN))) if url.startswith(_GIVEN) else None
