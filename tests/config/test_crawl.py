"""Everyone has a workplace of their own: what one finds by following links, nobody gets who is not meant to.

An officer and a bidder of `crossing` walk from their desk over the links, and over every address of the access table
with the objects there are. What they get and a visitor does not is asked again by the others.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import URLPattern
from lxml import html

from tests.config.access_table import ANONYMOUS, TABLE
from tests.config.crossing import COMPANY_LISTS, EVERYBODY, MARKS, A, Crossing, Rights, marks_in, name_of
from tests.config.test_access import ADDRESSES
from tests.pilots.papers.scenes import LOSER
from tests.screens.samples import addresses_of

pytestmark = pytest.mark.django_db
STARTS = ("/", "/desk/", "/tenders/", "/results/", "/pilots/", "/papers/")
NOT_WALKED = (
    "practice",
    "demo",
    "tour",
    "account_",
    "set_",
    "healthz",
    "readyz",
    "api-",
    "line_test",
    "admin",
    "barrier",
)
HUBS = ("start", "desk", "tender_detail", "pilot_detail", "evaluation")  # their links differ from person to person
SEARCHED = ("/tenders/", "/results/", "/pilots/", "/papers/", "/library/", "/contacts/", "/api/v1/tenders/")
FILES = (
    "/tenders.atom", "/tenders.json", "/tenders.ics", "/results.atom", "/results.json", "/results.csv",
    "/results.xlsx", "/pilots.atom", "/pilots.json", "/pilots.ics", "/api/v1/pilots/", "/api/v1/papers/",
)  # fmt: skip
PUBLISHED = {"paper", "paper_pdf", "paper_session", "session_pdf", "tender_detail", "pilot_detail", "api_tender",
             "api_paper", "api_pilot", "api_hash_list", "pilot_workbook"}  # fmt: skip
CORE = ("A officer", "Y", "B officer", "Z", ANONYMOUS)


class Walk:
    """Addresses and who got them; faults met on the way."""

    def __init__(self, crossing: Crossing, people: Iterable[str], each: int) -> None:
        self.each = each  # addresses of one name that one person looks at
        self.crossing, self.people, self.rights = crossing, tuple(people), Rights(crossing)
        self.got: dict[str, set[str]] = {}
        self.faults: list[str] = []

    def look(self, person: str, path: str) -> Any:
        """The answer, once it was held against the table and the marks."""
        answer = self.crossing.client(person).get(path)
        self.faults += self._faults(person, path, answer)
        if answer.status_code == 200:
            self.got.setdefault(path, set()).add(person)
        return answer

    def _faults(self, person: str, path: str, answer: Any) -> Iterator[str]:
        name, arguments = name_of(path.partition("?")[0])
        status, what = answer.status_code, f"{person}: {path} ({name}) gave {answer.status_code}"
        if status >= 500:
            yield f"{what}, a server error"
        for mark in marks_in(answer):
            if person not in MARKS[mark] and not (mark == LOSER and name in COMPANY_LISTS):
                yield f"{what} and tells “{mark}”"
        if name and not self.rights.permitted(person, name, arguments) and not self._refused(person, arguments, answer):
            yield f"{what}, which is not theirs"

    def _refused(self, person: str, arguments: dict[str, Any], answer: Any) -> bool:
        """404 for what belongs to others; who knows of the object anyway may be told that the act is not theirs."""
        status = answer.status_code
        if person == ANONYMOUS and (status == 401 or (status == 302 and "/login/" in answer.headers["Location"])):
            return True
        return status == 404 or (status in {302, 403, 405} and self.rights.may_learn(person, arguments))

    def follow(self, person: str, start: Iterable[str] = STARTS) -> None:
        """Breadth first over the links of pages, a few addresses of each name."""
        waiting, seen = deque(start), set(start)
        looked: Counter[str] = Counter()
        while waiting:
            path = waiting.popleft()
            name, _arguments = name_of(path)
            if not name or name.startswith(NOT_WALKED) or looked[name] >= self.each:
                continue
            if path in self.got and name not in HUBS:
                continue  # somebody looked
            looked[name] += 1
            for link in links(self.look(person, path)):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)

    def try_table(self, person: str) -> None:
        """Every address that the table gives this person, with objects of the data."""
        for name, row in TABLE.items():
            pattern = ADDRESSES.get(name)
            if row.method != "GET" or not isinstance(pattern, URLPattern) or name.startswith(NOT_WALKED):
                continue
            got = 0
            for path, _objects in islice(addresses_of(name, row, pattern), 12):
                if got < self.each and self.rights.permitted(person, *name_of(path)):
                    got += path in self.got or self.look(person, path).status_code == 200

    def replay(self) -> int:
        """Everybody asks for what somebody got and a visitor does not; how many addresses that are."""
        private = [path for path in self.got if ANONYMOUS not in self.got[path]]
        private = [path for path in private if self.look(ANONYMOUS, path).status_code != 200]
        for path in private:
            for person in self.people:
                if person != ANONYMOUS and person not in self.got[path]:
                    self.look(person, path)
        return len(private)


def links(answer: Any) -> Iterator[str]:
    if answer.status_code != 200 or not answer.headers.get("Content-Type", "").startswith("text/html"):
        if answer.status_code == 302:
            yield urlsplit(answer.headers["Location"]).path
        return
    for href in html.document_fromstring(answer.content).xpath("//a/@href"):
        address = urlsplit(href)
        if not address.netloc and address.path.startswith("/"):
            yield address.path


def walked(people: Iterable[str], walkers: Iterable[str], *, with_table: bool) -> tuple[Walk, int]:
    walk = Walk(Crossing(), people, 1)
    for person in walkers:
        walk.follow(person)
        if with_table:
            walk.try_table(person)
    return walk, walk.replay()


@pytest.mark.slow
def test_what_an_officer_and_a_bidder_find_is_not_given_to_others() -> None:
    walk, number = walked(CORE, ("A officer", "Y"), with_table=False)
    assert not walk.faults, "\n".join(walk.faults)
    assert number > 30


@pytest.mark.slow
def test_nor_what_stands_at_any_address_of_the_table() -> None:
    walk, number = walked(CORE, ("A officer", "Y"), with_table=True)
    assert not walk.faults, "\n".join(walk.faults)
    assert number > 60


@pytest.mark.slow
@pytest.mark.pages
@pytest.mark.parametrize(
    "walkers", [A[::2], A[1::2], ("B officer", "Y", "Z")], ids=["one half", "other half", "outside"]
)
def test_what_one_role_finds_is_given_to_no_other_role_town_or_company(walkers: tuple[str, ...]) -> None:
    walk, number = walked(EVERYBODY, walkers, with_table=False)
    assert not walk.faults, "\n".join(walk.faults)
    assert number > 15


def test_no_mark_is_in_anything_public() -> None:
    walk = Walk(Crossing(), (ANONYMOUS,), 2)
    walk.follow(ANONYMOUS)
    walk.try_table(ANONYMOUS)
    words = {word for mark in MARKS for word in mark.split() if word.startswith(("Z", "Sonnen"))}
    for path in SEARCHED:
        for word in sorted(words):
            walk.look(ANONYMOUS, f"{path}?q={word}")
    for path in FILES:
        assert walk.look(ANONYMOUS, path).status_code == 200, path
    assert not walk.faults, "\n".join(walk.faults)
    assert {name_of(path)[0] for path in walk.got} >= PUBLISHED
