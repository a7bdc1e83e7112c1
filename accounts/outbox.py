"""Outbox: an act writes its messages and mails as rows of its own transaction; `deliver` sends each mail exactly once.

Every message lies in the mailbox; whether it is mailed too is for accounts.notices and the person's consent to say.
"""

import hashlib
import logging
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet, Subquery
from django.utils import translation

from accounts import audit, clock, notices, practice
from accounts.evidence import canonical_bytes, digest
from accounts.models import Consent, Message, NotificationChoice, OutboxMessage, User
from accounts.notices import NEVER, NOW, Kind

log = logging.getLogger(__name__)
# after the first try, 1 min, 5 min, 15 min and an hour later, then hourly: 71 hours 21 minutes in all
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, *([60] * 70)))
# a sender that was killed has not marked its mail: another takes it up then, under the same Message-ID
LEASE = timedelta(minutes=5)
# what a mail server says about one mail; every other OSError says that the server cannot be reached
OF_THE_MAIL = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, SMTPNotSupportedError)


def tell(
    user: User,
    *,
    key: str,
    subject: str,
    body: str,
    at: datetime,
    kind: str = "procedure",
    url: str = "",
    chain: str = "",
    off: str = "",
) -> None:
    """One message for a person, mailed at once where its kind or the person says so; the same key is told once.

    `off` is an `off_token` for what exactly ends with one click; the other words are those of `letter`.
    """
    tell_all([letter(user, key=key, subject=subject, body=body, at=at, kind=kind, url=url, chain=chain)], off=off)


def letter(
    user: User,
    *,
    key: str,
    subject: str,
    body: str,
    at: datetime,
    kind: str = "procedure",
    url: str = "",
    chain: str = "",
) -> Message:
    """A message to be told, in the active language.

    `url` is the page it speaks of ("/tenders/12/"), `chain` its procedure ("tender:12"). Never put a price, bid text or
    file name in it.
    """
    message = Message(
        id=uuid4(),
        key=f"{key}:{user.pk}",
        recipient=user,
        kind=notices.kind_of(kind).code,
        subject=_subject(subject),
        body=unicodedata.normalize("NFC", body.replace("\r\n", "\n").strip()),
        language=(translation.get_language() or settings.LANGUAGE_CODE)[:2],
        url=url.removeprefix(settings.BASE_URL),
        chain=message_chain(chain),
        created_at=at,
    )
    message.sha256 = message_digest(message)
    return message


def tell_all(letters: list[Message], *, off: str = "") -> None:
    """Tell those of the letters whose key was not told before; several cost the statements of one."""
    Message.objects.bulk_create(letters, ignore_conflicts=True)
    kept = {*Message.objects.filter(key__in=[one.key for one in letters]).values_list("pk", flat=True)}
    queue(*(_mail_of(one, off) for one in letters if one.pk in kept and _is_mailed(one)))


def _is_mailed(message: Message) -> bool:
    sort = notices.kind_of(message.kind)
    return channel_of(message.recipient, sort) == sort.channels[0]


def _mail_of(message: Message, off: str) -> OutboxMessage:
    user, sort = message.recipient, notices.kind_of(message.kind)
    if not sort.required and not off:
        off = notices.off_token("user", f"{user.pk}:{message.kind}")
    with translation.override(user.language):
        end = notices.footer(sort, off=off, message=str(message.pk), person=True)
    text = _with_page(message.body, message.url)
    at, kind = message.created_at, message.kind
    return mail(message.key, user.email, message.subject, text, end=end, at=at, kind=kind, off=off, message=message)


def tell_address(
    email: str,
    *,
    key: str,
    subject: str,
    body: str,
    at: datetime,
    kind: str,
    off: str = "",
    headers: Mapping[str, str] | None = None,
) -> bool:
    """One mail to an address without account, in the active language; the same key is told once.

    Only with a valid Consent for the kind, except for kinds that are required. Every voluntary one can be ended with
    one click. Answers whether the address may be written to.
    """
    sort = notices.kind_of(kind)
    if not sort.required and not consents(kind, email=email).exists():
        return False
    if not sort.required and not off:
        off = notices.off_token("address", f"{kind}:{email}")
    end = notices.footer(sort, off=off)
    text = body.strip()
    queue(mail(key, email, _subject(subject), text, end=end, at=at, kind=kind, off=off, headers=headers))
    return True


def in_language_of(user: User) -> translation.override:
    """Context in which texts for this person are rendered."""
    return translation.override(user.language)


def channel_of(user: User, kind: Kind) -> str:
    """How this person gets this kind: "now" what is required; otherwise "never" (mailbox only) without consent.

    What comes unasked to a role is ended by the person's own choice only.
    """
    if kind.required:
        return NOW
    choice = NotificationChoice.objects.filter(user=user, kind=kind.code).values("channel")
    if kind.unasked and user.organizations_with(*kind.roles):
        return choice.values_list("channel", flat=True).first() or kind.channels[0]
    asked = consents(kind.code, email=user.email, user=user).annotate(channel=Subquery(choice[:1]))
    found = asked.values_list("channel", flat=True)[:1]
    return next((channel or kind.channels[0] for channel in found), NEVER)


def consents(purpose: str, *, email: str, user: User | None = None) -> QuerySet[Consent]:
    """Consents for this purpose that hold now: of the address, and of the person."""
    whose = Q(email__iexact=email)
    if user is not None:
        whose |= Q(user=user)
    return Consent.objects.filter(whose, purpose=purpose, withdrawn_at=None).order_by("given_at")


