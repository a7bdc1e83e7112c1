"""Following a search or a tender by mail, with or without an account; remembering a tender with note and reminder."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, clock, notices, outbox, practice
from accounts.actions.consent import asked_for, give_consent, withdraw_consent
from accounts.decision import refuse
from accounts.models import User
from tendering.models import Bookmark, Subscription, Tender

UNCONFIRMED = timedelta(days=7)
MOST_UNCONFIRMED = 5
MOST_PER_ADDRESS = 50
MOST_BOOKMARKS = 200
MORNING = timedelta(hours=6)  # a reminder comes when the day has begun for people, not at midnight
_SALT = "confirm-subscription"


def ask_to_follow(
    *, email: str, query: str = "", name: str = "", tender: Tender | None = None, frequency: str, language: str
) -> None:
    """Somebody names an address: it gets one mail with a link, and nothing else until the link is used.

    Nobody learns whether the address is known, follows already or has been named too often: the answer is the same.
    """
    address = email.strip().lower()
    validate_email(address)
    _stop_in_practice()
    with audit.in_transaction():
        now = clock.now()
        found = _running(address, query, tender)
        if found is not None and found.confirmed_at:
            return
        if found is None:
            waiting = Subscription.objects.filter(email=address, confirmed_at=None, stopped_at=None)
            if waiting.count() >= MOST_UNCONFIRMED or _is_full(address):
                return
            found = _new(address, None, query, name, tender, frequency, language, now)
        else:
            Subscription.objects.filter(pk=found.pk).update(frequency=frequency, created_at=now)
        _send_link(found, now)


def follow(
    *, actor: User, query: str = "", name: str = "", tender: Tender | None = None, frequency: str = "now"
) -> Subscription:
    """A signed-in person follows with the own address: no link is needed. Doing it twice is the same."""
    _stop_in_practice()
    with audit.in_transaction():
        now = clock.now()
        found = _running(actor.email, query, tender)
        if found is None:
            if _is_full(actor.email):
                refuse("too_many", _("You follow %(n)s searches and tenders. End one first.") % {"n": MOST_PER_ADDRESS})
            found = _new(actor.email, actor, query, name, tender, frequency, actor.language, now)
        if found.confirmed_at is None or found.user_id is None:
            confirmed = found.confirmed_at or now
            found.user, found.confirmed_at, found.frequency = actor, confirmed, frequency
            found.last_sent_at = found.last_sent_at or now
            found.save(update_fields=["user", "confirmed_at", "frequency", "last_sent_at"])
        asked_for(actor=actor, purpose=_kind(found), how="signed_in", at=now)
    return found


def confirm_subscription(*, token: str) -> Subscription:
    """The link in the mail was used: from now on the address is written to. Using it twice is the same."""
    found = named_in(token)
    with audit.in_transaction():
        now = clock.now()
        found = Subscription.objects.select_for_update().get(pk=found.pk)
        if found.confirmed_at is None:
            found.confirmed_at = found.last_sent_at = now
            found.save(update_fields=["confirmed_at", "last_sent_at"])
            give_consent(email=found.email, purpose=_kind(found), how="link", at=now)
    return found


def named_in(token: str) -> Subscription:
    """The subscription a confirmation link speaks of; Http404 when it is forged, older than a week or ended."""
    try:
        key = signing.loads(token, salt=_SALT, max_age=UNCONFIRMED)
    except signing.BadSignature:
        raise Http404 from None
    found = Subscription.objects.select_related("tender").filter(pk=key, stopped_at=None).first()
    if found is None:
        raise Http404
    return found


def change_frequency(*, actor: User, subscription_id: UUID, frequency: str) -> None:
    """How often mails come. Raises ValidationError for an unknown word."""
    with audit.in_transaction():
        found = _own(actor, subscription_id)
        found.frequency = frequency
        found.full_clean(validate_constraints=False)
        found.save(update_fields=["frequency"])


def stop_following(*, actor: User, subscription_id: UUID) -> None:
    """End one of one's own subscriptions."""
    with audit.in_transaction():
        _stop(_own(actor, subscription_id), clock.now())


