"""The tender in the API: Anna drafts and hands over, Bernd releases, Clara's company asks, strangers see nothing."""

import base64
import hashlib
from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts import clock
from accounts.lifecycle import Role
from tendering.models import Tender
from tests.factories import (
    closed_tender,
    default_criteria,
    default_lots,
    draft_tender,
    make_company,
    make_town,
    make_user,
    open_tender,
    prepared_tender,
)

pytestmark = pytest.mark.django_db
TENDERS = "/api/v1/tenders/"


def client(user=None) -> APIClient:
    api = APIClient()
    if user is not None:
        api.force_authenticate(user)
    return api


def address(tender, part="") -> str:
    return f"{TENDERS}{tender.pk}/{part}"


def send(user, method, path, data=None, **headers):
    return getattr(client(user), method)(path, data, format="json", **headers)


def test_anna_drafts_a_tender_and_bernd_releases_it_by_the_api_alone():
    town = make_town()
    now = clock.now()
    fields = {
        "buyer": town.organization.reference,
        "title": "Cleaning of two schools",
        "value": "20000.00",
        "cpv_main": "90910000",
        "tender_period_end": (now + timedelta(days=30)).isoformat(),
    }
    created = send(town.officer, "post", TENDERS, fields)
    assert created.status_code == 201, created.data
    path = f"{TENDERS}{created.data['id']}/"
    assert send(town.officer, "put", f"{path}lots/", default_lots()).status_code == 200
    assert send(town.officer, "put", f"{path}criteria/", default_criteria()).status_code == 200
    handed_over = send(town.officer, "post", f"{path}publish/", {"reasons": {"*": "small purchase"}})
    assert (handed_over.status_code, handed_over.data["status"]) == (200, "prepared")
    own = send(town.officer, "post", f"{path}publish/", {})
    assert (own.status_code, own.data["code"]) == (403, "second_person")
    released = send(town.second, "post", f"{path}publish/", {})
    assert (released.status_code, released.data["status"]) == (200, "open")
    public = client().get(path).json()
    assert public["lots"][0]["items"][0]["quantity"] == "9000.000"
    assert public["value"] == "20000.00"
    assert public["evaluation"]["method"] == "weighted_linear"
    assert len(public["spec_hash"]) == 64
    assert "findings" not in public


def test_a_foreign_draft_is_404_and_ones_own_without_the_role_403():
    town, other = make_town(), make_town()
    draft = draft_tender(town)
    company = make_company()
    for stranger in (None, other.officer, company.bidder):
        assert client(stranger).get(address(draft)).status_code == 404
    for stranger in (other.officer, company.bidder):
        assert send(stranger, "patch", address(draft), {"title": "x"}).status_code == 404
    assert send(town.auditor, "get", address(draft)).status_code == 200
    refused = send(town.auditor, "patch", address(draft), {"title": "x"})
    assert (refused.status_code, refused.data["code"]) == (403, "not_your_role")
    assert client().patch(address(draft), {"title": "x"}, format="json").status_code == 401


def test_superusers_hold_no_rights_by_being_superusers():
    draft = draft_tender()
    root = make_user(is_superuser=True, is_staff=True)
    assert send(root, "get", address(draft)).status_code == 404
    assert (
        send(
            root, "post", address(open_tender(), "cancel/"), {"ground": "other_serious_reason", "reason": "x"}
        ).status_code
        == 403
    )


def test_a_stale_version_is_refused_and_the_etag_is_the_version():
    town = make_town()
    draft = draft_tender(town)
    read = send(town.officer, "get", address(draft))
    tag = read["ETag"]
    assert tag == f'"{read.data["version"]}"'
    first = send(town.officer, "patch", address(draft), {"title": "New title"}, HTTP_IF_MATCH=tag)
    assert (first.status_code, first.data["title"]) == (200, "New title")
    second = send(town.second, "patch", address(draft), {"title": "Other title", "version": read.data["version"]})
    assert (second.status_code, second.data["code"]) == (409, "stale")
    assert Tender.objects.get(pk=draft.pk).title == "New title"


@pytest.mark.parametrize(
    "amount", ["1.250,00", "1,250.00", "1e3", "１２", "+5", " 5", "5 EUR", "-1", "NaN", True, ["1"]]
)
def test_an_amount_has_one_spelling(amount):
    town = make_town()
    answer = send(town.officer, "patch", address(draft_tender(town)), {"value": amount})
    assert (answer.status_code, list(answer.data["errors"])) == (400, ["value"])


@pytest.mark.parametrize(("amount", "shown"), [("1250", "1250.00"), ("1250.5", "1250.50"), (7, "7.00"), (None, None)])
def test_amounts_come_back_as_plain_text(amount, shown):
    town = make_town()
    answer = send(town.officer, "patch", address(draft_tender(town)), {"value": amount})
    assert (answer.status_code, answer.data["value"]) == (200, shown)


