"""Static files under names that change with their contents, so that browsers may keep each for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

_, _IMPORTS = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    """Our own modules import each other by hashed names too; the packages' minified ones are left as they are.

    Without this, `import "./words.js"` would ask for the plain name, which browsers may have kept from the
    release before. Django's switch for it reads every script, and minified code is not what its patterns expect.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("maplebridge/*.js", _IMPORTS))
