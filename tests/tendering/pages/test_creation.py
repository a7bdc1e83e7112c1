"""Creating a tender in four steps without a script, errors, two writers at once, release by a second person."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from tendering.models import Tender
from tests import factories
from tests.factories import Company, Town
from tests.tendering.pages.conftest import signed_in, text_of, what_data

pytestmark = pytest.mark.django_db


def fields_of(page: str) -> dict[str, str]:
    """Names and values of the inputs of the step's form, as a browser would send them back."""
    form = max(re.findall(r"<form class=\"app-form\".*?</form>", page, re.S), key=len)
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]+)"', tag)
        if name and (kind is None or kind[1] not in {"radio", "checkbox"} or " checked" in tag):
            found[name[1]] = value[1] if value else "on" if " checked" in tag else ""
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>\s*(.*?)</textarea>', form, re.S):
        found[name] = text
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def step(client: Client, address: str, **changes: str) -> Any:
    """Open a step and send it back with the changes, everything else as the page proposed it."""
    return client.post(address, {**fields_of(text_of(client.get(address))), **changes})


def test_a_small_tender_needs_title_value_one_row_and_the_proposed_dates(
    town: Town, anna: Client, bernd: Client
) -> None:
    response = anna.post("/tenders/new/", what_data())
    tender = Tender.objects.get()
    assert response["Location"] == f"/tenders/{tender.pk}/edit/how/"
    response = step(anna, response["Location"])
    assert response.status_code == 302, text_of(response)
    response = step(anna, response["Location"])
    assert response["Location"] == f"/tenders/{tender.pk}/edit/publish/"
    page = text_of(anna.get(response["Location"]))
    assert "Still missing" not in page
    assert "Cleaning per month" in page
    reasons = dict.fromkeys(re.findall(r'name="(reason_[^"]+)"', page), "Usual in our town.")
    response = anna.post(f"/tenders/{tender.pk}/edit/publish/", reasons)
    assert response.status_code == 302, text_of(response)
    assert bernd.post(f"/tenders/{tender.pk}/release/", {"act": "release"}).status_code == 302
    tender.refresh_from_db()
    assert tender.released_by == town.second
    assert tender.spec_hash


def test_errors_stand_at_the_field_and_in_the_summary_and_nothing_typed_is_lost(anna: Client) -> None:
    response = anna.post("/tenders/new/", what_data(title="", value="eighty thousand", summary="Typed with care"))
    text = text_of(response)
    assert response.status_code == 422
    assert "<title>Error:" in text
    assert "Please check 2 entries" in text
    for link in re.findall(r'class="kern-link" href="#(id_[^"]+)"', text):
        assert f'id="{link}"' in text
    assert 'value="eighty thousand"' in text
    assert "Typed with care" in text
    assert not Tender.objects.exists()


def test_variants_are_allowed_only_with_their_minimum_requirements(anna: Client) -> None:
    refused = anna.post("/tenders/new/", what_data(variants_allowed="on"))
    assert refused.status_code == 422
    assert "Say what every variant must meet at least" in text_of(refused)
    assert not Tender.objects.exists()
    anna.post("/tenders/new/", what_data(variants_allowed="on", variant_requirements="Recycled paper"))
    tender = Tender.objects.get()
    assert (tender.variants_allowed, tender.variant_requirements) == (True, "Recycled paper")
    assert fields_of(text_of(anna.get(f"/tenders/{tender.pk}/edit/what/")))["variants_allowed"] == "on"


def test_an_ambiguous_value_is_asked_about(anna: Client) -> None:
    text = text_of(anna.post("/tenders/new/", what_data(value="58,000")))
    assert "This could mean" in text
    assert 'value="58,000"' in text


def test_rows_and_lots_come_and_go_without_a_script_and_keep_what_was_typed(anna: Client) -> None:
    data = what_data(rows="add lots-0-items")
    page = text_of(anna.post("/tenders/new/", data))
    assert 'name="lots-0-items-1-text"' in page
    assert 'value="Cleaning per month"' in page
    page = text_of(anna.post("/tenders/new/", what_data(rows="add lots")))
    assert 'name="lots-1-title"' in page
    more = {"lots-1-title": "Windows", "lots-1-items-0-text": "Panes", "rows": "remove lots-0"}
    page = text_of(anna.post("/tenders/new/", what_data(**more)))
    assert 'value="Panes"' in page
    assert 'name="lots-1-title"' not in page
    assert "Cleaning per month" not in page
    assert not Tender.objects.exists()


