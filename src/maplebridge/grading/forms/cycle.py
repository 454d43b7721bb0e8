"""The survey's questions, files of counts, comments, reviews."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maplebridge.grading.domain.areas import AreaKind
from maplebridge.grading.domain.questionnaire import YES_NO, AgeBand, Marks, Question, read_marks
from maplebridge.platform.uploads import TableFileField

QUESTIONS = {
    Question.SAFE: _("How safe do you feel where you live, after dark too?"),
    Question.OFFICERS: _("How satisfied are you with your community officers?"),
    Question.MAP: _("Did you know that there is a safety map of your area?"),
}
SCALES = {
    Question.SAFE: [
        ("5", pgettext_lazy("feel", "very safe")),
        ("4", pgettext_lazy("feel", "safe")),
        ("3", pgettext_lazy("feel", "so-so")),
        ("2", pgettext_lazy("feel", "not very safe")),
        ("1", pgettext_lazy("feel", "not safe")),
    ],
    Question.OFFICERS: [
        ("5", pgettext_lazy("officers", "very satisfied")),
        ("4", pgettext_lazy("officers", "satisfied")),
        ("3", pgettext_lazy("officers", "so-so")),
        ("2", pgettext_lazy("officers", "dissatisfied")),
        ("1", pgettext_lazy("officers", "very dissatisfied")),
    ],
    Question.MAP: [("5", pgettext_lazy("knows the map", "yes")), ("1", pgettext_lazy("knows the map", "no"))],
}
DOES_NOT_KNOW = ("unknown", _("I cannot say"))
AGES = [
    (AgeBand.YOUNG, _("18 to 34")),
    (AgeBand.MIDDLE, _("35 to 59")),
    (AgeBand.OLD, _("60 or older")),
    ("", _("I would rather not say")),
]


class SurveyForm(forms.Form):
    """Three questions and an age band. Every question can be left to `I cannot say`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for question in Question:
            known = [] if question in YES_NO else [DOES_NOT_KNOW]
            self.fields[question] = forms.ChoiceField(
                label=QUESTIONS[question],
                choices=[*SCALES[question], *known],
                widget=forms.RadioSelect,
                error_messages={"required": _("Please choose an answer, or “I cannot say”.")},
            )
        self.fields["age_band"] = forms.ChoiceField(
            label=_("How old are you?"),
            choices=AGES,
            required=False,
            widget=forms.RadioSelect,
            help_text=_("So that old and young count as they live here. Nobody sees your answer by name."),
        )

    def marks(self) -> Marks:
        cleaned: Mapping[str, Any] = self.cleaned_data
        return read_marks({question: cleaned[question] for question in Question}, cleaned["age_band"])


class RoundForm(forms.Form):
    wanted = forms.IntegerField(
        label=_("Answers wanted from each area"),
        min_value=1,
        max_value=1000,
        initial=30,
        help_text=_("From 30 answers on the share of an area is known to about 17 points."),
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )


class DrawForm(forms.Form):
    links = forms.IntegerField(
        label=_("Links by text message, for each area"),
        min_value=0,
        max_value=2000,
        initial=60,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )
    calls = forms.IntegerField(
        label=_("Residents to ring, for each area"),
        min_value=0,
        max_value=500,
        initial=20,
        widget=forms.NumberInput(attrs={"class": "form-control"}),
    )


class LinkForm(SurveyForm):
    """The same, for somebody who came by the code in a text message."""

    link = forms.CharField(
        label=_("The code in the text message"),
        max_length=40,
        error_messages={"required": _("Please enter the code that stands in the message.")},
    )


class CountsFileForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("The counts are of"),
        choices=[
            (AreaKind.STATION, _("stations")),
            (AreaKind.SUBDISTRICT, _("subdistricts")),
            (AreaKind.BEAT, _("beats")),
        ],
    )
    file = TableFileField(
        label=_("File of monthly counts"),
        help_text=_(
            "CSV or XLSX: a row for each area and month, a column for each indicator. "
            "Nothing is changed before you say so."
        ),
    )


class CommentForm(forms.Form):
    words = forms.CharField(
        label=_("What should be considered?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please write something here.")},
    )
    contradicts = forms.BooleanField(label=_("I do not agree with this color"), required=False)


class ReviewForm(forms.Form):
    words = forms.CharField(
        label=_("What you looked at, or why not"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class UndertakingForm(forms.Form):
    words = forms.CharField(
        label=_("What we do about it, in two sentences"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody reads it here, with the date and your role. No names, no addresses."),
        error_messages={"required": _("Please write something here.")},
    )


class ErratumForm(forms.Form):
    erratum = forms.CharField(
        label=_("What was wrong in the earlier edition?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is published with the new edition."),
        error_messages={"required": _("Please say what was wrong: a correction without a reason is none.")},
    )
