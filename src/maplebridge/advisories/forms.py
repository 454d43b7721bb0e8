"""The forms of advisories. What can be chosen is what there is: ground in force, groups that are open."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from maplebridge.advisories import data
from maplebridge.advisories.domain.subjects import Template, lines_of
from maplebridge.advisories.templatetags.advisory_words import subject_name
from maplebridge.kernel.text import id_in

WORDS = {
    "required": _("Please write something here."),
    "max_length": _("This is longer than %(limit_value)d characters. Please shorten it."),
    "invalid_choice": _("Please choose one of these."),
}


def _line(label: Any, length: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, required=required, help_text=help_text, error_messages=WORDS
    )


def _lines(label: Any, *, rows: int, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=2000,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages=WORDS,
    )


class AdvisoryForm(forms.Form):
    subject = forms.ChoiceField(label=_("Subject"), error_messages=WORDS)
    title = _line(_("What to do, in one line"), 80)
    text = _lines(_("What happens"), rows=4, help_text=_("Short sentences. No names, no house numbers."))
    steps = _lines(_("What to do"), rows=4, help_text=_("One step a line."))
    calls = _lines(
        _("Whom to call"), rows=2, required=False, help_text=_("One number a line: 110 it happens now")
    )
    place = _line(_("Where"), 100, required=False, help_text=_("A road or a part of town, never an address."))
    expires_at = forms.DateTimeField(
        label=_("Holds until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        error_messages={
            "required": _("Please say until when."),
            "invalid": _("Please give a day and an hour."),
        },
    )
    why = _line(_("Why now"), 200, required=False, help_text=_("For staff only."))
    title_en = _line(_("In English: in one line"), 80, required=False)
    text_en = _lines(_("In English: what happens and what to do"), rows=3, required=False)
    urgent_reason = _line(
        _("Why it cannot wait for the morning"),
        200,
        required=False,
        help_text=_(
            "Only where life or health is in danger: it goes out at night, and two people have to agree."
        ),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["subject"]
        assert isinstance(field, forms.ChoiceField)  # as declared
        field.choices = [
            (one.code, subject_name(one.code)) for one in data.subjects().values() if one.written
        ]


class TemplateForm(forms.Form):
    """A template in both languages: what is not known yet stands in brackets, 【where】."""

    subject = forms.ChoiceField(label=_("Subject"), error_messages=WORDS)
    name_zh = _line(_("Its name in the list, Chinese"), 40)
    name_en = _line(_("Its name in the list, English"), 60)
    title = _line(_("What to do, in one line"), 80)
    text = _lines(
        _("What happens"),
        rows=4,
        help_text=_("Short sentences. What is filled in later stands in brackets: 【时间】【地点】"),
    )
    steps = _lines(_("What to do"), rows=4, help_text=_("One step a line."))
    calls = _lines(
        _("Whom to call"), rows=2, required=False, help_text=_("One number a line: 110 it happens now")
    )
    title_en = _line(_("In English: in one line"), 80, required=False)
    text_en = _lines(_("In English: what happens and what to do"), rows=3, required=False)
    valid_from = forms.DateField(
        label=_("From which day on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Please give a day."), "invalid": _("Please give a day.")},
    )

    def __init__(self, *args: Any, of_subject: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["subject"]
        assert isinstance(field, forms.ChoiceField)  # as declared
        field.choices = [
            (one.code, subject_name(one.code)) for one in data.subjects().values() if one.written
        ]
        if not of_subject:
            del self.fields["subject"]

    def template(self) -> Template:
        given = self.cleaned_data
        names = ("name_zh", "name_en", "title", "text", "title_en", "text_en")
        return Template(
            **{name: given[name].strip() for name in names},
            steps=tuple(lines_of(given["steps"])),
            calls=tuple(lines_of(given["calls"])),
        )


KINDS = ("grid", "sector", "beat", "group")


def chosen_ground(given: Mapping[str, Any], known: Mapping[str, frozenset[int]]) -> dict[str, list[int]]:
    """Return the ids chosen of each kind of ground, those left out that are not there to choose."""
    values = given.getlist("ground") if hasattr(given, "getlist") else given.get("ground", [])
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for value in values:
        kind, _colon, id = value.partition(":")
        if kind in found and (one := id_in(id)) is not None and one in known[kind]:
            found[kind].append(one)
    return found
