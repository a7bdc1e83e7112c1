"""An office under the generic profile goes from draft to award and never meets German law or a German sentence."""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import polib
import pytest
from django.conf import settings
from django.db import transaction
from lxml import html

from accounts import clock
from accounts.models import OutboxMessage
from bids.models import Receipt
from config.demo.case_files import read_case
from config.demo.people import People, pass_sentence
from tests.conftest import CASES
from tests.journeys.office import Cast, Procedure
from tests.reports.pdf_text import pages
from tests.test_generic_profile import law_in

pytestmark = pytest.mark.django_db
WORDS = {
    "title": "Cleaning of the town hall", "word": "cleaning", "summary": "We look for somebody to clean the town hall.",
    "value": "24,000.00", "item": "Cleaning per month", "unit": "month", "reason": "Explained in the note of Monday.",
    "answer": "Two checks a month, each recorded.", "comment": "Concrete, page 2.",
}  # fmt: skip


@pytest.fixture(scope="module")
def done(django_db_setup: None, django_db_blocker: Any) -> Iterator[Procedure]:
    """Played once for the module inside a transaction that is thrown away at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _played()
        transaction.set_rollback(True)


def _played() -> Procedure:
    case = read_case(CASES.parent / "english" / "P21")
    people = People(case.organisations, case.providers)
    people.buyer("M20")
    of = people.account
    openers = [of("M20-opener_1"), of("M20-opener_2")]
    cast = Cast(
        officer=of("M20-procurement_officer"), approver=of("M20-officer_2"), openers=openers,
        evaluators=[of(f"M20-evaluator_{number}") for number in (1, 2, 3)], chair=of("M20-panel_chair"),
        bidders=[of(f"{provider['id']}-account_1") for provider in case.providers["providers"][:2]],
        sentences=[pass_sentence(opener.reference or "") for opener in openers],
    )  # fmt: skip
    procedure = Procedure(cast, "en", clock.now(), WORDS)
    procedure.whole()
    return procedure


@cache
def german() -> frozenset[str]:
    """Every German sentence of the product that is not an English one, nor its name."""
    catalogue = polib.pofile(str(Path(settings.BASE_DIR) / "config" / "locale" / "de" / "LC_MESSAGES" / "django.po"))
    english = {entry.msgid for entry in catalogue}
    found = {entry.msgstr for entry in catalogue} | {text for e in catalogue for text in e.msgstr_plural.values()}
    return frozenset(text for text in found - english - {settings.SITE_NAME} if len(text) > 3 and "%(" not in text)


def german_in(page: str) -> list[str]:
    """Texts of the page that are German sentences of ours; the name of the other language may stand there."""
    tree = html.fromstring(page)
    for other in tree.xpath("//script | //style | //*[@lang='de']"):
        other.drop_tree()
    return [text for text in (" ".join(one.split()) for one in tree.itertext()) if text in german()]


def readable(content: bytes) -> str:
    """What a person reads of a file: of a PDF its text, of an archive that of its files, nothing of a sealed one."""
    if content.startswith(b"%PDF"):
        return "\n".join(pages(content))
    if content.startswith(b"age-encryption.org/"):
        return ""
    if not content.startswith(b"PK\x03\x04"):
        return content.decode("utf-8", "strict")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(readable(archive.read(name)) for name in archive.namelist())


def test_a_german_sentence_would_be_found() -> None:
    assert german_in("<main><h1>Was gebraucht wird</h1><p>Two checks</p></main>") == ["Was gebraucht wird"]
    assert german_in("<main><button lang='de'>Deutsch</button></main>") == []


@pytest.mark.slow
def test_the_office_comes_to_an_award_on_its_own(done: Procedure) -> None:
    assert done.tender.profile == "generic_en"
    assert done.tender.awarded_at
    assert sum(len(reader.passed) for reader in done.readers.values()) > 50


@pytest.mark.slow
def test_no_page_that_was_passed_speaks_of_german_law_or_german(done: Procedure) -> None:
    faults = []
    for reader in done.readers.values():
        for address, page in reader.passed:
            assert '<html lang="en"' in page, address
            faults += [f"{address}: …{place}…" for place in law_in(page)]
            faults += [f"{address}: German: {text}" for text in german_in(page)]
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_neither_does_a_file_or_a_letter(done: Procedure) -> None:
    officer, bidder = done.at(done.cast.officer), done.at(done.cast.bidders[0])
    receipt = Receipt.objects.filter(bid__submitted_by=done.cast.bidders[0]).get()
    texts = {}
    with done.time():
        for reader, address in (
            (officer, f"{done.page}workbook.xlsx"), (officer, f"{done.page}opening-record.pdf"),
            (officer, f"/audit/tenders/{done.tender_id}/export.zip"),
            (bidder, f"/bids/receipts/{receipt.pk}.pdf"), (bidder, f"/bids/receipts/{receipt.pk}/note.txt"),
        ):  # fmt: skip
            answer = reader.client.get(address)
            assert answer.status_code == 200, address
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            texts[address] = readable(content)
            assert len(texts[address]) > 300, address
    mails = {f"mail to {mail.recipient}": f"{mail.subject}\n{mail.body}" for mail in OutboxMessage.objects.all()}
    assert len(mails) > 4
    faults = [f"{name}: …{place}…" for name, text in {**texts, **mails}.items() for place in law_in(text)]
    faults += [
        f"{name}: {found[0]}" for name, text in mails.items() if (found := re.search("Guten Tag|Ausschreibung", text))
    ]
    assert not faults, "\n".join(faults)
