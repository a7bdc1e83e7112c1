"""A service centre with librarian, and its library, for tests."""

from dataclasses import dataclass
from typing import Any

from accounts.lifecycle import OrganizationKind, Role
from accounts.models import Organization, User
from tendering.actions import library as acts
from tendering.library.shipped import shipped
from tendering.models import TemplateVersion
from tests.factories import make_organization, make_user


@dataclass
class Centre:
    """A service centre with one person per task."""

    organization: Organization
    librarian: User
    officer: User
    admin: User
    opener: User
    approver: User


def make_centre(**fields: Any) -> Centre:
    organization = make_organization(OrganizationKind.SERVICE_CENTRE, **fields)
    return Centre(
        organization,
        librarian=make_user(organization, Role.LIBRARIAN, function="Librarian Clara"),
        officer=make_user(organization, Role.OFFICER, function="Centre officer"),
        admin=make_user(organization, Role.ORG_ADMIN, function="Centre administrator"),
        opener=make_user(organization, Role.OPENER, function="Centre opener"),
        approver=make_user(organization, Role.APPROVER, function="Centre approver"),
    )


def content_of(code: str) -> dict[str, Any]:
    """The content of one of the templates that come with the product; a copy that may be changed."""
    import copy

    return copy.deepcopy(next(entry.content for entry in shipped() if entry.code == code))


def publish(centre: Centre, code: str = "it-help-desk", **changes: Any) -> TemplateVersion:
    """A shipped template as a published version of the centre; again with changes: the next version."""
    from tendering.models import Template

    content = {**content_of(code), **changes}
    template = Template.objects.filter(code=code).first() or acts.create_template(
        actor=centre.librarian, owner=centre.organization, code=code, kind=content["kind"]
    )
    version = acts.save_version(actor=centre.librarian, template_id=template.pk, content=content, note="What is new")
    return acts.publish_version(actor=centre.librarian, version_id=version.pk)
