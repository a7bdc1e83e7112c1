"""Papers by API: who gets which version, voting and asking."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from pilots.models import PaperComment, Vote
from tests import factories
from tests.pilots.papers import scenes
from tests.pilots.papers.test_acts import held

pytestmark = pytest.mark.django_db


def client_of(user: Any) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def get(user: Any, name: str, *args: Any, **query: str) -> Any:
    return client_of(user).get(reverse(name, args=args), query)


def post(user: Any, name: str, *args: Any, **data: Any) -> Any:
    return client_of(user).post(reverse(name, args=args), json.dumps(data), content_type="application/json")


def test_insiders_read_the_full_version_others_the_public_one(scene) -> None:
    paper = scenes.issued(scene)
    full, public = get(scene.council, "api_paper", paper.pk), get(None, "api_paper", paper.pk)
    assert (full.json()["version"], public.json()["version"]) == ("full", "public")
    assert scenes.LOSER in full.content.decode()
    assert full.json()["sha256"] == paper.sha256
    asked = get(scene.council, "api_paper", paper.pk, version="public")
    assert asked.json()["version"] == "public"
    for answer in (public, asked):
        text = answer.content.decode()
        assert not [secret for secret in (*scenes.SECRETS, scenes.WINNER, "Budget line") if secret in text]
        assert {field["name"] for field in answer.json()["content"]} <= {
            "subject", "header", "question", "procedure", "powers", "summary",
        }  # fmt: skip


def test_the_list_names_what_is_out_and_finds_by_what_one_may_read(scene) -> None:
    draft = scenes.drafted(scene)
    assert get(None, "api_papers").json()["results"] == []
    assert get(scene.officer, "api_paper", draft.pk).status_code == 404
    from pilots import actions

    paper = actions.issue_paper(actor=scene.officer, paper_id=draft.pk)
    row = get(None, "api_papers").json()["results"][0]
    assert (row["id"], row["kind"], row["state"], row["vote"]) == (str(paper.pk), "award", "issued", None)
    assert get(None, "api_papers", q=scenes.LOSER).json()["total"] == "0"
    assert get(scene.council, "api_papers", q=scenes.LOSER).json()["total"] == "1"
    assert get(None, "api_papers", cursor="nonsense").status_code == 400


def test_the_clerk_votes_by_api_and_the_dissent_stays_inside(scene) -> None:
    paper = scenes.issued(scene)
    given = {"outcome": "accepted", "votes_for": 3, "dissent": "One would wait.",
             "decided_at": paper.session_at.isoformat()}  # fmt: skip
    with held(paper):
        assert post(scene.council, "api_paper_vote", paper.pk, **given).status_code == 403
        assert post(None, "api_paper_vote", paper.pk, **given).status_code == 401
        assert post(factories.make_town(keys=False).officer, "api_paper_vote", paper.pk, **given).status_code == 403
        assert post(scene.officer, "api_paper_vote", paper.pk, **given, typo=1).status_code == 400
        assert not Vote.objects.exists()
        assert post(scene.officer, "api_paper_vote", paper.pk, **given).status_code == 201
        inside, public = (get(user, "api_paper", paper.pk).json() for user in (scene.council, None))
    assert inside["vote"]["dissent"] == "One would wait."
    assert (public["vote"]["dissent"], public["vote"]["votes_for"], public["state"]) == ("", 3, "voted")


def test_members_ask_by_api(scene) -> None:
    paper = scenes.issued(scene)
    assert post(scene.council, "api_paper_comments", paper.pk, text="Why?", is_question=True).status_code == 201
    assert post(scene.officer, "api_paper_comments", paper.pk, text="Because.").status_code == 403
    assert post(scene.council, "api_paper_comments", paper.pk, text="").status_code == 400
    assert [row["text"] for row in get(scene.colleague, "api_paper_comments", paper.pk).json()] == ["Why?"]
    for user in (None, factories.make_user(), scene.case.companies["B01"].bidder):
        assert get(user, "api_paper_comments", paper.pk).status_code == 404
    assert PaperComment.objects.count() == 1


def test_a_vote_before_the_session_is_refused_by_field(scene) -> None:
    paper = scenes.issued(scene)
    moment = (paper.session_at + timedelta(days=1)).isoformat()
    answer = post(scene.officer, "api_paper_vote", paper.pk, outcome="accepted", votes_for=1, decided_at=moment)
    assert answer.status_code == 400
    assert "decided_at" in answer.content.decode()
