"""Publish the templates that come with the product as those of a service centre; repeat it after each update."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.holders import holders
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import Organization
from tendering.library.shipped import publish_shipped


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("centre", help="reference of the service centre, for example C01")

    def handle(self, *args: Any, **options: Any) -> None:
        centre = Organization.objects.filter(reference=options["centre"], kind=OrganizationKind.SERVICE_CENTRE).first()
        if centre is None:
            raise CommandError(f"There is no service centre {options['centre']}.")
        librarian = holders(centre, [Role.LIBRARIAN], clock.now()).order_by("pk").first()
        if librarian is None:
            raise CommandError(f"{centre} has no librarian; the versions are published in that person's name.")
        done = publish_shipped(actor=librarian, owner=centre)
        for version in done:
            self.stdout.write(f"  {version.template.code} version {version.number}")
        self.stdout.write(f"{len(done)} published, {'nothing else is new' if done else 'nothing is new'}.")
