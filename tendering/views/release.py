"""Creating a tender, step 4, and the release by a second person: the whole tender as the public will see it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.lifecycle import Role
from tendering import actions, completeness, facts, panels, proposals
from tendering.forms.acts import SendBackForm
from tendering.forms.faults import take_over
from tendering.lifecycle import decide_second_person
from tendering.models import Tender
from tendering.rules import rule_book
from tendering.views.access import find_own, for_staff, person, roles_at
from tendering.views.creation import step_context
from tendering.views.officer_view import navigation_of
from tendering.views.public_content import public_content

STEP_OF = {"tender_period_end": 2, "enquiry_period_end": 2, "opening_planned_at": 2, "lots": 0, "value": 0,
           "allocation_rule": 0}  # fmt: skip
STEP_ADDRESSES = ("tender_edit_what", "tender_edit_how", "tender_edit_when")


def _reason_field(what: str) -> forms.CharField:
    missing = _("Give a reason, or change the tender: %(what)s") % {"what": what}
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(
        label=_("Your reason"), max_length=1_000, widget=widget, error_messages={"required": missing}
    )


class ReasonsForm(forms.Form):
    """One field per finding that asks for a reason or may carry one."""

    def __init__(self, data: Any, findings: list[dict[str, Any]]) -> None:
        super().__init__(data)
        for finding in findings:
            if facts.asks_for_reason(finding):
                self.fields[f"reason_{finding['check_id']}"] = _reason_field(facts.sentence(finding))

    def reasons(self) -> dict[str, str]:
        """{check id: reason}."""
        return {name.removeprefix("reason_"): text for name, text in self.cleaned_data.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def publish(request: HttpRequest, tender_id: int) -> HttpResponse:
    """Step 4: what is missing, what the rules say, the whole preview; hand over to the second person."""
    tender, now = find_own(request, tender_id, "edit")
    findings = facts.findings(tender, now)
    form = ReasonsForm(request.POST if request.method == "POST" else None, findings)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.prepare_tender(actor=person(request), tender_id=tender.pk, reasons=form.reasons())
            messages.success(request, _("Handed over. A second person can now release the tender."))
            return redirect("tender_detail", tender_id=tender.pk)
    gaps = [{"sentence": words, "url": _address(tender, name)} for name, words in completeness.gaps(tender, now)]
    told = actions.spec_findings(tender)
    gaps += [
        {"sentence": finding["message"], "url": reverse("tender_edit_how", args=[tender.pk])}
        for finding in told
        if finding["severity"] == "error"
    ]
    context = {
        **public_content(tender, now), **step_context(request, tender, 4, now), "form": form, "gaps": _once(gaps),
        **_checks(findings, form), "about_rule": _about_rule(tender, told),
        "rules_name": proposals.profile_name(tender.profile),
        "is_officer": Role.OFFICER in roles_at(request, tender),
    }  # fmt: skip
    return render(request, "tendering/create_publish.html", context, status=422 if form.errors else 200)


def _about_rule(tender: Tender, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Doubts and hints about the way of judging; without paragraphs where the profile has no statutes."""
    book = rule_book().profiles.get(tender.profile)
    with_source = bool(book and book.statutes)
    return [
        {
            "sentence": finding["message"],
            "source": finding.get("source", "") if with_source else "",
            "is_doubt": finding["severity"] == "warning",
        }
        for finding in told
        if finding["severity"] != "error"
    ]


def _address(tender: Tender, field: str) -> str:
    if tender.is_call:
        return reverse("tender_call", args=[tender.bid_stage_id])
    if field == "invitations" and tender.stage:
        return reverse("tender_detail", args=[tender.pk])
    if field == "invitations":
        return reverse("tender_invite", args=[tender.pk])
    return reverse(STEP_ADDRESSES[STEP_OF.get(field, 1)], args=[tender.pk])


def _once(gaps: list[dict[str, str]]) -> list[dict[str, str]]:
    """Two checks may say the same of one lot; people read it once per page of the draft."""
    return list({(gap["sentence"], gap["url"]): gap for gap in gaps}.values())


def _checks(findings: list[dict[str, Any]], form: ReasonsForm) -> dict[str, Any]:
    """Findings by weight: what stops, what asks for a reason (with its field), what is only said."""
    rows = [{**finding, "sentence": facts.sentence(finding)} for finding in findings]
    asking = [row for row in rows if facts.asks_for_reason(row)]
    return {
        "stops": [row for row in rows if facts.stops(row)],
        "asking": [(row, form[f"reason_{row['check_id']}"]) for row in asking],
        "hints": [row for row in rows if not facts.stops(row) and row not in asking],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@for_staff
def release(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The second person reads everything, then publishes or sends it back with a reason."""
    tender, now = find_own(request, tender_id, "release")
    form = SendBackForm(request.POST if request.POST.get("act") == "send_back" else None)
    fault = ""
    if request.method == "POST" and request.POST.get("act") == "release":
        try:
            actions.release_tender(actor=person(request), tender_id=tender.pk)
            messages.success(request, _("The tender is published. Bids can come in now."))
            return redirect("tender_detail", tender_id=tender.pk)
        except ValidationError as error:
            fault = " ".join(error.messages)
    if form.is_bound and form.is_valid():
        with take_over(form):
            actions.send_back(actor=person(request), tender_id=tender.pk, reason=form.cleaned_data["reason"])
            messages.success(request, _("Sent back. The person who prepared it has been told."))
            return redirect("tender_detail", tender_id=tender.pk)
    return render(
        request, "tendering/release.html", _release_context(request, tender, form, fault, now),
        status=422 if fault or form.errors else 200,
    )  # fmt: skip


def _release_context(
    request: HttpRequest, tender: Tender, form: SendBackForm, fault: str, now: datetime
) -> dict[str, Any]:
    findings = [{**finding, "sentence": facts.sentence(finding)} for finding in tender.rule_findings]
    return {
        **public_content(tender, now), "form": form, "fault": fault, "findings": findings,
        "navigation": navigation_of(request, tender, tender.status(now), now),
        "may_release": decide_second_person(tender.prepared_by_id, person(request).pk),
        "rules_name": proposals.profile_name(tender.profile),
        "release_panels": panels.rendered(panels.release_panels, request, tender, tender.status(now), now),
    }  # fmt: skip
