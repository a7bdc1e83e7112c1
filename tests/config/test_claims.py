"""Each claim of the security page is held by tests that exist, and the page claims nothing beside them."""

import ast
import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from config.claims import SECTIONS, Claim

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = [claim for section in SECTIONS for claim in section.claims]
# Headings of the page whose sentences limit what is claimed, or tell where to write; everything else is a claim.
NO_CLAIMS = {"What this does not protect against", "Report a weakness", "How the claims are checked"}


@cache
def functions_of(file: str) -> set[str]:
    """Names of the test functions of a file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: str(claim.label or claim.text)[:50])
def test_every_claim_names_tests_that_exist(claim: Claim) -> None:
    assert claim.tests, "a claim without a test does not go onto the page"
    for node in claim.tests:
        file, _colons, name = node.partition("::")
        assert (ROOT / file).is_file(), node
        assert name in functions_of(file), f"{node} does not exist"


def test_none_of_these_tests_is_left_out() -> None:
    for node in {node for claim in CLAIMS for node in claim.tests}:
        file, _colons, name = node.partition("::")
        before = (ROOT / file).read_text("utf-8").split(f"def {name}(")[0].rsplit("\n\n", 1)[-1]
        assert "mark.skip" not in before, f"{node} is skipped"
        assert "xfail" not in before, f"{node} is expected to fail"


def page(language: str) -> Any:
    from lxml import html

    response = Client(headers={"accept-language": language}).get("/security/")
    assert response.status_code == 200
    return html.document_fromstring(response.content.decode())


def words(node: Any) -> str:
    return re.sub(r"\s+", " ", unescape(node.text_content())).strip()


@pytest.mark.django_db
def test_the_page_claims_nothing_beside_them() -> None:
    main = page("en").xpath("//main")[0]
    said = {str(claim.text) for claim in CLAIMS}
    shown = set()
    for section in main.xpath(".//section[h2]"):
        if words(section.xpath("h2")[0]) in NO_CLAIMS or "contact" in (section.get("aria-labelledby") or ""):
            continue
        shown |= {words(node) for node in section.xpath("./p | .//li | .//dd") if not node.xpath("ancestor::details")}
    assert shown == said


# Whom sealing does not stop, in the words of the page; the first of each pair English, the second German.
LIMITS = {
    "the running server taken over": ("takes over the running server", "laufenden Server"),
    "sealing on the server": ("sealed on our server and not in your browser", "nicht in Ihrem Browser versiegelt"),
    "all openers with the server": (
        "together with the server, could open before",
        "zusammen mit dem Server vor der Frist",
    ),
    "one opener with an operator that keeps the recovery key": ("keep the recovery key", "Wiederherstellungsschlüssel"),
    "the minutes of an opening": ("needs one opener less", "einem Öffner weniger"),
    "a pass sentence sent to the server": ("sends the pass sentence to the server", "Passsatz an den Server"),
    "the computer that makes the key": ("the key exists as a whole", "den Schlüssel einen Augenblick lang als Ganzes"),
    "watching the lines": ("watches the lines", "Leitungen"),
    "the own computer": ("your own computer or that of an opener", "eigener Rechner"),
    "deleting": ("Deleting a bid is noticed", "gelöscht"),
    "after the opening": ("After the opening, bids are protected by", "Nach der Öffnung"),
    "lost keys": ("There is no back door", "Hintertür"),
    "a quantum computer": ("quantum computer", "Quantencomputer"),
    "a power cut": ("A power cut was not tried", "Stromausfall"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "number"), [("en", 0), ("de", 1)])
def test_the_page_names_everybody_whom_sealing_does_not_stop(language: str, number: int) -> None:
    said = words(page(language).xpath("//section[@id='limits']")[0])
    assert [who for who, sentences in LIMITS.items() if sentences[number] not in said] == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_tells_how_each_claim_is_checked(language: str) -> None:
    text = words(page(language))
    for claim in CLAIMS:
        for sentence, file in claim.proofs:
            assert sentence in text
            assert file in text
