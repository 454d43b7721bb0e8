"""Advisories are drafted, looked over, asked for, released, stopped. Sending is done by `conversations`."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from maplebridge.advisories import data, queries
from maplebridge.advisories.domain.subjects import OTHER, Template, as_message, filled, subject_of
from maplebridge.advisories.models import Advisory, TemplateVersion
from maplebridge.advisories.permissions import drafts, keeps_templates, releases
from maplebridge.conversations.actions import broadcasting
from maplebridge.conversations.domain.broadcasting import BroadcastRefused, State
from maplebridge.conversations.queries import broadcasts
from maplebridge.conversations.queries.broadcasts import Broadcast
from maplebridge.matters.queries.town import broadcast_limits, local_day
from maplebridge.people.domain.standing import Standing
from maplebridge.platform.audit import action


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """What an advisory says."""

    subject: str
    title: str
    text: str
    steps: str = ""
    calls: str = ""
    place: str = ""
    title_en: str = ""
    text_en: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class For:
    """For whom it is, and until when."""

    expires_at: datetime
    grids: Sequence[int] = field(default=())
    sectors: Sequence[int] = field(default=())
    beats: Sequence[int] = field(default=())
    groups: Sequence[int] = field(default=())
    urgent_reason: str = ""


class TemplateRefused(Exception):
    """`code` says why: not_allowed, no_subject, begins_in_the_past, private_number, english_missing, not_there."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@action
def write_template(
    *, code: str, subject: str, says: Template, valid_from: date, by: Standing, now: datetime
) -> TemplateVersion:
    """Write a template from a day on; without a code it is a new one. What has begun is not changed."""
    _may_keep(by, valid_from, now)
    if code:
        subject = _kept(code, now).subject.code
    known = queries.subjects().get(subject)
    if known is None or not known.written:
        raise TemplateRefused("no_subject")
    if bool(says.title_en) != bool(says.text_en):
        raise TemplateRefused("english_missing")
    if any(one.holds_up for one in queries.looked_over_template(says)):
        raise TemplateRefused("private_number")
    code = code or f"{subject}-{secrets.token_hex(4)}"
    return _from(code, subject, says, True, valid_from, by, now)


@action
def end_template(*, code: str, valid_from: date, by: Standing, now: datetime) -> TemplateVersion:
    """Offer a template to nobody from a day on. It stays readable, and can be taken up again."""
    _may_keep(by, valid_from, now)
    kept = _kept(code, now)
    return _from(code, kept.subject.code, kept.shown, False, valid_from, by, now)


def _kept(code: str, now: datetime) -> queries.Kept:
    found = queries.kept_template(code, local_day(now))
    if found is None:
        raise TemplateRefused("not_there")
    return found


def _may_keep(by: Standing, valid_from: date, now: datetime) -> None:
    if not keeps_templates(by):
        raise TemplateRefused("not_allowed")
    if valid_from < local_day(now):
        raise TemplateRefused("begins_in_the_past")


def _from(
    code: str, subject: str, says: Template, used: bool, valid_from: date, by: Standing, now: datetime
) -> TemplateVersion:
    names = ("name_zh", "name_en", "title", "text", "title_en", "text_en")
    one, _made = TemplateVersion.objects.update_or_create(
        code=code,
        valid_from=valid_from,
        defaults={name: getattr(says, name) for name in names}
        | {
            "subject": subject,
            "used": used,
            "steps": "\n".join(says.steps),
            "calls": "\n".join(says.calls),
            "made_by_id": by.person,
            "made_at": now,
        },
    )
    return one


@action
def draft(*, says: Text, to: For, by: Standing, now: datetime, warning_id: int | None = None) -> Broadcast:
    """Draft an advisory; of a warning there is one, which is returned as it is."""
    if not drafts(by):
        raise BroadcastRefused("not_allowed")
    return _draft(says, to, by.person, now, warning_id)


def _draft(says: Text, to: For, by_id: int, now: datetime, warning_id: int | None) -> Broadcast:
    if warning_id is not None and (known := queries.of_warning(warning_id)) is not None:
        return known
    _check(says, to)
    one = Advisory.objects.create(warning=warning_id, drafted_by_id=by_id, drafted_at=now, **_columns(says))
    return broadcasting.draft(
        kind=says.subject,
        subject=one.title,
        text=as_message(one.text, one.steps, one.calls),
        translations=_translations(one),
        expires_at=to.expires_at,
        grids=to.grids,
        sectors=to.sectors,
        beats=to.beats,
        groups=to.groups,
        urgent_reason=to.urgent_reason,
        source_area=queries.AREA,
        source_id=one.pk,
        by_id=by_id,
        now=now,
    )


