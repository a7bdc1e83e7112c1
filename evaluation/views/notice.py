"""The public notice of an award: what it leaves out, how it stands, its publication, and the page everybody reads."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decision import require
from evaluation import actions
from evaluation.award_notice import content_of, gather, shown_content
from evaluation.award_notice_checks import due_of, findings_of, told_lots
from evaluation.award_notice_words import kind_of, sections
from evaluation.forms.after import NoticeForm, PublishForm
from evaluation.lifecycle import decide_file
from evaluation.models import AwardNotice
from evaluation.views.frame import may, reader_of, show, signed_in
from tendering.forms.faults import take_over
from tendering.views.access import find_tender
from tendering.zones import show_times_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withhold(request: HttpRequest, tender_id: int) -> HttpResponse:
    """What the public notice of the award leaves out."""
    who = reader_of(request, tender_id)
    require(may(who, "publish_notice"))
    row = AwardNotice.objects.filter(tender=who.tender).first()
    initial = (
        {"withhold_value": row.withhold_value, "reason": row.withhold_reason, "ground": row.withhold_ground}
        if row
        else None
    )
    form = NoticeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.set_award_notice(actor=who.user, tender_id=tender_id, **form.cleaned_data)
            messages.success(request, _("The notice of the award has been changed."))
            return redirect("award_publication", tender_id=tender_id)
    return show(
        request, who, "act", status=422 if form.errors else 200, form=form, button=_("Save"),
        title=_("Notice of the award"),
        lead=_("Winner, value, number of bids and dates are public. The value may be left out where it would harm."),
    )  # fmt: skip


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def publication(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The notice as it would be published now: until when, what is missing in it, what it says; and its publication."""
    who = reader_of(request, tender_id)
    require(decide_file(who.roles))
    facts = gather(who.tender)
    if not any(one.is_settled for one in facts.lots):
        raise Http404
    findings = findings_of(facts, who.now)
    form = PublishForm(request.POST or None, needed=bool(findings))
    if request.method == "POST" and form.is_valid():
        with take_over(form):
            actions.publish_award_notice(actor=who.user, tender_id=tender_id, **form.cleaned_data)
            messages.success(request, _("The notice of the award has been published."))
            return redirect("award_publication", tender_id=tender_id)
    content = content_of(facts, who.now)
    return show(
        request, who, "award_notice", status=422 if form.errors else 200, form=form if findings else None,
        findings=findings, due=due_of(facts, who.now), told=told_lots(facts), editions=facts.editions,
        kind=kind_of(content), sections=sections(content), may_publish=may(who, "publish_notice"),
        changes_only=facts.is_modification,
    )  # fmt: skip


@require_safe
def public(request: HttpRequest, tender_id: int) -> HttpResponse:
    """The newest published notice, for everybody who may see the tender; earlier ones below it."""
    tender, _now = find_tender(request, tender_id)
    show_times_of(tender)
    facts = gather(tender)
    if facts.newest is None:
        raise Http404
    shown: list[dict[str, Any]] = []
    for edition in reversed(facts.editions):
        content = shown_content(facts, edition)
        shown.append({"edition": edition, "kind": kind_of(content), "sections": sections(content),
                      "is_whole": content == edition.content})  # fmt: skip
    return render(request, "evaluation/award_notice_public.html", {"tender": tender, "notices": shown})
