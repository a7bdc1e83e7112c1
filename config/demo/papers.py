"""Council papers of the demo: sessions two weeks ahead, so that councils have work.

An award and a pilot that wait (T02, P04); in the English-speaking town a pilot to decide (P21). Awards that needed a
vote have had it: their cases play the session (config.demo.votes).
"""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts import clock
from accounts.models import Organization, User
from pilots import actions
from pilots.models import CouncilPaper, Pilot
from pilots.papers.compose import default_wording
from tendering.models import Tender

DAY = timedelta(days=1)
GERMAN_ITEM, ENGLISH_ITEM = "TOP {}", "Item {}"


def issue_papers(now: datetime) -> list[CouncilPaper]:
    """Papers for what the demo holds; those whose subject is not there are left out."""
    found = [
        _issue(_tender("T02"), now, item=4),
        _issue(_pilot("P04"), now, item=5, note="Der Personalrat wünscht eine Auswertung nach zwölf Monaten."),
        _issue(_pilot("P21"), now, item=3),
    ]
    papers = [paper for paper in found if paper is not None]
    for paper in papers:
        if paper.pilot and paper.pilot.reference == "P04":
            _ask(paper)
    return papers


def _tender(reference: str) -> Tender | None:
    return Tender.objects.filter(reference=reference).select_related("buyer").first()


def _pilot(reference: str) -> Pilot | None:
    return Pilot.objects.filter(reference=reference).select_related("municipality").first()


def _issue(
    about: Tender | Pilot | None, now: datetime, *, item: int, note: str = "", body: str = ""
) -> CouncilPaper | None:
    """Written and issued by the officer, for a session in two weeks."""
    if about is None or not _ready(about):
        return None
    place = about.buyer if isinstance(about, Tender) else about.municipality
    key: dict[str, Any] = {"tender_id": about.pk} if isinstance(about, Tender) else {"pilot_id": about.pk}
    officer = _officer(place)
    moment = max(now - timedelta(hours=2), _latest(about) + timedelta(minutes=1))
    with clock.simulated(moment):
        session = datetime.combine((moment + 14 * DAY).date(), time(18), ZoneInfo(place.time_zone))
        fields = {
            "body": body or _body(about, place), "session_at": session, "note": note,
            "agenda_item": (GERMAN_ITEM if place.language == "de" else ENGLISH_ITEM).format(item),
        }  # fmt: skip
        fields["wording"] = _wording(about, place)
        paper = actions.draft_paper(actor=officer, fields=fields, **key)
    with clock.simulated(moment + timedelta(minutes=1)):
        return actions.issue_paper(actor=officer, paper_id=paper.pk)


def _ask(paper: CouncilPaper) -> None:
    council = User.objects.filter(
        memberships__organization=paper.municipality, memberships__role="council_member"
    ).order_by("pk")
    assert paper.issued_at is not None
    with clock.simulated(paper.issued_at + timedelta(minutes=1)):
        first = actions.ask(
            actor=council[0], paper_id=paper.pk, text="Was kostet die Verlängerung um zwölf Monate insgesamt?"
        )
        actions.ask(actor=council[1], paper_id=paper.pk, text="Gilt die Wirkung auch in den Außenstellen?")
    with clock.simulated(paper.issued_at + timedelta(minutes=2)):
        answer = (
            "Zwölf Monate zum Preis des Versuchs; den Betrag nennt die Vorlage unter „Was entschieden werden kann“."
        )
        actions.answer_comment(actor=_officer(paper.municipality), comment_id=first.pk, text=answer)


def _ready(about: Tender | Pilot) -> bool:
    if isinstance(about, Tender):
        return about.evaluation_runs.exists()
    return about.analysed_at is not None and about.decided_at is None


def _latest(about: Tender | Pilot) -> datetime:
    """The last moment of the procedure: papers are written afterwards, wherever the clock stands."""
    if isinstance(about, Tender):
        run = about.evaluation_runs.latest()
        return max(filter(None, [run.created_at, about.awarded_at]))
    assert about.analysed_at is not None
    return about.analysed_at


def _officer(place: Organization) -> User:
    found = User.objects.filter(memberships__organization=place, memberships__role="officer").order_by("pk").first()
    assert found is not None
    return found


def _body(about: Tender | Pilot, place: Organization) -> str:
    named = about.council.get("competent_body") if isinstance(about, Tender) else about.registration["deciding_body"]
    return str(named or str(place.details.get("council", "")).partition(" (")[0])


def _wording(about: Tender | Pilot, place: Organization) -> str:
    if isinstance(about, Tender):
        new = CouncilPaper(kind="award", tender=about, municipality=place, language=place.language)
    else:
        new = CouncilPaper(kind="pilot", pilot=about, municipality=place, language=place.language)
    return default_wording(new, clock.now())
