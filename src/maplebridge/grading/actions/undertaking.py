"""What an area does about its color: two sentences a month, by those who work there."""

from datetime import datetime

from maplebridge.grading.domain.undertakings import check_words
from maplebridge.grading.models import Area, Undertaking
from maplebridge.grading.permissions import undertakes
from maplebridge.grading.queries import grounds_of
from maplebridge.kernel.periods import Month
from maplebridge.people.domain.standing import Standing
from maplebridge.platform.audit import action


class UndertakingRefused(Exception):
    """`code` says why: not_yours, words_needed, too_many_sentences."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@action
def undertake(*, area: Area, month: Month, words: str, by: Standing, now: datetime) -> Undertaking:
    """Say under the color of a month what the area does about it; said again, the later words count."""
    role = undertakes(by, grounds_of(area))
    if role is None or by.person_id is None:
        raise UndertakingRefused("not_yours")
    if problem := check_words(words):
        raise UndertakingRefused(problem)
    one, _ = Undertaking.objects.update_or_create(
        area=area,
        month=month.first,
        defaults={
            "words": words.strip(),
            "role": role,
            "written_by_id": by.person_id,
            "written_at": now,
        },
    )
    return one
