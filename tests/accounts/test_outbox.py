"""Mails: written with their act, told once, sent once, tried for three days, never lost."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.conf import settings as product
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from accounts import clock, due, outbox
from accounts.models import Message, OutboxMessage
from tests.factories import make_user


def tell(key: str = "act:1", **fields: Any) -> Any:
    user = make_user()
    outbox.tell(user, key=key, subject="Subject", body="Body", at=clock.now(), **fields)
    return user


class Broken(BaseEmailBackend):
    def send_messages(self, email_messages: Any) -> int:
        raise OSError("the mail server does not answer")


class Picky(BaseEmailBackend):
    """Takes every mail but those to the first person told."""

    refused = ""

    def send_messages(self, email_messages: Any) -> int:
        for message in email_messages:
            if message.to == [self.refused]:
                raise SMTPRecipientsRefused({self.refused: (550, b"no such user")})
            mail.outbox.append(message)
        return len(email_messages)


@pytest.mark.django_db
def test_a_mail_is_sent_exactly_once() -> None:
    user = tell()
    assert [outbox.deliver(), outbox.deliver()] == [1, 0]
    assert [message.to for message in mail.outbox] == [[user.email]]


@pytest.mark.django_db
def test_the_same_is_told_once() -> None:
    user = tell()
    outbox.tell(user, key="act:1", subject="Subject", body="Body", at=clock.now())
    assert (OutboxMessage.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_an_act_that_fails_writes_no_mail_and_no_message() -> None:
    def act() -> None:
        with transaction.atomic():
            tell()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert outbox.deliver() == 0
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_a_mail_server_that_is_down_delays_a_mail_and_loses_none(settings) -> None:
    tell()
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Broken"
    assert due.run()["mails sent"] == 0
    settings.EMAIL_BACKEND = working
    with clock.simulated(clock.now() + timedelta(minutes=1)):
        assert due.run()["mails sent"] == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_mail_is_tried_for_three_days_and_then_given_up(settings) -> None:
    tell()
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    start, pauses = clock.now(), []
    moment = start
    while not OutboxMessage.objects.get().failed_at:
        with clock.simulated(moment):
            assert outbox.deliver() == 0
        row = OutboxMessage.objects.get()
        if row.not_before:
            with clock.simulated(row.not_before - timedelta(seconds=1)):
                outbox.deliver()  # too early: nothing is tried
            assert OutboxMessage.objects.get().attempts == row.attempts
            pauses.append(row.not_before - moment)
            moment = row.not_before
    assert [pause // timedelta(minutes=1) for pause in pauses[:6]] == [1, 5, 15, 60, 60, 60]
    assert set(pauses[3:]) == {timedelta(hours=1)}
    assert timedelta(hours=71) < moment - start <= timedelta(hours=72)
    row = OutboxMessage.objects.get()
    assert (row.attempts, row.sent_at, row.last_error.split(":")[0]) == (len(pauses) + 1, None, "OSError")
    with clock.simulated(moment + timedelta(days=30)):
        assert outbox.deliver() == 0


@pytest.mark.django_db
def test_an_address_that_is_refused_holds_up_nobody_else(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    unlucky, lucky = tell("act:1"), tell("act:2")
    monkeypatch.setattr(Picky, "refused", unlucky.email)
    settings.EMAIL_BACKEND = f"{__name__}.Picky"
    assert outbox.deliver() == 1
    assert [message.to for message in mail.outbox] == [[lucky.email]]
    assert OutboxMessage.objects.get(recipient=unlucky.email).last_error.startswith("SMTPRecipientsRefused")


@pytest.mark.django_db
def test_a_server_that_does_not_answer_is_asked_once_per_run(settings) -> None:
    tell("act:1"), tell("act:2")
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    outbox.deliver()
    assert sorted(OutboxMessage.objects.values_list("attempts", flat=True)) == [0, 1]


@pytest.mark.django_db
def test_mails_count_as_stuck_when_none_leaves_and_not_for_one_wrong_address(settings) -> None:
    now, patience = clock.now(), timedelta(minutes=15)
    tell()
    assert not outbox.is_stuck(now, patience)
    assert outbox.is_stuck(now + timedelta(minutes=16), patience)
    later = {"not_before": now + timedelta(hours=1), "attempts": 4}
    OutboxMessage.objects.update(**later, last_error="OSError: no answer")
    assert outbox.is_stuck(now, patience)
    OutboxMessage.objects.update(last_error="SMTPRecipientsRefused: 550")
    assert not outbox.is_stuck(now, patience)


@pytest.mark.django_db
def test_mails_of_an_invented_time_wait_since_they_were_written() -> None:
    with clock.simulated(clock.now() - timedelta(days=200)):
        tell()
    assert not outbox.is_stuck(clock.now(), timedelta(minutes=15))
    assert outbox.deliver() == 1


@pytest.mark.django_db
def test_a_repeated_mail_is_recognisable_by_its_id() -> None:
    tell()
    outbox.deliver()
    OutboxMessage.objects.update(sent_at=None)
    outbox.deliver()
    first, second = (message.extra_headers["Message-ID"] for message in mail.outbox)
    assert first == second


@pytest.mark.django_db
def test_a_line_break_in_a_title_does_not_keep_a_mail_from_leaving() -> None:
    user = make_user()
    outbox.tell(user, key="k", subject="New:\nBcc: all@town.example", body="Body", at=clock.now())
    assert outbox.deliver() == 1
    assert mail.outbox[0].subject == "New: Bcc: all@town.example"


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


@pytest.mark.django_db(transaction=True)
def test_two_acts_that_tell_the_same_at_once_tell_it_once() -> None:
    user, barrier = make_user(), threading.Barrier(2)

    def act() -> None:
        barrier.wait()
        with transaction.atomic():
            outbox.tell(user, key="same", subject="Subject", body="Body", at=clock.now())
        connection.close()

    acts = [threading.Thread(target=act) for _ in range(2)]
    for thread in acts:
        thread.start()
    for thread in acts:
        thread.join()
    assert (OutboxMessage.objects.count(), Message.objects.count()) == (1, 1)


SENDER = """
import os, signal, sys
import django
from django.conf import settings
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import tests.settings as prepared
prepared.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
settings.EMAIL_BACKEND, settings.MAIL_DIR = "accounts.mail.FileBackend", __import__("pathlib").Path(sys.argv[2])
from accounts import outbox
sent = outbox._send
def killed_after_sending(row):
    sent(row)
    os.kill(os.getpid(), signal.SIGKILL)
