"""The list of tenders: search, filters, counts and keyset pages, for the page and the API alike."""

from datetime import timedelta
from random import Random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import connection

from accounts import clock
from tendering import search
from tendering.filters import TenderFilter, facets, listed
from tendering.keyset import capped_total, page
from tendering.models import Tender
from tendering.sorting import SORTS, sorted_by
from tests.factories import (
    cancelled_tender,
    closed_tender,
    draft_tender,
    efficiency_criteria,
    make_organization,
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
        counts = facets(listed(actor, now))
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


MOMENTS = [timedelta(days=-3), timedelta(days=-3), timedelta(0), timedelta(minutes=1), timedelta(days=9), None]
TITLES = ["Ärztlicher Dienst", "Archiv", "archiv", "Öffnung", "Oper", "Übersetzung", "Zustellung", "Archiv"]


def mixed_tenders(random, number):
    """Published tenders with equal and missing values, deadlines and titles, some cancelled."""
    town, now = make_organization(), clock.now()
    for index in range(number):
        moment = random.choice(MOMENTS)
        Tender.objects.create(
            reference=f"X{index}", buyer=town, title=random.choice(TITLES), created_at=now,
            value=random.choice([None, None, "5000.00", "5000.00", "20000.00", "1000000.00"]),
            published_at=now - timedelta(days=random.randint(1, 3)), released_at=now, prepared_at=now,
            tender_period_end=None if moment is None else now + moment,
            cancelled_at=now if random.random() < 0.2 else None,
        )  # fmt: skip
    return listed(NOBODY, clock.now())


def walk_through(rows, sort, size):
    """Ids of every page forth, and of every page back; both as the pages show them."""
    shown, cursor = [], ""
    while True:
        queryset, walk = sorted_by(rows, sort, clock.now(), cursor)
        found = page(queryset, cursor=cursor, size=size, order=walk)
        shown.append([row.pk for row in found.rows])
        if found.next is None:
            break
        cursor = found.next
    back = [shown[-1]]
    while found.previous:
        queryset, walk = sorted_by(rows, sort, clock.now(), found.previous)
        found = page(queryset, cursor=found.previous, size=size, order=walk)
        back.insert(0, [row.pk for row in found.rows])
    return shown, back


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("seed", range(6))
def test_the_pages_of_any_order_visit_each_tender_exactly_once(sort, seed):
    random = Random(seed)
    rows = mixed_tenders(random, random.randint(0, 30))
    shown, back = walk_through(rows, sort, random.choice([1, 2, 3, 7, 40]))
    walked = [number for ids in shown for number in ids]
    assert sorted(walked) == sorted(rows.values_list("pk", flat=True))
    assert back == shown


def test_each_order_is_what_its_words_say():
    rows = mixed_tenders(Random(3), 40)
    by_id, now = {tender.pk: tender for tender in rows}, clock.now()
    order = {sort: [by_id[number] for ids in walk_through(rows, sort, 7)[0] for number in ids] for sort in SORTS}
    values = [tender.value for tender in order["value"]]
    stated = [value for value in values if value is not None]
    assert stated == sorted(stated, reverse=True)
    assert values == stated + [None] * (len(values) - len(stated)), "those without a value come last"
    ends = [tender.tender_period_end for tender in order["closing"] if tender.status(now) == "open"]
    assert ends == sorted(ends)
    assert [tender.pk for tender in order["closing"][: len(ends)] if tender.status(now) != "open"] == []
    titles = [tender.title.lower().translate(str.maketrans("äöü", "aou")) for tender in order["title"]]
    assert titles == sorted(titles)
    assert order["newest"] == sorted(rows, key=lambda tender: (tender.published_at, tender.pk), reverse=True)


def test_a_tender_that_closes_between_two_pages_is_seen_all_the_same():
    now, town = clock.now(), make_organization()
    for number, minutes in enumerate((5, 10, 20)):
        Tender.objects.create(
            reference=f"Y{number}", buyer=town, title="x", created_at=now, published_at=now, released_at=now,
            prepared_at=now, tender_period_end=now + timedelta(minutes=minutes),
        )  # fmt: skip
    rows = listed(NOBODY, now)
    queryset, walk = sorted_by(rows, "closing", now)
    first = page(queryset, size=1, order=walk)
    with clock.simulated(now + timedelta(minutes=15)):
        queryset, walk = sorted_by(rows, "closing", clock.now(), first.next)
        second = page(queryset, size=1, order=walk, cursor=first.next)
    assert [row.reference for row in (*first.rows, *second.rows)] == ["Y0", "Y1"]


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("newest", "tender_keyset"),
        ("closing", "tender_by_deadline"),
        ("value", "tender_by_value"),
        ("title", "tender_by_title"),
    ],
)
def test_every_order_walks_an_index_instead_of_sorting(sort, index):
    mixed_tenders(Random(1), 5)
    queryset, walk = sorted_by(listed(NOBODY, clock.now()), sort, clock.now())
    stretch = walk.stretches[0]
    rows = queryset.filter(stretch.where).order_by(*stretch.order)[:26]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # five rows are sorted faster than any index is read
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    plan = rows.explain()
    assert index in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "Sort Key" not in plan, plan