def test_two_lots_with_efficiency_figures_are_stored_as_typed(anna: Client) -> None:
    more = {
        "lots-0-title": "Rooms", "lots-1-title": "Windows", "lots-1-items-0-text": "Panes",
        "lots-1-items-0-quantity": "1200.5", "lots-1-items-0-unit": "m²", "lots-1-reference_quantity": "10000",
        "lots-1-reference_unit": "pane", "lots-1-baseline_cost_per_case": "2.4050",
    }  # fmt: skip
    anna.post("/tenders/new/", what_data(**more))
    tender = Tender.objects.get()
    second = tender.lots.get(code="L2")
    assert (str(second.reference_quantity), str(second.baseline_cost_per_case)) == ("10000.00", "2.4050")
    assert str(second.items.get().quantity) == "1200.500"
    again = step(anna, f"/tenders/{tender.pk}/edit/what/")
    assert again.status_code == 302, text_of(again)
    assert tender.lots.get(code="L2").items.get().ref == "2.1"


def test_a_kind_of_service_is_found_by_a_plain_word(anna: Client) -> None:
    part = text_of(anna.get("/tenders/cpv/", {"service": "Postversand"}, headers={"hx-request": "true"}))
    assert "<html" not in part
    assert 'value="79571000"' in part
    assert "<html" in text_of(anna.get("/tenders/cpv/", {"service": "Postversand"}))
    anna.post("/tenders/new/", what_data(service="Postversand", service_code="79571000"))
    assert Tender.objects.get().cpv_main == "79571000"