def stop_by_link(subscription_id: str, at: datetime) -> None:
    """End it, whoever holds the link (accounts.notices.Off)."""
    if found := Subscription.objects.filter(pk=subscription_id, stopped_at=None).first():
        _stop(found, at)


def describe_followed(subscription_id: str) -> str | None:
    """What is followed, in words (accounts.notices.Off)."""
    found = Subscription.objects.select_related("tender").filter(pk=subscription_id).first()
    return followed(found) if found else None


def followed(subscription: Subscription) -> str:
    """What a subscription follows, in words."""
    if subscription.tender is not None:
        return _("Changes of the tender: %(title)s") % {"title": subscription.tender.title}
    return _("New tenders: %(search)s") % {"search": subscription.name or _("all")}


def forget_unconfirmed(now: datetime) -> int:
    """Addresses that never used their link are deleted after a week."""
    old = Subscription.objects.filter(confirmed_at=None, created_at__lt=now - UNCONFIRMED)
    return old.delete()[0]


def tell_follower(*, subscription_id: UUID, since: datetime, until: datetime, letters: Sequence[dict[str, Any]]) -> int:
    """Write what was found in (since, until]: {"key", "subject", "body", "url", "chain"} each, and once.

    Returns the number of letters; 0 when another run was here before or the subscription has ended.
    """
    with audit.in_transaction():
        found = Subscription.objects.select_for_update().filter(pk=subscription_id, stopped_at=None).first()
        if found is None or found.last_sent_at != since:
            return 0
        Subscription.objects.filter(pk=found.pk).update(last_sent_at=until)
        for letter in letters:
            _tell(found, until, **letter)
    return len(letters)


def _tell(found: Subscription, at: datetime, *, key: str, subject: str, body: str, url: str, chain: str) -> None:
    off = notices.off_token("subscription", str(found.pk))
    key = f"follow:{found.pk.hex}:{key}"
    if found.user is not None and found.user.is_active:
        outbox.tell(
            found.user, key=key, subject=subject, body=body, at=at, kind=_kind(found), url=url, chain=chain, off=off
        )
    elif found.user is None:
        outbox.tell_address(found.email, key=key, subject=subject, body=body, at=at, kind=_kind(found), off=off)


def served(subscriptions: Sequence[UUID], until: datetime) -> None:
    """Nothing was found for these up to this moment."""
    Subscription.objects.filter(pk__in=subscriptions, last_sent_at__lt=until).update(last_sent_at=until)


def remember_tender(*, actor: User, tender: Tender, note: str = "", remind_on: date | None = None) -> Bookmark:
    """Keep an eye on a tender, with a note and a day of reminder; both may be changed at any time."""
    with audit.in_transaction():
        now = clock.now()
        if Bookmark.objects.filter(user=actor).exclude(tender=tender).count() >= MOST_BOOKMARKS:
            refuse("too_many", _("You remember %(n)s tenders. Take one away first.") % {"n": MOST_BOOKMARKS})
        if remind_on and remind_on <= _today(now):
            raise ValidationError({"remind_on": _("Choose a day after today.")})
        found = Bookmark.objects.filter(user=actor, tender=tender).first()
        found = found or Bookmark(user=actor, tender=tender, created_at=now)
        found.note, found.remind_on, found.seen_at = " ".join(note.split()), remind_on, now
        found.full_clean(validate_constraints=False)
        found.save()
        if remind_on:
            asked_for(actor=actor, purpose="reminder", how="reminder", at=now)
    return found


def forget_tender(*, actor: User, tender_id: int) -> None:
    """Take the bookmark away, with its note; doing it twice is the same."""
    Bookmark.objects.filter(user=actor, tender_id=tender_id).delete()


