"""An officer practises alone from the draft to the award, in fourteen steps, on the real pages."""

import re

import pytest

from accounts import practice
from accounts.models import AuditEvent
from config.practice.case import PASS_SENTENCES
from evaluation.models import EvaluationRun
from tendering.lifecycle import Status
from tests.factories import make_town, make_user
from tests.practice.walking import Walker

pytestmark = pytest.mark.django_db
CHECKS = [f"{letter}{number:02}" for letter in "RQ" for number in range(1, 100)]
SENTENCE = PASS_SENTENCES["en"]


def step(walker: Walker) -> int:
    found = re.search(r"Step (\d+) of (\d+)", walker.bar)
    assert found is not None, walker.bar
    return int(found[1])


def links(walker: Walker, pattern: str) -> list[str]:
    return list(
        dict.fromkeys(a.get("href") for a in walker.page.xpath("//main//a") if re.search(pattern, a.get("href")))
    )


def to_the_opening(walker: Walker) -> str:
    """Handed over, released by the colleague, a question answered, the deadline passed; the tender's address."""
    page = f"/tenders/{walker.tender().pk}/"
    walker.fill(f"{page}edit/publish/")
    walker.let("release")
    walker.jump("next")
    walker.get(f"{page}questions/")
    walker.fill(links(walker, r"questions/\d+/")[0], text="Half of them go out in January.")
    walker.jump("deadline")
    return page


def test_anna_awards_a_contract_in_fourteen_steps() -> None:
    anna = Walker(make_town(keys=False).officer)
    run = anna.start("officer")
    assert (run.language, step(anna)) == ("en", 1)
    anna.client.cookies["django_language"] = "de"
    anna.get("/practice/")
    assert "ÜBUNG – ohne rechtliche Wirkung" in anna.bar
    anna.client.cookies["django_language"] = "en"
    page = to_the_opening(anna)
    assert step(anna) == 5
    assert anna.tender().bids.count() == 3
    anna.fill(f"{page}opening/", conflict="no")
    anna.fill(f"{page}opening/", pass_sentence=SENTENCE)
    assert step(anna) == 6
    anna.let("open")
    assert step(anna) == 7
    anna.get(f"{page}checks/")
    for bid in links(anna, r"checks/[0-9a-f-]{36}/$"):
        anna.fill(bid)
    anna.let("confirm")
    anna.get(f"{page}evaluation/panel/")
    boxes = [box.get("value") for box in anna.page.xpath("//main//input[@name='users']")]
    anna.post(f"{page}evaluation/panel/", users=boxes[:2])
    anna.let("score")
    anna.let("close")
    assert step(anna) == 11
    anna.post(f"{page}evaluation/", reason="")
    assert EvaluationRun.objects.filter(tender=anna.tender()).exists()
    anna.post(f"{page}award/", reason="Best value.")
    assert step(anna) == 13
    anna.get(f"{page}award/")
    anna.post(links(anna, r"award/register/")[0], result="clear")
    assert step(anna) == 14
    anna.let("decide")
    tender = anna.tender()
    assert tender.status(run.now(tender.awarded_at)) == Status.AWARDED
    assert "Done:" in anna.bar
    assert "comes first" in anna.text
    verbs = set(AuditEvent.objects.filter(chain=tender.chain).values_list("verb", flat=True))
    assert {"tender.prepared", "tender.released", "bids.opened", "scores.handed_in", "panel.closed"} <= verbs
    assert all(
        '"simulated":true' in body
        for body in AuditEvent.objects.filter(chain=tender.chain).values_list("body", flat=True)
    )


def test_the_bids_differ_and_come_at_different_moments() -> None:
    anna = Walker(make_user())
    anna.start("officer")
    to_the_opening(anna)
    bids = list(anna.tender().bids.all())
    assert len({bid.received_at for bid in bids}) == 3
    assert all(bid.received_at < anna.tender().tender_period_end for bid in bids)
    anna.let("open")
    anna.let("open")
    assert len({str(bid.opened) for bid in anna.tender().bids.all()}) == 3


def test_nobody_releases_what_the_same_person_prepared() -> None:
    anna = Walker(make_user())
    anna.start("officer")
    page = f"/tenders/{anna.tender().pk}/"
    anna.fill(f"{page}edit/publish/")
    answer = anna.client.post(f"{page}release/", {"act": "release"})
    assert answer.status_code in {403, 409}
    assert anna.tender().released_at is None
    assert anna.tender().prepared_by.email.endswith(f"@{practice.DOMAIN}")


def test_one_opener_alone_opens_nothing() -> None:
    anna = Walker(make_user())
    anna.start("officer")
    page = to_the_opening(anna)
    anna.fill(f"{page}opening/", conflict="no")
    anna.fill(f"{page}opening/", pass_sentence=SENTENCE)
    anna.fill(f"{page}opening/") if anna.page.xpath("//main//form[.//input[@name='pass_sentence']]") else None
    assert anna.tender().opened_at is None
    assert not anna.tender().bids.filter(opened_at__isnull=False).exists()


def test_a_colleague_does_nothing_that_is_not_due() -> None:
    anna = Walker(make_user())
    anna.start("officer")
    for act in ("release", "open", "decide", "score", "prepare", "nonsense", ""):
        anna.let(act)
    assert anna.tender().status(anna.run.moment) == Status.DRAFT


def test_a_tender_of_her_own_gets_three_bids_too() -> None:
    """Whatever she writes: lots, positions and criteria of her own are bid for."""
    from accounts import clock
    from config.practice import runs
    from tendering import actions
    from tests.factories import default_criteria, default_lots

    anna = Walker(make_user())
    run = anna.start("officer")
    with runs.entered(run, clock.now()) as world:
        key = {"actor": world.me, "tender_id": anna.tender().pk}
        actions.replace_criteria(**key, criteria=[])
        actions.replace_lots(**key, lots=default_lots(3))
        actions.replace_criteria(**key, criteria=default_criteria())
        actions.prepare_tender(**key, reasons=dict.fromkeys(("*", *CHECKS), "Seen."))
    anna.let("release")
    anna.jump("deadline")
    assert anna.tender().bids.count() == 3
    anna.let("open")
    anna.let("open")
    assert {bid.lot_bids.count() for bid in anna.tender().bids.all()} == {3}
