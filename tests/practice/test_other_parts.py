"""Opener, evaluator, council member: each part from its first step to its last."""

import re

import pytest

from config.practice.case import PASS_SENTENCES
from tendering.lifecycle import Status
from tests.factories import make_user
from tests.practice.walking import Walker

pytestmark = pytest.mark.django_db


def test_bernd_opens_with_a_second_person() -> None:
    bernd = Walker(make_user())
    run = bernd.start("opener")
    page = f"/tenders/{bernd.tender().pk}/opening/"
    assert "Step 1 of 4" in bernd.bar
    bernd.fill(page, conflict="no")
    bernd.fill(page, pass_sentence=PASS_SENTENCES["en"])
    assert "Step 3 of 4" in bernd.bar
    assert bernd.tender().opened_at is None
    bernd.let("open")
    assert "Done:" in bernd.bar
    assert bernd.tender().opened_at > run.moment
    bernd.get(f"{page}record/")
    assert "ÜBUNG – ohne rechtliche Wirkung" in bernd.text
    assert "Practice company Northlight" in bernd.text


def test_a_wrong_sentence_opens_nothing_in_practice_either() -> None:
    bernd = Walker(make_user())
    bernd.start("opener")
    page = f"/tenders/{bernd.tender().pk}/opening/"
    bernd.fill(page, conflict="no")
    answer = bernd.client.post(page, {"pass_sentence": "one two three four five sixes", "session": ""})
    assert answer.status_code == 403
    assert bernd.tender().opened_at is None


@pytest.mark.slow
def test_clara_scores_and_sees_what_came_of_it() -> None:
    clara = Walker(make_user())
    clara.start("evaluator")
    page = f"/tenders/{clara.tender().pk}/scoring/"
    assert "Step 1 of 5" in clara.bar
    clara.get(f"{page}declaration/")
    asked = {f.get("name"): "no" for f in clara.page.xpath("//main//form//input[starts-with(@name,'company_')]")}
    assert len(asked) == 3
    clara.fill(f"{page}declaration/", conflict="no", **asked)
    clara.get(page)
    cells = {
        a.get("href")
        for a in clara.page.xpath("//main//a")
        if re.search(r"scoring/[0-9a-f-]{36}/.+/B1/", a.get("href"))
    }
    for cell in sorted(cells) or [f"{page}L1/B1/"]:
        clara.get(cell)
        fields = clara.page.xpath("//main//form//*[@name]")
        values = {f.get("name"): "2" for f in fields if f.get("type") == "radio" or "score" in f.get("name")}
        texts = {f.get("name"): "Too short." for f in fields if f.tag == "textarea"}
        clara.fill(cell, **values, **texts)
    clara.post(f"{page}submit/")
    assert "Step 4 of 5" in clara.bar, clara.text
    clara.let("score")
    clara.let("close")
    clara.let("check")
    clara.let("all")
    assert "Done:" in clara.bar
    clara.get("/practice/")
    assert "comes first" in clara.text


def test_anna_reads_a_paper_asks_and_hears_of_the_vote() -> None:
    anna = Walker(make_user())
    anna.start("council_member")
    assert "Step 1 of 4" in anna.bar
    anna.get("/papers/")
    (paper,) = {
        a.get("href") for a in anna.page.xpath("//main//a") if re.fullmatch(r"/papers/[0-9a-f-]{36}/", a.get("href"))
    }
    anna.post(f"{paper}note/", note="Ask about the figures.")
    assert "Step 2 of 4" in anna.bar
    anna.post(f"{paper}comments/", text="Where do the figures come from?", is_question="on")
    assert "Step 3 of 4" in anna.bar, anna.text
    anna.let("reply")
    anna.let("vote")
    assert "Done:" in anna.bar
    anna.get(paper)
    assert "The workbook shows it" in anna.text
    assert anna.tender().status(anna.run.moment) == Status.EVALUATION
