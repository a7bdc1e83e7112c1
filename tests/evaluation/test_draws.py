"""Lots drawn by calculation: fixed before the number is named, by two people, once, and computed again by anybody."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client
from rest_framework.test import APIClient

from accounts.decision import RefusedError
from accounts.models import AuditEvent
from evaluation import actions
from evaluation.models import Draw, DrawStart
from reports.audit.export import recompute
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


def test_the_api_starts_a_draw_takes_the_number_of_a_second_person_and_gives_the_record() -> None:
    case = tied_case()
    path = f"/api/v1/evaluations/{case.tender.pk}/draws/"

    def send(user: Any, method: str, part: str, data: Any = None) -> Any:
        api = APIClient()
        api.force_authenticate(user)
        return getattr(api, method)(f"{path}{part}", data, format="json")

    officer, second = case.town.officer, case.town.second
    assert send(officer, "get", "L1/").status_code == 404
    assert send(officer, "post", "start/", {"lot": "L9"}).status_code == 404
    started = send(officer, "post", "start/", {"lot": "L1"})
    start = DrawStart.objects.get()
    assert started.status_code == 201, started.data
    assert (started.data["commitment"], started.data["seed"], started.data["drawn"]) == (start.commitment, None, None)
    assert start.seed not in str(send(second, "get", "L1/").content)
    body = {"lot": "L1", "number": 7, **RECORD}
    assert send(officer, "post", "finish/", body).status_code == 403
    refused = send(second, "post", "finish/", {**body, "number": 10**9})
    assert (refused.status_code, "number" in str(refused.data)) == (400, True), refused.data
    done = send(second, "post", "finish/", body)
    assert done.status_code == 201, done.data
    record = send(officer, "get", "L1/").data
    assert record == done.data
    again = by_the_description()
    assert again["fits"](record["seed"], record["commitment"])
    assert again["draw"](record["seed"], record["number"], record["between"]) == record["drawn"]


def a_trail(**changes: Any) -> recompute.Trail:
    seed, bids = "ab" * 32, ["B01", "B02", "B03"]
    start = {"lot": "L1", "between": bids, "commitment": hashlib.sha256(seed.encode()).hexdigest()}
    drawn = by_the_description()["draw"](seed, 7, bids)
    done = {**start, "number": 7, "seed": seed, "drawn": drawn, **changes}
    events = [
        {"seq": 1, "verb": "lots.draw_started", "actor": "anna", "data": start},
        {"seq": 2, "verb": "lots.drawn", "actor": changes.get("by", "bernd"), "data": done},
    ]
    return recompute.Trail("tender", events[changes.get("skip", 0) :], [])


def test_the_stand_alone_script_computes_a_draw_again(capsys: Any) -> None:
    recompute.check_draws(recompute.Check(Path()), a_trail())
    assert "1 drawn bids follow from the seed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seed": "cd" * 32}, "hash of the seed"),
        ({"number": 8, "drawn": "B09"}, "none of the equal ones"),
        ({"between": ["B01", "B02"]}, "equal bids|none of the equal ones"),
        ({"by": "anna"}, "same person"),
        ({"skip": 1}, "no start of this draw"),
    ],
)
def test_the_stand_alone_script_finds_a_draw_that_was_steered(changes: Any, words: str) -> None:
    with pytest.raises(recompute.Fault, match=words):
        recompute.check_draws(recompute.Check(Path()), a_trail(**changes))


def test_the_stand_alone_script_finds_another_bid_than_the_one_drawn() -> None:
    drawn = by_the_description()["draw"]("ab" * 32, 7, ["B01", "B02", "B03"])
    other = next(name for name in ("B01", "B02") if name != drawn)
    with pytest.raises(recompute.Fault, match="drawn bid"):
        recompute.check_draws(recompute.Check(Path()), a_trail(drawn=other))
