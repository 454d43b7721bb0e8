"""One tap to look at the demo town as somebody in it. These pages exist only in the demo (config/demo_urls.py)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from maplebridge.people import actions, queries
from maplebridge.people.domain.roles import Role
from maplebridge.people.permissions import BY_ONE_TAP, allow, anybody
from maplebridge.people.views.session import BACKEND

if TYPE_CHECKING:
    from maplebridge.people.models import Person, Posting

RESIDENT = "resident"
AGENCIES = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A role of the town, with somebody who holds it and where."""

    role: str
    person: "Person"
    ground: str


@allow(anybody)
@never_cache
def roles(request: HttpRequest) -> HttpResponse:
    """List one person for each role, as they are posted today."""
    return render(request, "demo/roles.html", {"parts": parts()})


@allow(anybody)
@require_POST
def enter(request: HttpRequest, person_id: int) -> HttpResponse:
    """Sign in as one of the persons listed, and as nobody else."""
    person = next((part.person for part in parts() if part.person.pk == person_id), None)
    if person is None:
        raise Http404
    account = queries.account_of(person.pk) or actions.open_account(
        person=person, username=f"demo-{person.pk}"
    )
    login(request, account, backend=BACKEND)
    request.session[BY_ONE_TAP] = True
    return redirect("home")


def parts() -> list[Part]:
    """Return who may be looked through: a resident, the first holder of each role, clerks of some agencies."""
    today = timezone.localdate()
    resident = queries.any_resident(today)
    found = [Part(RESIDENT, resident, str(resident.building))] if resident else []
    for role in Role:
        if role is Role.AGENCY_CLERK:
            found += [_part(one) for one in queries.first_clerks(today, most=AGENCIES)]
        elif posting := queries.first_posting(role, today):
            found.append(_part(posting))
    return found


def _part(posting: "Posting") -> Part:
    return Part(posting.role, posting.person, str(posting.ground or ""))
