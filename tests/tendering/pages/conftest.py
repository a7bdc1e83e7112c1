"""People and a browser without scripts for the pages about tenders."""

from typing import Any

import pytest
from django.test import Client

from tests import factories


@pytest.fixture
def town(db: None) -> factories.Town:
    return factories.make_town(name="Westerlohe")


@pytest.fixture
def company(db: None) -> factories.Company:
    return factories.make_company(name="Post & Partner")


@pytest.fixture
def visitor(db: None) -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def anna(town: factories.Town) -> Client:
    """The officer who prepares."""
    return signed_in(town.officer)


@pytest.fixture
def bernd(town: factories.Town) -> Client:
    """The officer who releases."""
    return signed_in(town.second)


def signed_in(user: Any, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def what_data(**changes: str) -> dict[str, str]:
    """The least a small tender needs in step 1."""
    least = {
        "title": "Cleaning of the town hall", "value": "58,000.00", "contract_months": "24",
        "lots-0-title": "", "lots-0-items-0-text": "Cleaning per month", "lots-0-items-0-quantity": "24",
        "lots-0-items-0-unit": "month",
    }  # fmt: skip
    return {**least, **changes}
