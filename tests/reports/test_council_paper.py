"""Papers as PDF: tagged, the digits of the page, the same bytes again, and nothing in it that is not public."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from lxml import html

from accounts import clock
from accounts.lifecycle import Role
from pilots.models import CouncilPaper
from pilots.papers.fields import blocks, texts
from pilots.papers.listing import day_of
from pilots.papers.readers import find
from reports.charts import AmountBar, amount_bar_chart
from reports.documents import council_paper_pdf, papers_pdf
from tests import factories
from tests.pilots.papers import scenes
from tests.pilots.papers.test_acts import pilot_paper
from tests.reports.pdf_text import pages

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r"\d[\d.,]*\d|\d")


@pytest.fixture(scope="module")
def german_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[scenes.Scene]:
    with django_db_blocker.unblock(), scenes.thrown_away("de") as found:
        yield found


@pytest.fixture
def scene(german_town: scenes.Scene) -> scenes.Scene:
    return deepcopy(german_town)


def get(user: Any, name: str, *args: Any, **query: str) -> Any:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.get(reverse(name, args=args), query)


def numbers(found: list[str]) -> set[str]:
    return {number for text in found for number in NUMBER.findall(text) if len(number) < 16}


def test_a_paper_is_a_tagged_pdf_in_its_own_language_with_a_word_for_its_picture(scene) -> None:
    content = council_paper_pdf(find(scene.council, scenes.issued(scene).pk))
    assert content.startswith(b"%PDF-1.7")
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang(de", b"/Alt", b"pdfuaid", b"pdfaid"):
        assert mark in content.replace(b"/Lang (", b"/Lang("), mark


def test_it_is_one_page_and_an_annex(scene) -> None:
    found = pages(council_paper_pdf(find(scene.council, scenes.issued(scene).pk)))
    assert len(found) == 2
    assert scenes.WINNER in found[0]
    assert found[1].count("Anlage") == 1


@pytest.mark.parametrize("is_awarded", [False, True])
@pytest.mark.parametrize("reader", ["council", "everybody"])
def test_the_pdf_has_the_digits_of_the_page(scene, is_awarded: bool, reader: str) -> None:
    if is_awarded:
        scenes.award(scene)
    paper = scenes.issued(scene)
    found = find(scene.council if reader == "council" else AnonymousUser(), paper.pk)
    shown = [block for block in blocks(found.content) if block.shape not in {"points", "bars"}]
    text = "\n".join(pages(council_paper_pdf(found)))
    assert numbers(texts([block.value for block in shown])) <= numbers([text])
    page = html.document_fromstring(get(found.user, "paper", paper.pk).content)
    body = [block.value for block in shown if block.name != "header"]
    assert numbers(texts(body)) <= numbers([" ".join(page.itertext())])


@pytest.mark.parametrize("is_awarded", [False, True])
def test_the_public_pdf_names_no_loser_and_no_losers_price(scene, is_awarded: bool) -> None:
    if is_awarded:
        scenes.award(scene)
    paper = scenes.issued(scene)
    full = "\n".join(pages(council_paper_pdf(find(scene.council, paper.pk))))
    assert all(name in full for name in scenes.NAMES)
    for user, query in ((None, {}), (scene.council, {"version": "public"})):
        answer = get(user, "paper_pdf", paper.pk, **query)
        text = "\n".join(pages(answer.content))
        assert scene.tender.title in text.replace("\n", " ")
        assert not [secret for secret in scenes.SECRETS if secret in text or secret in text.replace("\n", "")]
        raw = answer.content.decode("latin-1")
        assert not [secret for secret in scenes.SECRETS if secret in raw]  # alternative texts and metadata
        assert (scenes.WINNER in text) == is_awarded


def test_the_full_version_carries_the_readers_function_and_the_public_one_nobodys(scene) -> None:
    paper = scenes.issued(scene)
    text = "\n".join(pages(get(scene.council, "paper_pdf", paper.pk).content))
    assert "Member of the council, Municipality" in text
    assert "Nicht öffentlich. Gelesen als Member of the council" in text
    assert "Member of the council" not in "\n".join(pages(get(None, "paper_pdf", paper.pk).content))


def test_the_same_paper_gives_the_same_bytes(scene) -> None:
    paper = scenes.issued(scene)
    first, second = (get(scene.council, "paper_pdf", paper.pk).content for _time in range(2))
    assert first == second


def test_a_paper_that_is_not_out_has_no_file(scene) -> None:
    draft = scenes.drafted(scene)
    assert get(scene.officer, "paper_pdf", draft.pk).status_code == 404
    assert get(None, "paper_pdf", draft.pk).status_code == 404
    with pytest.raises(ValueError, match="only papers that are out"):
        papers_pdf([])


def test_one_file_holds_all_papers_of_a_session(scene) -> None:
    first = scenes.issued(scene)
    other = scenes.evaluated(language="de")
    CouncilPaper.objects.filter(pk=scenes.issued(other).pk).update(municipality=first.municipality)
    day, place = day_of(first), first.municipality.reference
    answer = get(scene.council, "session_pdf", day, place)
    text = "\n".join(pages(answer.content))
    assert text.count("Beschlussvorschlag:") == 2
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    public = "\n".join(pages(get(None, "session_pdf", day, place).content))
    assert not [secret for secret in (*scenes.SECRETS, scenes.WINNER) if secret in public]
    assert get(None, "session_pdf", day, "NOWHERE").status_code == 404


def test_an_auditor_gets_the_full_version_and_people_of_other_towns_the_public_one(scene) -> None:
    paper = scenes.issued(scene)
    auditor = factories.make_user(scene.case.town.organization, Role.AUDITOR)
    elsewhere = factories.make_user(factories.make_organization(), Role.COUNCIL_MEMBER)
    evaluator = scene.case.town.evaluators[0]
    for user, sees in ((auditor, True), (elsewhere, False), (evaluator, False)):
        text = "\n".join(pages(get(user, "paper_pdf", paper.pk).content))
        assert (scenes.LOSER in text) == sees


def test_a_pilot_paper_has_its_effects_and_options_on_the_first_page() -> None:
    trial, paper = pilot_paper()
    with clock.simulated(paper.session_at):
        found = pages(council_paper_pdf(find(trial.council, paper.pk)))
    assert len(found) == 2
    values = paper.full["fields"]
    assert values["options"][0]["title"] in found[0]
    assert numbers([values["finding"]]) <= numbers([found[0]])


def test_amounts_are_drawn_with_their_words() -> None:
    rows = [AmountBar("Today", 25000, "€25,000"), AmountBar("Proposed", 24157, "€24,157", winner=True)]
    svg = amount_bar_chart(rows, {"title": "Cost <per> year", "unit": "EUR"}, "en")
    assert "€25,000" in svg
    assert "★ Proposed" in svg
    assert "<title" in svg
    assert "Cost &lt;per&gt; year" in svg
