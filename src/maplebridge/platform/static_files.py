"""Static files under names that change with their contents, so that browsers may keep each for ever."""

from collections.abc import AsyncIterator
from typing import IO, Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

_, _IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Our own modules import each other by hashed names too; the packages' minified ones are left as they are.

    Without this, `import "./words.js"` would ask for the plain name, which browsers may have kept from the
    release before. Django's switch for it reads every script, and minified code is not what its patterns expect.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("maplebridge/*.js", _IMPORTS))


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """Serves static files piece by piece; under ASGI a plain file would first be gathered whole, with a warning."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> FileResponse:
        response: FileResponse = WhiteNoiseMiddleware.serve(static_file, request)
        if isinstance(request, ASGIRequest):
            file, size = response.file_to_stream, response.block_size
            response.streaming_content = _pieces(file, size)
        return response


async def _pieces(file: IO[bytes] | None, size: int) -> AsyncIterator[bytes]:
    """Yield what is in a file, read beside the other requests; nothing for an answer without a body."""
    if file is not None:
        read = sync_to_async(file.read, thread_sensitive=False)
        while piece := await read(size):
            yield piece
