"""Council papers: written, issued, withdrawn, voted on; comments with answers and private notes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock, outbox
from accounts.decision import refuse, require
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import User
from evaluation.actions.register import record_resolution
from evaluation.actions.run import calculate
from evaluation.award_steps import awaits_vote
from evaluation.inputs import fingerprint
from evaluation.results import proposable
from pilots.actions.deciding import record_decision
from pilots.models import CouncilPaper, PaperComment, PaperNote, Pilot, Vote
from pilots.papers.compose import compose, require_stage, run_of
from pilots.papers.lifecycle import OPEN_OUTCOMES, decide
from pilots.papers.readers import Reader, find, vote_of
from tendering.lifecycle import Status as TenderStatus
from tendering.locking import lock_row, lock_tender_at
from tendering.models import Tender
from tendering.zones import Moment

LONGEST = 20_000
FIELDS = frozenset({"body", "session_at", "agenda_item", "wording", "note"})


def draft_paper(
    *, actor: User, tender_id: int | None = None, pilot_id: int | None = None, fields: dict[str, Any]
) -> CouncilPaper:
    """Write the paper of a tender or pilot, or change the one being written; `fields` as in FIELDS.

    Refused before there is a result, while another version waits for its decision, and after one was accepted.
    Raises ValidationError by field, also where a public text names what is not public.
    """
    if unknown := set(fields) - FIELDS:
        raise TypeError(f"not a field of a paper: {', '.join(sorted(unknown))}")
    with audit.in_transaction():
        paper, now = _about(actor, tender_id, pilot_id)
        for name, value in fields.items():
            setattr(paper, name, value.strip() if isinstance(value, str) else value)
        is_new = paper._state.adding
        _check(paper, now)
        paper.save()
        data = {"paper": str(paper.pk), "version": paper.version, "new": is_new}
        audit.record(_chain(paper), "paper.drafted", actor=actor, at=now, data=data)
    return paper


def issue_paper(*, actor: User, paper_id: UUID) -> CouncilPaper:
    """Freeze both versions with their hash; from now on the council reads the full one, everybody the public one."""
    with audit.in_transaction():
        reader, now = _act_on(actor, paper_id, "issue")
        paper = reader.paper
        require_stage(paper, now)
        _require_current(paper, now)
        composed = _check(paper, now)
        paper.full, paper.public, paper.sha256 = composed.full, composed.public, composed.sha256
        paper.issued_at, paper.issued_by = now, actor
        if paper.tender is not None:
            paper.run = run_of(paper)
            paper.awards = proposable(paper.run)
        paper.full_clean()
        paper.save()
        _tell_council(paper, now, "issued", _NEW, _NEW_TEXT)
        data = {"paper": str(paper.pk), "version": paper.version, "sha256": paper.sha256}
        audit.record(_chain(paper), "paper.issued", actor=actor, at=now, data=data)
    return paper


def withdraw_paper(*, actor: User, paper_id: UUID, reason: str) -> CouncilPaper:
    """Take an issued paper back before the vote; returns the next version, which has the same texts to begin with."""
    with audit.in_transaction():
        reader, now = _act_on(actor, paper_id, "withdraw")
        paper, why = reader.paper, _words(reason, "reason")
        paper.withdrawn_at = now
        paper.save(update_fields=["withdrawn_at"])
        _tell_council(paper, now, "withdrawn", _GONE, _GONE_TEXT)
        following = _copy(paper, actor, now)
        data = {"paper": str(paper.pk), "version": paper.version, "reason": why, "next": str(following.pk)}
        audit.record(_chain(paper), "paper.withdrawn", actor=actor, at=now, data=data)
    return following


def record_vote(
    *,
    actor: User,
    paper_id: UUID,
    outcome: str,
    decided_at: datetime,
    votes_for: int | None = None,
    votes_against: int | None = None,
    abstentions: int | None = None,
    dissent: str = "",
    wording: str = "",
    verdict: str = "",
) -> Vote:
    """What was decided, written down by the clerk; final. Nobody but the office acts on an award afterwards.

    An accepted pilot paper records the pilot's decision (`verdict`: adopt, extend, adapt, stop) in the same act.
    """
    with audit.in_transaction():
        reader, now = _act_on(actor, paper_id, "vote")
        paper = reader.paper
        vote = Vote(
            paper=paper, outcome=outcome, votes_for=votes_for, votes_against=votes_against, abstentions=abstentions,
            dissent=dissent.strip(), wording=wording.strip(), decided_at=decided_at, recorded_by=actor, recorded_at=now,
        )  # fmt: skip
        _check_vote(paper, vote, verdict, now)
        vote.full_clean()
        vote.save()
        if paper.kind == "pilot" and outcome == "accepted":
            _decide_pilot(actor, paper, vote, verdict)
        if paper.tender is not None and paper.tender.status(now) == TenderStatus.EVALUATION:
            record_resolution(
                actor=actor, tender=paper.tender, at=now, body=paper.body, outcome=outcome, decided_at=decided_at,
                wording=vote.wording, run=paper.run, awards=paper.awards if paper.run else None,
            )  # fmt: skip
        counts = {"for": votes_for, "against": votes_against, "abstentions": abstentions}
        data = {"paper": str(paper.pk), "outcome": outcome, **{k: v for k, v in counts.items() if v is not None}}
        if verdict:
            data["verdict"] = verdict
        audit.record(_chain(paper), "paper.voted", actor=actor, at=now, data=data)
    return vote


def comment_paper(*, actor: User, paper_id: UUID, text: str, is_question: bool = False) -> PaperComment:
    """A council member says or asks something; council and office read it. A question is told to the office."""
    with audit.in_transaction():
        reader, now = _act_on(actor, paper_id, "comment")
        paper = reader.paper
        comment = PaperComment(paper=paper, author=actor, at=now, is_question=is_question, text=_words(text, "text"))
        comment.full_clean()
        comment.save()
        if is_question:
            _tell(
                paper,
                _people(paper, now, Role.OFFICER),
                now,
                f"asked:{comment.pk}",
                _ASKED,
                _ASKED_TEXT,
                kind="procedure",
            )
        data = {"paper": str(paper.pk), "comment": comment.pk, "question": is_question}
        audit.record(_chain(paper), "paper.commented", actor=actor, at=now, data=data)
    return comment


def ask(*, actor: User, paper_id: UUID, text: str) -> PaperComment:
    """A comment that wants an answer."""
    return comment_paper(actor=actor, paper_id=paper_id, text=text, is_question=True)


def answer_comment(*, actor: User, comment_id: int, text: str) -> PaperComment:
    """The office answers; the council reads it, the author is told. An answer is given once."""
    with audit.in_transaction():
        found = PaperComment.objects.filter(pk=comment_id).values_list("paper", flat=True).first()
        if found is None:
            raise Http404
        reader, now = _act_on(actor, found, "answer")
        comment = PaperComment.objects.select_related("author").get(pk=comment_id)
        if comment.answered_at is not None:
            refuse("answered", _("This has been answered already."))
        comment.answer, comment.answered_at, comment.answered_by = _words(text, "answer"), now, actor
        comment.full_clean()
        comment.save()
        _tell(reader.paper, [comment.author], now, f"answered:{comment.pk}", _ANSWERED, _ANSWERED_TEXT)
        data = {"paper": str(reader.paper.pk), "comment": comment.pk}
        audit.record(_chain(reader.paper), "paper.answered", actor=actor, at=now, data=data)
    return comment


def note_paper(*, actor: User, paper_id: UUID, text: str) -> PaperNote | None:
    """Keep a private note; an empty text takes it away. It is nobody else's business, so the trail knows nothing."""
    with audit.in_transaction():
        reader, now = _act_on(actor, paper_id, "note")
        text = text.strip()
        if not text:
            PaperNote.objects.filter(paper=reader.paper, user=actor).delete()
            return None
        _short_enough(text, "note")
        note, _new = PaperNote.objects.update_or_create(
            paper=reader.paper, user=actor, defaults={"text": text, "changed_at": now}
        )
    return note


