"""What people do with messages: open one; and with mails that did not arrive: try again, or note that it is settled."""

from uuid import UUID

from django.http import Http404

from accounts import audit, clock, mailbox, undelivered
from accounts.models import Message, MessageRead, OutboxMessage, User


def open_message(*, actor: User, message_id: UUID) -> Message:
    """One's own message; that it was opened, and when first, is kept. Somebody else's is Http404."""
    message = mailbox.messages_of(actor).select_related("read").filter(pk=message_id).first()
    if message is None:
        raise Http404
    if not hasattr(message, "read"):
        read = MessageRead(message=message, at=max(clock.now(), message.created_at))
        MessageRead.objects.bulk_create([read], ignore_conflicts=True)
        message = mailbox.messages_of(actor).select_related("read").get(pk=message_id)
    return message


def send_again(*, actor: User, mail_id: int) -> None:
    """Start anew with a mail that was given up: it leaves with the next run."""
    with audit.in_transaction():
        mail = _failed(actor, mail_id)
        OutboxMessage.objects.filter(pk=mail.pk).update(failed_at=None, attempts=0, not_before=None)
        _record(actor, mail, "mail.sent_again")


def settle_mail(*, actor: User, mail_id: int) -> None:
    """The recipient was told in another way: the mail is not tried again. The message stays in the mailbox."""
    with audit.in_transaction():
        mail = _failed(actor, mail_id)
        _record(actor, mail, "mail.settled")
        mail.delete()


def _failed(actor: User, mail_id: int) -> OutboxMessage:
    locked = OutboxMessage.objects.select_for_update().filter(pk=mail_id).first()
    if locked is None or mail_id not in {mail.pk for mail in undelivered.mails_for(actor, clock.now())}:
        raise Http404
    return locked


def _record(actor: User, mail: OutboxMessage, verb: str) -> None:
    """In the trail of the platform, not of the procedure: before the opening that would tell who takes part."""
    data = {"kind": mail.kind, "message": str(mail.message_id)}
    audit.record("platform", verb, actor=actor, at=clock.now(), subject=f"mail:{mail.pk}", data=data)