outbox._send = killed_after_sending
outbox.deliver()
"""


@pytest.mark.django_db(transaction=True)
def test_a_sender_that_is_killed_between_send_and_mark_leaves_exactly_one_mail(settings, tmp_path: Path) -> None:
    tell()
    settings.EMAIL_BACKEND, settings.MAIL_DIR = "accounts.mail.FileBackend", tmp_path / "mail"
    name = str(connection.settings_dict["NAME"])
    child = subprocess.run(
        [sys.executable, "-c", SENDER, name, str(settings.MAIL_DIR)],
        cwd=product.BASE_DIR,
        env=os.environ.copy(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr.decode()
    assert len(list(settings.MAIL_DIR.iterdir())) == 1  # it left …
    assert OutboxMessage.objects.get().sent_at is None  # … and nobody knows
    assert outbox.deliver() == 0  # it may still be with the other sender
    with clock.simulated(clock.now() + outbox.LEASE):
        assert outbox.deliver() == 1
    assert len(list(settings.MAIL_DIR.iterdir())) == 1
    assert OutboxMessage.objects.get().sent_at is not None


@pytest.mark.django_db
def test_a_broken_job_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(now: object) -> int:
        raise ValueError

    monkeypatch.setattr(due, "jobs", [due.Job("broken", broken), due.Job("mails sent", due.send_mails)])
    tell()
    assert due.run() == {"broken": None, "mails sent": 1}