def message_digest(message: Message) -> str:
    """SHA-256 of the canonical {at, body, kind, recipient, subject} under the domain line of accounts.evidence."""
    fields = {
        "at": audit.stamp(message.created_at),
        "body": message.body,
        "kind": message.kind,
        "recipient": message.recipient_id,
        "subject": message.subject,
    }
    return digest("message", canonical_bytes(fields))


def message_chain(chain: str) -> str:
    """What is told in a practice lies in a chain of the run, so that no real mailbox shows it."""
    run = practice.current_run_id()
    return chain if run is None else f"practice:{run}"


def _subject(text: str) -> str:
    """One line: a title with a line break must not keep a mail from leaving."""
    return unicodedata.normalize("NFC", " ".join(text.split()))[:200]


def _with_page(body: str, url: str) -> str:
    """The text with the page it speaks of, unless it names it already."""
    return body if not url or url in body else f"{body}\n\n{settings.BASE_URL}{url}"


def queue(*mails: OutboxMessage) -> None:
    """Write mails to be sent; whether they may be is for `tell`, `tell_address` and accounts.digests to know."""
    if mails:
        OutboxMessage.objects.bulk_create(mails, ignore_conflicts=True)


def mail(
    key: str,
    recipient: str,
    subject: str,
    body: str,
    *,
    end: str,
    at: datetime,
    kind: str,
    off: str = "",
    message: Message | None = None,
    headers: Mapping[str, str] | None = None,
) -> OutboxMessage:
    """One mail to be queued."""
    return OutboxMessage(
        key=key,
        message=message,
        kind=kind,
        recipient=recipient,
        subject=subject,
        body=f"{body}\n\n{end}\n",
        headers={**(headers or {}), **(notices.off_headers(off) if off else {})},
        created_at=at,
        not_before=_real_moment(),
    )


def _real_moment() -> datetime | None:
    """Since when a mail of an invented time waits by the real clock; other mails wait since they were written."""
    if not clock.is_simulated():
        return None
    with clock.real():
        return clock.now()


def waiting() -> QuerySet[OutboxMessage]:
    """Mails that have neither left nor been given up."""
    return OutboxMessage.objects.filter(sent_at=None, failed_at=None)


def is_stuck(now: datetime, patience: timedelta) -> bool:
    """Whether mails do not leave: one is due for longer than that, or the server takes none for the fourth time.

    An address that its server refuses is no fault of the platform.
    """
    late = Q(not_before__lt=now - patience) | Q(not_before=None, created_at__lt=now - patience)
    refused = Q()
    for error in OF_THE_MAIL:
        refused |= Q(last_error__startswith=error.__name__)
    return waiting().filter(late | Q(attempts__gte=4) & ~refused).exists()


def deliver(limit: int = 200) -> int:
    """Send what is due; returns how many left. Safe to run twice or in parallel: each row is claimed before it is sent.

    A mail that cannot be sent waits for its next turn (RETRIES) and is given up after the last; the others do not wait
    for it. When the server itself does not answer, this run ends: nothing else is to wait for its time-outs.
    """
    now, sent = clock.now(), 0
    due = waiting().filter(_due(now)).order_by("pk").values_list("pk", flat=True)[:limit]
    for pk in list(due):
        row = _claim(pk, now)
        if row is None:
            continue
        try:
            _send(row)
        except Exception as error:  # whatever is wrong with one mail, the others must leave
            log.warning("mail %s could not be sent: %s", row.pk, type(error).__name__)
            _put_back(row, error, now)
            if isinstance(error, OSError) and not isinstance(error, OF_THE_MAIL):
                break
        else:
            changes = {"sent_at": clock.now(), "attempts": row.attempts + 1, "not_before": None, "last_error": ""}
            OutboxMessage.objects.filter(pk=pk).update(**changes)
            sent += 1
    return sent


def _due(now: datetime) -> Q:
    return Q(not_before=None) | Q(not_before__lte=now)


def _claim(pk: int, now: datetime) -> OutboxMessage | None:
    """The row, if this sender is the one that got it: one statement, which the database lets through once.

    No transaction stays open while the mail server is asked: a slow one must not hold up anybody's act.
    """
    mine = waiting().filter(_due(now), pk=pk)
    if not mine.update(not_before=now + LEASE):
        return None
    return OutboxMessage.objects.get(pk=pk)


def _send(row: OutboxMessage) -> None:
    headers = {"Auto-Submitted": "auto-generated", **row.headers, "Message-ID": message_id(row)}
    EmailMessage(row.subject, row.body, to=[row.recipient], headers=headers).send()


def message_id(row: OutboxMessage) -> str:
    """The same for every try, so that a repeated mail is recognised; another after the database was built anew."""
    name = hashlib.sha256(f"{row.pk}\n{row.key}\n{row.created_at.isoformat()}".encode()).hexdigest()[:32]
    return f"<{name}@{urlsplit(settings.BASE_URL).hostname or 'localhost'}>"


def _put_back(row: OutboxMessage, error: Exception, now: datetime) -> None:
    changes: dict[str, Any] = {"attempts": row.attempts + 1, "last_error": f"{type(error).__name__}: {error}"[:300]}
    if row.attempts < len(RETRIES):
        changes["not_before"] = now + RETRIES[row.attempts]
    else:
        changes |= {"failed_at": now, "not_before": None}
    OutboxMessage.objects.filter(pk=row.pk).update(**changes)
