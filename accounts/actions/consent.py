"""Who may be written to: consent given and taken back, with time and way; rows stay as evidence."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _

from accounts import audit, clock, notices
from accounts.models import Consent, NotificationChoice, User
from accounts.notices import NEVER
from accounts.outbox import consents


def choose_channels(*, actor: User, channels: Mapping[str, str]) -> None:
    """How the person wants each kind ({code: "now" | "daily" | "never"}); a mail chosen is a consent given.

    Raises ValidationError by kind for what is required, unknown or not offered.
    """
    with audit.in_transaction():
        now, changed = clock.now(), {}
        if faults := {code: _("Choose one of the answers.") for code in channels if not _is_offered(code, channels)}:
            raise ValidationError(faults)
        for code, channel in channels.items():
            if _choose(actor, code, channel, now):
                changed[code] = channel
        if changed:
            audit.record("platform", "notices.chosen", actor=actor, at=now, subject=f"user:{actor.pk}", data=changed)


def _is_offered(code: str, channels: Mapping[str, str]) -> bool:
    kind = notices.kinds.get(code)
    return kind is not None and not kind.required and channels[code] in kind.channels


def _choose(person: User, code: str, channel: str, now: datetime) -> bool:
    """Whether anything changed."""
    kind = notices.kind_of(code)
    before = NotificationChoice.objects.filter(user=person, kind=code).values_list("channel", flat=True).first()
    agreed = consents(code, email=person.email, user=person).exists()
    shown = before or (kind.channels[0] if agreed else NEVER)
    is_known = before is not None or not kind.unasked  # what comes unasked is ended, or asked for, by a row of its own
    if is_known and shown == channel and agreed == (channel != NEVER):
        return False
    NotificationChoice.objects.update_or_create(
        user=person, kind=code, defaults={"channel": channel, "changed_at": now}
    )
    if channel == NEVER:
        withdraw_consent(email=person.email, user=person, purpose=code, how="settings", at=now)
    else:
        give_consent(email=person.email, user=person, purpose=code, how="settings", at=now)
    return True


def give_consent(*, email: str, purpose: str, how: str, at: datetime, user: User | None = None) -> bool:
    """The address may be written to from now on; a consent that holds already stays as it is. True when it is new."""
    if consents(purpose, email=email, user=user).exists():
        return False
    row = Consent(email=email.lower(), user=user, purpose=purpose, given_at=at, given_how=how)
    row.full_clean(validate_constraints=False)
    return bool(Consent.objects.bulk_create([row], ignore_conflicts=True))


def withdraw_consent(*, email: str, purpose: str, how: str, at: datetime, user: User | None = None) -> int:
    """No mail of this kind any more; the rows stay with the time."""
    return consents(purpose, email=email, user=user).update(withdrawn_at=at, withdrawn_how=how)


def asked_for(*, actor: User, purpose: str, how: str, at: datetime) -> None:
    """The person asked for this very mail, which is a consent, unless "mailbox only" was chosen for the kind."""
    if not NotificationChoice.objects.filter(user=actor, kind=purpose, channel=NEVER).exists():
        give_consent(email=actor.email, user=actor, purpose=purpose, how=how, at=at)


def what_ends(token: str) -> str:
    """What a one-click address ends, in words; Http404 for one that was not made here or speaks of nothing."""
    what, who = _read(token)
    if what in notices.offs:
        name = notices.offs[what].describe(who)
    else:
        name = str(notices.kinds[_kind_in(what, who)].label)
    if name is None:
        raise Http404
    return name


def unsubscribe(*, token: str) -> str:
    """End it, whoever holds the link; doing it twice is the same. Answers what has ended, in words."""
    name = what_ends(token)
    what, who = _read(token)
    with audit.in_transaction():
        now = clock.now()
        if what == "user":
            switch_off(int(who.partition(":")[0]), _kind_in(what, who), now)
        elif what == "address":
            kind, _colon, email = who.partition(":")
            withdraw_consent(email=email, purpose=kind, how="link", at=now)
        else:
            notices.offs[what].stop(who, now)
        audit.record("platform", "notices.ended", actor=None, at=now, data={"what": what})
    return name


def switch_off(person_id: int, kind: str, now: datetime) -> None:
    """The kind lies in the person's mailbox only, and the consent is taken back by a link."""
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        return
    choice = {"channel": NEVER, "changed_at": now}
    NotificationChoice.objects.update_or_create(user=person, kind=kind, defaults=choice)
    withdraw_consent(email=person.email, user=person, purpose=kind, how="link", at=now)


def _read(token: str) -> tuple[str, str]:
    found = notices.read_off_token(token)
    if found is None or (found[0] not in notices.offs and _kind_in(*found) not in notices.kinds):
        raise Http404
    return found


def _kind_in(what: str, who: str) -> str:
    """The kind in "12:reminder" (a person) or "reminder:a@b.example" (an address)."""
    head, _colon, tail = who.partition(":")
    return tail if what == "user" else head
