"""A municipality outside Germany reads no German law: pages, files, mails and records of the English-speaking town."""

import io
import json
import re
import zipfile
from collections import deque
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from lxml import html as parser

from accounts import clock
from accounts.models import OutboxMessage, User
from bids import receipts
from bids.models import OpeningSession, Receipt
from config.demo.case_files import read_case
from config.demo.live import live_tenders, play_live
from config.demo.load import load
from config.demo.papers import issue_papers
from config.demo.people import People
from pilots.models import CouncilPaper
from tests.conftest import CASES

pytestmark = pytest.mark.django_db
# Abbreviations as words of their own: a random token or signature may hold any three letters.
GERMAN_LAW = re.compile(r"§|&sect;|&#167;|Vergabe|(?<![\w+/=-])(?:VgV|GWB|UVgO)(?![\w+/=-])")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
# Where everybody starts; the rest is found by following links.
STARTS = ("/", "/tenders/", "/results/", "/pilots/", "/desk/", "/help/")
ELSEWHERE = ("/static/", "/operator/", "/account/logout", "/demo/", "/api/")
ROLES = ("officer", "approver", "opener", "evaluator", "panel_chair", "council_member", "auditor", "requester")
REACHED = {
    "": {
        "start",
        "tender_list",
        "tender_detail",
        "results",
        "pilot_list",
        "pilot_detail",
        "pilot_workbook",
        "papers",
        "paper",
        "paper_session",
        "paper_pdf",
        "session_pdf",
    },
    "officer": {
        "desk",
        "tender_new",
        "tender_edit_what",
        "tender_edit_how",
        "tender_edit_when",
        "tender_edit_publish",
        "tender_extend",
        "tender_cancel",
        "evaluation",
        "evaluation_result",
        "evaluation_award",
        "checks",
        "tender_workbook",
        "opening_record_pdf",
        "pilot_new",
        "opener_keys",
    },
    "approver": {"tender_release", "evaluation_result"},
    "evaluator": {"scoring"},
    "panel_chair": {"moderation"},
    "council_member": {"pilot_detail", "paper", "paper_pdf"},
    "auditor": {"bid_opening_record", "audit_room", "audit_deviations", "audit_tender", "audit_export"},
    "bidder": {"bid_list", "bid_receipt", "receipt_pdf"},
}


@pytest.fixture
def ashcombe(monkeypatch: pytest.MonkeyPatch) -> dict[str, User | None]:
    """Ashcombe with its pilot and tenders in every phase; one person per role, None for the public.

    PDFs answer with the data that would be drawn: their templates hold no words.
    """
    import typst

    monkeypatch.setattr(typst, "compile", lambda *_args, sys_inputs, **_more: sys_inputs["data"].encode())
    case = read_case(CASES.parent / "english" / "P21")
    load(case)
    people = People(case.organisations, case.providers)
    calls = {data["reference"]: data for data in live_tenders() if data["buyer"] == "M20"}
    assert set(calls) == {"ASH-2026-03", "ASH-2026-05"}
    for data in (*calls.values(), *in_other_phases(calls)):
        play_live(data, people, clock.now())
    issue_papers(clock.now())
    assert sorted(CouncilPaper.objects.values_list("kind", flat=True)) == ["award", "pilot"]
    persons: dict[str, User | None] = {
        role: User.objects.filter(memberships__role=role, memberships__organization__reference="M20").first()
        for role in ROLES
    }
    return {"": None, **persons, "bidder": User.objects.get(reference="P41-account_1")}


def in_other_phases(calls: dict[str, Any]) -> list[dict[str, Any]]:
    done, open_call = calls["ASH-2026-03"], calls["ASH-2026-05"]
    return [
        {**done, "reference": "ASH-2026-08", "phase": "evaluation"},
        {**done, "reference": "ASH-2026-09", "phase": "closed", "minutes_left": -60},
        {**open_call, "reference": "ASH-2026-10", "phase": "prepared"},
        {**open_call, "reference": "ASH-2026-11", "phase": "draft"},
        {**open_call, "reference": "ASH-2026-12", "phase": "cancelled",
         "cancel": {"ground": "other_serious_reason", "reason": "The grant was withdrawn."}},
    ]  # fmt: skip


PACKED = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)  # of a PDF