def _about(actor: User, tender_id: int | None, pilot_id: int | None) -> tuple[CouncilPaper, datetime]:
    """The paper being written about this tender or pilot, new or found; its subject is locked."""
    now, subject = _locked(tender_id, pilot_id)
    if not subject.visible_to_actor(actor, now):
        raise Http404
    papers = CouncilPaper.objects.filter(**subject.key).select_related("municipality", "tender", "pilot", "vote")
    latest = papers.order_by("-version", "-created_at").first()
    paper = latest if latest is not None and latest.issued_at is None else subject.new(papers, actor, now)
    require(decide("edit", Reader(actor, paper, now, actor.roles_in(paper.municipality_id), "full").state,
                   actor.roles_in(paper.municipality_id)))  # fmt: skip
    require_stage(paper, now)
    if latest is not None and latest.issued_at is not None:
        _require_free(latest)
    return paper, now


def _require_free(latest: CouncilPaper) -> None:
    """A new version is written only when the last one is out of the way."""
    vote = vote_of(latest)
    if vote is None and latest.withdrawn_at is None:
        refuse("issued", _("This paper has been issued. Withdraw it to write a new version."))
    if vote is not None and vote.outcome not in OPEN_OUTCOMES and not awaits_vote(latest.tender):
        refuse("voted", _("The decision on this paper has been recorded."))