def remind(now: datetime) -> int:
    """Reminders whose morning has come, each once; nothing is said about a tender the person may no longer see."""
    due = Bookmark.objects.filter(remind_on__lte=_today(now - MORNING), user__is_active=True).select_related("user")
    return sum(_remind(bookmark.pk, bookmark.user, now) for bookmark in due)


def _remind(bookmark_id: int, person: User, now: datetime) -> int:
    with audit.in_transaction():
        bookmark = (
            Bookmark.objects.select_for_update().filter(pk=bookmark_id, remind_on__lte=_today(now - MORNING)).first()
        )
        if bookmark is None:
            return 0
        tender = Tender.objects.visible_to(person, now).filter(pk=bookmark.tender_id).first()
        day, bookmark.remind_on = bookmark.remind_on, None
        bookmark.save(update_fields=["remind_on"])
        if tender is None or day is None:
            return 0
        page = f"/tenders/{tender.pk}/"
        with outbox.in_language_of(person):
            subject = _("Reminder: %(title)s") % {"title": tender.title}
            body = "\n\n".join(filter(None, [_("You wanted to be reminded of this tender."), bookmark.note]))
            key = f"reminder:{bookmark.pk}:{day.isoformat()}"
            outbox.tell(
                person, key=key, subject=subject, body=body, at=now, kind="reminder", url=page, chain=tender.chain
            )
    return 1


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def _stop_in_practice() -> None:
    if practice.current_run_id() is not None:
        refuse("practice", _("In a practice nothing is mailed, so there is nothing to subscribe to."))


def _running(email: str, query: str, tender: Tender | None) -> Subscription | None:
    same = Subscription.objects.select_for_update().filter(email__iexact=email, stopped_at=None)
    return same.filter(tender=tender).first() if tender else same.filter(tender=None, query=query).first()


def _is_full(email: str) -> bool:
    return Subscription.objects.filter(email__iexact=email, stopped_at=None).count() >= MOST_PER_ADDRESS


def _new(
    email: str, user: User | None, query: str, name: str, tender: Tender | None, frequency: str, language: str,
    now: datetime,
) -> Subscription:  # fmt: skip
    row = Subscription(
        email=email.lower(), user=user, tender=tender, query=query, name=name[:200], frequency=frequency,
        language=language, created_at=now,
    )  # fmt: skip
    row.full_clean()
    row.save()
    return row


def _send_link(found: Subscription, now: datetime) -> None:
    """At most one a day, however often the address is named."""
    link = settings.BASE_URL + reverse("subscription_confirm", args=[signing.dumps(str(found.pk), salt=_SALT)])
    with translation.override(found.language):
        body = _("%(what)s\n\nUse this link within seven days if you want these mails:\n%(link)s")
        outbox.tell_address(
            found.email,
            key=f"confirm:{found.pk.hex}:{now.date().isoformat()}",
            subject=_("Please confirm: %(what)s") % {"what": followed(found)},
            body=body % {"what": followed(found), "link": link},
            at=now,
            kind="confirm_address",
        )


def _own(actor: User, subscription_id: UUID) -> Subscription:
    found = Subscription.objects.select_for_update().filter(pk=subscription_id, stopped_at=None).first()
    if found is None or (found.user_id != actor.pk and found.email.lower() != actor.email.lower()):
        raise Http404
    return found


def _stop(found: Subscription, at: datetime) -> None:
    """The consent ends with the last subscription of its sort."""
    Subscription.objects.filter(pk=found.pk).update(stopped_at=at)
    left = Subscription.objects.filter(email__iexact=found.email, stopped_at=None, confirmed_at__isnull=False)
    if not left.filter(tender__isnull=found.tender_id is None).exists():
        withdraw_consent(email=found.email, user=found.user, purpose=_kind(found), how="stopped", at=at)


def _kind(found: Subscription) -> str:
    return "saved_search" if found.tender_id is None else "tender_changes"
