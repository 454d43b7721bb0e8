"""A deed: one thing that may be done to a dispute. When it fits, what it asks, which action it is."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms as django_forms

from maplebridge.mediation.domain.workflow import State
from maplebridge.mediation.views.reader import Reader

Fields = Mapping[str, django_forms.Field]
Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that may be done. `about` names what it is done to, where that is a part of the dispute."""

    name: str
    button: Any
    icon: str
    act: Callable[[Reader, Data, int], Any]
    targets: Callable[[Reader], Iterable[int | None]]  # the parts it may be done to now; [None]: the dispute
    fields: Callable[[Reader, int], Fields] | None = None  # none: nothing is asked, one tap
    start: Callable[[Reader, int], Data] | None = None
    about: str = ""
    group: str = "work"
    hint: Any = ""
    # Pictures and PDFs may come with it; what is done finds them under "photos" and "pdfs".
    photos: bool = False

    @property
    def asks(self) -> bool:
        """Say whether it needs a form; without one it is a single tap."""
        return self.fields is not None


@dataclass(frozen=True, slots=True)
class OfferedDeed:
    """A deed that this reader may do now."""

    deed: Deed
    of: int | None

    @property
    def key(self) -> str:
        return f"{self.deed.name}-{self.of or ''}"


NOTHING: tuple[int | None, ...] = ()
ITSELF: tuple[int | None, ...] = (None,)


def when(fits: Callable[[Reader], bool]) -> Callable[[Reader], Iterable[int | None]]:
    return lambda reader: ITSELF if fits(reader) else NOTHING


def works_in(*states: State) -> Callable[[Reader], Iterable[int | None]]:
    return when(lambda reader: reader.works and reader.is_in(*states))


def plain(action: Callable[..., Any], key: str = "dispute_id") -> Callable[[Reader, Data, int], None]:
    """Return the deed of an action that needs nothing but what it is done to, and what was filled in."""

    def act(reader: Reader, data: Data, of: int) -> None:
        target = reader.dispute.pk if key == "dispute_id" else of
        action(**{key: target}, **data, by=reader.by, now=reader.now)

    return act
