"""Letters to all bidders of the decided lots: sent at once and kept; the days before the contract begin."""

from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, clock, outbox
from accounts.decision import refuse
from accounts.holders import holders
from accounts.lifecycle import PROVIDER_ROLES
from accounts.models import Message, User
from evaluation.actions.access import begin
from evaluation.award_rules import lots_without_letters, wait_of
from evaluation.letters import Draft, compose
from evaluation.lifecycle import FILE_READERS
from evaluation.models import EvaluationRun, Letter, LetterDispatch, LetterKind, StandstillNotice
from evaluation.results import latest
from tendering.models import Lot, Tender


def send_letters(*, actor: User, tender_id: int) -> StandstillNotice:
    """Write to every bidder of the lots that have been awarded since the last letters; starts the standstill.

    Refused when there is nothing to tell, or a bidder has nobody left who could read it.
    """
    with audit.in_transaction():
        tender, now = begin(actor, tender_id, "send_letters")
        lots, run = lots_without_letters(tender), latest(tender)
        if not lots or run is None:
            refuse("letters_sent", _("All bidders have been told about every lot that has been awarded."))
        notice = _notice(actor, tender, lots, now)
        letters = [_send(tender, notice, draft, now) for draft in drafts(tender, run, lots, now)]
        data = {
            "notice": notice.pk,
            "letters": [[str(letter.pk), letter.sha256] for letter in letters],
            "earliest": notice.earliest_contract_date.isoformat(),
            "days": notice.days,
        }
        audit.record(tender.chain, "letters.sent", actor=actor, at=now, data=data)
    return notice


def drafts(tender: Tender, run: EvaluationRun, lots: list[Lot], at: datetime) -> list[Draft]:
    """The letters as they would leave at this moment."""
    return compose(tender, run, lots, wait_of(tender, at))


def _notice(actor: User, tender: Tender, lots: list[Lot], now: datetime) -> StandstillNotice:
    wait = wait_of(tender, now)
    notice = StandstillNotice(
        tender=tender, sent_at=now, sent_by=actor, days=wait.days, earliest_contract_date=wait.earliest,
        ends_at=wait.ends_at, working_days=wait.working_days, source=wait.source,
    )  # fmt: skip
    notice.full_clean()
    notice.save()
    notice.lots.set(lots)
    return notice


def _send(tender: Tender, notice: StandstillNotice, draft: Draft, now: datetime) -> Letter:
    letter = Letter(
        notice=notice, tender=tender, bid=draft.bid, company=draft.bid.company, kind=draft.kind,
        language=draft.language, content=draft.content, sha256=draft.sha256, sent_at=now,
    )  # fmt: skip
    letter.full_clean()
    letter.save()
    for person in holders(draft.bid.company, PROVIDER_ROLES, now).order_by("pk"):
        message = _tell(person, tender, letter, now)
        LetterDispatch.objects.create(letter=letter, recipient=person, message=message, sent_at=now)
    return letter


_WON = gettext_lazy("Your bid wins: %(title)s")
_RESULT = gettext_lazy("Result of the procedure: %(title)s")
_BODY = gettext_lazy("The buyer has decided and writes to you. Sign in to read the letter.")


def _tell(person: User, tender: Tender, letter: Letter, now: datetime) -> Message | None:
    """The letter itself stays on the platform: the mail says only that it is there."""
    key = f"letter:{letter.pk}"
    with outbox.in_language_of(person):
        subject = str(_WON if letter.kind == LetterKind.WINNER else _RESULT) % {"title": tender.title}
        outbox.tell(
            person, key=key, kind="award_letter", subject=subject, body=str(_BODY), at=now,
            url=f"/letters/{letter.pk}/", chain=tender.chain,
        )  # fmt: skip
    return Message.objects.filter(key=f"{key}:{person.pk}").first()


def note_reading(*, actor: User, letter_id: UUID) -> None:
    """A recipient opened the letter: the first time counts, whoever else reads it leaves no mark."""
    now = clock.now()
    LetterDispatch.objects.filter(letter=letter_id, recipient=actor, read_at=None).update(read_at=now)


def letter_for(actor: User, letter_id: UUID) -> Letter:
    """A letter of the own company, or of the own municipality's procedure for office and audit; else Http404."""
    letter = Letter.objects.select_related("tender__buyer", "company", "notice", "bid").filter(pk=letter_id).first()
    if letter is None or not (_is_recipient(actor, letter) or _is_office(actor, letter)):
        raise Http404
    return letter


def _is_recipient(actor: User, letter: Letter) -> bool:
    return actor.has_role(letter.company_id, *PROVIDER_ROLES)


def _is_office(actor: User, letter: Letter) -> bool:
    return actor.has_role(letter.tender.buyer_id, *FILE_READERS)
