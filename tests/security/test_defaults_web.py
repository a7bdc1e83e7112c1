"""Defaults of the web that bite: filters, pages, numbers, JSON and texts, each with the rule that holds here."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import django_filters
import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.test import Client
from django.urls import URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator
from rest_framework import serializers
from rest_framework.exceptions import ParseError

from accounts.api.fields import StrictDecimalField
from accounts.api.parsing import MAX_DEPTH, MAX_ITEMS, MAX_KEYS, LargeJSONParser, loads
from accounts.typed_text import no_hidden_characters
from bids.content import DraftContent
from tendering.search import words_of
from tests.bids.bidding import content, submit
from tests.factories import draft_tender, make_company, make_town, open_tender

SEALED = {"bids", "evaluation"}  # apps whose rows nobody filters by


@pytest.fixture
def officer(db: None) -> Client:
    client = Client()
    client.force_login(make_town().officer)
    return client


def lists() -> list[str]:
    """Every address of the API that needs no id."""

    def walk(patterns: Any, start: str) -> Iterator[str]:
        for pattern in patterns:
            route = start + str(getattr(pattern.pattern, "_route", ""))
            yield from walk(pattern.url_patterns, route) if isinstance(pattern, URLResolver) else [f"/{route}"]

    own = {"/api/v1/schema/", "/api/v1/docs/", "/api/v1/auth/token/", "/api/v1/me/", "/api/v1/uploads/"}
    return sorted(
        path
        for path in walk(get_resolver().url_patterns, "")
        if "<" not in path and "/api/v1/" in path and path not in own
    )


# --- filters, ordering, search


def test_an_unknown_parameter_is_refused_with_the_known_ones_named(officer: Client) -> None:
    assert {"/api/v1/tenders/", "/api/v1/bids/", "/api/v1/messages/", "/api/v1/pilots/"} <= set(lists())
    for path in lists():
        if officer.get(path).status_code == 404:  # nothing there for an officer: the form of a company
            continue
        for name in ("ordering", "bids__price__lt"):
            answer = officer.get(path, {name: "1"}, headers={"accept-language": "en"})
            assert answer.status_code == 400, (path, name)
            assert "Known here: " in answer.json()["errors"][name][0], path


def test_an_order_nobody_offers_is_refused(officer: Client) -> None:
    for order in ("bids__received_at", "-value", "__all__", "pk;--"):
        assert officer.get("/api/v1/tenders/", {"sort": order}).status_code == 400, order


def _filters(kind: type = django_filters.FilterSet) -> Iterator[type[django_filters.FilterSet]]:
    for found in kind.__subclasses__():
        if found.__module__.split(".")[0] in {"tendering", "pilots", "reports", "bids", "evaluation", "accounts"}:
            yield found
        yield from _filters(found)


def _apps_on_the_way(model: Any, path: str) -> set[str]:
    """Apps of the models that a lookup walks through; annotations and lookups end the way."""
    passed = set()
    for name in path.split("__"):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            break
        if field.related_model is None:
            break
        model = field.related_model
        passed.add(model._meta.app_label)
    return passed


def test_no_filter_walks_to_a_bid_a_score_or_a_free_lookup() -> None:
    assert _apps_on_the_way(apps.get_model("tendering", "Tender"), "bids__received_at") == {"bids"}
    found = list(_filters())
    assert len(found) >= 4
    for filters in found:
        assert not filters._meta.fields or filters._meta.fields == []
        model = filters._meta.model
        for name, one in filters.base_filters.items():
            assert "regex" not in str(one.lookup_expr), (filters, name)
            if model and one.method is None:
                assert not _apps_on_the_way(model, one.field_name) & SEALED, (filters, name)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "%00"])
def test_a_nul_byte_in_a_search_breaks_nothing(officer: Client, text: str) -> None:
    for path in ("/tenders/", "/api/v1/tenders/", "/pilots/", "/api/v1/pilots/", "/api/v1/contacts/"):
        assert officer.get(path, {"q": text}).status_code in {200, 400}, path


def test_an_id_of_any_length_is_a_404(officer: Client) -> None:
    for number in (2**31, 2**63, 2**64, 10**40):
        for path in ("/tenders/{}/", "/api/v1/tenders/{}/", "/api/v1/pilots/{}/", "/pilots/{}/"):
            assert officer.get(path.format(number)).status_code == 404, (path, number)


def test_pages_hold_at_most_a_hundred_rows_and_only_signed_cursors_count(officer: Client) -> None:
    from accounts.keyset import LARGEST_PAGE

    assert LARGEST_PAGE == 100
    submit(make_company(), open_tender())
    for path in ("/api/v1/tenders/", "/api/v1/bids/", "/api/v1/messages/", "/api/v1/pilots/", "/api/v1/papers/"):
        for cursor in ("AAAA", "WyJ0IiwxXQ", "cD0yMDI2LTAxLTAx", "x" * 3000):
            assert officer.get(path, {"cursor": cursor}).status_code == 400, (path, cursor)


# --- numbers

ODD = ["NaN", "Infinity", "1,50", "1.234,56", "1E+1000000", "１２３", "٣٤", "1_000", "1e5", " 12 ", "+1", "", "0x10",
       "1.", ".5", "--1", "9" * 41, True, False, None, [], {}, float("nan"), 1.5]  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=repr)
def test_a_number_has_one_spelling(value: Any) -> None:
    with pytest.raises(serializers.ValidationError):
        StrictDecimalField(max_digits=14, decimal_places=2).run_validation(value)
    with pytest.raises(ValidationError):
        DraftContent.from_json(content(value) if value not in (None, "") else {"vat_rate": [value]})


def test_minus_zero_is_stored_as_zero() -> None:
    read = StrictDecimalField(max_digits=14, decimal_places=2).run_validation("-0.00")
    assert (str(read), read.is_signed()) == ("0.00", False)


def test_every_whole_number_a_program_sends_has_bounds() -> None:
    """A number beyond 64 bits must be a refusal, never a fault of the database."""
    described = SchemaGenerator().get_schema(public=True)
    parts = described["components"]["schemas"]
    open_ended = set()

    def walk(name: str, shape: Any) -> None:
        if "$ref" in shape:
            part = shape["$ref"].rpartition("/")[2]
            return None if part in seen or seen.add(part) else walk(part, parts[part])
        if shape.get("type") == "integer" and not {"minimum", "maximum"} <= set(shape) and not shape.get("readOnly"):
            open_ended.add(name)
        for key, value in shape.get("properties", {}).items():
            walk(f"{name}.{key}", value)
        for value in [*shape.get("allOf", []), *shape.get("oneOf", []), *filter(None, [shape.get("items")])]:
            walk(name, value)
        return None

    seen: set[str] = set()
    for path in described["paths"].values():
        for act in path.values():
            for body in act.get("requestBody", {}).get("content", {}).values():
                walk(act["operationId"], body.get("schema", {}))
    assert len(seen) > 30
    assert sorted(open_ended) == []


# --- JSON bodies


def test_json_is_bounded_in_depth_width_and_digits_before_it_is_built() -> None:
    loads(json.dumps({f"k{number}": 1 for number in range(MAX_KEYS)}).encode())
    loads(json.dumps([0] * MAX_ITEMS).encode())
    loads(json.dumps({"text": '","' * 20_000}).encode())
    wide = {f"k{number}": 1 for number in range(MAX_KEYS + 1)}
    for body in (json.dumps(wide), json.dumps([0] * (MAX_ITEMS + 1)), "1" * 5_000, '{"a": 1, "\\u0061": 2}',
                 "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), '"' + '\\"' * 200_000, '"\\'):  # fmt: skip
        with pytest.raises(ParseError, match=r"Not valid JSON|Kein gültiges JSON"):
            loads(body.encode())
    assert len(loads(json.dumps(wide).encode(), LargeJSONParser.most_keys)) == MAX_KEYS + 1
    assert loads(b'{"price": 1e999}')["price"] == Decimal("1e999")  # finite, and no field takes an exponent


@pytest.mark.django_db
def test_bodies_are_small_and_never_compressed() -> None:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make_company().bidder)
    large = json.dumps({"tender": 1, "pad": "x" * (1 << 20)})
    answer = client.post("/api/v1/bids/", large, content_type="application/json")
    assert (answer.status_code, answer.json()["detail"]) == (400, "The request is too large.")
    assert LargeJSONParser.most_bytes == settings.DATA_UPLOAD_MAX_MEMORY_SIZE <= 6_000_000
    for encoding in ("gzip", "deflate", "br", "identity, gzip"):
        answer = client.post("/api/v1/bids/", b"{}", "application/json", headers={"content-encoding": encoding})
        assert answer.status_code == 415, encoding
    answer = client.post("/api/v1/bids/", b"{}", "application/json", headers={"content-encoding": "identity"})
    assert answer.status_code == 400


# --- texts


@pytest.mark.parametrize("mark", ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\ufeff"], ids=ascii)
def test_no_text_hides_control_or_direction_marks(mark: str) -> None:
    with pytest.raises(ValidationError):
        no_hidden_characters(f"Rechnung{mark}fdp.exe")
    with pytest.raises(ValidationError):
        DraftContent.from_json(content(declarant=f"Clara{mark}"))
    no_hidden_characters("Zeile 1\r\nZeile\t2 – Größe „ß“ 😀 عربي")


def test_the_rule_for_texts_stands_before_every_form_every_model_and_the_api(officer: Client) -> None:
    """Tried at the title of a tender over the API, on the page of a question and in a model itself."""
    town = make_town()
    client = Client(headers={"accept-language": "en"})
    client.force_login(town.officer)
    tender = draft_tender(town)
    answer = client.patch(f"/api/v1/tenders/{tender.pk}/", {"title": "Harmless\u202e"}, "application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["title"])
    asked = open_tender(town)
    bidder = Client(headers={"accept-language": "en"})
    bidder.force_login(make_company().bidder)
    answer = bidder.post(f"/tenders/{asked.pk}/ask/", {"text": "May we?\u202e"})
    assert answer.status_code == 422
    assert "control characters" in answer.content.decode()
    tender.title = "Harmless\x1b"
    with pytest.raises(ValidationError, match="title"):
        tender.full_clean()


def test_texts_are_compared_in_one_normal_form() -> None:
    assert words_of("Größe") == words_of("Gro\u0308ße")
    assert DraftContent.from_json(content(declarant="A\u0308pfel")).declarant == "Äpfel"
