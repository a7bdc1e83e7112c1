"""Stating the numbers of a life-cycle cost: form, price sheet, checks, sealing, opening, evaluation inputs."""

import io
import json
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from bids.content import DraftContent
from bids.content_checks import check_fits, gaps
from bids.envelopes import PRICE, TECHNICAL, split
from bids.models import BidAnswer
from evaluation.inputs import build_inputs
from tests.bids.pages.scene import Scene
from tests.bids.two_envelopes import BODY, CRITERIA, TwoEnvelopes
from tests.tendering.pages.conftest import text_of
from tests.tendering.pages.test_life_cycle import CALCULATION, COST

pytestmark = pytest.mark.django_db
WITH_PRICE = {**COST, "weight": "10", "life_cycle": {**CALCULATION, "with_price": True}}
NUMBERS = {"C1:1": "1000", "C1:2": "500.50", "C1:3": "300"}


@pytest.fixture
def scene() -> Scene:
    from tests.factories import default_criteria

    scene = Scene(1, criteria=[*default_criteria()[:2], {**COST, "life_cycle": WITH_PRICE["life_cycle"]}])
    scene.start()
    scene.choose("L1")
    return scene


def test_a_bidder_types_each_number_and_sees_the_cost_it_makes(scene: Scene) -> None:
    page = text_of(scene.clara.get(scene.url("prices/L1/")))
    assert "C1:1 Electricity" in page
    assert "worked out from these numbers by the published calculation" in page
    response = scene.price(promise_0="1,000.00", promise_1="500.50", promise_2="300")
    assert response.status_code == 302, text_of(response)
    assert scene.content().lots["L1"].promised == {key: Decimal(value) for key, value in NUMBERS.items()}
    page = text_of(scene.clara.get(scene.url("prices/L1/")))
    # gross 13,982.50 or net 11,750.00 as published, + 2,563.93 + 3,666.41 - 256.05
    assert "17,724.29" in page or "19,956.79" in page
    assert "500.5\u00a0EUR per year" in text_of(scene.clara.get(scene.url("submit/")))


def test_the_price_sheet_asks_for_the_same_numbers_and_they_come_back(scene: Scene) -> None:
    book = openpyxl.load_workbook(io.BytesIO(scene.clara.get(scene.url("sheet.xlsx")).content))
    cells = {"price_L1_1_1": 1.25, "price_L1_1_2": 500, **{f"promise_L1_C1_{n}": n * 100 for n in (1, 2, 3)}}
    for name, value in cells.items():
        (title, address), *_rest = book.defined_names[name].destinations
        book[title][address.replace("$", "")] = value
    stream = io.BytesIO()
    book.save(stream)
    scene.clara.post(scene.url("sheet/"), {"sheet": SimpleUploadedFile("prices.xlsx", stream.getvalue())})
    assert "200\u00a0EUR per year" in text_of(scene.clara.get(scene.url("sheet/reading/")))
    scene.post("sheet/reading/", {})
    assert scene.content().lots["L1"].promised == {f"C1:{n}": Decimal(n * 100) for n in (1, 2, 3)}


def with_numbers(**promised: Any) -> DraftContent:
    return DraftContent.from_json({"lots": {"L1": {"promised": promised}}})


def test_a_number_nobody_asked_for_is_refused_and_a_missing_one_is_told(scene: Scene) -> None:
    for key in ("C1", "C1:9", "B1:1"):
        with pytest.raises(ValidationError) as fault:
            check_fits(with_numbers(**{key: "1"}), scene.tender)
        assert list(fault.value.message_dict) == [f'$.lots["L1"].promised["{key}"]']
    found = [gap.path for gap in gaps(with_numbers(**{"C1:2": "1"}), scene.tender)]
    assert [path for path in found if "promised" in path] == [
        '$.lots["L1"].promised["C1:1"]', '$.lots["L1"].promised["C1:3"]',
    ]  # fmt: skip


def test_the_numbers_lie_in_the_price_envelope_and_reach_the_evaluation_after_its_opening(monkeypatch) -> None:
    body = json.loads(json.dumps(BODY))
    lot = body["lots"]["L1"]
    lot["promised"] = {"E1": "7", **NUMBERS}
    lot["answers"].pop("C1")
    monkeypatch.setitem(BODY["lots"], "L1", lot)
    monkeypatch.setattr("tests.bids.two_envelopes.CRITERIA", [*CRITERIA[:-1], WITH_PRICE])
    scene = TwoEnvelopes()
    parts = split(DraftContent.from_json(body), scene.tender)
    assert set(parts[TECHNICAL].lots["L1"].promised) == {"E1"}
    assert set(parts[PRICE].lots["L1"].promised) == set(NUMBERS)
    scene.submit()
    scene.open()
    assert not BidAnswer.objects.exclude(numbers={}).exists()
    scene.close_scores()
    scene.open(hours=2)
    assert BidAnswer.objects.get(criterion__code="C1").numbers == {"1": "1000", "2": "500.50", "3": "300"}
    scene.tender.refresh_from_db()
    [bid] = build_inputs(scene.tender).lots[0].bids
    assert bid.life_cycle == {"C1": {"1": Decimal(1000), "2": Decimal("500.5"), "3": Decimal(300)}}
    assert "C1" not in bid.promised
