"""What several pages of administration name in the reader's language."""

from django.utils.translation import get_language

from maplebridge.matters import data


def in_language(zh: str, en: str) -> str:
    return en if (get_language() or "").startswith("en") else zh


def agency_kinds() -> list[tuple[str, str]]:
    return [
        (code, in_language(kind.name.zh, kind.name.en))
        for code, kind in data.catalogue().agency_kinds.items()
    ]
