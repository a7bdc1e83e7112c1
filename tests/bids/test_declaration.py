"""A company declares once whether grounds for exclusion apply; each bid takes it over by an act of its own."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import translation

from accounts.models import AuditEvent
from bids import grounds
from bids.actions import declaration as declarations
from bids.actions import save_draft
from bids.content import DraftContent
from bids.content_checks import check_fits
from bids.grounds import Declaration
from bids.models import Bid, SelfDeclaration
from bids.tasks import tasks_of
from bids.workbench import open_draft
from evaluation.check_tables import initial_findings
from tests.bids.bidding import at_deadline, content, draft_with, open_all, submit
from tests.bids.pages.scene import browser, text_of
from tests.bids.test_profile import asking
from tests.factories import Company, make_company

pytestmark = pytest.mark.django_db
MARK = "MARKED-CONDUCT-7714"
PAPER = "Eigenerklärung Eignung / Ausschlussgründe"
CODE = "exg-mis-misconduct"


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def clara() -> Company:
    return make_company(name="Clara GmbH", country="DE")


def box(code: str) -> str:
    return f"ground_{[ground.code for ground in grounds.shipped()].index(code)}"


def declare(company: Company, **fields: Any) -> SelfDeclaration:
    return declarations.declare(
        actor=company.bidder, company_id=company.organization.pk, declaration=Declaration(**fields)
    )


def test_the_list_is_dated_sourced_and_free_of_statutes_in_its_words() -> None:
    date.fromisoformat(grounds.version())
    assert len({ground.code for ground in grounds.shipped()}) == len(grounds.shipped())
    for ground in grounds.shipped():
        assert ground.source
        assert ground.confidence in {"V", "S", "M"}
        assert not any(sign in ground.en + ground.de for sign in ("§", "GWB"))
    assert {"exg-natl-bre-nat-law"} == {row.code for row in grounds.grounds_for("de")} - {
        row.code for row in grounds.grounds_for("generic")
    }


def test_it_is_given_on_a_page_kept_encrypted_and_the_one_before_is_erased(clara: Company) -> None:
    client = browser(clara.bidder)
    address = f"/company/declaration/?company={clara.organization.pk}"
    assert "Conviction for bribery" in text_of(client.get(address))
    assert "Confirm that you have read every point" in text_of(client.post(address, {}))
    ticked = {box(CODE): "on", "confirmed": "on"}
    assert "Say in a few sentences what happened" in text_of(client.post(address, ticked))
    given = client.post(address, {**ticked, "what": MARK, "when": "01.02.2025", "measures": "New rules"})
    assert given.status_code == 302
    page = text_of(client.get("/company/"))
    assert "Grave professional misconduct" in page
    assert MARK in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM bids_selfdeclaration")
        assert MARK.encode() not in bytes(cursor.fetchone()[0])
    assert client.post(address, {"confirmed": "on"}).status_code == 302
    assert "None of the grounds for exclusion applies." in text_of(client.get("/company/"))
    assert [bytes(row.content) for row in SelfDeclaration.objects.exclude(replaced_at=None)] == [b""]
    for body in AuditEvent.objects.filter(verb="declaration.given").values_list("body", flat=True):
        assert MARK not in body
        assert CODE not in body


def test_a_bid_takes_it_over_after_it_was_shown_and_the_required_paper_is_there(clara: Company) -> None:
    town, tender = asking(PAPER, "Register extract")
    draft, client = draft_with(clara, tender), browser(clara.bidder)
    task = next(task for task in tasks_of(open_draft(clara.bidder, draft.pk)) if task.key == "declaration")
    assert task.state == "open"
    page = client.get(task.url)
    assert "Your company has not declared anything yet." in text_of(page)
    assert client.post(task.url, {"version": draft.version}).status_code == 404
    declare(clara, applies=(CODE,), when=date(2025, 2, 1), what=MARK, measures="New rules")
    assert MARK in text_of(client.get(task.url))
    assert grounds.EXTRA not in open_draft(clara.bidder, draft.pk).content.extra
    assert client.post(task.url, {"version": draft.version}).status_code == 302
    bench = open_draft(clara.bidder, draft.pk)
    assert bench.declaration == declarations.declared(clara.organization)
    tasks = {task.key: task for task in tasks_of(bench)}
    assert (tasks["declaration"].state, str(tasks["declaration"].note)) == ("done", "1 ground applies")
    assert "Still missing: Register extract" in str(tasks["documents"].note)
    assert MARK in text_of(client.get(f"/bids/{draft.pk}/submit/"))
    declare(clara)
    assert "Your profile says something newer" in text_of(client.get(task.url))
    submit(clara, tender, bench.content.to_json())
    open_all(town, tender)
    bid = Bid.objects.get()
    found = {row["name"]: row["status"] for row in initial_findings(bid, tender)["documents"]}
    assert found == {PAPER: "provided", "Register extract": ""}
    with at_deadline(tender, minutes=30):
        checked = text_of(browser(town.officer).get(reverse("check_bid", args=[tender.pk, bid.pk])))
    assert "Grave professional misconduct" in checked
    assert MARK in checked


def test_a_program_declares_reads_and_takes_it_and_learns_what_is_wrong(clara: Company) -> None:
    _town, tender = asking(PAPER)
    client, address = browser(clara.bidder), "/api/v1/company/declaration/"
    assert client.get(address).json()["declared_on"] is None
    wrong = client.put(address, json.dumps({"applies": ["exg-unknown"]}), content_type="application/json")
    assert wrong.status_code == 400
    assert "exg-unknown" in wrong.content.decode()
    body = {"applies": [CODE], "what": "A fine", "when": "2025-02-01"}
    given = client.put(address, json.dumps(body), content_type="application/json").json()
    assert [row["code"] for row in given["grounds"] if row["applies"]] == [CODE]
    assert (given["what"], given["when"]) == ("A fine", "2025-02-01")
    draft = draft_with(clara, tender)
    taken = client.post(f"/api/v1/bids/{draft.pk}/declaration/", {"version": draft.version}, "application/json").json()
    assert taken["content"]["extra"]["self_declaration"]["applies"] == [CODE]
    again = client.post(f"/api/v1/bids/{draft.pk}/declaration/", {"version": draft.version}, "application/json")
    assert again.status_code == 409
    stranger = browser(make_company().bidder)
    assert stranger.get(address, {"company": clara.organization.pk}).status_code == 404
    assert stranger.post(f"/api/v1/bids/{draft.pk}/declaration/", {"version": 9}, "application/json").status_code == 404
    eligible = client.get(f"/api/v1/tenders/{tender.pk}/eligibility/").json()
    assert eligible["missing_proofs"] == 0


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([], "$.extra.self_declaration"),
        ({"applies": "all"}, "$.extra.self_declaration.applies"),
        ({"applies": [CODE]}, "$.extra.self_declaration.what"),
        ({"when": "yesterday"}, "$.extra.self_declaration.when"),
        ({"measures": "x" * 5001}, "$.extra.self_declaration.measures"),
        ({"colour": "red"}, "$.extra.self_declaration.colour"),
    ],
)
def test_a_bid_with_a_declaration_nobody_can_read_is_refused_by_its_path(clara: Company, value: Any, path: str) -> None:
    _town, tender = asking()
    with pytest.raises(ValidationError) as caught:
        check_fits(DraftContent.from_json(content(extra={grounds.EXTRA: value})), tender)
    assert path in caught.value.message_dict


def test_it_goes_out_of_the_bid_again(clara: Company) -> None:
    _town, tender = asking()
    declare(clara)
    draft = draft_with(clara, tender)
    draft = declarations.take_declaration(actor=clara.bidder, draft_id=draft.pk, expected_version=draft.version)
    client = browser(clara.bidder)
    address = f"/bids/{draft.pk}/declaration/"
    assert client.post(address, {"version": draft.version - 1, "leave": "1"}).status_code == 409
    assert client.post(address, {"version": draft.version, "leave": "1"}).status_code == 302
    bench = open_draft(clara.bidder, draft.pk)
    assert bench.declaration is None
    save_draft(actor=clara.bidder, draft_id=draft.pk, expected_version=bench.draft.version, content=content())


def test_the_paragraph_of_a_ground_is_told_in_the_readers_language() -> None:
    with translation.override("de"):
        assert not [ground for ground in grounds.shipped() if " no" in ground.source_shown]
    with translation.override("en"):
        assert all(ground.source_shown == ground.source for ground in grounds.shipped())