def test_a_misspelt_field_is_an_error_and_not_ignored():
    town = make_town()
    answer = send(town.officer, "patch", address(draft_tender(town)), {"titel": "x"})
    assert (answer.status_code, list(answer.data["errors"])) == (400, ["titel"])


def test_faults_in_lots_are_named_by_their_path():
    town = make_town()
    draft = draft_tender(town)
    lots = default_lots(2)
    lots[1]["code"] = "L1"
    lots[1]["cpv"] = "123"
    lots[0]["items"][1]["ref"] = "1.1"
    answer = send(town.officer, "put", address(draft, "lots/"), lots)
    assert answer.status_code == 400
    assert set(answer.data["errors"]) == {"lots[1].code", "lots[1].cpv", "lots[0].items[1].ref"}
    assert [lot.title for lot in draft.lots.all()] == ["Letters, part 1"], "nothing was stored"


def test_positions_of_one_lot_are_replaced_and_the_others_stay():
    town = make_town()
    draft = draft_tender(town, lots=default_lots(2))
    row = {"lot": "L2", "ref": "2.9", "text": "Returns", "unit": "piece", "quantity": "50"}
    assert send(town.officer, "put", address(draft, "items/"), [row]).status_code == 200
    shown = send(town.officer, "get", address(draft, "items/")).data
    assert [(item["lot"], item["ref"]) for item in shown] == [("L1", "1.1"), ("L1", "1.2"), ("L2", "2.9")]
    assert send(town.officer, "put", address(draft, "items/"), [{**row, "lot": "L7"}]).status_code == 400


def test_after_publication_the_rule_is_frozen():
    town = make_town()
    tender = open_tender(town)
    for part, data in (
        ("lots/", default_lots()),
        ("criteria/", default_criteria()),
        ("evaluation/", {"method": "price_only"}),
    ):
        answer = send(town.officer, "put", address(tender, part), data)
        assert (answer.status_code, answer.data["code"]) == (409, "not_now"), part
    assert send(town.officer, "patch", address(tender), {"title": "x"}).status_code == 409
    amend = send(town.officer, "post", address(tender, "amend/"), {"changes": {"weights": "60/40"}, "reason": "better"})
    assert (amend.status_code, amend.data["code"]) == (409, "frozen")


def test_a_deadline_moves_later_with_two_people():
    town = make_town()
    tender = open_tender(town)
    later = tender.tender_period_end + timedelta(days=7)
    data = {"changes": {"tender_period_end": later.isoformat()}, "reason": "Many questions"}
    asked = send(town.officer, "post", address(tender, "amend/"), data)
    assert asked.status_code == 201, asked.data
    approve = address(tender, f"amendments/{asked.data['id']}/approve/")
    assert client().get(address(tender, "amendments/")).json() == []
    assert send(town.officer, "post", approve).data["code"] == "second_person"
    assert send(town.second, "post", approve).status_code == 200
    tender.refresh_from_db()
    assert tender.tender_period_end == later
    assert [row["reason"] for row in client().get(address(tender, "amendments/")).json()] == ["Many questions"]
    assert send(town.second, "post", approve).data["code"] == "already_approved"


def test_questions_are_answered_to_all_and_never_show_the_asker():
    town, asker, rival = make_town(), make_company(), make_company()
    tender = open_tender(town)
    data = {"company": asker.organization.reference, "text": "May lot 1 be split?"}
    asked = send(asker.bidder, "post", address(tender, "questions/"), data)
    assert asked.status_code == 201
    assert send(rival.bidder, "post", address(tender, "questions/"), data).status_code == 403
    assert client().get(address(tender, "questions/")).json() == []
    assert client(rival.bidder).get(address(tender, "questions/")).json() == []
    assert len(client(asker.bidder).get(address(tender, "questions/")).json()) == 1
    answer = address(tender, f"questions/{asked.data['id']}/answer/")
    assert send(town.officer, "post", answer, {"text": "No."}).status_code == 200
    shown = client(rival.bidder).get(address(tender, "questions/"))
    assert shown.json()[0]["answer"] == "No."
    for person in (None, rival.bidder, town.officer):
        text = client(person).get(address(tender, "questions/")).content.decode()
        assert asker.organization.reference not in text
        assert asker.organization.name not in text


def test_documents_go_in_and_come_out_byte_by_byte():
    town = make_town()
    draft = draft_tender(town)
    content = bytes(range(256))
    data = {
        "name": "../../etc/Leistung:1.pdf",
        "media_type": "application/pdf",
        "content": base64.b64encode(content).decode(),
    }
    added = send(town.officer, "post", address(draft, "documents/"), data)
    assert added.status_code == 201, added.data
    assert added.data["name"] == "Leistung_1.pdf"
    assert added.data["sha256"] == hashlib.sha256(content).hexdigest()
    one = address(draft, f"documents/{added.data['id']}/")
    got = client(town.officer).get(one)
    assert got.content == content
    assert got["Content-Disposition"].startswith("attachment")
    assert client().get(one).status_code == 404
    assert send(town.officer, "delete", one).status_code == 204
    assert send(town.officer, "get", one).status_code == 404
    assert (
        send(town.officer, "post", address(draft, "documents/"), {**data, "content": "not base64!"}).status_code == 400
    )


