"""Being operator opens nothing: the list of bids is empty until a tender has been opened."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.bids.bidding import at_deadline, open_all, submit

pytestmark = pytest.mark.django_db


def test_the_operator_sees_no_row_of_a_bid_before_its_opening() -> None:
    town, company = factories.make_town(), factories.make_company(name="Clara GmbH")
    tender = factories.open_tender(town)
    bid = submit(company, tender).bid
    operator = Client()
    operator.force_login(get_user_model().objects.create_superuser("operator@town.example", factories.PASSWORD))
    rows, row = reverse("admin:bids_bid_changelist"), reverse("admin:bids_bid_change", args=[bid.pk])
    assert "Clara GmbH" not in operator.get(rows).content.decode()
    assert operator.get(row).status_code == 302
    open_all(town, tender)
    with at_deadline(tender, minutes=20):
        assert "Clara GmbH" in operator.get(rows).content.decode()
        assert "500.00" not in operator.get(row).content.decode(), "no price, ever"