class _Subject:
    """The tender or pilot a paper is about."""

    def __init__(self, kind: str, row: Tender | Pilot) -> None:
        self.kind, self.row = kind, row
        self.key: dict[str, Any] = {"tender": row} if kind == "award" else {"pilot": row}
        self.municipality = row.buyer if isinstance(row, Tender) else row.municipality

    def visible_to_actor(self, actor: User, now: datetime) -> bool:
        model = type(self.row)
        return bool(model.objects.visible_to(actor, now).filter(pk=self.row.pk).exists())

    def new(self, earlier: Any, actor: User, now: datetime) -> CouncilPaper:
        version = (earlier.aggregate(last=Max("version"))["last"] or 0) + 1
        return CouncilPaper(
            kind=self.kind, municipality=self.municipality, version=version, language=self.municipality.language,
            created_at=now, created_by=actor, **self.key,
        )  # fmt: skip


def _locked(tender_id: int | None, pilot_id: int | None) -> tuple[datetime, _Subject]:
    """The moment of the act and what it is about, locked. TypeError unless exactly one is named."""
    if (tender_id is None) == (pilot_id is None):
        raise TypeError("a paper is about one tender or one pilot")
    if tender_id is not None:
        tender, now = lock_tender_at(tender_id)
        return now, _Subject("award", tender)
    assert pilot_id is not None
    lock_row(Pilot, pilot_id)
    return clock.now(), _Subject("pilot", Pilot.objects.select_related("municipality").get(pk=pilot_id))


def _act_on(actor: User, paper_id: Any, act: str) -> tuple[Reader, datetime]:
    """The paper as it is now, its subject locked, the act allowed; Http404 for papers the person may not know of."""
    keys = CouncilPaper.objects.filter(pk=paper_id).values("tender", "pilot").first()
    if keys is None:
        raise Http404
    now, _subject = _locked(keys["tender"], keys["pilot"])
    reader = find(actor, paper_id)
    require(reader.may(act))
    return reader, now


def _require_current(paper: CouncilPaper, now: datetime) -> None:
    """Nothing may have changed since the evaluation the paper is written from."""
    tender = paper.tender
    if tender is None or tender.status(now) != TenderStatus.EVALUATION:
        return
    inputs, _result = calculate(tender)
    if fingerprint(inputs.to_json()) != run_of(paper).inputs_hash:
        refuse("evaluate_again", _("Something has changed since the evaluation. Evaluate again first."))


def _check(paper: CouncilPaper, now: datetime) -> Any:
    """Both versions, if every field is right; ValidationError by field otherwise."""
    for name in ("wording", "note"):
        _short_enough(getattr(paper, name), name)
    paper.full_clean(exclude=["full", "public"])
    if paper.session_at <= now:
        raise ValidationError({"session_at": _("The session lies in the past. Name the one that will decide.")})
    composed = compose(paper, now)
    if composed.leaks:
        raise ValidationError(dict(reversed(composed.leaks)))
    return composed


def _check_vote(paper: CouncilPaper, vote: Vote, verdict: str, now: datetime) -> None:
    if vote.decided_at > now:
        raise ValidationError({"decided_at": _("The session has not taken place yet.")})
    if paper.issued_at and vote.decided_at < paper.issued_at:
        raise ValidationError({"decided_at": _("The session was before the paper was issued.")})
    needs_verdict = paper.kind == "pilot" and vote.outcome == "accepted"
    if needs_verdict and not verdict:
        raise ValidationError({"verdict": _("Say what becomes of the trial.")})
    if verdict and not needs_verdict:
        raise ValidationError({"verdict": _("Only an accepted paper on a pilot decides what becomes of it.")})
    for name in ("dissent", "wording"):
        _short_enough(getattr(vote, name), name)


