"""The forms of matters. What the system knows is filled in by the views; errors say what is needed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maplebridge.conversations.actions import LONGEST_TEXT
from maplebridge.matters.domain.workflow import NoDanger, Outcome, PauseReason, RefusalReason
from maplebridge.matters.models import Matter
from maplebridge.matters.templatetags import matter_words

WORDS = {
    "required": _("Please write something here."),
    "max_length": _("This is longer than %(limit_value)d characters. Please shorten it."),
}


def words_field(label: Any, *, required: bool = True, help_text: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages=WORDS,
    )


class Moment(forms.DateTimeField):
    """A date and time that a phone's own picker fills in."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **options)


class RaiseForm(forms.Form):
    text = words_field(
        _("What is it about?"), rows=4, help_text=_("In your own words. You need not choose a category.")
    )
    place = forms.CharField(
        label=_("Where is it?"),
        required=False,
        max_length=120,
        help_text=_("An address or a spot, such as “Haitang Estate, building 3, entrance 2”."),
    )
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)


TAKEN_BY_STAFF = [Matter.Origin.WALK_IN, Matter.Origin.PROACTIVE, Matter.Origin.TIP]


class StaffRaiseForm(RaiseForm):
    """As told at the counter, found on the round, or confided."""

    origin = forms.ChoiceField(
        label=_("How did it come in?"),
        choices=[(one.value, matter_words.ORIGINS[one.value]) for one in TAKEN_BY_STAFF],
    )
    phone = forms.CharField(
        label=_("Phone of whoever told it"),
        required=False,
        max_length=20,
        help_text=_("So that the answer reaches them. Leave it empty for what you found yourself."),
    )
    field_order = ["text", "place", "origin", "phone"]


class AnswerForm(forms.Form):
    text = words_field(_("Your answer"))
    promise_by = Moment(label=_("You will hear more by"), required=False)


class HandOverForm(forms.Form):
    to = forms.IntegerField(label=_("To whom"))
    words = words_field(_("What they should know"), required=False, rows=2)


class CallOutForm(forms.Form):
    agency = forms.IntegerField(label=_("Agency"))
    words = words_field(_("What is needed"), required=False, rows=2)


class PauseForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why"), choices=[(one.value, matter_words.PAUSES[one.value]) for one in PauseReason]
    )
    words = words_field(_("In words for the resident"), required=False, rows=2)
    until = Moment(label=_("Until"))


class DeferForm(forms.Form):
    words = words_field(_("Why it cannot be done now"), rows=2)
    review_on = forms.DateField(
        label=_("Look at it again on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class ExtendForm(forms.Form):
    until = Moment(label=_("Until"))
    reason = words_field(_("Why more time is needed"), rows=2)


class ResolveForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=[
            (one.value, matter_words.OUTCOMES[one.value])
            for one in (Outcome.SOLVED, Outcome.EXPLAINED, Outcome.NOT_OURS, Outcome.NOT_FEASIBLE)
        ],
    )
    handed_to = forms.CharField(label=_("Handed on to"), required=False, max_length=60)
    because = forms.ChoiceField(
        label=_("Why it cannot be done"),
        required=False,
        choices=[("", _("Please choose")), *matter_words.NOT_FEASIBLE.items()],
    )
    text = words_field(
        _("The result, for the resident"),
        help_text=_("It is posted where it was asked, without names and numbers."),
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("outcome") == Outcome.NOT_OURS and not told.get("handed_to"):
            self.add_error("handed_to", matter_words.refusal_words("say_to_whom"))
        if told.get("outcome") == Outcome.NOT_FEASIBLE and not told.get("because"):
            self.add_error("because", matter_words.refusal_words("say_why_not"))
        return told


class RefuseForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why"), choices=[(one.value, matter_words.REFUSALS[one.value]) for one in RefusalReason]
    )
    words = words_field(_("In words"), rows=2)


class NoDangerForm(forms.Form):
    """Why the lamp of the command room goes out; where the words were misread, the next training learns it."""

    reason = forms.ChoiceField(
        label=_("How do you know?"),
        choices=[(one.value, matter_words.NO_DANGERS[one.value]) for one in NoDanger],
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how you know.")},
    )
    words = words_field(_("In words"), required=False, rows=2)


class DoneForm(forms.Form):
    words = words_field(_("What was done"), rows=2)


class SortForm(forms.Form):
    category = forms.CharField(label=_("Category"), max_length=12)
    severity = forms.TypedChoiceField(
        label=_("Severity"), coerce=int, choices=[(n, words) for n, words in matter_words.SEVERITIES.items()]
    )
    place = forms.CharField(
        label=_("Where is it?"),
        required=False,
        max_length=120,
        help_text=_("An address or a spot, such as “Haitang Estate, building 3, entrance 2”."),
    )


class MergeForm(forms.Form):
    into = forms.IntegerField(label=_("Goes on in #"), required=False, min_value=1)
    into_other = forms.IntegerField(label=_("Number of the other matter"), required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        """Let a number typed by hand count instead of one chosen from the list."""
        told = super().clean() or {}
        told["into"] = told.get("into_other") or told.get("into")
        if told["into"] is None and not self.errors:
            self.add_error("into", _("Please choose the other matter, or write its number."))
        return told


class SplitForm(forms.Form):
    parts = words_field(_("The parts, one a line"), help_text=_("Two to ten."), rows=4)

    def clean_parts(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["parts"].splitlines() if line.strip()]


class FeedbackForm(forms.Form):
    solved = forms.TypedChoiceField(
        label=_("Is it solved?"),
        coerce=lambda word: word == "yes",
        choices=[("yes", _("Yes")), ("no", _("No"))],
    )
    satisfaction = forms.TypedChoiceField(
        label=_("How satisfied are you with how we handled it?"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("5", _("very satisfied")),
            ("4", _("satisfied")),
            ("3", _("so-so")),
            ("2", _("dissatisfied")),
            ("1", _("very dissatisfied")),
        ],
        widget=forms.RadioSelect,
    )
    words = words_field(_("Anything to add"), required=False, rows=2)


class OrderForm(forms.Form):
    words = words_field(_("What is to be done"), rows=2)
    due_at = Moment(label=_("By"))


class HideWordsForm(forms.Form):
    """Which line of the time line, and why."""

    reason = words_field(
        _("Why they should not stand there"), rows=2, help_text=_("Please do not write them down again.")
    )
    field_order = ["line", "reason"]

    def __init__(self, *args: Any, lines: Sequence[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["line"] = forms.TypedChoiceField(
            label=_("Which words"), coerce=int, choices=lines, widget=forms.RadioSelect
        )
        self.order_fields(self.field_order)


class MovePromiseForm(forms.Form):
    due_at = Moment(label=_("You will hear more by"))


class ConsultForm(forms.Form):
    words = words_field(_("What is to be settled"), rows=2)
    agencies = forms.TypedMultipleChoiceField(label=_("Who is called together"), coerce=int, choices=())
    due_at = Moment(label=_("By"))

    def __init__(self, *args: Any, agencies: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["agencies"].choices = agencies  # type: ignore[attr-defined]


class EndOversightForm(forms.Form):
    minutes = words_field(_("What came of it"), rows=3)


class AssignForm(forms.Form):
    to = forms.IntegerField(label=_("To whom"))
    words = words_field(_("Why"), rows=2)
