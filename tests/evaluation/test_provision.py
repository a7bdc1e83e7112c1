"""Buying against doing it oneself: exact figures, missing items by name, the real saving from the contract."""

from datetime import date
from decimal import Decimal
from fractions import Fraction as F

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts import clock
from accounts.decision import RefusedError
from evaluation import actions
from evaluation.benchmark.provision import Course, compare
from evaluation.models import Contract, ContractPeriod, DiscountRate, OwnProvision
from evaluation.provision import compared, finding, of_awards, of_view, provisions, real_finding
from evaluation.results import latest, view_of
from tendering.models import Lot, LotOutcome
from tests.evaluation.builders import evaluated_case
from tests.evaluation.pages.test_scoring_pages import at, browser, text_of

MONEY = st.integers(0, 10**7).map(lambda cents: F(cents, 100))
COURSES = st.builds(Course, MONEY, MONEY, MONEY)


@given(COURSES, COURSES, st.integers(1, 10**5), st.integers(1, 10), st.integers(0, 100))
def test_at_the_break_even_volume_both_cost_the_same_and_turning_the_sides_turns_the_sign(own, bought, cases, n, pct):
    rate = F(pct, 1000)
    found, turned = compare(own, bought, F(cases), n, rate), compare(bought, own, F(cases), n, rate)
    assert found.per_year == -turned.per_year and found.over_term == -turned.over_term
    if found.break_even is not None:
        assert compare(own, bought, found.break_even, n, rate).per_year == 0
        more = compare(own, bought, found.break_even + 1, n, rate).per_year
        assert (more > 0) == found.bought_cheaper_above


def test_a_comparison_by_hand():
    """Own: 60,000 a year; bought: 10,000 at the start, 20 a case; 2,000 cases, 5 years, nothing discounted."""
    found = compare(Course(per_year=F(60_000)), Course(once=F(10_000), per_case=F(20)), F(2000), 5, F(0))
    assert (found.per_year, found.over_term, found.per_case) == (18_000, 90_000, 9)
    assert found.break_even == 2900 and not found.bought_cheaper_above


def item(code, **amounts):
    row = {"code": code, "once": Decimal(0), "per_year": Decimal(0), "per_case": Decimal(0)}
    return {**row, "source": "accounts of 2025", "confidence": "measured", **amounts}


def entered(case, *items):
    Lot.objects.filter(tender=case.tender).update(reference_quantity=Decimal(5000), reference_unit="letters")
    return actions.save_provision(actor=case.town.officer, tender_id=case.tender.pk, lot_code="L1", items=items)


@pytest.mark.django_db
def test_what_nobody_has_entered_is_named_and_the_rate_of_the_day_is_kept():
    case = evaluated_case()
    today = clock.now().date()
    for pct, day in (("3", date(2011, 5, 9)), ("1.5", today)):
        actions.add_discount_rate(
            actor=case.town.officer, tender_id=case.tender.pk, pct=Decimal(pct), valid_from=day, source="circular"
        )
    provision = entered(case, item("personnel", per_year=Decimal(50_000)), item("transition", once=Decimal(4000)))
    assert provision.rate_pct == Decimal("1.5")
    one = compared(provisions(case.tender)["L1"], case.tender, "Bernd Ltd", Decimal("4.10"))
    assert one is not None and len(one.missing) >= 4
    assert "Personal zu Vollkosten" not in one.missing
    assert one.own_per_year == Decimal("50000.00") and one.saving_per_year > 0
    assert finding(one, "EUR").startswith("Mit Bernd Ltd")


@pytest.mark.django_db
def test_an_amount_needs_a_source_only_the_office_enters_and_nothing_is_half_stored():
    case = evaluated_case()
    with pytest.raises(ValidationError) as caught:
        entered(case, item("personnel", per_year=Decimal(1)), item("overhead", source=""))
    assert list(caught.value.message_dict) == ["overhead_source"]
    assert not OwnProvision.objects.exists()
    with pytest.raises(RefusedError):
        actions.save_provision(actor=case.town.auditor, tender_id=case.tender.pk, lot_code="L1", items=[])


