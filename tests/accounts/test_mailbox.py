"""The mailbox: everything that was told, unchangeable, with its read marks; and mails that did not arrive."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import Error, connection, transaction
from django.test import Client

from accounts import append_only, audit, clock, outbox, practice
from accounts.evidence import canonical_bytes
from accounts.lifecycle import Role
from accounts.models import AuditEvent, Message, MessageRead, OutboxMessage, PracticeRun, User
from tests.factories import make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db


def tell(user: User, key: str = "k", **fields: Any) -> Message:
    given = {"subject": f"Subject {key}", "body": "Body", "at": clock.now(), **fields}
    outbox.tell(user, key=key, **given)
    return Message.objects.get(key=f"{key}:{user.pk}")


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def page_of(client: Client, address: str = "/mailbox/", **given: str) -> str:
    return str(client.get(address, given).content.decode())


# --- what stands there stays


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_message SET body = 'x'",
        "UPDATE accounts_message SET created_at = created_at",
        "DELETE FROM accounts_message",
        "UPDATE accounts_messageread SET at = at",
        "DELETE FROM accounts_messageread",
    ],
)
def test_the_database_refuses_to_change_or_delete_a_message_or_its_read_mark(sql: str) -> None:
    user = make_user()
    message = tell(user)
    signed_in(user).get(f"/mailbox/{message.pk}/")
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Message.objects.get().body == "Body"


def test_not_even_the_program_itself_can_change_one() -> None:
    message = tell(make_user(), kind="reminder")  # no mail refers to it
    message.subject = "Something else"
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        message.save()
    with pytest.raises(Error, match="append-only"), transaction.atomic():
        message.delete()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="runs on PostgreSQL only")
@pytest.mark.parametrize("table", ["accounts_message", "accounts_messageread"])
def test_the_tables_cannot_be_emptied(table: str) -> None:
    with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_a_missing_trigger_of_the_mailbox_is_told() -> None:
    assert append_only.missing() == []
    with connection.cursor() as cursor:
        append_only.drop(cursor)
    assert {"message_no_update", "message_no_delete", "message_read_no_delete"} <= set(append_only.missing())
    append_only.install()
    assert append_only.missing() == []


def test_the_fingerprint_is_that_of_the_canonical_text() -> None:
    user = make_user()
    message = tell(user, subject="Größe  of\nthe lot", body="Gro\u0308ße\r\nzwei", kind="receipt")
    fields = {
        "at": audit.stamp(message.created_at), "body": "Größe\nzwei", "kind": "receipt", "recipient": user.pk,
        "subject": "Größe of the lot",
    }  # fmt: skip
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert text == canonical_bytes(fields)
    assert message.sha256 == hashlib.sha256(b"zuschlag/message/v1\n" + text).hexdigest()
    assert message.sha256 in page_of(signed_in(user), f"/mailbox/{message.pk}/")


# --- the pages


def test_the_list_shows_what_was_told_newest_first_with_its_read_marks() -> None:
    user, now = make_user(), clock.now()
    for number in range(3):
        tell(user, f"n{number}", at=now + timedelta(minutes=number))
    tell(make_user(), "other")
    client = signed_in(user)
    page = page_of(client)
    assert page.index("Subject n2") < page.index("Subject n1") < page.index("Subject n0")
    assert "Subject other" not in page
    client.get(f"/mailbox/{Message.objects.get(key__startswith='n1').pk}/")
    assert "Subject n1" not in page_of(client, unread="1")
    assert "Subject n2" in page_of(client, unread="1")


def test_pages_of_the_list_follow_one_another_without_loss() -> None:
    user, now = make_user(), clock.now()
    for number in range(60):
        tell(user, f"n{number}", at=now)  # the same moment: the id decides
    client, address, seen = signed_in(user), "/mailbox/", []
    while address:
        response = client.get(address)
        seen += [row["message"].subject for row in response.context["rows"]]
        following = response.context["page"].next
        address = f"/mailbox/?cursor={following}" if following else ""
    assert len(seen) == len(set(seen)) == 60
    assert client.get("/mailbox/?cursor=forged").status_code == 302


def test_the_list_narrows_to_one_procedure() -> None:
    town = make_town()
    tender = open_tender(town, title="Parking")
    user = make_user()
    tell(user, "in", chain=tender.chain)
    tell(user, "out")
    client = signed_in(user)
    assert "Parking" in page_of(client)
    page = page_of(client, procedure=tender.chain)
    assert "Subject in" in page
    assert "Subject out" not in page


def test_opening_a_message_is_noted_once_with_its_time() -> None:
    user = make_user()
    message, client = tell(user, url="/tenders/5/"), signed_in(user)
    assert client.head(f"/mailbox/{message.pk}/").status_code == 200
    client.get(f"/mailbox/{message.pk}/")
    first = MessageRead.objects.get().at
    page = page_of(client, f"/mailbox/{message.pk}/")
    assert MessageRead.objects.get().at == first >= message.created_at
    assert 'href="/tenders/5/"' in page
    assert "<details" in page
    assert page_of(client, f"/mailbox/{message.pk}/", print="1").count('<details class="app-more" open') == 1


def test_a_message_of_somebody_else_does_not_exist() -> None:
    message = tell(make_user())
    client = signed_in(make_user())
    assert client.get(f"/mailbox/{message.pk}/").status_code == 404
    assert client.get(f"/mailbox/{uuid4()}/").status_code == 404
    assert client.get(f"/api/v1/messages/{message.pk}/").status_code == 404
    assert not MessageRead.objects.exists()


def test_markup_in_a_message_stays_text() -> None:
    user = make_user()
    message = tell(user, subject="<b>x</b>", body="<script>alert(1)</script> http://a.example/")
    page = page_of(signed_in(user), f"/mailbox/{message.pk}/")
    assert "<script>alert" not in page
    assert "&lt;b&gt;x" in page
    assert 'href="http://a.example/"' in page


def test_the_menu_counts_what_is_unread() -> None:
    user = make_user()
    client = signed_in(user)
    assert " new</span>" not in page_of(client, "/help/")
    messages = [tell(user, f"n{number}") for number in range(2)]
    assert "2 new" in page_of(client, "/help/")
    client.get(f"/mailbox/{messages[0].pk}/")
    assert "1 new" in page_of(client, "/help/")


def test_the_mailbox_costs_the_same_for_one_message_and_for_many(django_assert_max_num_queries: Any) -> None:
    user, town = make_user(), make_town()
    tenders = [open_tender(town) for _number in range(3)]
    for number in range(30):
        tell(user, f"n{number}", chain=tenders[number % 3].chain)
    client = signed_in(user)
    with django_assert_max_num_queries(8):  # session, person, list, total, procedures, their names, roles, unread
        client.get("/mailbox/")


def test_the_counter_in_the_menu_costs_one_query(django_assert_max_num_queries: Any) -> None:
    user = make_user()
    tell(user)
    client = signed_in(user)
    with django_assert_max_num_queries(4):  # session, person, roles, unread
        client.get("/help/")
    with django_assert_max_num_queries(0):
        Client().get("/help/")


def test_the_mailbox_of_a_practice_is_another() -> None:
    user, now = make_user(), clock.now()
    run = PracticeRun.objects.create(user=user, part="officer", moment=now, anchored_at=now, started_at=now)
    tell(user, "real")
    with practice.inside(run.pk):
        tell(user, "practised", chain="tender:1")
        from accounts import mailbox

        assert [message.subject for message in mailbox.messages_of(user)] == ["Subject practised"]
    page = page_of(signed_in(user))
    assert "Subject real" in page
    assert "Subject practised" not in page
    assert outbox.deliver() == 1


# --- for programs


def test_programs_read_the_mailbox(client: Client) -> None:
    user, now = make_user(), clock.now()
    for number in range(3):
        tell(user, f"n{number}", at=now + timedelta(minutes=number), chain="tender:1", url="/tenders/1/")
    client.force_login(user)
    answer = client.get("/api/v1/messages/", {"page_size": "2"}).json()
    assert [row["subject"] for row in answer["results"]] == ["Subject n2", "Subject n1"]
    assert answer["total"] == "3"
    assert "body" not in answer["results"][0]
    rest = client.get(answer["next"]).json()
    assert [row["subject"] for row in rest["results"]] == ["Subject n0"]
    one = client.get(f"/api/v1/messages/{rest['results'][0]['id']}/").json()
    assert (one["body"], one["procedure"], one["url"]) == ("Body", "tender:1", "/tenders/1/")
    assert one["read_at"] and not rest["results"][0]["read_at"]
    assert client.get("/api/v1/messages/", {"unread": "true"}).json()["total"] == "2"
    assert client.get("/api/v1/messages/", {"cursor": "forged"}).status_code == 400
    assert Client().get("/api/v1/messages/").status_code == 401


# --- what did not arrive


def give_up(user: User, **fields: Any) -> OutboxMessage:
    message = tell(user, **fields)
    OutboxMessage.objects.filter(message=message).update(failed_at=clock.now(), last_error="SMTPRecipientsRefused: 550")
    return OutboxMessage.objects.get(message=message)


def test_what_did_not_reach_a_colleague_is_a_task_of_the_office() -> None:
    town = make_town()
    mail = give_up(town.chair, kind="panel")
    client = signed_in(town.officer)
    assert "1 mail could not be delivered" in page_of(client, "/desk/")
    assert town.chair.email in page_of(client, "/mailbox/undelivered/")
    assert client.post(f"/mailbox/undelivered/{mail.pk}/", {"again": "1"}).status_code == 302
    assert outbox.deliver() == 1
    assert "could not be delivered" not in page_of(client, "/desk/")
    for other in (make_town().officer, make_company().bidder, make_user()):
        assert town.chair.email not in page_of(signed_in(other), "/mailbox/undelivered/")


def test_a_mail_that_is_settled_is_tried_no_more_and_the_message_stays() -> None:
    town = make_town()
    mail = give_up(town.chair)
    client = signed_in(town.officer)
    assert signed_in(make_town().officer).post(f"/mailbox/undelivered/{mail.pk}/", {"settled": "1"}).status_code == 404
    client.post(f"/mailbox/undelivered/{mail.pk}/", {"settled": "1"})
    assert not OutboxMessage.objects.exists()
    assert Message.objects.filter(recipient=town.chair).exists()
    assert AuditEvent.objects.get(verb="mail.settled").chain == "platform"
    assert client.post(f"/mailbox/undelivered/{mail.pk}/", {"settled": "1"}).status_code == 404


@pytest.mark.parametrize("kind", ["receipt", "withdrawal", "question_answered", "deadline_moved", "cancelled"])
def test_the_buyer_never_learns_from_an_undelivered_mail_who_bids(kind: str) -> None:
    town, company = make_town(), make_company()
    tender = open_tender(town)
    give_up(company.bidder, kind=kind, chain=tender.chain)
    for person in (town.officer, town.second, town.auditor, *town.openers):
        assert company.bidder.email not in page_of(signed_in(person), "/mailbox/undelivered/")
        assert "could not be delivered" not in page_of(signed_in(person), "/desk/")
    assert company.bidder.email in page_of(signed_in(company.admin), "/mailbox/undelivered/")


def test_the_buyer_learns_that_a_letter_about_the_award_did_not_arrive() -> None:
    town, company = make_town(), make_company()
    tender = open_tender(town)
    give_up(company.bidder, kind="award_letter", chain=tender.chain)
    assert company.bidder.email in page_of(signed_in(town.officer), "/mailbox/undelivered/")
    assert company.bidder.email not in page_of(signed_in(make_town().officer), "/mailbox/undelivered/")


def test_looking_for_undelivered_mails_costs_one_query_while_all_arrive(django_assert_max_num_queries: Any) -> None:
    from accounts import undelivered

    town, stranger = make_town(), make_user()
    assert town.officer.has_role(town.organization.pk, Role.OFFICER)
    assert not stranger.role_table
    with django_assert_max_num_queries(1):
        assert undelivered.mails_for(town.officer, clock.now()) == []
    with django_assert_max_num_queries(0):
        assert undelivered.mails_for(stranger, clock.now()) == []
