"""Mails: written with their act, told once, sent once, never lost."""

import threading
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from accounts import clock, due, outbox
from accounts.models import OutboxMessage
from tests.factories import make_user


def tell(key: str = "act:1") -> Any:
    user = make_user()
    outbox.tell(user, key=key, subject="Subject", body="Body", at=clock.now())
    return user


class Broken(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise OSError("the mail server does not answer")


@pytest.mark.django_db
def test_a_mail_is_sent_exactly_once() -> None:
    user = tell()
    assert [outbox.deliver(), outbox.deliver()] == [1, 0]
    assert [message.to for message in mail.outbox] == [[user.email]]


@pytest.mark.django_db
def test_the_same_is_told_once() -> None:
    user = tell()
    outbox.tell(user, key="act:1", subject="Subject", body="Body", at=clock.now())
    assert OutboxMessage.objects.count() == 1


@pytest.mark.django_db
def test_an_act_that_fails_writes_no_mail() -> None:
    def act() -> None:
        with transaction.atomic():
            tell()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert outbox.deliver() == 0


@pytest.mark.django_db
def test_a_mail_server_that_is_down_delays_a_mail_and_loses_none(settings) -> None:
    tell()
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Broken"
    assert due.run()["mails sent"] is None
    settings.EMAIL_BACKEND = working
    assert due.run()["mails sent"] == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_repeated_mail_is_recognisable_by_its_id() -> None:
    tell()
    outbox.deliver()
    OutboxMessage.objects.update(sent_at=None)
    outbox.deliver()
    first, second = (message.extra_headers["Message-ID"] for message in mail.outbox)
    assert first == second


@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_each_mail_once() -> None:
    for number in range(8):
        tell(f"act:{number}")
    barrier = threading.Barrier(4)

    def send() -> None:
        barrier.wait()
        outbox.deliver()
        connection.close()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(mail.outbox) == 8
    assert not OutboxMessage.objects.filter(sent_at=None).exists()


@pytest.mark.django_db
def test_a_broken_job_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(now: object) -> int:
        raise ValueError

    monkeypatch.setattr(due, "jobs", [due.Job("broken", broken), due.Job("mails sent", due.send_mails)])
    tell()
    assert due.run() == {"broken": None, "mails sent": 1}
