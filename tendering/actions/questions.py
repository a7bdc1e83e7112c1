"""Questions of bidders and the answers to all. Who asked is stored for the answer's mail and shown to nobody."""

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, outbox
from accounts.decision import refuse, require
from accounts.holders import holders
from accounts.lifecycle import Role
from accounts.models import Organization, User
from tendering.actions.access import act_on, address, page_of, see
from tendering.actions.audience import tell_audience
from tendering.lifecycle import decide_ask
from tendering.models import Question, Tender

LONGEST = 5_000


def ask_question(*, actor: User, company: Organization, tender_id: int, text: str) -> Question:
    """A bidder asks for its company, while the question period runs."""
    with audit.in_transaction():
        tender, now = see(tender_id, actor)
        if not actor.has_role(company.pk, Role.BIDDER, Role.BIDDER_ADMIN):
            refuse("not_your_role", gettext_lazy("Only a bidder of this company can ask for it."), 403)
        require(decide_ask(tender.status(now), tender.enquiry_period_end, now))
        question = Question(tender=tender, asked_at=now, asked_by=company, text=_text(text, "text"))
        question.full_clean()
        question.save()
        _tell_officers(tender, question)
        # the trail is read by auditors of the buyer: it names the question, not the asker
        audit.record(tender.chain, "question.asked", actor=None, at=now, subject=f"question:{question.pk}")
    return question


def answer_question(*, actor: User, question_id: int, text: str) -> Question:
    """Answer once, to everybody."""
    tender_id = Question.objects.filter(pk=question_id).values_list("tender_id", flat=True).first()
    if tender_id is None:
        raise Http404
    with audit.in_transaction():
        tender, now = act_on(tender_id, actor, "answer")
        question = Question.objects.get(pk=question_id)
        if question.answered_at:
            refuse("already_answered", gettext_lazy("This question has been answered already."))
        question.answer, question.answered_at, question.answered_by = _text(text, "answer"), now, actor
        question.full_clean()
        question.save()
        tell_audience(
            tender, now, f"answer:{question.pk}", "question_answered",
            gettext_lazy("New answer: %(title)s"),
            gettext_lazy("A question about this tender has been answered:\n%(address)s"),
            {"title": tender.title, "address": address(tender)},
        )  # fmt: skip
        audit.record(tender.chain, "question.answered", actor=actor, at=now, subject=f"question:{question.pk}")
    return question


def _text(text: str, field: str) -> str:
    text = text.strip()
    if not text:
        raise ValidationError({field: _("Write a text.")})
    if len(text) > LONGEST:
        raise ValidationError({field: _("Write at most %(number)s characters.") % {"number": LONGEST}})
    return text


def _tell_officers(tender: Tender, question: Question) -> None:
    for officer in holders(tender.buyer_id, [Role.OFFICER], question.asked_at):
        with outbox.in_language_of(officer):
            outbox.tell(
                officer,
                key=f"tender:{tender.pk}:question:{question.pk}",
                subject=_("New question: %(title)s") % {"title": tender.title},
                body=address(tender),
                at=question.asked_at,
                kind="question_asked",
                url=f"{page_of(tender)}questions/",
                chain=tender.chain,
            )
