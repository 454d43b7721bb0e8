"""What an area says it does about its color: short enough to be read, long enough to say something."""

import re

MOST_SENTENCES, MOST_CHARACTERS = 2, 300
_END = re.compile(r"[。！？!?]+|\.(?=\s|$)")


def check_words(words: str) -> str:
    """Return what is wrong with the words as a code, or nothing: two sentences at most."""
    text = words.strip()
    if not text:
        return "words_needed"
    sentences = [part for part in _END.split(text) if part.strip()]
    return "too_many_sentences" if len(sentences) > MOST_SENTENCES or len(text) > MOST_CHARACTERS else ""