def test_the_list_has_few_queries_whatever_its_length(django_assert_max_num_queries):
    town = make_town()
    for _ in range(4):
        open_tender(town)
    with django_assert_max_num_queries(4):
        answer = client().get(TENDERS, {"status": "open", "page_size": 2})
    body = answer.json()
    assert body["total"] == "4"
    assert len(body["results"]) == 2
    following = client().get(body["next"]).json()
    assert not {row["id"] for row in body["results"]} & {row["id"] for row in following["results"]}
    assert client().get(TENDERS, {"page_size": 100_000}).status_code == 200
    assert client().get(TENDERS, {"cursor": "forged"}).status_code == 400
    assert client().get(TENDERS, {"status": "melted"}).status_code == 400


def test_the_list_is_walked_in_the_order_asked_for():
    town = make_town()
    for value in ("20000", "90000", "50000"):
        open_tender(town, value=value, title=f"Letters for {value}")
    for sort, expected in {
        "value": ["90000.00", "50000.00", "20000.00"],
        "title": ["20000.00", "50000.00", "90000.00"],
        "closing": ["20000.00", "90000.00", "50000.00"],
    }.items():
        walked, address_ = [], f"{TENDERS}?sort={sort}&page_size=1"
        while address_:
            body = client().get(address_).json()
            walked += [row["value"] for row in body["results"]]
            assert "title_key" not in body["results"][0]
            address_ = body["next"]
        assert walked == expected, sort
    refused = client().get(TENDERS, {"sort": "colour"})
    assert refused.status_code == 400
    assert "newest, closing, value, title" in str(refused.data)
    drafts = [draft_tender(town, title=title) for title in ("B", "A", "C")]
    body = client(town.officer).get(TENDERS, {"drafts": "true", "sort": "title"}).json()
    assert [row["title"] for row in body["results"]] == ["A", "B", "C"]
    body = client(town.officer).get(TENDERS, {"drafts": "true"}).json()
    assert [row["id"] for row in body["results"]] == [tender.pk for tender in reversed(drafts)]


def test_the_detail_has_few_queries_whatever_its_size(django_assert_max_num_queries):
    tender = open_tender(lots=default_lots(6))
    with django_assert_max_num_queries(12):
        assert client().get(address(tender)).status_code == 200


def test_own_drafts_are_listed_on_request_only():
    town = make_town()
    draft, waiting = draft_tender(town), prepared_tender(town)
    assert client(town.officer).get(TENDERS).json()["results"] == []
    shown = client(town.officer).get(TENDERS, {"drafts": "true"}).json()["results"]
    assert [row["id"] for row in shown] == [waiting.pk, draft.pk]
    assert client().get(TENDERS, {"drafts": "true"}).json()["results"] == []


def test_acts_at_the_wrong_moment_are_409():
    town = make_town()
    closed = closed_tender(town)
    later = {"new_end": (clock.now() + timedelta(days=9)).isoformat(), "reason": "too few bids"}
    assert send(town.officer, "post", address(closed, "extend/"), later).status_code == 409
    assert (
        send(
            town.officer,
            "post",
            address(closed, "rounds/"),
            {"new_end": later["new_end"], "opening_planned_at": later["new_end"]},
        ).status_code
        == 409
    )


def test_an_invited_only_tender_is_for_the_invited():
    town, invited, other = make_town(), make_company(), make_company()
    tender = open_tender(town, procedure_type="NATIONAL_NEGOTIATED_WITHOUT_CALL", invited=[invited.organization])
    assert client(invited.bidder).get(address(tender)).status_code == 200
    assert client(other.bidder).get(address(tender)).status_code == 404
    assert client().get(address(tender)).status_code == 404
    assert (
        send(
            town.officer, "post", address(tender, "invitations/"), {"providers": [other.organization.reference]}
        ).status_code
        == 200
    )
    assert client(other.bidder).get(address(tender)).status_code == 200


def test_conflicts_are_declared_by_the_people_of_the_buyer():
    town, company = make_town(), make_company()
    tender = open_tender(town)
    assert send(town.evaluators[0], "post", address(tender, "conflict/"), {"conflict": False}).status_code == 201
    assert send(company.bidder, "post", address(tender, "conflict/"), {"conflict": False}).status_code == 403


def test_a_read_only_role_of_the_same_person_in_another_town_helps_nothing():
    town, other = make_town(), make_town()
    officer_elsewhere = make_user(other.organization, Role.OFFICER)
    assert (
        send(
            officer_elsewhere,
            "post",
            address(open_tender(town), "cancel/"),
            {"ground": "other_serious_reason", "reason": "x"},
        ).status_code
        == 403
    )
