"""A party's own disputes: where each stands, when one meets, what was agreed, and who read one's data."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from maplebridge.mediation import queries
from maplebridge.mediation.permissions import disputes_of_party, sessions_as_guest, viewer_of
from maplebridge.mediation.queries.documents import for_sides
from maplebridge.people.permissions import allow, me_of, signed_in, standing_of


@allow(signed_in)
def my_disputes(request: HttpRequest) -> HttpResponse:
    """List the disputes in which somebody is a party, and the sessions to which they are invited as a guest."""
    ids = list(disputes_of_party(me_of(request)).values_list("pk", flat=True)[: queries.PAGE])
    now = timezone.now()
    as_guest = sessions_as_guest(standing_of(request))
    ahead = as_guest.filter(ends_at__gte=now, held_at=None)[: queries.PAGE]
    before = as_guest.exclude(ends_at__gte=now, held_at=None).order_by("-starts_at")[: queries.PAGE]
    context = {"now": now, "rows": queries.rows_by_id(ids, now), "invited": [*ahead, *before]}
    return render(request, "mediation/my_disputes.html", context)


@allow(signed_in)
def my_dispute(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Show one dispute to one of its parties: what that side may hear, and nothing else."""
    dispute = disputes_of_party(me_of(request)).filter(pk=dispute_id).first()
    if dispute is None:
        raise Http404
    now = timezone.now()
    viewer = viewer_of(standing_of(request), dispute)
    (row,) = queries.rows_by_id([dispute.pk], now)
    agreement = queries.agreement_of(dispute.pk)
    own = {one.id for one in queries.masked_parties(dispute.pk, now) if one.person_id == me_of(request)}
    readings = [one for one in queries.readings_of(dispute.pk) if own & set(one.parties)]
    return render(
        request,
        "mediation/my_dispute.html",
        {
            "row": row,
            "dispute": dispute,
            "viewer": viewer,
            "sessions": queries.sessions_for(viewer, dispute.pk).filter(canceled_at=None),
            "called_off": queries.sessions_for(viewer, dispute.pk).filter(
                canceled_at__isnull=False, starts_at__gt=now
            ),
            "promises": queries.promises_for(viewer, dispute.pk),
            "agreement": agreement,
            "installments": queries.installments_of(agreement.pk) if agreement else (),
            "papers": for_sides(dispute.pk),
            "readings": readings,
            "now": now,
        },
    )
