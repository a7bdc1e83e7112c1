"""Every template that comes with the product is complete, balanced, and becomes a tender that can be released."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts import clock
from tendering import panels
from tendering.actions import library as acts
from tendering.actions import prepare_tender, release_tender, update_tender
from tendering.forms.judging import criterion_data
from tendering.library.shape import SPANS, faults, in_language
from tendering.library.shipped import publish_shipped, shipped
from tendering.models import Template, TemplateVersion, Tender
from tests.factories import make_town
from tests.tendering.library.shelf import make_centre, publish

BY_CODE = {entry.code: entry for entry in shipped()}
TENDERS = [code for code, entry in BY_CODE.items() if entry.content["kind"] == "tender"]
PILOTS = [code for code, entry in BY_CODE.items() if entry.content["kind"] == "pilot"]
NOT_ENGLISH = re.compile(
    r"§|Vergabe|[äöüßÄÖÜ]|\b(?:VgV|GWB|UVgO|AO|Stadtrat|Kommune|Gemeinde|und|oder|nicht|mit|für|der|die|das|eine?|Monat|Stunde)\b"
)


def words(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in words(item)]
    if isinstance(value, list):
        return [text for item in value for text in words(item)]
    return [value] if isinstance(value, str) else []


def test_the_library_is_worth_a_visit() -> None:
    assert len(TENDERS) >= 16
    assert len(PILOTS) >= 4


@pytest.mark.parametrize("code", BY_CODE)
def test_every_file_has_the_shape_of_a_template(code: str) -> None:
    assert faults(BY_CODE[code].content) == {}


@pytest.mark.parametrize("code", BY_CODE)
def test_english_texts_hold_no_german_word_and_no_german_law(code: str) -> None:
    text = "\n".join(words(in_language(BY_CODE[code].content, "en")))
    assert NOT_ENGLISH.findall(text) == []


@pytest.mark.parametrize("code", TENDERS)
def test_weights_sum_to_one_hundred_and_something_is_promised(code: str) -> None:
    content = BY_CODE[code].content
    for lot in content["lots"]:
        own = [row for row in content["criteria"] if lot["code"] in row.get("lots", [lot["code"]])]
        assert sum(Decimal(row["weight"]) for row in own) == 100
    assert any(row["kind"] == "efficiency" for row in content["criteria"])
    assert 1 <= Decimal(content["price_weight"]) <= 99


@pytest.mark.parametrize("code", TENDERS)
def test_every_quality_criterion_says_what_earns_many_and_few_points(code: str) -> None:
    for row in BY_CODE[code].content["criteria"]:
        if row["kind"] == "quality":
            assert set(row["guide"]) == set(SPANS)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", TENDERS)
def test_a_draft_from_a_template_can_be_released_once_value_and_dates_are_there(code: str, language: str) -> None:
    town = make_town(**({"profile": "generic_en", "country": "IE", "land": ""} if language == "en" else {}))
    version = publish(make_centre(), code)

    made = acts.use_template(actor=town.officer, version=version, buyer=town.organization, language=language)

    tender = Tender.objects.get(pk=made.pk)
    assert tender.language == language
    assert tender.template_version == version
    assert len(tender.summary) <= 5_000  # the form of step 1 takes no more
    now = clock.now()
    fields = {
        "value": "150000", "value_method": "as the template says", "tender_period_end": now + timedelta(days=40),
        "enquiry_period_end": now + timedelta(days=30), "opening_planned_at": now + timedelta(days=40, minutes=15),
        "bid_validity_end": (now + timedelta(days=100)).date(),
    }  # fmt: skip
    update_tender(actor=town.officer, tender_id=tender.pk, expected_version=None, fields=fields)
    rows = [criterion_data(row) for row in tender.criteria.all() if row.is_scored]
    first = tender.lots.first()
    own = [row for row in rows if not row["lots"] or first.code in row["lots"]]
    assert panels.formula(tender.evaluation, own, Decimal(50_000), tender.currency) is not None
    prepare_tender(actor=town.officer, tender_id=tender.pk, reasons={"*": "checked in the test"})
    release_tender(actor=town.second, tender_id=tender.pk)
    assert Tender.objects.get(pk=tender.pk).spec_hash


@pytest.mark.django_db
def test_publishing_the_files_twice_changes_nothing() -> None:
    centre = make_centre()

    assert len(publish_shipped(actor=centre.librarian, owner=centre.organization)) == len(BY_CODE)
    assert publish_shipped(actor=centre.librarian, owner=centre.organization) == []
    assert Template.objects.count() == len(BY_CODE)


@pytest.mark.django_db
def test_the_command_publishes_in_the_librarians_name_and_says_what_is_missing(capsys: Any) -> None:
    from django.core.management import CommandError, call_command

    centre = make_centre()
    with pytest.raises(CommandError):
        call_command("publish_library", make_town().organization.reference)

    call_command("publish_library", centre.organization.reference)
    call_command("publish_library", centre.organization.reference)

    assert f"{len(BY_CODE)} published" in capsys.readouterr().out
    assert {row.created_by for row in TemplateVersion.objects.all()} == {centre.librarian}
