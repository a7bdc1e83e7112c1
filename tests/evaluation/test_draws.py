"""Lots drawn by calculation: fixed before the number is named, by two people, once, and computed again by anybody."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.decision import RefusedError
from accounts.models import AuditEvent
from evaluation import actions
from evaluation.models import Draw, DrawStart
from tests.evaluation.test_award import decide, propose, tied_case

pytestmark = pytest.mark.django_db
RECORD = {"place": "Town hall", "persons": ["Officer", "Second officer"], "witnesses": ["Auditor"]}


def refusal(act: Any, **key: Any) -> str:
    with pytest.raises(RefusedError) as caught:
        act(**key)
    return caught.value.refused.code


def by_the_description() -> dict[str, Any]:
    """The functions that docs/drawing-lots.md gives to everybody."""
    text = (Path(settings.BASE_DIR) / "docs" / "drawing-lots.md").read_text("utf-8")
    found: dict[str, Any] = {}
    exec(re.search(r"```python\n(.*?)```", text, re.S).group(1), found)  # type: ignore[union-attr]  # it is there
    return found


def test_two_people_draw_once_and_everybody_computes_it_again() -> None:
    case = tied_case()
    lot, town = case.tender.lots.get(), case.town
    finish = {"lot_id": lot.pk, "number": 4711, **RECORD}
    assert refusal(actions.finish_draw, actor=town.second, **finish) == "draw_not_started"
    assert refusal(actions.start_draw, actor=town.auditor, lot_id=lot.pk) == "not_your_role"
    start = actions.start_draw(actor=town.officer, lot_id=lot.pk)
    first = json.loads(AuditEvent.objects.get(verb="lots.draw_started").body)
    assert start.commitment in str(first) and start.seed not in str(first)
    assert refusal(actions.start_draw, actor=town.second, lot_id=lot.pk) == "draw_started"
    assert refusal(actions.finish_draw, actor=town.officer, **finish) == "second_person"
    for wrong in ({"number": -1}, {"number": 10**9}, {"witnesses": []}, {"persons": ["Officer"]}, {"place": " "}):
        with pytest.raises(ValidationError):
            actions.finish_draw(actor=town.second, **{**finish, **wrong})
    assert not Draw.objects.exists()
    done = actions.finish_draw(actor=town.second, **finish)
    told = json.loads(AuditEvent.objects.get(verb="lots.drawn").body)["data"]
    again = by_the_description()
    assert again["fits"](told["seed"], first["data"]["commitment"])
    assert again["draw"](told["seed"], told["number"], told["between"]) == told["drawn"] == done.drawn.reference
    winners = {again["draw"]("seed", number, told["between"]) for number in range(40)}
    assert winners == set(told["between"]), "every bid can be drawn"
    assert refusal(actions.finish_draw, actor=town.second, **finish) == "drawn_already"
    short = done.drawn.reference.rpartition("-")[2]
    decide(case, propose(case, short))


def test_the_pages_lead_two_people_through_the_draw_and_show_the_record() -> None:
    case = tied_case()
    clients = {}
    for name, user in {"officer": case.town.officer, "second": case.town.second}.items():
        clients[name] = Client(headers={"accept-language": "en"})
        clients[name].force_login(user)
    address = f"/tenders/{case.tender.pk}/evaluation/draw/L1/here/"
    assert address in clients["officer"].get(f"/tenders/{case.tender.pk}/award/").content.decode()
    assert "Start the draw" in clients["officer"].get(address).content.decode()
    assert clients["officer"].post(address).status_code == 302
    start = DrawStart.objects.get()
    shown = clients["second"].get(address).content.decode()
    assert start.commitment in shown and start.seed not in shown and "Draw now" in shown
    assert "Draw now" not in clients["officer"].get(address).content.decode()
    body = {"number": "7", "place": "Town hall", "persons": "Officer\nSecond officer", "witnesses": "Auditor"}
    wrong = clients["second"].post(address, {**body, "number": ""})
    assert wrong.status_code == 422 and "Name a number" in wrong.content.decode()
    assert clients["second"].post(address, body).status_code == 302
    record = clients["officer"].get(address).content.decode()
    assert start.seed in record and "Compute it again" in record and "Auditor" in record
    assert address in clients["officer"].get(f"/tenders/{case.tender.pk}/award/").content.decode()
