"""The forms of safety grading: what residents and staff answer, and the rules by which areas are graded."""

from maplebridge.grading.forms.cycle import (
    AGES,
    QUESTIONS,
    CommentForm,
    CountsFileForm,
    DrawForm,
    ErratumForm,
    LinkForm,
    ReviewForm,
    RoundForm,
    SurveyForm,
    UndertakingForm,
)
from maplebridge.grading.forms.rules import IndicatorForm, MethodForm, RulesForm

__all__ = [
    "AGES",
    "QUESTIONS",
    "CommentForm",
    "CountsFileForm",
    "DrawForm",
    "ErratumForm",
    "IndicatorForm",
    "LinkForm",
    "MethodForm",
    "ReviewForm",
    "RoundForm",
    "RulesForm",
    "SurveyForm",
    "UndertakingForm",
]
