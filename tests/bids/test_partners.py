"""Consortium, subcontractors and capacity of others stand in the bid, sealed, and are read in the formal check."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from bids.content import DraftContent
from bids.content_checks import check_fits
from bids.models import Bid
from bids.partners import Lender, Member, Partners, Subcontractor, doubts, in_content, in_opened, partners_of
from bids.tasks import tasks_of
from bids.workbench import open_draft
from evaluation.partner_checks import doubles
from tests.bids.bidding import at_deadline, content, draft_with, open_all, submit
from tests.bids.pages.scene import Scene, browser, text_of
from tests.factories import make_company, make_town, open_tender

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def words(found: Partners, own: str = "Clara GmbH", **more: Any) -> str:
    return " ".join(doubts(found, own, **more))


TOGETHER = Partners(
    name="Letters together", role="prints", share_pct=Decimal(60), authority=True,
    members=(Member("Dora KG", "delivers", Decimal(40), "DE136695976"),),
    subcontractors=(Subcontractor("Emil AG", "returns", Decimal("12.5")),),
    lenders=(Lender("Fritz SE", "A1", "its insurance", True, True),),
)  # fmt: skip


def test_what_is_entered_comes_back_from_draft_and_sealed_manifest_alike() -> None:
    whole = TOGETHER.into(DraftContent.from_json(content()))
    assert in_content(whole) == TOGETHER
    again = DraftContent.from_manifest(whole.to_manifest(), "Clara")
    assert in_content(again) == TOGETHER
    assert not words(TOGETHER)
    assert not in_content(Partners().into(whole))
    bare = partners_of({"members": ["Dora KG", 7, {"name": 8}]}, ["Emil AG"], {"reliance": "nobody"})
    assert [member.name for member in bare.members] == ["Dora KG", ""]
    assert [one.name for one in bare.subcontractors] == ["Emil AG"]


def test_doubts_name_what_is_wrong_and_none_of_them_blocks() -> None:
    alone = Partners(name="Letters together")
    assert "at least one further member" in words(alone)
    double = Partners(share_pct=Decimal(50), members=(Member("clara  gmbh"), Member("Dora KG"), Member("dora kg")))
    told = words(double)
    assert "let your company act for them" in told
    assert "do not name it again" in told
    assert "Dora KG is named twice." in told
    assert "add up to 50 %, not 100 %." in told
    lent = Partners(lenders=(Lender("Fritz SE", "A1"), Lender("", "A1")))
    assert "Add the commitment of Fritz SE" in words(lent)
    assert "Add the self-declaration of Fritz SE" in words(lent)
    assert "has no name yet" in words(lent)
    subs = Partners(subcontractors=(Subcontractor("Emil AG", "", Decimal(70)), Subcontractor("Gina", "x", Decimal(40))))
    assert "Say which part of the service Emil AG does." in words(subs)
    assert "add up to 110 %." in words(subs)
    assert "does not allow subcontractors" in words(subs, subcontracting_allowed=False)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"consortium": {"members": "Dora KG"}}, "$.consortium.members"),
        ({"consortium": {"members": [{"name": "Dora", "share_pct": "110"}]}}, "$.consortium.members[0].share_pct"),
        ({"consortium": {"members": [{"name": "D", "vat_number": "DE136695977"}]}},
         "$.consortium.members[0].vat_number"),
        ({"consortium": {"share_pct": "1e2"}}, "$.consortium.share_pct"),
        ({"subcontractors": [True]}, "$.subcontractors[0]"),
        ({"extra": {"reliance": [{"name": "F", "commitment": "yes"}]}}, "$.extra.reliance[0].commitment"),
    ],
)  # fmt: skip
def test_a_program_learns_the_path_of_what_cannot_be_read(changes: dict[str, Any], path: str) -> None:
    tender = open_tender(make_town())
    with pytest.raises(ValidationError) as caught:
        check_fits(DraftContent.from_json(content(**changes)), tender)
    assert path in caught.value.message_dict


def test_a_bidder_enters_them_on_a_page_and_sees_them_before_handing_in() -> None:
    scene = Scene()
    scene.ready()
    task = next(task for task in tasks_of(open_draft(scene.company.bidder, scene.draft.pk)) if task.key == "partners")
    assert (task.state, str(task.note)) == ("done", "You bid alone.")
    page = scene.clara.get(task.url)
    assert "Clara GmbH leads and hands in." in text_of(page)
    fields = {
        "name": "Letters together", "role": "prints", "share": "60", "authority": "on", "member_0_name": "Dora KG",
        "member_0_share": "40", "member_0_vat": "DE 136 695 977", "sub_0_name": "Emil AG", "sub_0_part": "returns",
        "lender_0_name": "Fritz SE", "lender_0_criterion": "A1", "lender_0_what": "its insurance",
    }  # fmt: skip
    refused = scene.post("partners/", fields)
    assert refused.status_code == 422
    assert "The check digits do not fit" in text_of(refused)
    twice = text_of(scene.post("partners/", {**fields, "member_0_share": "much", "sub_0_share": "much"}))
    assert "Further member 1, Share in %: " in twice
    assert "Subcontractor 1, Share in %: " in twice
    assert scene.post("partners/", {**fields, "member_0_vat": "de 136 695 976", "more": "1"}).status_code == 302
    found = in_content(scene.content())
    assert found.members == (Member("Dora KG", "", Decimal(40), "DE136695976"),)
    assert found.lenders == (Lender("Fritz SE", "A1", "its insurance"),)
    again = scene.clara.get(scene.url("partners/"))
    assert 'name="member_2_name"' in again.content.decode()
    assert "Add the commitment of Fritz SE" in text_of(again)
    listed = text_of(scene.clara.get(scene.url()))
    assert "3 other companies · 2 points to look at" in listed
    check = text_of(scene.clara.get(scene.url("submit/")))
    for said in (
        "Letters together",
        "Clara GmbH (leads), 60",
        "Dora KG, 40",
        "Emil AG: returns",
        "no commitment",
        "You now hand in a binding bid of Clara GmbH for the lots L1, L2. It is the bid of a consortium with one",
        "It binds you until",
    ):
        assert said in check
    assert scene.post("partners/", {}).status_code == 302
    assert not in_content(scene.content())


def test_the_officer_reads_them_in_the_formal_check_and_sees_who_stands_in_two_bids_for_a_lot() -> None:
    town = make_town()
    tender = open_tender(town)
    clara, dora = make_company(name="Clara GmbH"), make_company(name="Dora KG")
    draft = draft_with(clara, tender, TOGETHER.into(DraftContent.from_json(content())).to_json())
    with pytest.raises(ValidationError):
        draft_with(clara, tender, content(subcontractors=[{"name": "E", "share_pct": "x"}]))
    submit(clara, tender, open_draft(clara.bidder, draft.pk).content.to_json())
    submit(dora, tender)
    open_all(town, tender)
    mine, hers = Bid.objects.get(company=clara.organization), Bid.objects.get(company=dora.organization)
    assert in_opened(mine.opened) == TOGETHER
    both = doubles([mine, hers])
    assert both == {
        mine.pk: [f"Dora KG also stands in {hers.reference} (L1)."],
        hers.pk: [f"Dora KG also stands in {mine.reference} (L1)."],
    }
    office = browser(town.officer)
    with at_deadline(tender, minutes=30):
        page = text_of(office.get(reverse("check_bid", args=[tender.pk, mine.pk])))
        matrix = text_of(office.get(reverse("checks", args=[tender.pk])))
    assert "Letters together" in page
    assert "Emil AG, 12.5" in page
    assert "commitment stated" in page
    assert "Dora KG also stands in" in page
    assert "consortium with 1 other" in matrix
    assert "in two bids" in matrix