def _check(says: Text, to: For) -> None:
    subject = data.subjects().get(says.subject)
    if subject is None or not subject.written:
        raise BroadcastRefused("no_subject")
    if to.urgent_reason.strip() and not subject.urgent:
        raise BroadcastRefused("not_urgent")
    if not any((to.grids, to.sectors, to.beats, to.groups)):
        raise BroadcastRefused("nobody")


def _columns(says: Text) -> dict[str, str]:
    names = ("subject", "title", "text", "steps", "calls", "place", "title_en", "text_en", "why")
    return {name: getattr(says, name).strip() for name in names}


def _translations(one: Advisory) -> dict[str, dict[str, str]]:
    return {"en": {"subject": one.title_en, "text": one.text_en}} if one.title_en and one.text_en else {}


@action
def draft_from_warning(
    *,
    warning_id: int,
    category: str,
    grids: Sequence[int],
    place: str,
    what: str,
    why: str,
    by_id: int,
    now: datetime,
    of_any_subject: bool,
) -> Broadcast | None:
    """Draft what residents may do about a confirmed warning, from the first template of its subject.

    None where no subject fits, unless one of any subject is wanted, or nobody lives on known ground there. Its blanks
    stay for whoever finishes it.
    """
    subjects = queries.subjects_on(local_day(now))
    subject = subject_of(category, subjects) or (subjects.get(OTHER) if of_any_subject else None)
    if subject is None or not subject.templates or not grids:
        return None
    template = subject.templates[0]
    known = {"【地点】": place, "【什么事】": what}
    says = Text(
        subject=subject.code,
        title=filled(template.title, known),
        text=filled(template.text, known),
        steps="\n".join(template.steps),
        calls="\n".join(template.calls),
        place=place[:100],
        title_en=template.title_en,
        text_en=template.text_en,
        why=why[:200],
    )
    to = For(expires_at=now + timedelta(days=subject.days), grids=grids)
    return _draft(says, to, by_id, now, warning_id)


@action
def rewrite(*, broadcast_id: int, says: Text, to: For, by: Standing, now: datetime) -> Broadcast:
    """Write an advisory anew, as long as it is not released."""
    if not drafts(by):
        raise BroadcastRefused("not_allowed")
    one = _advisory(broadcast_id)
    _check(says, to)
    for name, value in _columns(says).items():
        setattr(one, name, value)
    one.save()
    return broadcasting.rewrite(
        broadcast_id=broadcast_id,
        kind=says.subject,
        subject=one.title,
        text=as_message(one.text, one.steps, one.calls),
        translations=_translations(one),
        expires_at=to.expires_at,
        grids=to.grids,
        sectors=to.sectors,
        beats=to.beats,
        groups=to.groups,
        urgent_reason=to.urgent_reason,
        by_id=by.person,
        now=now,
    )


def _advisory(broadcast_id: int) -> Advisory:
    found = broadcasts.get_broadcast(broadcast_id)
    one = queries.advisory_of(found) if found else None
    if found is None or one is None or found.state not in (State.DRAFTED, State.ASKED):
        raise BroadcastRefused("not_now")
    return one


def _looked_over(broadcast_id: int) -> None:
    """Refuse what still has blanks or tells private numbers."""
    found = broadcasts.get_broadcast(broadcast_id)
    one = queries.advisory_of(found) if found else None
    for finding in queries.looked_over(one) if one else []:
        if finding.holds_up:
            raise BroadcastRefused(finding.what)


@action
def ask(*, broadcast_id: int, by: Standing, now: datetime) -> None:
    """Say that it is finished; somebody else may release it."""
    if not drafts(by):
        raise BroadcastRefused("not_allowed")
    _looked_over(broadcast_id)
    broadcasting.ask(broadcast_id=broadcast_id, by_id=by.person, now=now)


@action
def release(*, broadcast_id: int, by: Standing, now: datetime) -> None:
    """Let it go out, to all who live there at this moment."""
    if not releases(by):
        raise BroadcastRefused("not_allowed")
    _looked_over(broadcast_id)
    broadcasting.release(broadcast_id=broadcast_id, by_id=by.person, now=now, limits=broadcast_limits(now))


@action
def stop(*, broadcast_id: int, reason: str, by: Standing, now: datetime) -> None:
    """Send it no further, or drop a draft."""
    if not releases(by):
        raise BroadcastRefused("not_allowed")
    broadcasting.stop(broadcast_id=broadcast_id, by_id=by.person, reason=reason, now=now)
