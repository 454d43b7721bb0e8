"""Rewards: the fund and its ledger, what waits for a second person, the formula, one's own year, the treasury."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maplebridge.kernel.periods import Month
from maplebridge.kernel.text import id_in
from maplebridge.mediation.actions import By, NotAllowed
from maplebridge.mediation.actions import rewarding as actions
from maplebridge.mediation.domain.amounts import AmountRefused, read_cents
from maplebridge.mediation.domain.rewards import Formula, Reason
from maplebridge.mediation.domain.workflow import Source
from maplebridge.mediation.permissions import administers
from maplebridge.mediation.queries import file_number, local_day
from maplebridge.mediation.queries import rewards as queries
from maplebridge.mediation.templatetags.mediation_words import SOURCES
from maplebridge.people.permissions import allow, me_of, staff
from maplebridge.platform import downloads

SHOWN = 200
REASONS = {
    Reason.DEPOSIT: gettext_lazy("into the fund"),
    Reason.AGREED: gettext_lazy("an agreement was made"),
    Reason.PERFORMED: gettext_lazy("it was performed, as the revisit found"),
    Reason.SATISFIED: gettext_lazy("the parties are satisfied"),
    Reason.FOUND: gettext_lazy("the dispute was found"),
    Reason.COUNTER: gettext_lazy("an entry taken back"),
}
REFUSALS = {
    "second_person": gettext_lazy("Somebody else must decide on what you proposed."),
    "not_for_yourself": gettext_lazy("Somebody else must decide on a reward for you."),
    "fund_too_small": gettext_lazy("There is not enough in the fund. Nothing was paid."),
    "agreement_not_kept": gettext_lazy(
        "An agreement among these was not kept meanwhile. Nothing is paid for it; please refuse that line."
    ),
    "decided_already": gettext_lazy("Somebody has decided on one of these meanwhile. Nothing was changed."),
    "not_there": gettext_lazy("Please choose at least one line."),
    "fund_is_open": gettext_lazy("There is a fund already."),
    "no_formula": gettext_lazy("Please set a formula first: without one nothing is earned."),
    "begins_in_the_past": gettext_lazy(
        "A formula begins today or later: what was earned before is not computed anew."
    ),
    "formula_of_that_day": gettext_lazy("Another formula begins on that day."),
    "more_than_for_performance": gettext_lazy(
        "An agreement cannot earn more than its performance: that would reward counts."
    ),
    "reason_needed": gettext_lazy("Please say why."),
    "taken_back_already": gettext_lazy("This entry was taken back already."),
    "proposed_already": gettext_lazy("This is proposed already."),
    "is_a_counter_entry": gettext_lazy("A counter-entry stays as it is."),
    "not_a_sum": gettext_lazy("Please write a sum such as 1,200.50."),
}
# As the treasury's file prints them.
TREASURY_COLUMNS = (
    "序号",
    "日期",
    "姓名",
    "事由",
    "卷号",
    "金额（元）",
    "说明",
    "冲销序号",
    "提出人",
    "审批人",
)
TREASURY_REASONS = {
    Reason.DEPOSIT: "拨入",
    Reason.AGREED: "达成协议",
    Reason.PERFORMED: "回访确认履行",
    Reason.SATISFIED: "当事人满意",
    Reason.FOUND: "发现纠纷",
    Reason.COUNTER: "冲销",
}


class SumField(forms.CharField):
    """A sum in yuan, to the cent."""

    def clean(self, value: Any) -> int:
        try:
            return read_cents(super().clean(value))
        except AmountRefused as problem:
            raise forms.ValidationError(_("Please write a sum such as 1,200.50.")) from problem


class DepositForm(forms.Form):
    sum = SumField(max_length=20, label=gettext_lazy("Sum in yuan"))
    words = forms.CharField(max_length=200, label=gettext_lazy("Where it comes from"))


class FormulaForm(forms.Form):
    """What the town pays. Every field has the value in force."""

    agreed = SumField(max_length=20, label=gettext_lazy("For an agreement, in yuan"))
    performed = SumField(max_length=20, label=gettext_lazy("When a revisit after 90 days finds it performed"))
    satisfied = SumField(max_length=20, label=gettext_lazy("When the parties are then satisfied"))
    hard = forms.IntegerField(min_value=0, max_value=300, label=gettext_lazy("Percent more for a hard case"))
    found_actively = SumField(max_length=20, label=gettext_lazy("For finding it on a round or a visit"))
    found_otherwise = SumField(max_length=20, label=gettext_lazy("For finding it in a group or a matter"))
    most_a_month = SumField(max_length=20, label=gettext_lazy("At most for one person in a month"))
    most_a_year = SumField(max_length=20, label=gettext_lazy("At most for one person in a year"))
    valid_from = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    reason = forms.CharField(max_length=200, label=gettext_lazy("Decided by whom, and why"))

    def values(self, before: Formula) -> dict[str, Any]:
        given = self.cleaned_data
        found = {
            Source.SWEEP: given["found_actively"],
            Source.VISIT: given["found_actively"],
            Source.GROUP: given["found_otherwise"],
            Source.MATTER: given["found_otherwise"],
        }
        return before.as_values() | {
            "agreed_cents": given["agreed"],
            "performed_cents": given["performed"],
            "satisfied_cents": given["satisfied"],
            "hard_percent": given["hard"],
            "found_cents": {str(source): cents for source, cents in found.items()},
            "most_a_month_cents": given["most_a_month"],
            "most_a_year_cents": given["most_a_year"],
        }


def _initial(formula: Formula) -> dict[str, Any]:
    found = formula.found_cents
    yuan = {
        "agreed": formula.agreed_cents,
        "performed": formula.performed_cents,
        "satisfied": formula.satisfied_cents,
        "found_actively": found.get(Source.SWEEP, 0),
        "found_otherwise": found.get(Source.GROUP, 0),
        "most_a_month": formula.most_a_month_cents,
        "most_a_year": formula.most_a_year_cents,
    }
    written = {name: f"{cents // 100}.{cents % 100:02d}" for name, cents in yuan.items()}
    return {**written, "hard": formula.hard_percent, "valid_from": local_day(timezone.now())}


@allow(administers)
@never_cache
@require_GET
def rewards(request: HttpRequest) -> HttpResponse:
    """Show the fund, what waits, and the ledger in the order of time: no list adds up by person."""
    fund = queries.the_fund()
    today = local_day(timezone.now())
    context = {
        "now": timezone.now(),
        "fund": fund,
        "balance": queries.balance(fund.pk) if fund else 0,
        "waiting": [_line(one) for one in queries.waiting_rewards(fund.pk)] if fund else [],
        "me": me_of(request),
        "entries": [_line(one) for one in queries.ledger(fund.pk)[:SHOWN]] if fund else [],
        "formula": queries.formula_on(today),
        "formulas": list(queries.formulas()),
        "found": _found_words(today),
        "deposit_form": DepositForm(),
        "months": [str(Month.of(today) - back) for back in range(12)],
    }
    return render(request, "mediation/rewards.html", context)


def _found_words(today: Any) -> list[tuple[str, int]]:
    dated = queries.formula_on(today)
    if dated is None:
        return []
    return [(str(SOURCES[source]), cents) for source, cents in dated.formula.found_cents.items() if cents]


def _line(one: Any) -> dict[str, Any]:
    return {
        "one": one,
        "reason": REASONS[Reason(one.reason)],
        "cents": one.cents,
        "file": file_number(one.dispute, local_day(timezone.now())) if one.dispute else "",
    }


@allow(administers)
@require_POST
def rewards_open(request: HttpRequest) -> HttpResponse:
    """Open the town's fund."""
    return _done(
        request,
        lambda by: actions.open_fund(name=_("Fund for rewards of mediation"), by=by, now=timezone.now()),
        _("The fund is open."),
    )


