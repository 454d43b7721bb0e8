"""Files that somebody takes away, sent while they are made: a table as CSV in UTF-8 or GB 18030, or as XLSX."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from maplebridge.kernel.tables import Cells, csv_bytes, xlsx_bytes

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "gb18030": "text/csv; charset=gb18030",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "geojson": "application/geo+json",
}
TABLES = ("csv", "gb18030", "xlsx")


def table_bytes(
    form: str, columns: Sequence[str], rows: Iterable[Cells], *, sheet: str = "Sheet1", numbers: bool = False
) -> Iterator[bytes]:
    """Yield a table in one of the forms of `TABLES`."""
    if form == "xlsx":
        return xlsx_bytes(columns, rows, sheet=sheet, numbers=numbers)
    return csv_bytes(columns, rows, "gb18030" if form == "gb18030" else "utf-8-sig")


def streamed(request: HttpRequest, pieces: Iterator[bytes], *, form: str, name: str) -> StreamingHttpResponse:
    """Send a file piece by piece, under a name that gets the ending of its form."""
    ending = "csv" if form == "gb18030" else form
    return StreamingHttpResponse(
        _one_by_one(pieces) if isinstance(request, ASGIRequest) else pieces,
        content_type=CONTENT_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}.{ending}"'},
    )


async def _one_by_one(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the pieces as they are made, in the request's own thread: else the whole file would be gathered first."""
    following = sync_to_async(lambda: next(pieces, None))
    while (piece := await following()) is not None:
        yield piece
