"""The form of each deed, made for whoever opens it: what the system knows is filled in."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maplebridge.kernel.text import shorten
from maplebridge.matters import forms as given
from maplebridge.matters import queries
from maplebridge.people import queries as people

Data = Mapping[str, Any] | None
MakesForm = Callable[[Data, Any], forms.Form]  # from what was sent, and whoever opens it


class NothingToSay(forms.Form):
    """A deed that a tap is enough for."""


class AddForm(forms.Form):
    text = given.words_field(_("What do you want to add?"), required=False, rows=3)


class WithdrawForm(forms.Form):
    words = given.words_field(_("Why, in a few words"), required=False, rows=2)


class ReasonForm(forms.Form):
    reason = given.words_field(_("Why not"), rows=2)


class ChaseForm(forms.Form):
    words = given.words_field(_("What they should know"), required=False, rows=2)


class CallBackForm(given.FeedbackForm):
    """What the resident said on the phone, or that nobody could be reached."""

    reached = forms.TypedChoiceField(
        label=_("Did you reach them?"),
        coerce=lambda word: word == "yes",
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    field_order = ["reached", "solved", "satisfaction", "words"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["solved"].required = False


def _asks(form: type[forms.Form]) -> MakesForm:
    """Make a form that is the same for whoever opens it."""
    return lambda data, reader: form(data)


feedback = _asks(given.FeedbackForm)
call_back = _asks(CallBackForm)
add = _asks(AddForm)
withdraw = _asks(WithdrawForm)
nothing = _asks(NothingToSay)
reason = _asks(ReasonForm)
chase = _asks(ChaseForm)
no_danger = _asks(given.NoDangerForm)
answer = _asks(given.AnswerForm)
resolve = _asks(given.ResolveForm)
refuse = _asks(given.RefuseForm)
done = _asks(given.DoneForm)
merge = _asks(given.MergeForm)
split = _asks(given.SplitForm)
end_oversight = _asks(given.EndOversightForm)


def hand_over(data: Data, reader: Any) -> forms.Form:
    return _to_staff(given.HandOverForm(data))


def assign(data: Data, reader: Any) -> forms.Form:
    return _to_staff(given.AssignForm(data))


def _to_staff(form: forms.Form) -> forms.Form:
    form.fields["to"].error_messages["required"] = _("Please choose somebody from the list.")
    return form


def call_out(data: Data, reader: Any) -> forms.Form:
    form = given.CallOutForm(data)
    form.fields["agency"].error_messages["required"] = _("Please choose an agency from the list.")

    def known(agency_id: int) -> None:
        if not people.agencies(timezone.localdate()).filter(pk=agency_id).exists():
            raise forms.ValidationError(_("Please choose an agency from the list."))

    form.fields["agency"].validators.append(known)
    return form


def pause(data: Data, reader: Any) -> forms.Form:
    return given.PauseForm(data, initial={"until": _evening_in(3)})


def defer(data: Data, reader: Any) -> forms.Form:
    days = queries.town_rules(timezone.localdate()).deferral_review_days
    return given.DeferForm(data, initial={"review_on": timezone.localdate() + timedelta(days=days)})


def extend(data: Data, reader: Any) -> forms.Form:
    due = reader.matter.handle_by
    return given.ExtendForm(
        data, initial={"until": timezone.localtime(due) + timedelta(days=3) if due else None}
    )


def sort(data: Data, reader: Any) -> forms.Form:
    matter = reader.matter
    form = given.SortForm(data, initial={"severity": matter.severity, "place": matter.place})
    form.fields["category"].required = matter.category is None  # else it stays as it is
    form.fields["category"].error_messages["required"] = _("Please choose a category.")
    return form


def order(data: Data, reader: Any) -> forms.Form:
    return given.OrderForm(data, initial={"due_at": _evening_in(1)})


def consult(data: Data, reader: Any) -> forms.Form:
    asked = [one.agency_id for one in reader.orders if one.agency_id]
    listed = sorted(people.agencies(timezone.localdate()), key=lambda one: one.pk not in asked)
    named = [(one.pk, str(one)) for one in listed]
    form = given.ConsultForm(data, agencies=named, initial={"agencies": asked, "due_at": _evening_in(2)})
    form.fields["agencies"].widget = forms.CheckboxSelectMultiple(choices=named)
    return form


def hide_words(data: Data, reader: Any) -> forms.Form:
    told = reader.matter.entries.filter(public=True).exclude(text="").order_by("-id")
    lines = [(one.pk, f"{timezone.localtime(one.at):%m-%d %H:%M} {shorten(one.text, 60)}") for one in told]
    return given.HideWordsForm(data, lines=lines)


def move_promise(data: Data, reader: Any) -> forms.Form:
    return given.MovePromiseForm(data, initial={"due_at": _evening_in(1)})


def _evening_in(days: int) -> Any:
    """Return six in the evening some days from today: a date that people can say."""
    return timezone.localtime().replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=days)