@allow(administers)
@require_POST
def rewards_deposit(request: HttpRequest) -> HttpResponse:
    """Propose to put money into the fund."""
    form = DepositForm(request.POST)
    fund = _fund()
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("mediation_rewards")
    given = form.cleaned_data
    return _done(
        request,
        lambda by: actions.propose_deposit(
            fund_id=fund, cents=given["sum"], words=given["words"], by=by, now=timezone.now()
        ),
        _("Proposed. Somebody else decides."),
    )


@allow(administers)
@require_POST
def rewards_propose(request: HttpRequest) -> HttpResponse:
    """Propose all that was earned and never proposed."""
    fund = _fund()
    return _done(
        request,
        lambda by: actions.propose_rewards(fund_id=fund, by=by, now=timezone.now()),
        _("What was earned is proposed. Somebody else decides."),
    )


@allow(administers)
@require_POST
def rewards_decide(request: HttpRequest) -> HttpResponse:
    """Approve or refuse what somebody else proposed."""
    chosen = [one for one in map(id_in, request.POST.getlist("proposal")) if one is not None]
    approve = request.POST.get("approve") == "yes"
    return _done(
        request,
        lambda by: actions.decide_rewards(proposal_ids=chosen, approve=approve, by=by, now=timezone.now()),
        _("Approved, and written into the ledger.") if approve else _("Refused."),
    )


