"""Nothing of a practice is seen outside, nothing real inside; nothing real is changed from within."""

from collections.abc import Iterator
from contextlib import suppress
from inspect import signature
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from accounts import clock, practice, practice_rows
from accounts.lifecycle import Role
from accounts.models import Message, Organization, User
from config.practice import runs
from tendering.models import Tender
from tests import factories
from tests.config.access_table import TABLE
from tests.config.test_access import ADDRESSES
from tests.practice.walking import Walker
from tests.practice.worlds import Two, all_models, names_of, people_of, rows_of, two_worlds

pytestmark = pytest.mark.django_db
# Models whose rows hang on an organisation itself, and what keeps them apart instead of a `visible_to` on the way.
BY_ROLE = {
    "Membership": "role_table names the present world only",
    "ContactUnit": "shown with its organisation",
    "PersonInvitation": "shown to administrators of the organisation",
    "CentreMember": "a practice has no service centre",
    "Theme": "shown with its organisation",
    "OpenerKey": "asked by person, by opening group or by seal",
    "OpenerPasskey": "asked by its key",
    "OpeningGroup": "asked by organisation or member",
    "GroupRehearsal": "asked by its opening group",
    "GroupRehearsalPart": "asked by its rehearsal",
    "Template": "a practice has no library",
    "Proof": "asked by company of the person",
    "SelfDeclaration": "asked by company of the person",
}


def plain_addresses() -> list[str]:
    """Every address that answers GET without an argument."""
    found = []
    for name, pattern in ADDRESSES.items():
        row = TABLE.get(name)
        if not isinstance(pattern, URLPattern) or pattern.pattern.converters or (row and row.method != "GET"):
            continue
        if name not in {"account_logout", "demo_switch", "practice", "practice_mail", "practice_reset"}:
            with suppress(NoReverseMatch):
                found.append(reverse(name))
    return sorted(found)


def said_by(client: Client, addresses: list[str]) -> Iterator[tuple[str, str]]:
    for address in addresses:
        answer = client.get(address)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield address, content.decode("utf-8", "replace")


def leaks(client: Client, words: set[str], addresses: list[str]) -> list[str]:
    return [f"{address} says {word}" for address, text in said_by(client, addresses) for word in words if word in text]


