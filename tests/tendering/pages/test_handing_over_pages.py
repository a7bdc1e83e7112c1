"""The pages on which procedures are handed over, and the draft of a requesting department."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.lifecycle import Role
from tendering import actions
from tendering.models import Tender
from tests import factories
from tests.tendering.pages.conftest import signed_in, text_of, what_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def requester(town: factories.Town) -> Any:
    return factories.make_user(town.organization, Role.REQUESTER, function="Building department")


def test_one_procedure_is_handed_to_a_colleague(town: factories.Town, anna: Client, bernd: Client) -> None:
    tender = factories.open_tender(town)
    url = reverse("tender_hand_over", args=[tender.pk])
    body = text_of(anna.get(url))
    assert "Officer Bernd" in body and "The procurement office" in body
    assert url in text_of(anna.get(reverse("tender_detail", args=[tender.pk])))
    assert anna.post(url, {"to": str(town.second.pk), "note": "Please."}).status_code == 302
    assert Tender.objects.get(pk=tender.pk).responsible == town.second
    assert "Officer Anna" in text_of(bernd.get(url))


def test_a_wrong_choice_stands_at_the_field_and_the_note_is_kept(town: factories.Town, anna: Client) -> None:
    tender = factories.draft_tender(town)
    url = reverse("tender_hand_over", args=[tender.pk])
    for to in ("", str(town.auditor.pk), "nobody"):
        answer = anna.post(url, {"to": to, "note": "Kept words"})
        assert answer.status_code == 422 and "Kept words" in text_of(answer)
    assert Tender.objects.get(pk=tender.pk).responsible == town.officer


def test_a_procedure_that_has_ended_says_why_it_is_not_handed_over(town: factories.Town, anna: Client) -> None:
    tender = factories.cancelled_tender(town)
    answer = anna.get(reverse("tender_hand_over", args=[tender.pk]))
    assert answer.status_code == 409 and "has ended" in text_of(answer)


def test_the_requesting_department_begins_a_tender_and_hands_it_over(town: factories.Town, requester: Any) -> None:
    client = signed_in(requester)
    assert client.post(reverse("tender_new"), what_data()).status_code == 302
    draft = Tender.objects.get()
    assert draft.responsible == requester
    last = text_of(client.get(reverse("tender_edit_publish", args=[draft.pk])))
    url = reverse("tender_hand_over", args=[draft.pk])
    assert url in last and "Hand over for release" not in last
    assert client.post(reverse("tender_edit_publish", args=[draft.pk])).status_code in {403, 422}
    assert 'value="office" ' in text_of(client.get(url)) or "checked" in text_of(client.get(url))
    assert client.post(url, {"to": "office"}).status_code == 302
    assert Tender.objects.get().responsible is None
    assert client.get(reverse("tender_edit_what", args=[draft.pk])).status_code == 403
    assert client.get(reverse("tender_detail", args=[draft.pk])).status_code == 200


def test_all_own_procedures_go_over_at_once(town: factories.Town, anna: Client, bernd: Client) -> None:
    tenders = [factories.draft_tender(town), factories.open_tender(town)]
    url = reverse("desk_hand_over")
    assert "You take care of 2 procedures" in text_of(anna.get(url))
    assert anna.post(url, {"to": ""}).status_code == 422
    assert anna.post(url, {"to": str(town.second.pk)}).status_code == 302
    assert {tender.responsible for tender in Tender.objects.filter(pk__in=[t.pk for t in tenders])} == {town.second}
    assert "You take care of no procedure" in text_of(anna.get(url))
    assert "You take care of 2 procedures" in text_of(bernd.get(url))


def test_somebody_without_colleagues_is_told_what_helps() -> None:
    place = factories.make_organization()
    alone = factories.make_user(place, Role.OFFICER)
    actions.create_tender(actor=alone, buyer=place, title="Cleaning")
    assert "Nobody else is an officer" in text_of(signed_in(alone).get(reverse("desk_hand_over")))


def test_hand_over_pages_are_for_officers(town: factories.Town) -> None:
    assert signed_in(town.auditor).get(reverse("desk_hand_over")).status_code == 403
