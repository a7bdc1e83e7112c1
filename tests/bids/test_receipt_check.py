"""A receipt is checked by anybody; the sealed file to check it with goes to the own company only."""

import hashlib

import pytest
from django.urls import reverse

from bids.models import SealedObject
from tests import factories
from tests.bids.bidding import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_in():
    company = factories.make_company()
    return company, submit(company, factories.open_tender(factories.make_town()))


def test_anybody_may_check_and_finds_the_keys_on_the_page(client):
    page = client.get(reverse("receipt_check"))
    keys = client.get(reverse("public_keys")).content.decode().split()
    assert page.status_code == 200
    assert all(key.replace("+", "&#x2B;") in page.content.decode() or key in page.content.decode() for key in keys)


def test_the_bidder_takes_home_the_sealed_file_whose_hash_the_receipt_names(client, handed_in):
    company, receipt = handed_in
    sealed = SealedObject.objects.filter(bid=receipt.bid).first()
    address = reverse("bid_envelope", args=[receipt.pk, sealed.pk])
    client.force_login(company.bidder)
    answer = client.get(address)
    body = b"".join(answer.streaming_content)
    assert hashlib.sha256(body).hexdigest() == sealed.sha256
    assert sealed.sha256 in receipt.note
    assert body.startswith(b"age-encryption.org/v1")
    assert address in client.get(reverse("bid_receipt", args=[receipt.pk])).content.decode()


def test_another_company_and_the_office_get_no_sealed_file(client, handed_in):
    _company, receipt = handed_in
    sealed = SealedObject.objects.filter(bid=receipt.bid).first()
    address = reverse("bid_envelope", args=[receipt.pk, sealed.pk])
    for person in (factories.make_company().bidder, receipt.bid.tender.created_by, factories.make_user(is_staff=True)):
        client.force_login(person)
        assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code in {302, 404}


def test_an_object_of_another_bid_is_not_reached_through_an_own_receipt(client, handed_in):
    company, receipt = handed_in
    other = submit(factories.make_company(), receipt.bid.tender)
    foreign = SealedObject.objects.filter(bid=other.bid).first()
    client.force_login(company.bidder)
    assert client.get(reverse("bid_envelope", args=[receipt.pk, foreign.pk])).status_code == 404