@pytest.fixture(scope="module")
def two(django_db_setup: None, django_db_blocker: Any) -> Iterator[Two]:
    """Made once for the module inside a transaction that is thrown away at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield two_worlds("bidder", "officer", "council_member")
        transaction.set_rollback(True)


def own_words(run: Any) -> set[str]:
    return names_of(run) | {user.email for user in people_of(run)}


@pytest.mark.slow
def test_no_page_list_feed_or_api_of_the_real_world_names_a_practice(two: Two) -> None:
    words = set().union(*(own_words(run) for run in two.runs))
    assert len(words) > 30
    operator = get_user_model().objects.create_superuser("operator@town.example", factories.PASSWORD)
    inside = factories.make_user(two.town.organization, Role.AUDITOR, Role.COUNCIL_MEMBER, Role.ORG_ADMIN, Role.OFFICER)
    people = [None, inside, two.company.admin, operator]
    found = []
    searched = [
        "/tenders/?q=printing",
        "/tenders/?q=Millbrook",
        "/api/v1/tenders/?q=letters",
        "/tenders.atom?q=letters",
    ]
    for person in people:
        client = Client()
        if person is not None:
            client.force_login(person)
        found += leaks(client, words, [*plain_addresses(), *searched])
    assert not found, "\n".join(found)


def test_the_operators_tables_hold_no_practice(two: Two) -> None:
    from django.contrib import admin

    words = set().union(*(own_words(run) for run in two.runs))
    operator = get_user_model().objects.create_superuser("operator@town.example", factories.PASSWORD)
    client = Client()
    client.force_login(operator)
    lists = [reverse(f"admin:{m._meta.app_label}_{m._meta.model_name}_changelist") for m in admin.site._registry]
    ours = [page for page in lists if not page.startswith(("/operator/account/", "/operator/django_tasks"))]
    found = leaks(client, words, ours)
    assert not found, "\n".join(found)
    chains = {f"tender:{tender.pk}" for run in two.runs for tender in rows_of(Tender, run)}
    text = client.get(reverse("admin:accounts_auditevent_changelist")).content.decode()
    assert not [chain for chain in chains if f">{chain}<" in text]


@pytest.mark.slow
def test_no_page_inside_names_the_real_world_or_another_practice(two: Two) -> None:
    found = []
    for run in two.runs:
        walker = Walker(run.user)
        walker.post("/practice/continue/")
        own = own_words(run)
        others = set().union(*(own_words(other) for other in two.runs if other != run))
        words = names_of(None) | others | {two.town.officer.email, two.company.admin.email}
        pages = [page for page in plain_addresses() if not page.startswith("/demo/")]  # the demo's own change of role
        pages += ["/practice/", "/practice/mail/", "/tenders/?q=Realtender"]
        found += leaks(walker.client, words - own, pages)
    assert not found, "\n".join(found)


def test_every_address_of_the_other_world_is_not_found(two: Two) -> None:
    practised = next(iter(rows_of(Tender, two.runs[0])))
    for person in (None, two.town.officer, two.company.bidder, two.runs[0].user):
        client = Client()
        if person is not None:
            client.force_login(person)
        for page in (
            "/tenders/{}/",
            "/tenders/{}/result/",
            "/api/v1/tenders/{}/",
            "/tenders/{}.ics",
            "/tenders/{}/opening/",
        ):
            assert client.get(page.format(practised.pk)).status_code in {302, 401, 404}, page
    walker = Walker(two.runs[0].user)
    walker.post("/practice/continue/")
    for page in ("/tenders/{}/", "/api/v1/tenders/{}/", "/tenders/{}.ics", "/tenders/{}/documents.zip"):
        assert walker.client.get(page.format(two.tenders[0].pk)).status_code == 404, page
    assert walker.client.post(f"/bids/start/{two.tenders[0].pk}/").status_code == 404


def test_managers_and_visible_to_show_the_present_world_only(two: Two) -> None:
    """Every model with `visible_to`, for every kind of person, in every world."""
    now = clock.now()
    seen = [model for model in all_models() if hasattr(model.objects, "visible_to")]
    assert {model.__name__ for model in seen} >= {"Tender", "Bid", "Pilot", "CouncilPaper"}
    everybody = [None, *User.objects.all()]
    for model in seen:
        practised = {run.pk: set(rows_of(model, run).values_list("pk", flat=True)) for run in two.runs}
        inside_any = set().union(*practised.values())
        for user in everybody:
            assert not inside_any & set(_visible(model, user, now)), (model, user)
        for run in two.runs:
            with practice.inside(run.pk):
                for user in User.objects.all():
                    assert set(_visible(model, user, now)) <= practised[run.pk], (model, user)


def _visible(model: Any, user: Any, now: Any) -> list[Any]:
    asked = model.objects.visible_to
    given = (user, now) if "now" in signature(model.objects.all().visible_to).parameters else (user,)
    return list(asked(*given).values_list("pk", flat=True))


def test_every_table_that_hangs_on_an_organisation_is_kept_apart_somehow() -> None:
    """A new model hangs on one that is kept apart, or somebody says here why nothing of it can leak."""
    loose = [
        model.__name__
        for model in all_models()
        if practice_rows.path_to(model, Organization) and not _leads_to_a_kept_one(model)
    ]
    assert set(loose) <= set(BY_ROLE), set(loose) - set(BY_ROLE)


def _leads_to_a_kept_one(model: Any, depth: int = 0) -> bool:
    if model is not Organization and (hasattr(model.objects, "visible_to") or _is_scoped(model)):
        return True
    return depth < 4 and any(
        _leads_to_a_kept_one(target, depth + 1)
        for _name, target in practice_rows.keys_of(model)
        if target not in (model, Organization, User)
    )


def _is_scoped(model: Any) -> bool:
    return isinstance(model.objects, practice.ScopedManager)


def test_a_practised_account_holds_no_role_outside_and_nobody_holds_one_inside(two: Two) -> None:
    for run in two.runs:
        for account in people_of(run):
            assert User.objects.get(pk=account.pk).role_table == {}
            assert not account.has_usable_password()
            with practice.inside(run.pk):
                assert User.objects.get(pk=account.pk).role_table != {}
        with practice.inside(run.pk):
            for real in (two.town.officer, two.company.bidder, run.user):
                assert User.objects.get(pk=real.pk).role_table == {}


def test_no_act_of_a_practice_reaches_a_real_tender_even_by_its_number(two: Two) -> None:
    from django.http import Http404

    from tendering import actions

    with runs.entered(two.runs[0], clock.now()):
        for act in (actions.cancel_tender, actions.prepare_tender):
            more = {"ground": "other_serious_reason", "reason": "x"} if act is actions.cancel_tender else {}
            with pytest.raises(Http404):
                act(actor=User.objects.get(pk=two.town.officer.pk), tender_id=two.tenders[0].pk, **more)


def test_no_real_person_is_written_to_from_a_practice(two: Two) -> None:
    from accounts.models import OutboxMessage

    practised = {user.pk for run in two.runs for user in people_of(run)}
    told = set(Message.objects.values_list("recipient_id", flat=True)) & practised
    assert told
    with practice.inside(two.runs[0].pk):
        for recipient in ("citizen@town.example", "officer.1@practice.invalid"):
            mail = OutboxMessage.objects.create(
                key=recipient, recipient=recipient, subject="s", body="b", created_at=clock.now()
            )
            assert mail.recipient.endswith(f".{two.runs[0].pk}@{practice.DOMAIN}")
            assert mail.sent_at is not None
    assert not OutboxMessage.objects.filter(sent_at=None, recipient__endswith=practice.DOMAIN).exists()
