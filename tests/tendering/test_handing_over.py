"""Who takes care of a procedure: the one who began it, until it is handed over; a message goes along."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404

from accounts.decision import RefusedError
from accounts.lifecycle import Role
from accounts.models import AuditEvent, OutboxMessage
from tendering import actions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> factories.Town:
    return factories.make_town()


@pytest.fixture
def requester(town: factories.Town) -> Any:
    return factories.make_user(town.organization, Role.REQUESTER, function="Building department")


def own_draft(town: factories.Town, person: Any, **fields: Any) -> Any:
    return actions.create_tender(actor=person, buyer=town.organization, title="Cleaning", **fields)


def mails_to(person: Any) -> list[OutboxMessage]:
    """Mails about a hand-over."""
    return list(OutboxMessage.objects.filter(recipient=person.email, key__startswith="handed_over"))


def test_whoever_begins_a_draft_takes_care_of_it(town: factories.Town) -> None:
    assert factories.draft_tender(town).responsible == town.officer


def test_the_receiver_is_told_and_the_trail_names_both(town: factories.Town) -> None:
    tender = factories.draft_tender(town)
    actions.hand_over(actor=town.officer, tender_id=tender.pk, to=town.second, note="The council asked twice.")
    tender.refresh_from_db()
    assert tender.responsible == town.second
    [mail] = mails_to(town.second)
    assert tender.title in mail.subject and "The council asked twice." in mail.body and "Officer Anna" in mail.body
    event = AuditEvent.objects.get(verb="tender.handed_over")
    assert f'"to":"u:{town.second.pk}"' in event.body.replace(" ", "") and "The council asked twice." in event.body


def test_only_an_officer_of_the_buyer_can_take_over(town: factories.Town) -> None:
    tender = factories.draft_tender(town)
    for other in (town.auditor, factories.make_town(keys=False).officer):
        with pytest.raises(ValidationError) as fault:
            actions.hand_over(actor=town.officer, tender_id=tender.pk, to=other)
        assert "to" in fault.value.message_dict


def test_a_colleague_may_take_it_over_and_the_same_person_not_twice(town: factories.Town) -> None:
    tender = factories.open_tender(town)
    actions.hand_over(actor=town.second, tender_id=tender.pk, to=town.second)
    assert mails_to(town.second) == []  # nobody writes to oneself
    with pytest.raises(RefusedError) as refused:
        actions.hand_over(actor=town.officer, tender_id=tender.pk, to=town.second)
    assert refused.value.refused.code == "same_person"


def test_what_has_ended_is_not_handed_over(town: factories.Town) -> None:
    tender = factories.cancelled_tender(town)
    with pytest.raises(RefusedError) as refused:
        actions.hand_over(actor=town.officer, tender_id=tender.pk, to=town.second)
    assert refused.value.refused.status == 409


def test_strangers_learn_nothing_of_a_draft(town: factories.Town) -> None:
    tender = factories.draft_tender(town)
    with pytest.raises(Http404):
        actions.hand_over(actor=factories.make_town(keys=False).officer, tender_id=tender.pk, to=town.second)
    with pytest.raises(RefusedError):
        actions.hand_over(actor=town.auditor, tender_id=tender.pk, to=town.second)


def test_a_requesting_department_writes_its_draft_and_hands_it_to_the_office(
    town: factories.Town, requester: Any
) -> None:
    draft = own_draft(town, requester)
    actions.update_tender(actor=requester, tender_id=draft.pk, expected_version=None, fields={"title": "Cleaning, new"})
    with pytest.raises(RefusedError):
        actions.prepare_tender(actor=requester, tender_id=draft.pk)
    actions.hand_over(actor=requester, tender_id=draft.pk, to=None)
    draft.refresh_from_db()
    assert draft.responsible is None
    assert mails_to(town.officer) and mails_to(town.second)
    with pytest.raises(RefusedError) as refused:
        actions.update_tender(
            actor=requester, tender_id=draft.pk, expected_version=None, fields={"title": "Mine again"}
        )
    assert refused.value.refused.code == "not_your_draft"
    actions.update_tender(actor=town.officer, tender_id=draft.pk, expected_version=None, fields={"title": "Ours"})


def test_a_requesting_department_cannot_touch_the_drafts_of_others(town: factories.Town, requester: Any) -> None:
    theirs = factories.draft_tender(town)
    for act in (
        lambda: actions.update_tender(
            actor=requester, tender_id=theirs.pk, expected_version=None, fields={"title": "Mine"}
        ),
        lambda: actions.replace_lots(actor=requester, tender_id=theirs.pk, lots=factories.default_lots()),
        lambda: actions.hand_over(actor=requester, tender_id=theirs.pk, to=town.second),
    ):
        with pytest.raises(RefusedError):
            act()


def test_everything_goes_over_at_once_with_one_message(town: factories.Town) -> None:
    mine = [factories.draft_tender(town), factories.open_tender(town)]
    ended, hers = factories.cancelled_tender(town), own_draft(town, town.second)
    done = actions.hand_over_all(actor=town.officer, to=town.second, note="On leave.")
    assert {tender.pk for tender in done} == {tender.pk for tender in mine}
    assert {tender.responsible for tender in done} == {town.second}
    ended.refresh_from_db()
    assert ended.responsible == town.officer
    told = [mail for mail in mails_to(town.second) if "On leave." in mail.body]
    assert len(told) == 1 and all(tender.reference in told[0].body for tender in mine)
    assert hers.reference not in told[0].body
    with pytest.raises(RefusedError) as refused:
        actions.hand_over_all(actor=town.officer, to=town.second)
    assert refused.value.refused.code == "nothing"


def test_what_the_other_may_not_do_stays(town: factories.Town) -> None:
    elsewhere = factories.make_town(keys=False)
    factories.add_role(town.officer, elsewhere.organization, Role.OFFICER)
    here, there = own_draft(town, town.officer), own_draft(elsewhere, town.officer)
    assert actions.hand_over_all(actor=town.officer, to=town.second) == [here]
    there.refresh_from_db()
    assert there.responsible == town.officer