@pytest.mark.django_db
def test_the_page_takes_the_amounts_and_keeps_what_was_typed_wrong():
    case = evaluated_case()
    Lot.objects.filter(tender=case.tender).update(reference_quantity=Decimal(5000))
    client, url = browser(case.town.officer), at("provision_lot", case, "L1")
    wrong = client.post(url, {"personnel_per_year": "50000"})
    assert wrong.status_code == 422 and 'value="50000"' in text_of(wrong) and "Say where the amount" in text_of(wrong)
    good = {"personnel_per_year": "50000", "personnel_source": "accounts of 2025", "personnel_confidence": "measured"}
    assert client.post(url, good).status_code == 302
    rate = {"pct": "1.5", "valid_from": "01.01.2026", "source": "circular"}
    assert client.post(at("provision", case), rate).status_code == 302 and DiscountRate.objects.count() == 1
    body = text_of(client.get(at("provision", case)))
    assert "Not in the comparison" not in body or "Overhead" in body
    assert case.companies["B01"].organization.name not in text_of(browser(case.town.evaluators[0]).get(url))


@pytest.mark.django_db
def test_twelve_months_later_the_real_saving_stands_beside_the_expected_one_for_everybody():
    case = evaluated_case()
    entered(case, item("personnel", per_year=Decimal(50_000)))
    lot, bid = case.tender.lots.get(), case.bids["B01"]
    Lot.objects.filter(pk=lot.pk).update(reference_quantity=Decimal(5000))
    now = clock.now()
    LotOutcome.objects.create(
        lot=lot, kind="awarded", at=now, winner=bid.company, value=Decimal(20_000), cost_per_case=Decimal("4.10")
    )
    contract = Contract.objects.create(
        tender=case.tender, lot=lot, bid=bid, company=bid.company, value_at_start=Decimal(20_000),
        value=Decimal(20_000), signed_on=date(2025, 1, 1), starts_on=date(2025, 1, 1), ends_on=date(2026, 12, 31),
        recorded_by=case.town.officer, recorded_at=now,
    )  # fmt: skip
    period = {"contract": contract, "recorded_by": case.town.officer, "recorded_at": now}
    ContractPeriod.objects.create(
        start=date(2025, 1, 1), end=date(2025, 12, 31), quantity=Decimal(6000), paid_net=Decimal(20_000), **period
    )
    (one,) = of_awards(case.tender)
    assert one.real is not None and one.real.months == 12
    paid = Decimal("23800.00") if case.tender.evaluation["price_basis"] == "gross" else Decimal("20000.00")
    share = F(365) / F(1461, 4)
    assert abs(F(one.real.saving_per_year) - (F(50_000) - F(paid) / share)) < F(1, 100)
    assert "12 Monaten" in real_finding(one, "EUR")
    case.tender.awarded_at = now
    case.tender.save()
    visitor = Client(headers={"Accept-Language": "en"})
    body = text_of(visitor.get(at("tender_detail", case)))
    assert "Compared with own provision" in body and "After 12 months of delivery" in body


@pytest.mark.django_db
def test_result_page_and_workbook_show_the_comparison():
    import io

    import openpyxl

    from reports.workbook import build
    from reports.workbook.stored import gather

    case = evaluated_case()
    Lot.objects.filter(tender=case.tender).update(reference_quantity=Decimal(5000))
    actions.evaluate_tender(actor=case.town.officer, tender_id=case.tender.pk, reason="number of cases")
    entered(case, item("personnel", per_year=Decimal(50_000)))
    run = latest(case.tender)
    assert run is not None
    made = of_view(case.tender, view_of(run))
    assert "than by doing it itself" in text_of(browser(case.town.officer).get(at("evaluation_result", case)))
    built = build(gather(run, "en"), "en")
    sheet = openpyxl.load_workbook(io.BytesIO(built.content))["Cost and efficiency"]
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "Compared with own provision" in values and float(made["L1"].saving_per_year) in values
