"""What a notice withholds is in nothing public; what was awarded without a call is public for some months."""

import io
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts import clock
from evaluation import actions as evaluating
from evaluation.models import Contract
from pilots import actions
from tendering.models import Tender
from tests import factories
from tests.evaluation.pages.test_public_results import award_of
from tests.pilots.papers import scenes

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
# 9,000 letters at 2.20 and 500.00: net, gross, per case and what is saved a year, in every spelling
FIGURES = ("20300.00", "20,300.00", "20.300,00", "20,300", "24157", "24,157", "24.157", "2.4157", "2.42")


def everything_public(tender: Tender, paper_id: object) -> dict[str, str]:
    """{address: text} of every page, file and feed that says something about an award."""
    addresses = (
        "/", "/results/", "/results.csv", "/results.xlsx", "/results.atom", "/results.json", "/papers/",
        f"/tenders/{tender.pk}/", f"/papers/{paper_id}/", f"/api/v1/tenders/{tender.pk}/",
        f"/api/v1/papers/{paper_id}/",
    )  # fmt: skip
    visitor = Client(headers=ENGLISH)
    found = {}
    for address in addresses:
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        content = answer.content
        if address.endswith(".xlsx"):
            book = zipfile.ZipFile(io.BytesIO(content))
            content = b" ".join(book.read(name) for name in book.namelist())
        found[address] = content.decode()
    return found


def told(texts: dict[str, str]) -> set[str]:
    """Addresses at which one of the figures stands."""
    return {address for address, text in texts.items() if any(figure in text for figure in FIGURES)}


def test_a_withheld_value_stands_in_no_page_file_feed_or_paper() -> None:
    scene = scenes.evaluated(language="en")
    officer, tender = scene.officer, scene.tender
    scenes.award(scene)
    key = {"actor": officer, "tender_id": tender.pk}
    open_paper = scenes.issued(scene, wording="The award is noted with approval.")
    texts = everything_public(tender, open_paper.pk)
    told_openly = {"/", "/results/", "/results.csv", f"/tenders/{tender.pk}/", f"/api/v1/tenders/{tender.pk}/",
                   f"/papers/{open_paper.pk}/", f"/api/v1/papers/{open_paper.pk}/"}  # fmt: skip
    assert told(texts) >= told_openly - {"/"}
    evaluating.set_award_notice(**key, withhold_value=True, reason="Rivals would learn the price of a letter.")
    evaluating.send_letters(**key)
    evaluating.sign_contract(**key, lot_code="L1")
    assert Contract.objects.get().value == 20300
    paper = actions.withdraw_paper(actor=officer, paper_id=open_paper.pk, reason="The value is withheld.")
    with pytest.raises(Exception, match="price"):
        actions.draft_paper(**key, fields=scenes.fields(wording="Noted, at 20,300.00 net."))
    actions.draft_paper(**key, fields=scenes.fields(wording="The award is noted with approval."))
    paper = actions.issue_paper(actor=officer, paper_id=paper.pk)
    texts = everything_public(tender, paper.pk)
    assert told(texts) == set()
    assert scenes.WINNER in texts["/results/"]
    council = Client(headers=ENGLISH)
    council.force_login(scene.council)
    assert told({"paper": council.get(f"/papers/{paper.pk}/").content.decode()})


def test_an_award_without_a_call_is_public_for_three_months_and_then_for_its_office_only() -> None:
    town, awarded_at = factories.make_town(), datetime(2026, 8, 15, 10, tzinfo=UTC)
    by_kind = {
        "without": award_of(town, "Without call", tender={"procedure_type": "NATIONAL_NEGOTIATED_WITHOUT_CALL",
                            "profile": "uvgo_land", "invited": [factories.make_company().organization]}),
        "generic": award_of(town, "Generic", tender={"procedure_type": "NATIONAL_NEGOTIATED_WITHOUT_CALL",
                            "profile": "generic_en", "invited": [factories.make_company().organization]}),
        "public": award_of(town, "Public"),
    }  # fmt: skip
    ids = {name: row.lot.tender_id for name, row in by_kind.items()}
    for row in by_kind.values():
        Tender.objects.filter(pk=row.lot.tender_id).update(awarded_at=awarded_at, published_at=awarded_at)
        type(row).objects.filter(pk=row.pk).update(at=awarded_at)

    def seen(user: object, moment: datetime) -> set[str]:
        found = set(Tender.objects.visible_to(user, moment).values_list("pk", flat=True))
        return {name for name, pk in ids.items() if pk in found}

    last = datetime(2026, 11, 15, 10, tzinfo=UTC)
    assert seen(None, last - timedelta(seconds=1)) == {"without", "generic", "public"}
    assert seen(None, last) == {"generic", "public"}
    assert seen(town.officer, last) == {"without", "generic", "public"}
    with clock.simulated(last):
        text = Client(headers=ENGLISH).get("/results/").content.decode()
        assert ("Without call" in text, "Generic" in text) == (False, True)
        assert Client().get(f"/tenders/{ids['without']}/").status_code == 404
