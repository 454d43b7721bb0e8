from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from maplebridge.people import queries as people
from maplebridge.people.domain.roles import Role
from maplebridge.people.templatetags.people import ROLE_NAMES
from maplebridge.places import queries as places
from maplebridge.rosters import queries
from maplebridge.rosters.domain.weeks import Shift
from maplebridge.rosters.models import Duty

ON_DUTY = (
    Role.OFFICER,
    Role.AUXILIARY,
    Role.SORTING_OFFICER,
    Role.COMMAND,
    Role.SUPERVISOR,
    Role.CONFIDENTIAL,
    Role.GRID_CHIEF,
)


class DutyForm(forms.Form):
    """Somebody in a role, for a shift of a day, in a police grid or in the whole town."""

    who = forms.ChoiceField(label=_("Who is on duty"))
    sector = forms.ChoiceField(label=_("Police grid"), required=False)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    shift = forms.ChoiceField(
        label=_("Shift"),
        choices=[(Shift.DAY, _("by day, 8 to 20 o'clock")), (Shift.NIGHT, _("by night, 20 to 8 o'clock"))],
    )

    def __init__(self, *arguments: Any, on: date, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._choose("who", [("", "—"), *_who(on)])
        self._choose(
            "sector",
            [("", _("whole town")), *((str(one.pk), one.name) for one in places.sectors_in_force(on))],
        )

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_who(self) -> tuple[int, Role]:
        person, _colon, role = str(self.cleaned_data["who"]).partition(":")
        return int(person), Role(role)

    def clean_sector(self) -> int | None:
        return int(self.cleaned_data["sector"]) if self.cleaned_data["sector"] else None


def _who(on: date) -> list[Any]:
    """Return those who may be on duty, grouped by role."""
    holders = {role: people.holders_of(role, on) for role in ON_DUTY}
    named = people.persons([person_id for ids in holders.values() for person_id in ids])
    return [
        (ROLE_NAMES[role], [(f"{one}:{role}", named[one].nickname) for one in ids])
        for role, ids in holders.items()
        if ids
    ]


class SwapForm(forms.Form):
    other = forms.IntegerField()

    def clean_other(self) -> Duty:
        other = queries.get_duty(self.cleaned_data["other"])
        if other is None:
            raise ValidationError(_("This duty does not exist any more."))
        return other