@allow(administers)
@require_POST
def rewards_counter(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Propose to take an entry back."""
    if not queries.ledger(_fund()).filter(pk=entry_id).exists():
        raise Http404
    words = request.POST.get("words", "")[:200]
    return _done(
        request,
        lambda by: actions.propose_counter_entry(entry_id=entry_id, words=words, by=by, now=timezone.now()),
        _("Proposed. Somebody else decides."),
    )


@allow(administers)
@never_cache
@require_http_methods(["GET", "POST"])
def rewards_formula(request: HttpRequest) -> HttpResponse:
    """Set the formula from a day on."""
    dated = queries.formula_on(local_day(timezone.now()))
    before = dated.formula if dated else Formula()
    form = FormulaForm(request.POST or None, initial=_initial(before))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.set_formula(
                values=form.values(before),
                reason=given["reason"],
                valid_from=given["valid_from"],
                by=By(me_of(request), "supervisor"),
                now=timezone.now(),
            )
        except NotAllowed as refused:
            form.add_error(None, _refusal(refused))
        else:
            messages.success(request, _("The formula is set. It is not computed back."))
            return redirect("mediation_rewards")
    context = {"now": timezone.now(), "form": form}
    return render(request, "mediation/rewards_formula.html", context, status=422 if form.errors else 200)


@allow(administers)
@never_cache
@require_GET
def rewards_ledger(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give a month of the ledger to the treasury."""
    if form not in downloads.TABLES:
        raise Http404
    try:
        month = Month.parse(request.GET.get("month", ""))
    except ValueError:
        month = Month.of(local_day(timezone.now()))
    rows = [_treasury_row(one) for one in queries.ledger_of_month(_fund(), month)]
    pieces = downloads.table_bytes(form, TREASURY_COLUMNS, rows)
    return downloads.streamed(request, pieces, form=form, name=f"rewards-{month}")


def _treasury_row(one: Any) -> list[object]:
    return [
        one.pk,
        local_day(one.at).isoformat(),
        str(one.person) if one.person else "",
        TREASURY_REASONS[Reason(one.reason)],
        file_number(one.dispute, local_day(one.at)) if one.dispute else "",
        f"{one.cents / 100:.2f}",
        one.words,
        one.counters_id or "",
        str(one.proposed_by),
        str(one.approved_by),
    ]


@allow(staff)
@never_cache
@require_GET
def my_rewards(request: HttpRequest) -> HttpResponse:
    """Show one's own year, and nobody else's."""
    me = me_of(request)
    years = queries.years_of_statements(me)
    written = request.GET.get("year", "")
    asked = int(written) if written.isascii() and written.isdecimal() and len(written) == 4 else 0
    year = asked if asked in years else (years[0] if years else local_day(timezone.now()).year)
    entries = queries.statement(me, year)
    context = {
        "now": timezone.now(),
        "year": year,
        "years": years,
        "entries": [{**_line(one), "cents": -one.cents} for one in entries],
        "total": queries.sum_of(entries),
    }
    return render(request, "mediation/my_rewards.html", context)


def _fund() -> int:
    fund = queries.the_fund()
    if fund is None:
        raise Http404
    return fund.pk


def _done(request: HttpRequest, deed: Callable[[By], Any], words: str) -> HttpResponse:
    try:
        deed(By(me_of(request), "supervisor"))
    except NotAllowed as refused:
        messages.error(request, _refusal(refused))
    else:
        messages.success(request, words)
    return redirect("mediation_rewards")


def _refusal(refused: NotAllowed) -> str:
    return str(REFUSALS.get(refused.code, _("This cannot be done.")))
