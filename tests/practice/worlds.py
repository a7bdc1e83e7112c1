"""A real world with something of everything, and one practice of each part beside it."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from accounts import clock, practice, practice_rows
from accounts.models import Organization, PracticeRun, User
from config.practice import runs
from tendering.models import Tender
from tests import factories

PARTS = ("bidder", "officer", "opener", "evaluator", "council_member")


@dataclass
class Two:
    """The real town and company, and the runs of five people."""

    town: factories.Town
    company: factories.Company
    tenders: list[Tender]
    runs: list[PracticeRun]


def two_worlds(*parts: str) -> Two:
    """Real tenders open, drafted, awarded; practices played as far as their parts begin, the first to its end."""
    town, company = factories.make_town(name="Realtown"), factories.make_company(name="Realcompany")
    tenders = [
        factories.open_tender(town, title="Realtender open"),
        factories.draft_tender(town, title="Realtender draft"),
        factories.awarded_tender(town, title="Realtender awarded"),
    ]
    started = []
    for part in parts or PARTS:
        run = runs.start_run(actor=factories.make_user(), part=part, language="en")
        if not started:
            real = clock.now()
            with runs.entered(run, real) as world:
                reached = runs.play_on(world, "awarded")
            runs.jump(run, reached, real)
        started.append(run)
    return Two(town, company, tenders, started)


def names_of(run: PracticeRun | None) -> set[str]:
    """Words by which something of a run (None: of the real world) would be recognised on a page."""
    with practice.inside(run.pk if run else None):
        tenders = list(Tender.objects.all())
        organizations = list(Organization.objects.all())
    return {word for tender in tenders for word in (tender.reference, tender.title)} | {
        word for one in organizations for word in (one.reference, one.name)
    }


def people_of(run: PracticeRun) -> list[User]:
    return list(User.objects.filter(reference__startswith=f"practice-{run.pk}-"))


def rows_of(model: type[models.Model], run: PracticeRun) -> Any:
    """Rows of a model that belong to a run; None when the model belongs to nobody."""
    organizations = list(Organization.everywhere.filter(practice_run=run).values_list("pk", flat=True))
    users = [user.pk for user in people_of(run)]
    return practice_rows.belonging_to(model, organizations, users)


def all_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.managed]
