"""Versions never change once published, and figures never tell about a single town."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts import clock
from accounts.audit import in_transaction
from accounts.decision import RefusedError
from accounts.models import AuditEvent
from tendering.actions import library as acts
from tendering.actions import mark_awarded, record_lot_outcome
from tendering.library.comparing import changes
from tendering.library.results import achieved
from tendering.library.shape import faults, in_language
from tendering.models import TemplateVersion, Tender
from tests.factories import draft_tender, make_organization, make_town, opened_tender
from tests.tendering.library.shelf import content_of, make_centre, publish

pytestmark = pytest.mark.django_db


def test_only_librarians_of_the_centre_write() -> None:
    centre, other = make_centre(), make_centre()
    new = {"owner": centre.organization, "code": "new", "kind": "tender"}

    with pytest.raises(RefusedError):
        acts.create_template(actor=centre.officer, **new)
    with pytest.raises(Http404):
        acts.create_template(actor=other.librarian, **new)
    with pytest.raises(Http404):
        acts.create_template(actor=make_town().officer, **new)


def test_a_published_version_is_frozen_and_the_next_one_gets_a_number() -> None:
    centre = make_centre()
    first = publish(centre)

    with pytest.raises(RefusedError):
        acts.publish_version(actor=centre.librarian, version_id=first.pk)
    second = publish(centre, contract_months=24)

    assert (first.number, second.number) == (1, 2)
    assert first.sha256 != second.sha256
    assert TemplateVersion.objects.get(pk=first.pk).content == content_of("it-help-desk")


def test_faulty_content_is_kept_as_a_draft_but_not_published() -> None:
    centre = make_centre()
    content = content_of("it-help-desk")
    content["criteria"][0]["weight"] = "31"
    content["title"] = {"de": "Nur deutsch"}
    template = acts.create_template(actor=centre.librarian, owner=centre.organization, code="x", kind="tender")
    draft = acts.save_version(actor=centre.librarian, template_id=template.pk, content=content, note="new")

    with pytest.raises(ValidationError) as refused:
        acts.publish_version(actor=centre.librarian, version_id=draft.pk)

    assert "$.title.en" in refused.value.message_dict
    content["title"]["en"] = "English as well"
    assert list(faults(content)) == ["$.criteria"]


def test_every_act_stands_in_the_trail_of_the_centre() -> None:
    centre = make_centre()
    version = publish(centre)
    acts.withdraw_version(actor=centre.librarian, version_id=version.pk, reason="Outdated")

    events = AuditEvent.objects.filter(chain=f"organization:{centre.organization.pk}").order_by("seq")

    assert list(events.values_list("verb", flat=True)) == [
        "template.created", "template.saved", "template.published", "template.withdrawn",
    ]  # fmt: skip


def test_changes_are_told_row_by_row_in_the_readers_language() -> None:
    before, after = content_of("it-help-desk"), content_of("it-help-desk")
    after["criteria"][0]["weight"] = "25"
    after["criteria"][0]["name"]["de"] = "Neu"
    del after["documents"][0]

    german = {change.where for change in changes(before, after, "de")}
    english = changes(before, after, "en")

    assert len(german) > len(english) - 1
    assert any(change.before == "30" and change.after == "25" for change in english)
    assert not any(change.after == "Neu" for change in english)


def test_a_content_without_the_language_asked_for_falls_back() -> None:
    content = {**content_of("it-help-desk"), "languages": ["de"]}

    assert in_language(content, "en")["title"] == content["title"]["de"]


def awarded_from(version: TemplateVersion, saving: str, cost: str, town=None):
    """A tender of a town made from the version and awarded; cost before 2.50 a case, 10,000 cases a year."""
    town = town or make_town()
    tender = opened_tender(town)
    type(tender).objects.filter(pk=tender.pk).update(template_version=version)
    with in_transaction():
        record_lot_outcome(
            lot=tender.lots.get(), kind="awarded", at=clock.now(), winner=make_organization("provider"),
            value=Decimal(1000), saving_per_year=Decimal(saving), cost_per_case=Decimal(cost),
        )  # fmt: skip
        mark_awarded(tender, clock.now())
    return town


def test_results_are_told_from_three_municipalities_on() -> None:
    version = publish(make_centre())
    key = version.template_id
    town = awarded_from(version, "2500", "2.25")
    awarded_from(version, "5000", "2.00", town)
    awarded_from(version, "7500", "1.75")

    few = achieved([key], clock.now())[key]
    assert (few.awarded, few.awarded_municipalities) == (3, 2)
    assert few.saving_pct is None
    assert few.costs == []
    last = awarded_from(version, "10000", "1.50")
    enough = achieved([key], clock.now())[key]

    assert enough.saving_pct == Decimal("25.0")  # 10, 20, 30, 40 per cent
    assert [(cost.low, cost.high) for cost in enough.costs] == [(Decimal("1.50"), Decimal("2.25"))]
    Tender.objects.filter(buyer=last.organization).update(withholds_award_value=True)
    withheld = achieved([key], clock.now())[key]
    assert (withheld.awarded_municipalities, withheld.saving_pct, withheld.costs) == (3, None, [])


def test_drafts_are_not_counted_and_the_number_of_queries_is_fixed(django_assert_num_queries) -> None:
    versions = [publish(make_centre(), code) for code in ("it-help-desk", "payroll")]
    draft = draft_tender()
    type(draft).objects.filter(pk=draft.pk).update(template_version=versions[0])
    awarded_from(versions[1], "2500", "2.25")

    now = clock.now()  # a query of its own on PostgreSQL

    with django_assert_num_queries(3):
        found = achieved([version.template_id for version in versions], now)

    assert found[versions[0].template_id].procedures == 0
    assert found[versions[1].template_id].procedures == 1