def _decide_pilot(actor: User, paper: CouncilPaper, vote: Vote, verdict: str) -> None:
    """The pilot's own decision, by its own act."""
    counts = {"yes": vote.votes_for or 0, "no": vote.votes_against or 0, "abstain": vote.abstentions or 0}
    assert paper.pilot_id is not None
    try:
        record_decision(
            actor=actor, pilot_id=paper.pilot_id, verdict=verdict, body=paper.body, session_at=vote.decided_at,
            votes=counts, dissent=vote.dissent, reason=vote.wording,
        )  # fmt: skip
    except ValidationError as error:
        names = {"votes": "votes_for", "session_at": "decided_at"}
        table = error.message_dict if hasattr(error, "error_dict") else {"verdict": error.messages}
        raise ValidationError({names.get(name, name): texts for name, texts in table.items()}) from error


def _copy(paper: CouncilPaper, actor: User, now: datetime) -> CouncilPaper:
    """The next version, not issued."""
    names = ("kind", "municipality", "tender", "pilot", "body", "session_at", "agenda_item", "language", "wording",
             "note")  # fmt: skip
    following = CouncilPaper(**{name: getattr(paper, name) for name in names}, version=paper.version + 1)
    following.created_at, following.created_by = now, actor
    following.full_clean(exclude=["full", "public"])
    following.save()
    return following


def _chain(paper: CouncilPaper) -> str:
    return f"tender:{paper.tender_id}" if paper.tender_id else f"pilot:{paper.pilot_id}"


def _words(text: str, field: str) -> str:
    found = text.strip()
    if not found:
        raise ValidationError({field: _("Write at least one sentence.")})
    _short_enough(found, field)
    return found


def _short_enough(text: str, field: str) -> None:
    if len(text) > LONGEST:
        raise ValidationError({field: _("This text is too long.")})


def _people(paper: CouncilPaper, now: datetime, role: str) -> list[User]:
    """Who holds the role at the municipality now."""
    return list(holders(paper.municipality_id, [role], now).order_by("pk"))


def _tell_council(paper: CouncilPaper, now: datetime, key: str, subject: Promise, body: Promise) -> None:
    _tell(paper, _people(paper, now, Role.COUNCIL_MEMBER), now, key, subject, body)


def _tell(
    paper: CouncilPaper,
    people: Iterable[User],
    now: datetime,
    key: str,
    subject: Promise,
    body: Promise,
    kind: str = "council_paper",
) -> None:
    """One message per person in the person's language; no name of a bidder, no price."""
    about = paper.tender or paper.pilot
    session = Moment(paper.session_at, paper.municipality)
    for person in people:
        with outbox.in_language_of(person):
            words = {
                "paper": about.title if about else "", "body": paper.body, "session": str(session),
                "url": f"{settings.BASE_URL}/papers/{paper.pk}/", "list": f"{settings.BASE_URL}/papers/",
            }  # fmt: skip
            outbox.tell(
                person, key=f"paper:{paper.pk}:{key}", kind=kind, subject=str(subject) % words,
                body=str(body) % words, at=now, url="" if key == "withdrawn" else f"/papers/{paper.pk}/",
                chain=_chain(paper),
            )  # fmt: skip


_NEW = gettext_lazy("New paper: %(paper)s")
_NEW_TEXT = gettext_lazy(
    "There is a paper for %(body)s, session of %(session)s. What is to be decided, and why:\n\n%(url)s\n"
)
_GONE = gettext_lazy("Paper withdrawn: %(paper)s")
_GONE_TEXT = gettext_lazy(
    "The paper for %(body)s, session of %(session)s, has been withdrawn. A new version may follow.\n\n%(list)s\n"
)
_ASKED = gettext_lazy("A council member asks: %(paper)s")
_ASKED_TEXT = gettext_lazy("There is a question on the paper. Everybody of the council reads your answer:\n\n%(url)s\n")
_ANSWERED = gettext_lazy("Answered: %(paper)s")
_ANSWERED_TEXT = gettext_lazy("The office has answered what you wrote on the paper:\n\n%(url)s\n")
__all__ = [
    "answer_comment",
    "ask",
    "comment_paper",
    "draft_paper",
    "issue_paper",
    "note_paper",
    "record_vote",
    "withdraw_paper",
]
