"""The status is worked out twice, in Python and in SQL; both must say the same at every moment."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tendering.lifecycle import ACTIONS, Status, decide, decide_extension, status
from tendering.models import Invitation, Tender
from tests.factories import make_company, make_organization, make_user

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = st.integers(min_value=0, max_value=6).map(lambda hours: START + timedelta(hours=hours))
MOMENTS = ("prepared_at", "released_at", "published_at", "tender_period_end", "opened_at", "candidates_decided_at",
           "awarded_at", "cancelled_at")  # fmt: skip


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=st.tuples(*(st.none() | HOUR for _ in MOMENTS)), now=HOUR)
def test_sql_and_python_agree_on_the_status(buyer, moments, now):
    given_moments = dict(zip(MOMENTS, moments, strict=True))
    tender = Tender.objects.create(reference="R", buyer=buyer, title="x", created_at=START, **given_moments)
    stored = Tender.objects.with_status(now).get(pk=tender.pk)
    assert stored.status_now == status(tender, now)
    tender.delete()


@pytest.fixture
def buyer(db):
    return make_organization()


@pytest.mark.parametrize(("microseconds", "expected"), [(-1, Status.OPEN), (0, Status.CLOSED), (1, Status.CLOSED)])
def test_the_very_moment_of_the_deadline_is_after_it(microseconds, expected):
    end = START + timedelta(days=1)
    tender = Tender(prepared_at=START, released_at=START, published_at=START, tender_period_end=end)
    assert status(tender, end + timedelta(microseconds=microseconds)) == expected


def test_a_tender_is_open_from_the_very_moment_of_publication():
    tender = Tender(
        prepared_at=START, released_at=START, published_at=START, tender_period_end=START + timedelta(days=1)
    )
    assert status(tender, START - timedelta(microseconds=1)) == Status.SCHEDULED
    assert status(tender, START) == Status.OPEN


def test_the_table_of_acts_says_who_before_when():
    for action, rule in ACTIONS.items():
        for moment in Status:
            assert not decide(action, moment, frozenset())
            assert decide(action, moment, frozenset()).status == 403
            allowed = decide(action, moment, rule.roles)
            assert bool(allowed) == (moment in rule.statuses), action


@pytest.mark.parametrize(
    ("new", "now", "code"), [(0, -1, "only_later"), (-60, -90, "only_later"), (60, 0, "deadline_passed")]
)
def test_a_deadline_moves_later_and_never_after_it_has_passed(new, now, code):
    end = START + timedelta(days=1)
    decision = decide_extension(end, end + timedelta(minutes=new), end + timedelta(minutes=now))
    assert decision.code == code


@pytest.mark.django_db
def test_a_person_without_any_role_sees_what_everybody_sees():
    nobody = make_user()
    assert not Tender.objects.visible_to(nobody, START).exists()


@pytest.fixture
def crowd(db):
    """Who looks at a tender: nobody, the buyer's auditor, an invited bidder, another bidder, a superuser."""
    buyer, invited, other = make_organization(), make_company(), make_company()
    return {
        "buyer": buyer,
        "invited_company": invited.organization,
        "nobody": AnonymousUser(),
        "auditor": make_user(buyer, "auditor"),
        "invited": invited.bidder,
        "other": other.bidder,
        "root": make_user(is_superuser=True, is_staff=True),
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    published=st.none() | HOUR,
    released=st.none() | HOUR,
    awarded=st.none() | HOUR,
    invited_only=st.booleans(),
    now=HOUR,
)
def test_who_sees_a_tender_at_any_moment(crowd, published, released, awarded, invited_only, now):
    tender = Tender.objects.create(
        reference="R", buyer=crowd["buyer"], title="x", created_at=START, published_at=published, released_at=released,
        awarded_at=awarded, procedure_type="DIRECT_ORDER" if invited_only else "OPEN",
    )  # fmt: skip
    Invitation.objects.create(tender=tender, provider=crowd["invited_company"], sent_at=START)
    is_out = released is not None and published is not None and published <= now
    for_all = is_out and (not invited_only or (awarded is not None and awarded <= now))
    expected = {"nobody": for_all, "other": for_all, "root": for_all, "invited": is_out, "auditor": True}
    seen = {name: Tender.objects.visible_to(crowd[name], now).filter(pk=tender.pk).exists() for name in expected}
    assert seen == expected
    tender.delete()
