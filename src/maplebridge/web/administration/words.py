"""What several pages of administration name in the reader's language."""

from maplebridge.matters import data
from maplebridge.platform.wording import in_language


def agency_kinds() -> list[tuple[str, str]]:
    return [
        (code, in_language(kind.name.zh, kind.name.en))
        for code, kind in data.catalogue().agency_kinds.items()
    ]
