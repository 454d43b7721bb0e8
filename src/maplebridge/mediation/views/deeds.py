"""What may be done to a dispute, as one table in the order in which it is shown."""

from maplebridge.mediation.views.agreement_deeds import SETTLING
from maplebridge.mediation.views.deed import Deed, OfferedDeed
from maplebridge.mediation.views.intake_deeds import INTAKE
from maplebridge.mediation.views.mediator_deeds import ORGANIZING
from maplebridge.mediation.views.reader import Reader
from maplebridge.mediation.views.work_deeds import WORK

DEEDS: tuple[Deed, ...] = (*INTAKE, *ORGANIZING, *WORK, *SETTLING)
BY_NAME = {one.name: one for one in DEEDS}


def offered(reader: Reader) -> list[OfferedDeed]:
    """Return what this reader may do now, in the order of the table; nothing where the words have been deleted."""
    if reader.dispute.erased_at is not None:
        return []
    return [OfferedDeed(deed, of) for deed in DEEDS for of in deed.targets(reader)]