def law_in(text: str) -> list[str]:
    """Each place with a word of German law, with what stands around it."""
    text = TOKEN.sub("", text)
    return [text[max(0, m.start() - 60) : m.end() + 30] for m in GERMAN_LAW.finditer(text)]


def text_of(response: HttpResponse) -> str:
    """What a reader gets to see, from a workbook or archive too."""
    return words_in(b"".join(response.streaming_content) if response.streaming else response.content)


def words_in(content: bytes) -> str:
    """A text as it is; of an archive the texts of its files, archives inside it too.

    Nobody reads what is encrypted or compressed, and by chance it holds the bytes of any short word.
    """
    if content.startswith(b"age-encryption.org/v1\n"):
        return content.partition(b"\n---")[0].decode("ascii")
    if content.startswith(b"%PDF-"):
        content = PACKED.sub(b"", content)
    if not content.startswith(b"PK\x03\x04"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(words_in(archive.read(name)) for name in archive.namelist())


class Reader:
    """Follows every link that one person meets, each address once."""

    def __init__(self, person: User | None) -> None:
        self.client = Client(headers={"accept-language": "en"})
        if person:
            self.client.force_login(person)
        self.names: set[str] = set()
        self.found: list[str] = []

    def read_all(self) -> None:
        seen, waiting = set(STARTS), deque(STARTS)
        while waiting:
            address = waiting.popleft()
            for link in self.read(address):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)

    def read(self, address: str) -> list[str]:
        response: Any = self.client.get(address)
        if response.status_code in {301, 302, 303}:
            return [response.headers["Location"]] if own(response.headers["Location"]) else []
        assert response.status_code in {200, 403, 404}, (address, response.status_code)
        if response.status_code == 200:
            self.names.add(response.resolver_match.url_name)
        text = text_of(response)
        self.found += [f"{address}: …{place}…" for place in law_in(text)]
        if "text/html" not in response.headers["Content-Type"]:
            return []
        assert '<html lang="en"' in text, address
        return [plain(link) for link in parser.document_fromstring(text).xpath("//a/@href") if own(link)]


def own(link: str) -> bool:
    return link.startswith("/") and not link.startswith(ELSEWHERE)


def plain(link: str) -> str:
    """Without the fragment, and without the filters of a list: each list is read once."""
    parts = urlsplit(link)
    return parts.path


def test_german_law_would_be_found() -> None:
    for text in ("nach § 57 VgV", "die Vergabestelle", "(UVgO)", "GWB,", "&sect; 3"):
        assert law_in(text), text
    assert law_in("ZIThGWBytK UVgOx") == []


def test_what_is_encrypted_is_not_read() -> None:
    assert not law_in(words_in(b"age-encryption.org/v1\n-> X25519 a\nb\n--- c\n" + "§".encode()))
    assert not law_in(words_in(b"%PDF-1.7\nstream\n" + "§".encode() + b"\nendstream\n"))
    assert law_in(words_in(b"%PDF-1.7\n/Title (" + "§ 3".encode() + b")\n"))


@pytest.mark.slow
def test_no_page_or_file_of_an_english_speaking_town_names_german_law(ashcombe: dict[str, User | None]) -> None:
    faults: list[str] = []
    for role, person in ashcombe.items():
        reader = Reader(person)
        reader.read_all()
        faults += [f"{role or 'public'} reads {place}" for place in reader.found]
        faults += [f"{role or 'public'} does not reach {name}" for name in REACHED.get(role, set()) - reader.names]
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_no_mail_receipt_or_opening_record_of_an_english_speaking_town_names_german_law(
    ashcombe: dict[str, User | None],
) -> None:
    from django.utils import translation

    mails = [f"{mail.subject}\n{mail.body}" for mail in OutboxMessage.objects.all()]
    assert len(mails) > 10
    records = [json.dumps(session.record, ensure_ascii=False) for session in OpeningSession.objects.all()]
    assert len(records) == 2
    with translation.override("en"):
        notes = [f"{receipts.words(receipt)}\n{receipt.note}" for receipt in Receipt.objects.all()]
    assert len(notes) == 12
    assert [place for text in (*mails, *records, *notes) for place in law_in(text)] == []
    assert not [mail for mail in mails if "Guten Tag" in mail or "Ausschreibung" in mail]
