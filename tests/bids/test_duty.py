"""A village with two openers of its own opens together with the opener on duty from the service centre."""

from datetime import timedelta

import pytest
from django.http import Http404

from accounts import clock, days
from accounts.actions import duty
from accounts.decision import RefusedError
from accounts.lifecycle import Role
from bids import actions
from bids.models import SealPiece
from tests.bids.bidding import at_deadline, declare, submit
from tests.factories import PASS_SENTENCE, give_key, make_company, make_town, make_user, open_tender
from tests.tendering.library.shelf import make_centre

pytestmark = pytest.mark.django_db


def village_with_help(length: int = 90):
    """The village, the centre and its opener with a key, on duty for so many days."""
    village, centre = make_town(openers=2), make_centre()
    admin = make_user(village.organization, Role.ORG_ADMIN)
    give_key(centre.opener)
    duty.join_centre(actor=admin, municipality_id=village.organization.pk, centre_id=centre.organization.pk)
    today = days.today(village.organization, clock.now())
    row = duty.put_on_duty(
        actor=centre.admin, centre_id=centre.organization.pk, municipality_id=village.organization.pk,
        user_id=centre.opener.pk, role=Role.OPENER, first_day=today, last_day=today + timedelta(days=length),
    )  # fmt: skip
    return village, centre, row


def test_without_the_centre_the_village_cannot_publish() -> None:
    with pytest.raises(RefusedError) as refused:
        open_tender(make_town(openers=2))

    assert refused.value.refused.code == "opener_keys_missing"


def test_the_opener_on_duty_opens_a_tender_of_the_village() -> None:
    village, centre, _row = village_with_help()
    tender = open_tender(village)
    submit(make_company(), tender)
    village.openers = [centre.opener, village.openers[0]]

    with at_deadline(tender, minutes=1):
        declare(village, tender)
        session = actions.start_opening(actor=centre.opener, tender_id=tender.pk)
        for opener in village.openers:
            session = actions.release_pieces(actor=opener, session_id=session.pk, pass_sentence=PASS_SENTENCE)

    assert session.completed_at


def test_a_tender_that_was_sealed_before_is_not_touched() -> None:
    village = make_town(openers=3)
    before = open_tender(village)
    centre = make_centre()
    give_key(centre.opener)
    admin = make_user(village.organization, Role.ORG_ADMIN)
    duty.join_centre(actor=admin, municipality_id=village.organization.pk, centre_id=centre.organization.pk)
    today = days.today(village.organization, clock.now())
    duty.put_on_duty(
        actor=centre.admin, centre_id=centre.organization.pk, municipality_id=village.organization.pk,
        user_id=centre.opener.pk, role=Role.OPENER, first_day=today, last_day=today + timedelta(days=90),
    )  # fmt: skip
    after = open_tender(village)

    assert not SealPiece.objects.filter(seal__tender=before, opener=centre.opener).exists()
    assert SealPiece.objects.filter(seal__tender=after, opener=centre.opener).exists()


def test_a_duty_that_ends_before_the_opening_gives_no_key() -> None:
    village, _centre, _row = village_with_help(length=10)

    with pytest.raises(RefusedError) as refused:
        open_tender(village)  # opens in forty days

    assert refused.value.refused.code == "opener_keys_missing"


def test_a_duty_does_not_end_while_a_sealed_tender_needs_the_key() -> None:
    village, centre, row = village_with_help()
    tender = open_tender(village)
    village.openers[1].opener_keys.update(retired_at=clock.now())

    with pytest.raises(RefusedError) as refused:
        duty.end_duty(actor=centre.admin, membership_id=row.pk)

    assert refused.value.refused.code == "key_still_needed"
    assert str(tender.title) in str(refused.value.refused.sentence)


def test_the_centre_without_duty_sees_nothing_of_the_opening() -> None:
    village, centre, row = village_with_help()
    tender = open_tender(village)
    duty.end_duty(actor=centre.admin, membership_id=row.pk)

    with at_deadline(tender, minutes=1), pytest.raises(Http404):
        actions.start_opening(actor=centre.opener, tender_id=tender.pk)
