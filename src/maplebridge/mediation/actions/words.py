"""Sentences that the product itself posts: in the language of the town, as they stay as they are."""

from django.conf import settings
from django.utils import translation


def in_town_language(message: str, **values: object) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return translation.gettext(message) % values
