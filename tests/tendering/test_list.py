"""The list of tenders: search, filters, counts and keyset pages, for the page and the API alike."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import connection

from accounts import clock
from tendering import search
from tendering.filters import TenderFilter, facets, listed
from tendering.keyset import capped_total, page
from tendering.models import Tender
from tests.factories import (
    cancelled_tender,
    closed_tender,
    draft_tender,
    efficiency_criteria,
    make_town,
    open_tender,
    price_only,
)

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


def found(**query):
    filters = TenderFilter(query, queryset=listed(NOBODY, clock.now()))
    assert filters.is_valid(), filters.errors
    return set(filters.qs.values_list("reference", flat=True))


@pytest.mark.parametrize("words", ["Reinigung", "reinigung", "Gebäude", "gebäudereinigung", "Schulen", "Gebäudereinig"])
def test_a_part_of_a_long_word_finds_the_tender(words):
    town = make_town()
    cleaning = open_tender(town, title="Gebäudereinigung für drei Schulen", cpv_main="90910000")
    open_tender(town, title="Winterdienst auf Gehwegen", cpv_main="90620000")
    assert found(q=words) == {cleaning.reference}


@pytest.mark.parametrize("words", ["Straße", "Strasse", "Straßenreinigung", "Fußgängerzone", "Fussgaengerzone"])
def test_eszett_and_umlauts_are_found_however_they_are_typed(words):
    tender = open_tender(title="Straßenreinigung der Straße zur Fußgängerzone")
    assert found(q=words) == {tender.reference}


def test_every_word_must_be_there_and_lots_and_buyer_count_too():
    town = make_town(name="Stadt Lindenbrück")
    tender = open_tender(town, title="Druck und Versand von Bescheiden")
    assert found(q="Lindenbrück Druck") == {tender.reference}
    assert found(q="letters part") == {tender.reference}
    assert found(q="Lindenbrück Winterdienst") == set()


def test_a_changed_title_is_found_by_its_new_words_only():
    town = make_town()
    tender = draft_tender(town, title="Bewachung des Rathauses")
    Tender.objects.filter(pk=tender.pk).update(title="Pflege der Grünflächen", search_extra="")
    assert set(search.matching(Tender.objects.all(), "Grünflächen")) == {tender}
    assert not search.matching(Tender.objects.all(), "Bewachung").exists()


@pytest.mark.parametrize(
    "text", ['"', "a OR b", "NEAR(", "x:*", "'; --", "\\", "*", "(", "foo & | !", "AND", "ß" * 300]
)
def test_no_search_text_breaks_the_search(text):
    open_tender()
    found(q=text[:200])


def test_compounds_split_into_known_words():
    assert {"gebäude", "reinigung"} <= search.compound_parts("gebäudereinigung")
    assert "zustellung" in search.compound_parts("briefzustellung")
    assert search.compound_parts("rathaus") == frozenset()


def test_filters_narrow_by_status_buyer_cpv_value_deadline_and_kind():
    town = make_town()
    plain = open_tender(town, value="90000", cpv_main="79571000", life_situation="taxes")
    scored = open_tender(
        town, criteria=efficiency_criteria(), cpv_main="90910000", value="5000", life_situation="living"
    )
    closed = closed_tender(criteria=[], evaluation=price_only(), value="500")
    all_three = {plain.reference, scored.reference, closed.reference}
    assert found() == all_three
    assert found(status=["closed"]) == {closed.reference}
    assert found(buyer=town.organization.reference) == {plain.reference, scored.reference}
    assert found(cpv="795") == {plain.reference}
    assert found(cpv="641") == all_three, "the lots' codes count as well"
    assert found(life_situation=["living"]) == {scored.reference}
    assert found(value_from="600", value_to="10000") == {scored.reference}
    assert found(deadline_from=(clock.now() + timedelta(days=1)).date().isoformat()) == {
        plain.reference,
        scored.reference,
    }
    assert found(kind="efficiency") == {scored.reference}
    assert found(kind="price_only") == {closed.reference}


def test_a_filter_that_makes_no_sense_is_named():
    filters = TenderFilter({"value_from": "1.250", "status": ["melted"]}, queryset=listed(NOBODY, clock.now()))
    assert not filters.is_valid()
    assert set(filters.errors) == {"value_from", "status"}


def test_drafts_never_stand_in_the_list_and_facets_count_what_is_there():
    town = make_town()
    draft_tender(town)
    open_tender(town, life_situation="taxes")
    open_tender(town, life_situation="taxes")
    cancelled_tender(town, life_situation="work")
    now = clock.now()
    for actor in (NOBODY, town.officer):
        counts = facets(listed(actor, now), now)
        assert counts["status"] == [("open", 2), ("cancelled", 1)]
        assert counts["life_situation"] == [("taxes", 2), ("work", 1)]
        assert counts["buyer"] == [(town.organization.reference, 3)]


def test_pages_walk_forth_and_back_over_equal_moments(django_assert_num_queries):
    town = make_town()
    with clock.simulated(clock.now()):
        tenders = [open_tender(town) for _ in range(5)]
    newest_first = [tender.pk for tender in reversed(tenders)]
    rows = listed(NOBODY, clock.now()).values("id", "published_at")
    with django_assert_num_queries(1):
        first = page(rows, size=2)
    second = page(rows, size=2, cursor=first.next)
    third = page(rows, size=2, cursor=second.next)
    walked = [row["id"] for p in (first, second, third) for row in p.rows]
    assert walked == newest_first
    assert first.previous is None
    assert third.next is None
    assert page(rows, size=2, cursor=third.previous).rows == second.rows
    back = page(rows, size=2, cursor=second.previous)
    assert (back.rows, back.previous) == (first.rows, None)


def test_a_new_tender_does_not_move_the_pages_after_it():
    town = make_town()
    for _ in range(3):
        open_tender(town)
    rows = listed(NOBODY, clock.now()).values("id", "published_at")
    first = page(rows, size=2)
    open_tender(town)
    rows = listed(NOBODY, clock.now()).values("id", "published_at")
    assert not {row["id"] for row in page(rows, size=2, cursor=first.next).rows} & {row["id"] for row in first.rows}


def test_a_cursor_from_elsewhere_is_refused():
    tender = open_tender()
    rows = listed(NOBODY, clock.now())
    with pytest.raises(ValidationError):
        page(rows, cursor="bm90IG91cnM")
    other_order = page(Tender.objects.all(), size=1, order=("id",))
    assert other_order.rows == [tender]
    assert other_order.next is None


def test_totals_are_capped(django_assert_num_queries):
    town = make_town()
    for _ in range(3):
        open_tender(town)
    queryset = listed(NOBODY, clock.now())
    with django_assert_num_queries(2):
        assert (capped_total(queryset), capped_total(queryset, cap=2)) == ("3", "2+")


def test_the_public_list_walks_its_index_instead_of_sorting():
    plan = listed(NOBODY, clock.now()).values("id").order_by("-published_at", "-id")[:26].explain()
    assert connection.vendor != "sqlite" or ("tender_keyset" in plan and "B-TREE" not in plan), plan