def test_the_example_follows_what_is_typed_with_and_without_htmx(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    how, preview = f"/tenders/{tender.pk}/edit/how/", f"/tenders/{tender.pk}/edit/how/preview/"
    data = fields_of(text_of(anna.get(how)))
    part = text_of(anna.post(preview, {**data, "weight_price": "90"}, headers={"hx-request": "true"}))
    assert "<html" not in part
    assert "90 % of the price points" in part
    assert "<html" in text_of(anna.post(preview, data))
    broken = text_of(anna.post(preview, {**data, "quality-0-weight": "1"}, headers={"hx-request": "true"}))
    assert "The points add up to 41" in broken


def test_an_efficiency_criterion_is_stored_with_its_line(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    change = {
        "quality-1-weight": "10", "efficiency-0-name": "Days per case", "efficiency-0-weight": "30",
        "efficiency-0-unit": "days", "efficiency-0-direction": "lower", "efficiency-0-curve-0-value": "20",
        "efficiency-0-curve-0-points": "0", "efficiency-0-curve-1-value": "5", "efficiency-0-curve-1-points": "10",
    }  # fmt: skip
    response = step(anna, f"/tenders/{tender.pk}/edit/how/", **change)
    assert response.status_code == 302, text_of(response)
    stored = tender.criteria.get(code="E1")
    assert stored.curve == [["5", "10"], ["20", "0"]]
    assert stored.direction == "lower"


def test_another_lawful_method_is_chosen_with_its_number_and_the_reason_for_it(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    address = f"/tenders/{tender.pk}/edit/how/"
    page = text_of(step(anna, address, method="monetised", per_point="750.00"))
    assert "Say why, in one or two sentences" in page
    step(anna, address, method="monetised", per_point="750.00", reference_reason="cost of a working hour")
    tender.refresh_from_db()
    rule = tender.evaluation
    assert (rule["method"], rule["params"]) == ("monetised", {"per_point": "750"})
    assert rule["reference_set_on"] == clock.now().date().isoformat()
    assert rule["rounding"]["figure"] == {"mode": "half_up", "decimals": 2}
    step(anna, address, method="weighted_linear")
    tender.refresh_from_db()
    assert {"params", "reference_reason", "rounding"}.isdisjoint(tender.evaluation)


def test_a_price_cap_and_a_minimum_for_several_criteria_are_stored(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    address = f"/tenders/{tender.pk}/edit/how/"
    group = {"group_name": "Service", "group_members": "B1, B2", "group_share": "60"}
    page = text_of(step(anna, address, group_name="Service"))
    assert "A group needs a name, its criteria and a share" in page
    step(anna, address, price_cap="90,000.00", **group)
    tender.refresh_from_db()
    assert tender.evaluation["price_cap"] == "90000"
    first = {"name": "Service", "members": ["B1", "B2"], "min_share_pct": "60"}
    assert tender.evaluation["group_minima"] == [first]
    more = {"group_name_2": "Concept", "group_members_2": "B2", "group_share_2": "50.5"}
    assert "A group needs a name" in text_of(step(anna, address, **{**more, "group_share_2": ""}))
    step(anna, address, **more)
    step(anna, address, price_cap="95,000.00")  # another change keeps both
    tender.refresh_from_db()
    second = {"name": "Concept", "members": ["B2"], "min_share_pct": "50.5"}
    assert tender.evaluation["group_minima"] == [first, second]
    assert 'name="group_name_3"' in text_of(anna.get(address))
    step(anna, address, group_name="", group_members="", group_share="")
    tender.refresh_from_db()
    assert tender.evaluation["group_minima"] == [second]


def test_points_that_do_not_make_a_hundred_are_told_with_their_sum(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    response = step(anna, f"/tenders/{tender.pk}/edit/how/", **{"quality-0-weight": "50"})
    assert response.status_code == 422
    assert "The points add up to 90." in text_of(response)


def test_a_stale_draft_shows_both_versions_and_can_be_saved_then(town: Town, anna: Client, bernd: Client) -> None:
    tender = factories.draft_tender(town)
    address = f"/tenders/{tender.pk}/edit/what/"
    old = fields_of(text_of(anna.get(address)))
    assert step(bernd, address, title="Bernd's title").status_code == 302
    response = anna.post(address, {**old, "title": "Anna's title"})
    text = text_of(response)
    assert response.status_code == 409
    assert "Bernd&#x27;s title" in text
    assert "Anna&#x27;s title" in text
    assert Tender.objects.get().title == "Bernd's title"
    again = {name: value.replace("&#x27;", "'") for name, value in fields_of(text).items()}
    assert anna.post(address, again).status_code == 302
    assert Tender.objects.get().title == "Anna's title"


def test_questions_after_the_deadline_are_refused_with_the_typed_dates_kept(town: Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    response = step(anna, f"/tenders/{tender.pk}/edit/when/", end_day="1.2.27", questions_day="2027-03-01")
    text = text_of(response)
    assert response.status_code == 422
    assert "Questions must end before the deadline for bids" in text
    assert 'value="1.2.27"' in text
    assert 'value="2027-03-01"' in text


def test_who_may_not_prepare_is_told_so(town: Town, company: Company, visitor: Client) -> None:
    tender = factories.draft_tender(town)
    assert visitor.get("/tenders/new/").status_code == 302
    assert signed_in(company.bidder).get("/tenders/new/").status_code == 403
    response = signed_in(town.auditor).get(f"/tenders/{tender.pk}/edit/what/")
    assert response.status_code == 403
    assert "Your role does not include this." in text_of(response)
    assert signed_in(factories.make_town().officer).get(f"/tenders/{tender.pk}/edit/what/").status_code == 404


def test_a_released_tender_cannot_be_edited_any_more(town: Town, anna: Client) -> None:
    tender = factories.open_tender(town)
    response = anna.get(f"/tenders/{tender.pk}/edit/what/")
    assert response.status_code == 409
    assert "changed by an amendment only" in text_of(response)


def test_the_preparer_cannot_release_but_the_second_person_can_send_back(
    town: Town, anna: Client, bernd: Client
) -> None:
    tender = factories.prepared_tender(town)
    page = text_of(anna.get(f"/tenders/{tender.pk}/release/"))
    assert "you prepared this yourself" in page
    assert "Publish the tender" not in page
    assert anna.post(f"/tenders/{tender.pk}/release/", {"act": "release"}).status_code == 403
    empty = bernd.post(f"/tenders/{tender.pk}/release/", {"act": "send_back", "reason": ""})
    assert empty.status_code == 422
    assert "Say what should be changed" in text_of(empty)
    assert bernd.post(f"/tenders/{tender.pk}/release/", {"act": "send_back", "reason": "Lot 2"}).status_code == 302
    tender.refresh_from_db()
    assert tender.prepared_at is None


def test_cancelling_names_the_act_and_publishes_the_reason(town: Town, anna: Client, visitor: Client) -> None:
    tender = factories.open_tender(town)
    address = f"/tenders/{tender.pk}/cancel/"
    assert "Cancel this procedure for good" in text_of(anna.get(address))
    assert anna.post(address, {"reason": "x"}).status_code == 422
    anna.post(address, {"ground": "basis_changed", "reason": "The need has gone"})
    assert "The need has gone" in text_of(visitor.get(f"/tenders/{tender.pk}/"))
    assert anna.get(address).status_code == 409


def test_every_step_speaks_german_and_carries_no_inline_code(town: Town) -> None:
    tender = factories.draft_tender(town)
    client = signed_in(town.officer, "de")
    for name, words in (
        ("what", "Was gebraucht wird"),
        ("how", "Wer gewinnt?"),
        ("when", "Angebotsfrist"),
        ("publish", "Zur Freigabe"),
    ):
        text = text_of(client.get(f"/tenders/{tender.pk}/edit/{name}/"))
        assert words in text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text)
