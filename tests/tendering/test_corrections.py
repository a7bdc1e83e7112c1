"""Corrections of a published tender: text and documents, by two people, told to all, as a new edition."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock
from accounts.decision import RefusedError
from accounts.models import AuditEvent, OutboxMessage
from tendering import actions, corrections
from tendering.actions.corrections import NewDocument
from tendering.models import Amendment, Document, Tender
from tests.factories import Town, draft_tender, make_company, make_town

pytestmark = pytest.mark.django_db
PLAN = NewDocument("Plan 2.pdf", "PLAN", "application/pdf", b"%PDF new")


def with_plan(town: Town) -> Tender:
    """A published tender with one document."""
    tender = draft_tender(town, summary="Letters are delivered within two days.")
    actions.add_document(
        actor=town.officer, tender_id=tender.pk, name="Plan 1.pdf", kind="PLAN", media_type="application/pdf",
        content=b"%PDF old",
    )  # fmt: skip
    actions.prepare_tender(actor=town.officer, tender_id=tender.pk, reasons={"*": "checked"})
    return actions.release_tender(actor=town.second, tender_id=tender.pk)


def correct(town: Town, tender: Tender, **changes: Any) -> Amendment:
    given = {"reason": "Annex 3 was wrong", "is_material": False, "add": [PLAN], **changes}
    return actions.request_correction(actor=town.officer, tender_id=tender.pk, **given)


def refused(act: Any, **arguments: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        act(**arguments)
    return caught.value.refused.code


def test_a_second_person_publishes_a_correction_as_a_new_edition() -> None:
    town, clara = make_town(), make_company()
    tender = with_plan(town)
    actions.ask_question(actor=clara.bidder, company=clara.organization, tender_id=tender.pk, text="Which plan?")
    old = tender.documents.get()
    asked = correct(town, tender, summary="Letters are delivered within three days.", remove=[old.pk])
    assert [file.name for file in tender.documents.in_force()] == ["Plan 1.pdf"]
    assert [file.name for file in tender.documents.published()] == ["Plan 1.pdf"]
    assert refused(actions.publish_correction, actor=town.officer, amendment_id=asked.pk) == "second_person"
    now = actions.publish_correction(actor=town.second, amendment_id=asked.pk)
    assert (now.edition, now.summary) == (2, "Letters are delivered within three days.")
    assert now.spec_hash == tender.spec_hash
    assert [file.name for file in now.documents.in_force()] == ["Plan 2.pdf"]
    assert len(now.documents.published()) == 2
    mails = {mail.recipient: mail.body for mail in OutboxMessage.objects.filter(kind="amended")}
    assert set(mails) == {clara.bidder.email, clara.admin.email}
    assert all("Annex 3 was wrong" in body for body in mails.values())
    change = corrections.since(now, 1)[0]
    text, files = change.rows
    assert [(run.kind, run.text) for run in text.runs if run.kind] == [("del", "two"), ("ins", "three")]
    assert ([file["name"] for file in files.gone], [file["name"] for file in files.new]) == (
        ["Plan 1.pdf"], ["Plan 2.pdf"],
    )  # fmt: skip
    verbs = AuditEvent.objects.filter(chain=tender.chain, verb__startswith="correction.").values_list("verb", flat=True)
    assert list(verbs.order_by("seq")) == ["correction.requested", "correction.published"]
    assert refused(actions.publish_correction, actor=town.second, amendment_id=asked.pk) == "already_approved"


def test_a_material_change_needs_time_or_a_reason() -> None:
    town = make_town()
    tender = with_plan(town)
    with pytest.raises(ValidationError) as caught:
        correct(town, tender, is_material=True)
    assert "§ 20(3) VgV" in caught.value.message_dict["new_end"][0]
    later = corrections.proposed_end(tender, clock.now())
    assert later == tender.tender_period_end + timedelta(days=7)
    asked = correct(town, tender, is_material=True, new_end=later)
    moved = actions.publish_correction(actor=town.second, amendment_id=asked.pk)
    assert moved.tender_period_end == later
    reasoned = correct(town, tender, is_material=True, why_not_later="Forty days are left.")
    assert reasoned.why_not_later == "Forty days are left."
    generic = draft_tender(make_town(keys=False, profile="generic_en"), profile="generic_en")
    assert corrections.asks_for_time(generic) == ""


def test_what_is_no_correction_is_refused() -> None:
    town, other = make_town(), make_town()
    tender, foreign = with_plan(town), with_plan(other)
    for wrong in ({"add": []}, {"reason": " "}, {"summary": "  "}, {"remove": [foreign.documents.get().pk]}):
        with pytest.raises(ValidationError):
            correct(town, tender, **wrong)
    assert Amendment.objects.count() == 0
    assert Document.objects.count() == 2
    with pytest.raises(RefusedError):
        correct(other, tender)
    earlier = tender.tender_period_end - timedelta(days=1)
    assert refused(correct, town=town, tender=tender, new_end=earlier) == "only_later"
    with clock.simulated(tender.tender_period_end + timedelta(minutes=1)):
        assert refused(correct, town=town, tender=tender) == "not_now"


def test_one_correction_waits_at_a_time_and_dropping_leaves_nothing_behind() -> None:
    town = make_town()
    tender = with_plan(town)
    asked = correct(town, tender, remove=[tender.documents.get().pk])
    assert refused(correct, town=town, tender=tender) == "correction_waits"
    assert actions.pending_extensions(tender) == []
    with pytest.raises(Http404):
        actions.approve_extension(actor=town.second, amendment_id=asked.pk)
    actions.drop_correction(actor=town.second, amendment_id=asked.pk)
    tender.refresh_from_db()
    assert ([file.name for file in tender.documents.in_force()], tender.edition) == (["Plan 1.pdf"], 1)
    assert Document.objects.count() == 1
    assert OutboxMessage.objects.filter(kind="amended").count() == 0
