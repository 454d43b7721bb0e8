"""The templates of advisories: those shipped, and what the town has made of them, from which day on."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.advisories import actions, queries
from maplebridge.advisories.actions import TemplateRefused
from maplebridge.advisories.domain.subjects import Template
from maplebridge.advisories.forms import TemplateForm
from maplebridge.advisories.permissions import drafts, keeps_templates
from maplebridge.advisories.templatetags.advisory_words import template_refused_words
from maplebridge.people.permissions import allow, standing_of


@allow(drafts)
@never_cache
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """List the templates by subject: as shipped or since when otherwise, and what comes."""
    context = {
        "subjects": queries.kept_templates(timezone.localdate()),
        "may_keep": keeps_templates(standing_of(request)),
    }
    return render(request, "advisories/templates.html", context)


@allow(keeps_templates)
@never_cache
@require_http_methods(["GET", "POST"])
def new_template(request: HttpRequest) -> HttpResponse:
    initial = {"subject": request.GET.get("subject", ""), "valid_from": timezone.localdate()}
    form = TemplateForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _written(request, form, ""):
        return redirect("advisory_templates")
    return _form_page(request, form)


@allow(keeps_templates)
@never_cache
@require_http_methods(["GET", "POST"])
def edit_template(request: HttpRequest, code: str) -> HttpResponse:
    """Write a template anew from a day on; what was before stays readable below."""
    kept = _get(code)
    form = TemplateForm(request.POST or None, initial=_initial(kept.shown), of_subject=False)
    if request.method == "POST" and form.is_valid() and _written(request, form, code):
        return redirect("advisory_templates")
    return _form_page(request, form, kept=kept, findings=queries.looked_over_template(kept.shown))


@allow(keeps_templates)
@require_POST
def end_template(request: HttpRequest, code: str) -> HttpResponse:
    """Offer it to nobody from today on."""
    _get(code)
    actions.end_template(
        code=code, valid_from=timezone.localdate(), by=standing_of(request), now=timezone.now()
    )
    return redirect("advisory_templates")


def _written(request: HttpRequest, form: TemplateForm, code: str) -> bool:
    """Write it; what is refused is said in the form, and nothing of it is lost."""
    try:
        actions.write_template(
            code=code,
            subject=form.cleaned_data.get("subject", ""),
            says=form.template(),
            valid_from=form.cleaned_data["valid_from"],
            by=standing_of(request),
            now=timezone.now(),
        )
    except TemplateRefused as refused:
        form.add_error(None, template_refused_words(refused.code))
        return False
    return True


def _form_page(request: HttpRequest, form: TemplateForm, **more: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "advisories/template_form.html", {"form": form} | more, status=status)


def _initial(one: Template) -> dict[str, Any]:
    names = ("name_zh", "name_en", "title", "text", "title_en", "text_en")
    return {name: getattr(one, name) for name in names} | {
        "steps": "\n".join(one.steps),
        "calls": "\n".join(one.calls),
        "valid_from": timezone.localdate(),
    }


def _get(code: str) -> queries.Kept:
    kept = queries.kept_template(code, timezone.localdate())
    if kept is None:
        raise Http404
    return kept
