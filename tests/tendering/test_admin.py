"""The operator's admin shows tenders and changes nothing."""

import pytest
from django.contrib import admin
from django.test import Client

from tendering import actions, models
from tests.factories import make_company, make_town, make_user, open_tender

pytestmark = pytest.mark.django_db
OWN = [model for model in admin.site._registry if model._meta.app_label == "tendering"]


@pytest.fixture
def operator():
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


def test_every_model_of_the_app_is_there():
    assert {model.__name__ for model in OWN} == {
        "Amendment", "Approval", "ConflictDeclaration", "Criterion", "Document", "Invitation", "Item", "Lot",
        "LotOutcome", "Question", "RequiredDocument", "Tender",
    }  # fmt: skip


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_lists_open_and_nothing_can_be_added(operator, model):
    path = f"/operator/tendering/{model._meta.model_name}/"
    assert operator.get(path).status_code == 200
    assert operator.get(f"{path}add/").status_code == 403


def test_a_tender_can_be_read_but_not_changed_or_deleted(operator):
    tender = open_tender()
    path = f"/operator/tendering/tender/{tender.pk}/"
    assert operator.get(f"{path}change/").status_code == 200
    assert operator.post(f"{path}change/", {"title": "x"}).status_code == 403
    assert operator.post(f"{path}delete/", {"post": "yes"}).status_code == 403


def test_the_operator_does_not_learn_who_asked(operator):
    company = make_company(name="Secret Asker Ltd")
    tender = open_tender(make_town())
    question = actions.ask_question(
        actor=company.bidder, company=company.organization, tender_id=tender.pk, text="May we visit?"
    )
    shown = operator.get(f"/operator/tendering/question/{question.pk}/change/").content.decode()
    assert "May we visit?" in shown
    assert "Secret Asker" not in shown
    assert models.Question.objects.get(pk=question.pk).asked_by == company.organization
