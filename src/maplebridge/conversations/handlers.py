from maplebridge.conversations import actions
from maplebridge.conversations.actions import broadcasting
from maplebridge.people.events import PersonErased, ResidentSettled
from maplebridge.platform.events import on


@on(ResidentSettled)
def let_newcomer_in(event: ResidentSettled) -> None:
    actions.move_home(
        person_id=event.person_id,
        building_id=event.building_id,
        estate_id=event.estate_id,
        left_building_id=event.left_building_id,
        left_estate_id=event.left_estate_id,
        now=event.occurred_at,
    )


@on(PersonErased)
def forget_person(event: PersonErased) -> None:
    actions.forget_person(person_id=event.person_id, now=event.occurred_at)
    broadcasting.forget_receiver(person_id=event.person_id)
