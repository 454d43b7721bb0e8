"""The fields of which the forms of mediation are made: what a deed asks is in the views; errors say what is needed."""

from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maplebridge.mediation.data import dispute_types
from maplebridge.mediation.domain.acceptance import Grave, Touches
from maplebridge.mediation.domain.amounts import AmountRefused, read_cents
from maplebridge.mediation.domain.tiers import RiskSign
from maplebridge.mediation.domain.workflow import Source
from maplebridge.mediation.templatetags import mediation_words as words

Choices = Iterable[tuple[Any, Any]]
MOST = 10_000
NEEDED = {"required": _("Please write something here.")}
CHOOSE = {"required": _("Please choose one."), "invalid_choice": _("Please choose one of the list.")}


def text(label: Any, *, required: bool = True, rows: int = 3, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=MOST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages=NEEDED,
    )


def line(
    label: Any, *, required: bool = True, most: int = 120, help_text: Any = "", hint: str = "off"
) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=help_text,
        widget=forms.TextInput(attrs={"autocomplete": hint}),
        error_messages=NEEDED,
    )


def choice(
    label: Any, choices: Choices, *, required: bool = True, radio: bool = False, help_text: Any = ""
) -> forms.ChoiceField:
    listed = list(choices)
    if not radio and not (required and len(listed) == 1):
        listed = [("", "—"), *listed]
    return forms.ChoiceField(
        label=label,
        choices=listed,
        required=required,
        help_text=help_text,
        widget=forms.RadioSelect if radio else forms.Select,
        error_messages=CHOOSE,
    )


def several(label: Any, choices: Choices, *, help_text: Any = "", required: bool = False) -> Any:
    return forms.MultipleChoiceField(
        label=label,
        choices=list(choices),
        required=required,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
        error_messages=CHOOSE,
    )


def tick(label: Any, *, help_text: Any = "") -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=help_text)


def number(
    label: Any, *, least: int, most: int, required: bool = True, start: int | None = None
) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=required, initial=start)


def _of_this_time(given: date) -> None:
    """Refuse a slip of the key such as the year 20260: what is computed from it would lie beyond every calendar."""
    if not 1900 <= given.year <= 2100:
        raise forms.ValidationError(_("Please look at the year again."))


def day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[_of_this_time],
        error_messages=NEEDED | {"invalid": _("Please write a day such as 2026-03-02.")},
    )


def moment(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        help_text=help_text,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        validators=[_of_this_time],
        error_messages=NEEDED | {"invalid": _("Please write a day and a time.")},
    )


def clock(label: Any, start: time) -> forms.TimeField:
    return forms.TimeField(
        label=label, initial=start, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


class Sum(forms.CharField):
    """A sum in yuan, read to the cent."""

    def clean(self, value: Any) -> Any:
        written = super().clean(value)
        if not written:
            return None
        try:
            return read_cents(written)
        except AmountRefused as refusal:
            raise forms.ValidationError(words.refusal_words(refusal.code)) from refusal


def money(label: Any, *, required: bool = False, help_text: Any = "") -> Sum:
    return Sum(
        label=label,
        required=required,
        max_length=30,
        help_text=help_text or _("In yuan, such as 1200.50."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages=NEEDED,
    )


def of(named: Mapping[str, Any]) -> Choices:
    """Return codes with their words as choices."""
    return list(named.items())


def type_choices() -> Choices:
    return [(code, words.type_name(code)) for code in dispute_types()]


def form_class(fields: Mapping[str, forms.Field]) -> type[forms.Form]:
    """Return a form made of these fields."""
    return type("DeedForm", (forms.Form,), dict(fields))


LENGTHS = [(str(one), str(one)) for one in (30, 60, 90, 120, 180)]


def length_of(chosen: str) -> timedelta:
    return timedelta(minutes=int(chosen))


def told_fields(grids: Choices) -> dict[str, forms.Field]:
    """Return what is asked of a dispute when it is found, and when it is corrected."""
    return {
        "summary": text(
            _("What is it about?"),
            rows=5,
            help_text=_("Who wants what of whom, since when. Names go below, not here."),
        ),
        "type": choice(_("Type"), type_choices()),
        "grid": choice(_("Where"), grids),
        "place": line(_("Place in words"), required=False),
        "wishes": text(_("What is asked for"), required=False, rows=2),
        "happened_on": day(_("When did it happen?"), required=False),
        "people_count": number(_("How many people are in it?"), least=2, most=100_000, start=2),
        "amount_cents": money(_("Sum in dispute")),
        "beyond_village": tick(_("The sides live in different villages or communities")),
        "touches": several(_("It touches"), of(words.TOUCHES), help_text=_("The law asks for more there.")),
    }


def found_fields(grids: Choices) -> dict[str, forms.Field]:
    by_hand = [
        one for one in words.SOURCES.items() if one[0] not in (Source.MATTER, Source.VISIT, Source.SWEEP)
    ]
    return {
        "source": choice(_("How did it come here?"), by_hand),
        "source_number": line(_("Number at the court, the hotline, the police"), required=False, most=60),
        **told_fields(grids),
        "signs": several(
            _("What was seen or heard?"),
            of(words.SIGNS),
            help_text=_(
                "The risk of escalation follows from it. It is said of the dispute, never of a person."
            ),
        ),
        "grave": several(
            _("Is it one of these?"),
            of(words.GRAVE),
            help_text=_(
                "Then it is not mediated: it goes at once to the few who may read it, or to the police."
            ),
        ),
    }


def told_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was filled in, as `actions.Told` asks for it."""
    return {
        "summary": data["summary"],
        "type": data["type"],
        "grid_id": int(data["grid"]),
        "place": data["place"],
        "wishes": data["wishes"],
        "happened_on": data["happened_on"],
        "people_count": data["people_count"],
        "amount_cents": data["amount_cents"],
        "beyond_village": data["beyond_village"],
        "touches": [Touches(one) for one in data["touches"]],
        "signs": [RiskSign(one) for one in data.get("signs", ())],
        "grave": [Grave(one) for one in data.get("grave", ())],
    }
