"""What a mediator looks up: settled disputes like this one, without names, and phrases with their articles of law."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from maplebridge.learning.word_meanings import shipped
from maplebridge.mediation.data import phrase_book
from maplebridge.mediation.domain.phrases import Stage
from maplebridge.mediation.permissions import mediates_somewhere
from maplebridge.mediation.queries.likeness import similar_cases
from maplebridge.mediation.templatetags.likeness_words import stage_name
from maplebridge.mediation.views.reader import reader_of
from maplebridge.people.permissions import allow, signed_in, standing_of

LONGEST_ASKED = 200


@allow(signed_in)
@never_cache
@require_GET
def similar(request: HttpRequest, dispute_id: int) -> HttpResponse:
    """Show settled disputes like one to whoever mediates it; for everybody else there is no such page."""
    reader = reader_of(standing_of(request), dispute_id)
    if not reader.viewer.mediates or reader.dispute.confidential:
        raise Http404
    asked, key = request.GET.get("q", "")[:LONGEST_ASKED], request.GET.get("article", "")
    book = phrase_book()
    article, articles = book.article(key), book.articles_of(reader.dispute.type)
    words = asked or (article.says if article is not None else "")
    context = {
        "dispute": reader.dispute,
        "cases": similar_cases(
            reader.viewer, reader.dispute, asked=words, article=article.key if article is not None else ""
        ),
        "q": asked,
        "filters": [
            {
                "name": "article",
                "label": _("Article of law"),
                "choices": [(one.key, one.name) for one in articles],
                "chosen": article.key if article is not None else "",
            }
        ],
        "articles": articles,
    }
    return render(request, "mediation/similar.html", context)


@allow(signed_in)
@never_cache
@require_GET
def phrases(request: HttpRequest) -> HttpResponse:
    """Show what mediators say, by stage, found by words, by what they mean, or by the article of law."""
    if not mediates_somewhere(standing_of(request)):
        raise Http404
    asked, chosen = request.GET.get("q", "")[:LONGEST_ASKED], request.GET.get("stage", "")
    stage = Stage(chosen) if chosen in set(Stage) else None
    book = phrase_book()
    found = book.find(asked, shipped(), stage=stage)
    groups = (
        [("", found)] if asked.strip() else [(one, [p for p in found if p.stage is one]) for one in Stage]
    )
    context = {
        "groups": [(one, ones) for one, ones in groups if ones],
        "articles": book.find_articles(asked),
        "q": asked,
        "filters": [
            {
                "name": "stage",
                "label": _("Stage"),
                "choices": [(one.value, stage_name(one)) for one in Stage],
                "chosen": stage or "",
            }
        ],
    }
    return render(request, "mediation/phrases.html", context)
