"""Disputes as records of GB/T 31000: a month without what names anybody, or one dispute for whoever may read it."""

from collections.abc import Iterator

from maplebridge.kernel.text import redact
from maplebridge.mediation.data import dispute_types
from maplebridge.mediation.domain.record_31000 import MainParty, Record
from maplebridge.mediation.domain.workflow import CONCLUDED, SETTLED
from maplebridge.mediation.models import Agreement, Assignment, Dispute, Party, Revisit
from maplebridge.mediation.permissions import figures_of
from maplebridge.mediation.queries.figures import Period
from maplebridge.mediation.queries.rows import masked_name
from maplebridge.mediation.queries.town import file_number, local_day
from maplebridge.people.domain.standing import Standing

BATCH = 500
RESULTS = {
    "agreed": "达成协议，正在履行",
    "performed": "达成协议并已履行",
    "broken": "达成协议，未按约履行",
    "failed": "调解不成，已告知其他途径",
    "withdrawn": "当事人撤回",
    "refused": "未予调解",
    "referred": "已移交",
}


def month_of_records(standing: Standing, period: Period) -> Iterator[Record]:
    """Yield what was found in a period. Names are masked, numbers of papers and addresses left out, words redacted."""
    found = Dispute.objects.filter(figures_of(standing), period.within("found_at"))
    ids = list(found.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(ids), BATCH):
        yield from records(ids[first : first + BATCH])


def records(ids: list[int]) -> Iterator[Record]:
    """Yield the records of disputes in the order of the ids, with nothing that names anybody."""
    found = Dispute.objects.select_related("committee").defer("words").in_bulk(ids)
    parties: dict[int, list[Party]] = {}
    for party in Party.objects.filter(dispute_id__in=ids, left_at=None).order_by("side__number", "pk"):
        parties.setdefault(party.dispute_id, []).append(party)
    leads = dict(
        Assignment.objects.filter(dispute_id__in=ids, role=Assignment.Role.LEAD)
        .order_by("since")
        .values_list("dispute_id", "mediator__person__nickname")
    )
    assessed = {
        one.agreement.dispute_id: one
        for one in Revisit.objects.filter(agreement__dispute_id__in=ids, done_at__isnull=False)
        .select_related("agreement")
        .order_by("done_at")
    }
    for one in ids:
        if one in found:
            yield _record(found[one], parties.get(one, []), leads.get(one, ""), assessed.get(one))


def _record(dispute: Dispute, parties: list[Party], lead: str, revisit: Revisit | None) -> Record:
    names = [one.name for one in parties]
    people = [one for one in parties if one.kind == Party.Kind.PERSON]
    organizations = [one for one in parties if one.kind == Party.Kind.ORGANIZATION]
    number = file_number(dispute, local_day(dispute.found_at))
    type = dispute_types()[dispute.type].name_zh
    return Record(
        name=f"{type}纠纷{number}",
        happened_on=dispute.happened_on or local_day(dispute.found_at),
        place=redact(dispute.place, names),
        type=type,
        people=dispute.people_count,
        summary=redact(dispute.summary, names),
        organizations=tuple(masked_name(one.name) for one in organizations),
        main_party=MainParty(name=masked_name(people[0].name), gender=people[0].gender)
        if people
        else MainParty(),
        due_on=local_day(dispute.due_at) if dispute.due_at else None,
        committee=dispute.committee.name if dispute.committee else "",
        responsible=lead,
        success=dispute.state in SETTLED if dispute.state in CONCLUDED else None,
        result=RESULTS.get(dispute.state, ""),
        assessed_on=local_day(revisit.done_at) if revisit and revisit.done_at else None,
        assessment=_assessment(revisit),
    )


def terms_of(dispute_id: int) -> str:
    """Return what was agreed, for the record of whoever may read the agreement."""
    agreements = Agreement.objects.filter(dispute_id=dispute_id, effective_at__isnull=False, ended_at=None)
    return agreements.values_list("terms", flat=True).first() or ""


def _assessment(revisit: Revisit | None) -> str:
    if revisit is None:
        return ""
    words = {"yes": "已履行", "partly": "部分履行", "no": "未履行"}[revisit.performed]
    return words if revisit.satisfied is None else f"{words}，满意度{revisit.satisfied}分（满分5分）"
