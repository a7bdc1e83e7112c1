"""Mails of the morning: what came in since yesterday for those who want one mail a day, and what there is to do."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import desk, notices, outbox
from accounts.models import Consent, Message, NotificationChoice, OutboxMessage, User
from accounts.notices import DAILY, Kind

MORNING = time(6)
LOOKS_BACK = timedelta(days=31)
MOST = 100
A_DAY = 86_400
DAILY_MAIL = Kind("daily", gettext_lazy("one mail a day, with everything new"))


def send(now: datetime) -> int:
    """From six in the morning on; returns how many people got a mail. Safe to run at any time and twice."""
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    if today.time() < MORNING:
        return 0
    return _send_news(now, today.date()) + _send_tasks(now, today.date())


def _send_news(now: datetime, day: date) -> int:
    """One mail per person with the unread messages of the kinds wanted once a day. Two queries when nothing is new."""
    found: dict[User, list[Message]] = {}
    for message in _wanted_daily(now):
        found.setdefault(message.recipient, []).append(message)
    last = _last_digests(found, day)
    count = 0
    for person, messages in found.items():
        since = last.get(person.pk)
        fresh = [message for message in messages if since is None or message.created_at > since]
        if fresh and (since is None or localtime(since, ZoneInfo(settings.TIME_ZONE)).date() < day):
            _queue_news(person, fresh, now, day)
            count += 1
    return count


def _wanted_daily(now: datetime) -> Iterable[Message]:
    """Unread messages that came after their reader chose one mail a day for their kind, and has not taken it back."""
    chosen = NotificationChoice.objects.filter(user=OuterRef("recipient"), kind=OuterRef("kind"), channel=DAILY)
    agreed = Consent.objects.filter(
        Q(user=OuterRef("recipient")) | Q(email=OuterRef("recipient__email")),
        purpose=OuterRef("kind"),
        withdrawn_at=None,
    )
    messages = Message.objects.filter(created_at__gt=now - LOOKS_BACK, read=None, recipient__is_active=True)
    messages = messages.exclude(chain__startswith="practice:").exclude(kind="digest")
    messages = messages.filter(Exists(chosen.filter(changed_at__lte=OuterRef("created_at"))), Exists(agreed))
    return messages.select_related("recipient").defer("body").order_by("recipient", F("created_at"), "id")


def _last_digests(people: Iterable[User], day: date) -> dict[int, datetime]:
    """When each of these people got the last mail of this sort."""
    days = [day - timedelta(days=number) for number in range(LOOKS_BACK.days + 1)]
    keys = [_key(person.pk, one) for person in people for one in days]
    rows = OutboxMessage.objects.filter(key__in=keys).order_by("created_at") if keys else []
    return {int(row.key.split(":")[1]): row.created_at for row in rows}


def _key(person_id: int, day: date) -> str:
    return f"daily:{person_id}:{day.isoformat()}"


def _queue_news(person: User, messages: list[Message], now: datetime, day: date) -> None:
    off = notices.off_token("daily", str(person.pk))
    with outbox.in_language_of(person):
        number = len(messages)
        subject = ngettext("%(n)s new message", "%(n)s new messages", number) % {"n": number}
        lines = [f"{message.subject}\n{_address('message', str(message.pk))}" for message in messages[:MOST]]
        if number > MOST:
            lines.append(_address("mailbox"))
        end = notices.footer(DAILY_MAIL, off=off, person=True)
        key, text = _key(person.pk, day), "\n\n".join(lines)
        outbox.queue(outbox.mail(key, person.email, subject, text, end=end, at=now, kind="daily", off=off))


def _send_tasks(now: datetime, day: date) -> int:
    """What there is to do, for those who asked for it; people without a task hear nothing."""
    agreed = Consent.objects.filter(user=OuterRef("pk"), purpose="digest", withdrawn_at=None)
    told = Message.objects.filter(recipient=OuterRef("pk"), kind="digest", created_at__gte=_start(day))
    count = 0
    for person in User.objects.filter(Exists(agreed), ~Exists(told), is_active=True):
        if cache.add(f"tasks-mail:{person.pk}:{day}", True, A_DAY):  # once a day each desk is asked, also an empty one
            count += _tell_tasks(person, now, day)
    return count


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))


def _tell_tasks(person: User, now: datetime, day: date) -> int:
    with outbox.in_language_of(person):
        tasks = [task for task in desk.tasks_of(person, now) if not (task.offer or task.waits)]
        if not tasks:
            return 0
        subject = ngettext("%(n)s thing to do", "%(n)s things to do", len(tasks)) % {"n": len(tasks)}
        body = "\n\n".join(_line(task, now) for task in tasks[:MOST])
        key = f"tasks:{day.isoformat()}"
        outbox.tell(person, key=key, subject=str(subject), body=body, at=now, kind="digest", url=reverse("desk"))
    return 1


def _line(task: desk.Task, now: datetime) -> str:
    text = str(task.title)
    if task.due:
        due = date_format(localtime(task.due), "SHORT_DATETIME_FORMAT")
        text += "\n" + (_("Overdue since %(when)s") if task.due <= now else _("Due %(when)s")) % {"when": due}
    return f"{text}\n{settings.BASE_URL}{task.url}" if task.url else text


def _address(name: str, *arguments: str) -> str:
    return settings.BASE_URL + reverse(name, args=arguments)


def _describe(person_id: str) -> str | None:
    return str(DAILY_MAIL.label)


def _stop(person_id: str, now: datetime) -> None:
    """Every kind the person wanted once a day lies in the mailbox only from now on."""
    from accounts.actions.consent import switch_off

    choices = NotificationChoice.objects.filter(user_id=int(person_id), channel=DAILY).values_list("kind", flat=True)
    for kind in list(choices):
        switch_off(int(person_id), kind, now)


notices.offs["daily"] = notices.Off(_describe, _stop)
