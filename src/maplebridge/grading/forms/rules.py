"""The rules of grading as numbers one can turn: to look what would move, or to write a new version of the method."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from maplebridge.grading.domain.method import (
    ANSWERS,
    Against,
    Indicator,
    Kind,
    Method,
    MethodError,
    Normalization,
    Problem,
    Source,
)
from maplebridge.grading.domain.questionnaire import Question
from maplebridge.kernel.periods import Month
from maplebridge.kernel.statistics.composite import Aggregation, Direction

NORMALIZATIONS = [
    (Normalization.BANDS, _("by the borders of each indicator")),
    (Normalization.MIN_MAX, _("from the least to the greatest of the areas")),
    (Normalization.Z_SCORE, _("by the distance from the mean of the areas")),
    (Normalization.RANK, _("by the place among the areas")),
]
AGGREGATIONS = [
    (Aggregation.ARITHMETIC, _("average: good makes up for bad")),
    (Aggregation.GEOMETRIC, _("product: bad weighs more than good")),
]
DIRECTIONS = [(Direction.MORE_IS_WORSE, _("more is worse")), (Direction.MORE_IS_BETTER, _("more is better"))]
AGAINSTS = [
    (Against.TOWN, _("the rate of the whole town")),
    (Against.OWN_PAST, _("the area's own past")),
    (Against.TARGET, _("a target for 10,000 a month")),
]
SOURCES = [
    (Source.FILE, _("a file of monthly counts")),
    (Source.MATTERS, _("matters raised here")),
    (Source.SURVEY, _("the monthly survey")),
]
BORDERS = (
    pgettext_lazy("border", "green | blue"),
    pgettext_lazy("border", "blue | yellow"),
    pgettext_lazy("border", "yellow | red"),
    pgettext_lazy("border", "red | black"),
)
PROBLEMS = {
    "changes_in_mid_month": _(
        "A method begins on the first of a month, so that no month is graded by two. {value} lies within one."
    ),
    "no_indicators": _("A method needs at least one indicator."),
    "bands_not_in_order": _("The four borders have to follow each other from green to black."),
    "bands_not_positive": _("Every border has to be more than zero."),
    "share_above_one": _("A share is less than 100 %."),
    "no_weight": _("At least one indicator has to weigh something."),
    "window_not_1_to_12": _("Between 1 and 12 months are counted together."),
    "base_too_short": _("The base period is at least as long as the months counted together."),
    "base_ends_before_it_begins": _("The base period ends before it begins."),
    "base_half_given": _("Please give both the first and the last month of the base period, or neither."),
    "ends_before_it_begins": _("It ends before it begins."),
    "nothing_counted": _("It is not said which matters are counted."),
}
# Beside which number a problem of an indicator is shown; the others stand above the form.
FIELD_OF = {
    "bands_not_in_order": "band0",
    "bands_not_positive": "band0",
    "share_above_one": "band0",
    "weight_negative": "weight",
    "window_not_1_to_12": "window",
    "base_too_short": "base_months",
    "base_ends_before_it_begins": "base_last",
    "base_half_given": "base_last",
    "ends_before_it_begins": "valid_to",
}
FIELD_OF_ALL = {"changes_in_mid_month": "valid_from", "bands_not_in_order": "score0"}

Names = Mapping[str, str]


def problem_words(problem: Problem) -> str:
    """Return what is wrong with a method in a sentence."""
    words = PROBLEMS.get(problem.code)
    if words is None:
        return str(_("{where}: this cannot be ({code}).")).format(where=problem.where, code=problem.code)
    return str(words).format(value=problem.value)


class MonthField(forms.CharField):
    """A month written like 2026-03, or nothing."""

    widget = forms.TextInput(attrs={"placeholder": "2026-03", "inputmode": "numeric"})

    def clean(self, value: Any) -> Month | None:
        text = super().clean(value).strip()
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError:
            raise forms.ValidationError(_("Please write the month like 2026-03.")) from None


def _number(label: Any, least: float, most: float, step: float = 1) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        min_value=least,
        max_value=most,
        widget=forms.NumberInput(attrs={"step": step}),
    )


class RulesForm(forms.Form):
    """Weights, months counted together and borders. `rules` is the method that was given, once it is valid."""

    rules: Method

    def __init__(self, data: Any = None, *, base: Method, names: Names) -> None:
        super().__init__(data)
        self.base, self.names = base, names
        for one in self.offered():
            self._add(one)
        for at, border in enumerate(base.bands):
            self._field(f"score{at}", _number(BORDERS[at], 1, 100, 0.5), border)
        self._field("aggregation", _choice(_("Points are made one by"), AGGREGATIONS), base.aggregation)
        self._field("normalization", _choice(_("Points are given"), NORMALIZATIONS), base.normalization)
        self._field(
            "by_neighbors",
            forms.BooleanField(label=_("Small areas lean on their neighbors"), required=False),
            base.shrinkage.by_neighbors,
        )

    def offered(self) -> Sequence[Indicator]:
        """Return the indicators that the form asks about."""
        return self.base.indicators

    def _field(self, name: str, field: forms.Field, initial: object) -> None:
        field.initial = int(initial) if isinstance(initial, float) and initial.is_integer() else initial
        if not isinstance(field.widget, forms.CheckboxInput | forms.Select):
            field.widget.attrs.setdefault("class", "form-control")
        self.fields[name] = field

    def _add(self, one: Indicator) -> None:
        of = _unit(one)
        self._field(f"{one.code}-weight", _number(_("Weight"), 0, 1000, 0.5), self._weight(one))
        self._field(
            f"{one.code}-window", forms.IntegerField(label=_("Months together"), min_value=1), one.window
        )
        for at, border in enumerate(one.bands):
            field = _number(BORDERS[at], 0, 1_000_000, 0.5)
            self._field(f"{one.code}-band{at}", field, round(border * of, 6))

    def _weight(self, one: Indicator) -> float:
        known = dict(zip(self.base.indicators, self.base.weights, strict=True))
        return round(100 * known.get(one, 0.0), 2)

    def groups(self) -> Iterator[dict[str, Any]]:
        """Yield what belongs to each indicator: its name, its unit, and its fields."""
        for one in self.offered():
            yield {
                "code": one.code,
                "name": self.names.get(one.code, one.name),
                "share": one.kind == Kind.SHARE,
                "target": one.against == Against.TARGET and one.kind == Kind.RATE,
                "numbers": [self[f"{one.code}-{part}"] for part in ("weight", "window")],
                "borders": [self[f"{one.code}-band{at}"] for at in range(4)],
                "more": [self[name] for name in self._more(one)],
            }

    def _more(self, one: Indicator) -> list[str]:
        return []

    def scores(self) -> list[forms.BoundField]:
        return [self[f"score{at}"] for at in range(4)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.rules = self._method(cleaned)
            except MethodError as wrong:
                for problem in wrong.problems:
                    self._tell(problem)
        return cleaned

    def _tell(self, problem: Problem) -> None:
        field = FIELD_OF_ALL.get(problem.code)
        if problem.where in {one.code for one in self.offered()}:
            part = FIELD_OF.get(problem.code)
            field = f"{problem.where}-{part}" if part else None
        self.add_error(field if field in self.fields else None, problem_words(problem))

    def _method(self, cleaned: Mapping[str, Any]) -> Method:
        base = self.base
        return replace(
            base,
            indicators=tuple(self._indicator(one, cleaned) for one in self._wanted(cleaned)),
            bands=tuple(cleaned[f"score{at}"] for at in range(4)),
            aggregation=Aggregation(cleaned["aggregation"]),
            normalization=Normalization(cleaned["normalization"]),
            shrinkage=replace(base.shrinkage, by_neighbors=cleaned["by_neighbors"]),
        )

    def _wanted(self, cleaned: Mapping[str, Any]) -> Sequence[Indicator]:
        return self.offered()

    def _unit(self, one: Indicator, cleaned: Mapping[str, Any]) -> float:
        return _unit(one)

    def _indicator(self, one: Indicator, cleaned: Mapping[str, Any]) -> Indicator:
        of = self._unit(one, cleaned)
        return replace(
            one,
            weight=cleaned[f"{one.code}-weight"] / 100,
            window=cleaned[f"{one.code}-window"],
            bands=tuple(round(cleaned[f"{one.code}-band{at}"] / of, 9) for at in range(4)),
        )


class MethodForm(RulesForm):
    """A new version of the method: which indicators, how each is read, from which month on, and why."""

    def __init__(
        self, data: Any = None, *, base: Method, names: Names, known: Sequence[Indicator], first: date
    ) -> None:
        self.known = known
        super().__init__(data, base=base, names=names)
        self._field(
            "valid_from",
            forms.DateField(
                label=_("For months from"),
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                help_text=_("The first of a month that has not been graded yet."),
            ),
            first,
        )
        self._field(
            "reason",
            forms.CharField(
                label=_("Why it is changed"),
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 3}),
                error_messages={"required": _("Please say why: it stays with the version.")},
            ),
            "",
        )

    def offered(self) -> Sequence[Indicator]:
        mine = {one.code for one in self.base.indicators}
        return [*self.base.indicators, *(one for one in self.known if one.code not in mine)]

    def _add(self, one: Indicator) -> None:
        used = any(one.code == each.code for each in self.base.indicators)
        self._field(f"{one.code}-used", forms.BooleanField(label=_("It counts"), required=False), used)
        super()._add(one)
        self._field(f"{one.code}-direction", _choice(_("Direction"), DIRECTIONS), one.direction)
        if one.kind == Kind.RATE:
            self._field(f"{one.code}-against", _choice(_("Compared with"), AGAINSTS), one.against)
            self._field(
                f"{one.code}-base_months",
                forms.IntegerField(label=_("Months of the base period"), min_value=1, max_value=60),
                one.base_months,
            )
        for name, label, given in (
            ("base_first", _("Fixed base period, first month"), one.base_first),
            ("base_last", _("Fixed base period, last month"), one.base_last),
            ("valid_from", _("Counts from the month"), one.valid_from),
            ("valid_to", _("Counts up to the month"), one.valid_to),
        ):
            field = MonthField(label=label, required=False)
            self._field(f"{one.code}-{name}", field, str(given) if given else "")

    def _more(self, one: Indicator) -> list[str]:
        parts = (
            "used",
            "direction",
            "against",
            "base_months",
            "base_first",
            "base_last",
            "valid_from",
            "valid_to",
        )
        return [name for part in parts if (name := f"{one.code}-{part}") in self.fields]

    def _wanted(self, cleaned: Mapping[str, Any]) -> Sequence[Indicator]:
        return [one for one in self.offered() if cleaned[f"{one.code}-used"]]

    def _unit(self, one: Indicator, cleaned: Mapping[str, Any]) -> float:
        """Return the unit of what was chosen: the borders of a target are events, not parts of a rate."""
        return 1.0 if cleaned.get(f"{one.code}-against") == Against.TARGET else 100.0

    def _indicator(self, one: Indicator, cleaned: Mapping[str, Any]) -> Indicator:
        given = {
            name: cleaned[f"{one.code}-{name}"]
            for name in ("base_first", "base_last", "valid_from", "valid_to")
        }
        read = super()._indicator(one, cleaned)
        if one.kind == Kind.RATE:
            against = Against(cleaned[f"{one.code}-against"])
            read = replace(read, against=against, base_months=cleaned[f"{one.code}-base_months"])
        return replace(read, direction=Direction(cleaned[f"{one.code}-direction"]), **given)

    def _method(self, cleaned: Mapping[str, Any]) -> Method:
        return replace(super()._method(cleaned), valid_from=cleaned["valid_from"])


def _unit(one: Indicator) -> float:
    """Return what a border is multiplied by as people write it: percent, or events as they are."""
    return 1.0 if one.kind == Kind.RATE and one.against == Against.TARGET else 100.0


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.Select(attrs={"class": "form-select"})
    )


class IndicatorForm(forms.Form):
    """What is counted, defined once; how it enters the color is the method's."""

    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,29}$",
        label=_("Short name"),
        help_text=_("Small letters, as the column of a file of counts is called. It stays for good."),
        error_messages={"invalid": _("Small letters, digits and _ only, such as bike_theft.")},
    )
    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=60)
    name_en = forms.CharField(label=_("Name in English"), max_length=80)
    meaning_zh = forms.CharField(
        label=_("What is counted, in Chinese"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500
    )
    meaning_en = forms.CharField(
        label=_("What is counted, in English"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500
    )
    source = forms.ChoiceField(label=_("Where the numbers come from"), choices=SOURCES)
    categories = forms.CharField(
        label=_("Categories of matters"),
        required=False,
        help_text=_("For matters: the beginnings of their numbers, such as 01-02, 03."),
    )
    question = forms.ChoiceField(
        label=_("Question of the survey"),
        required=False,
        choices=[
            ("", "—"),
            (Question.SAFE, _("How safe residents feel")),
            (Question.OFFICERS, _("How satisfied they are with the officers")),
        ],
    )
    denominator = forms.CharField(
        label=_("Counted for"),
        initial="residents",
        max_length=20,
        required=False,
        help_text=_("residents, households, or the name of an exposure that a file brings."),
    )
    never_public = forms.BooleanField(
        label=_("Its numbers are never published"),
        required=False,
        help_text=_("For what would point to people: sexual and domestic violence, minors, suicide."),
    )

    def __init__(self, data: Any = None, *, categories: Sequence[str] = ()) -> None:
        super().__init__(data)
        self.known_categories = categories

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        source = cleaned.get("source")
        if source == Source.MATTERS:
            counted = [part.strip() for part in cleaned.get("categories", "").replace("，", ",").split(",")]
            counted = [part for part in counted if part]
            unknown = [
                part for part in counted if not any(code.startswith(part) for code in self.known_categories)
            ]
            if not counted:
                self.add_error("categories", PROBLEMS["nothing_counted"])
            elif unknown:
                words = str(_("There is no category {codes}.")).format(codes=", ".join(unknown))
                self.add_error("categories", words)
            cleaned["counted"] = counted
        elif source == Source.SURVEY:
            if not cleaned.get("question"):
                self.add_error("question", _("Please choose the question."))
            cleaned["counted"], cleaned["denominator"] = [cleaned.get("question", "")], ANSWERS
        else:
            cleaned["counted"] = []
        if not cleaned.get("denominator"):
            self.add_error("denominator", _("Please say for whom it is counted."))
        return cleaned
