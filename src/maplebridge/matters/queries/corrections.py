"""What people have put right in the product's readings, as sentences that the next training learns from."""

from collections.abc import Iterator

from maplebridge.matters.data import Example
from maplebridge.matters.domain.workflow import MISREAD
from maplebridge.matters.models import Entry, Sorting


def corrected() -> Iterator[Example]:
    """Yield each message whose kind, category or severity a person has said, as they said it."""
    rows = Sorting.objects.filter(corrected_at__isnull=False, message__isnull=False).order_by("id")
    for one in rows.select_related("message", "corrected_category", "category").iterator():
        category = one.corrected_category or (one.category if one.matter_id else None)
        assert one.message is not None
        yield Example(
            one.message.text,
            one.corrected_kind,
            category.code if category else "",
            str(one.corrected_severity or (category.severity if category else "")),
        )


def misread_dangers() -> Iterator[str]:
    """Yield what was told in matters of which somebody said that the words had told of no danger."""
    lines = Entry.objects.filter(deed="danger_taken_back", facts__reason__in=sorted(MISREAD)).order_by("id")
    yield from lines.values_list("matter__summary", flat=True).iterator()
