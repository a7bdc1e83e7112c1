"""What lists are asked with: the API names the parameter it does not know, in the caller's language; no page fails."""

import re
from pathlib import Path

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from accounts.actions import issue_token
from accounts.api.asking import ApiView
from tests.config.test_access import ADDRESSES, World
from tests.factories import make_company, make_town, make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
LISTS = ("tenders", "bids", "pilots", "papers", "messages", "templates", "contacts")
PAGED = ("tenders", "bids", "pilots", "papers", "messages")
FAULTS = {
    "page_size=abc": "page_size", "page_size=0": "page_size", "page_size=-1": "page_size",
    "page_size=9%00": "page_size", "page_size=" + "9" * 30: "page_size",
    "cursor=AAAA": "cursor", "cursor=%00": "cursor", "cursor=" + "A" * 3000: "cursor",
}  # fmt: skip
SWITCHES = {
    "tenders": {"drafts=yes": "drafts", "sort=bids__received_at": "sort", "status=lost": "status", "q=%00": "q"},
    "bids": {"tender=L1": "tender", "tender=" + "9" * 30: "tender"},
    "pilots": {"drafts=1": "drafts", "decision=never": "decision", "municipality=%00": "municipality"},
    "messages": {"unread=on": "unread", "procedure=%00": "procedure"},
    "templates": {"kind=house": "kind", "life_situation=%00": "life_situation"},
    "papers": {"body=%00": "body"},
    "contacts": {"q=a%00b": "q"},
}


def test_every_address_of_the_api_knows_the_parameters_its_description_names() -> None:
    operations = {}
    for methods in SchemaGenerator().get_schema(request=None, public=True)["paths"].values():
        for operation in methods.values():
            named = {row["name"] for row in operation.get("parameters", []) if row["in"] == "query"}
            operations[operation["operationId"]] = named
    views = {name: pattern.callback.cls for name, pattern in ADDRESSES.items() if name.startswith("api_")}
    assert [name for name, view in views.items() if not issubclass(view, ApiView)] == []
    with_words = {frozenset(words) for view in views.values() for words in (view.asked_with, view.acts_with)}
    assert with_words == {frozenset(named) for named in operations.values()}
    assert operations["bids_list"] == {"tender", "cursor", "page_size"}


def test_no_page_asks_the_api_for_what_it_does_not_know() -> None:
    asking = re.compile(r'{% url "(api_\w+)"[^%]*%}\?(\w+)')
    pages = [path.read_text(encoding="utf-8") for path in ROOT.glob("*/templates/**/*.html")]
    assert len(pages) > 200
    asked = {link for text in pages for link in asking.findall(text)}
    assert [(name, word) for name, word in asked if word not in ADDRESSES[name].callback.cls.asked_with] == []


def test_a_list_of_the_api_names_the_parameter_it_does_not_understand() -> None:
    client = Client(headers={"accept-language": "de"})
    client.force_login(make_company().bidder)
    for name in LISTS:
        faults = {"colour=red": "colour", "q%00=1": "q�", **SWITCHES[name], **(FAULTS if name in PAGED else {})}
        for query, wrong in faults.items():
            answer = client.get(f"/api/v1/{name}/?{query}")
            assert (answer.status_code, list(answer.json()["errors"])) == (400, [wrong]), (name, query)
            assert answer.json()["detail"] == "Bitte sehen Sie sich einige Angaben noch einmal an."


def test_an_act_takes_no_parameters_in_its_address() -> None:
    town = make_town(keys=False)
    client = Client()
    client.force_login(town.officer)
    answer = client.post(
        "/api/v1/tenders/?sort=title", {}, content_type="application/json", headers={"accept-language": "en"}
    )
    assert answer.json()["errors"] == {"sort": ["This parameter is not known. Known here: none."]}


@pytest.mark.parametrize(("profile", "header", "words"), [
    ("de", "", "Wählen Sie eines von"), ("en", "", "Choose one of"), ("de", "en", "Choose one of"),
    ("en", "de", "Wählen Sie eines von"),
])  # fmt: skip
def test_a_program_is_answered_in_the_language_it_asks_for_or_in_that_of_its_profile(
    profile: str, header: str, words: str
) -> None:
    user = make_user()
    user.language = profile
    user.save()
    _row, token = issue_token(actor=user, scope="read", label="")
    headers = {"authorization": f"Bearer {token}", **({"accept_language": header} if header else {})}
    refused = Client(headers=headers).get("/api/v1/tenders/?sort=x").json()
    assert refused["errors"]["sort"][0].startswith(words)


def test_a_rule_that_cannot_be_read_is_refused_in_the_language_of_the_caller() -> None:
    world = World()
    tender = world.tender("draft")
    type(tender).objects.filter(pk=tender.pk).update(evaluation={"method": "price_only", "weight_price": "1,0"})
    for language, words in {"de": "kein Komma", "en": "not a comma"}.items():
        client = world.client("officer")
        answer = client.post(
            f"/api/v1/evaluations/{tender.pk}/simulate/", {}, content_type="application/json",
            headers={"accept-language": language},
        )  # fmt: skip
        assert (answer.status_code, words in answer.json()["detail"]) == (409, True), answer.json()


PAGES = {
    "/tenders/": ("q", "cursor", "sort", "status", "buyer", "cpv", "value_from", "deadline_to", "kind"),
    "/tenders.atom": ("q", "buyer"), "/tenders.ics": ("procedure", "cpv"),
    "/pilots/": ("q", "cursor", "status", "municipality", "decision"), "/pilots.json": ("q", "life_situation"),
    "/papers/": ("q", "cursor", "municipality", "body"), "/results/": ("cursor", "buyer", "life_situation", "year"),
    "/results.csv": ("buyer",), "/library/": ("q", "kind", "life_situation"), "/contacts/": ("q",),
    "/contacts.csv": ("q",), "/mailbox/": ("cursor", "unread", "procedure"), "/help/": ("tender",),
    "/accessibility/report/": ("page",), "/company/": ("company",), "/tenders/follow/": ("q", "buyer"),
    "/desk/procedures/": ("phase", "responsible", "cursor"), "/desk/kpis/": ("cpv",), "/tenders/cpv/": ("q",),
    "/desk/benchmark/": ("cpv",), "/tenders/new/": ("service",),
}  # fmt: skip


def test_no_page_breaks_on_nonsense_in_its_address() -> None:
    town, company = make_town(keys=False), make_company()
    clients = [Client(raise_request_exception=False), Client(raise_request_exception=False)]
    clients[0].force_login(town.officer)
    clients[1].force_login(company.bidder)
    for path, names in PAGES.items():
        client = clients[path in {"/mailbox/", "/company/"}]
        for name in names:
            for text in ("a\x00b", "9" * 40):
                answer = client.get(path, {name: text})
                allowed = {400} if "\x00" in text else {200, 302, 404, 422}
                assert answer.status_code in allowed, (path, name, text)
