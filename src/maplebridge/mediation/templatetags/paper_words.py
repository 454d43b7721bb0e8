"""What the papers of a file are called, and what is missing in them, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from maplebridge.mediation.domain.papers import Code, Lack

register = template.Library()

PAPERS: Mapping[str, Any] = {
    Code.COVER: _("Cover"),
    Code.CONTENTS: _("Contents of the file"),
    Code.APPLICATION: _("Application for mediation"),
    Code.REGISTER: _("Register of acceptance"),
    Code.RIGHTS: _("Notice of rights and duties"),
    Code.IDENTITY: _("Proof of identity of the parties"),
    Code.ATTORNEY: _("Powers of attorney"),
    Code.INVESTIGATION: _("Investigation notes"),
    Code.EVIDENCE: _("Evidence on paper"),
    Code.RECORD: _("Record of mediation"),
    Code.AGREEMENT: _("Written agreement"),
    Code.ORAL: _("Register of the oral agreement"),
    Code.PERFORMANCE: _("Proofs of performance"),
    Code.REVISIT: _("Records of revisits"),
    Code.CONFIRMATION: _("Papers for judicial confirmation"),
    Code.STATEMENT: _("Statement on the file"),
    Code.CLOSING: _("Closing report"),
    Code.BACK: _("Back cover"),
    "bound": _("The whole file, bound"),
}
LACKS: Mapping[str, Any] = {
    Lack.NUMBER: _("the file has no number yet"),
    Lack.PARTIES: _("a side has no party yet"),
    Lack.ACCEPTED: _("the dispute is not accepted yet"),
    Lack.RIGHTS_TOLD: _("not every side was told its rights"),
    Lack.ID_NUMBER: _("a number of identity papers is missing"),
    Lack.ID_COPY: _("no copy of identity papers is on file"),
    Lack.GUARDIAN: _("the guardian of a minor is missing"),
    Lack.SITTING: _("no joint session was held yet"),
    Lack.AGREEMENT: _("there is no agreement yet"),
    Lack.SIGNATURES: _("not everybody has signed"),
    Lack.PROOF: _("no proof of performance is on file that both sides see"),
    Lack.CONCLUDED: _("mediation has not ended"),
}
REFUSALS: Mapping[str, Any] = {
    "not_a_paper_of_it": _("This file has no such paper, or it is always made anew."),
    "paper_not_complete": _("This paper cannot be sealed yet: see what is missing."),
    "not_concluded": _("The whole file is sealed when mediation has ended."),
    "text_is_signed": _("Somebody has signed this text, so it stays as it is. For other words, draft anew."),
    "no_agreement": _("There is no agreement yet."),
    "nothing_was_edited": _("Nothing was edited in Word."),
    "changed_meanwhile": _("Somebody changed the dispute in this moment. Look again, then seal."),
    "erased": _("The file was kept as long as the town's rules say; its papers have been deleted."),
    "changed_after_sealing": _(
        "This document was changed after it was kept. It is not given out; tell an administrator."
    ),
    "word_not_word": _("This is not a Word file (.docx)."),
    "word_too_large": _("This Word file is too large: 20 MB at most."),
    "word_nothing_in_it": _("This Word file is empty."),
    "file_needed": _("Choose a file first."),
}


@register.filter
def paper_name(code: str) -> str:
    return str(PAPERS.get(code, code))


@register.filter
def lack_words(code: str) -> str:
    return str(LACKS.get(code, code))


def paper_refusal(code: str) -> str:
    """Return what a refused deed with a paper says to whoever tried it."""
    return str(REFUSALS.get(code, _("This is not possible now. Nothing was changed.")))
