"""Build the demo through ordinary actions: cases, live tenders, pilots, an English-speaking municipality, reports."""

import time
from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.models import Membership, User
from config.demo.calling import play_call
from config.demo.case_files import read_case
from config.demo.live import live_tenders, play_live
from config.demo.load import load
from config.demo.openers import rehearse_openings
from config.demo.papers import issue_papers
from config.demo.people import PASSWORD, People, pass_sentence
from config.demo.sharing import AdoptedPlay, adopted_tenders, join_and_help, publish_library
from tendering.models import Tender

DEMO = Path(__file__).resolve().parents[2] / "demo"
SMALL = ("T01", "T02", "T05", "T09", "T12")
UNDECIDED = {"T02", "T12", "P04"}  # two tenders wait for their award, one of them for a draw, a pilot for its council


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="empty the demo database first")
        parser.add_argument("--size", choices=("small", "large"), default="large", help="small: five tender cases")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo exists only in demo mode (DEMO=1).")
        if options["reset"]:
            _empty()
        if Tender.objects.exists():
            self.stdout.write("The demo is there already; `demo --reset` builds it anew.")
        else:
            self._build(options["size"])
        self._print_logins()

    def _build(self, size: str) -> None:
        started = time.monotonic()
        folders = [f for f in sorted((DEMO / "procedures").iterdir()) if f.name[1:].isdigit()]
        if size == "small":
            folders = [f for f in folders if f.name in SMALL or f.name.startswith("P")]
        german = None
        for folder in folders:
            case = read_case(folder)
            if german is None:
                self._say("library", partial(publish_library, People(case.organisations, case.providers), clock.now()))
            german = People(case.organisations, case.providers)
            self._say(folder.name, partial(load, case, finish=case.reference not in UNDECIDED))
        case = read_case(DEMO / "english" / "P21")
        english = People(case.organisations, case.providers)
        self._say("P21", partial(load, case))
        assert german is not None
        for data in live_tenders():
            people = english if data["buyer"] == "M20" else german
            play = play_call if "call" in data else play_live
            self._say(data["reference"], partial(play, data, people, clock.now()))
        for data in adopted_tenders() if size == "large" else []:
            self._say(f"from library, {data['buyer']}", AdoptedPlay(data, german, clock.now()).run)
        self._say("rehearsals", rehearse_openings)
        self._say("centre", partial(join_and_help, german, clock.now()))
        self._say("papers", partial(issue_papers, clock.now()))
        self._reports()
        self.stdout.write(f"Demo ready after {time.monotonic() - started:.0f} s.")

    def _say(self, name: str, act: Any) -> None:
        started = time.monotonic()
        act()
        self.stdout.write(f"  {name:<12} {time.monotonic() - started:5.1f} s")
        self.stdout.flush()

    def _reports(self) -> None:
        from reports.files import write_finished_reports

        self._say("reports", write_finished_reports)

    def _print_logins(self) -> None:
        self.stdout.write(f"\nLog-ins (password of all: {PASSWORD})")
        for role in (
            "officer",
            "approver",
            "opener",
            "evaluator",
            "panel_chair",
            "council_member",
            "auditor",
            "bidder",
        ):
            member = (
                Membership.objects.filter(role=role)
                .select_related("user", "organization")
                .order_by("organization__reference", "pk")
                .first()
            )
            if member:
                self.stdout.write(f"  {role:<15} {member.user.email:<45} {member.organization.name}")
        opener = User.objects.filter(opener_key__isnull=False).order_by("pk").first()
        if opener:
            self.stdout.write(f"Pass sentence of {opener.email}: {pass_sentence(opener.reference or '')}")
            self.stdout.write("All pass sentences of the demo are listed on the sign-in page.")


def _empty() -> None:
    """Empty every table and the stored files; the demo is the only thing this may happen to."""
    import shutil

    from django.core.management import call_command
    from django.db import connection

    from accounts import append_only

    with connection.cursor() as cursor:
        append_only.drop(cursor)
    call_command("flush", interactive=False, verbosity=0)
    append_only.install()
    for folder in (settings.SEALED_DIR, settings.OPENED_DIR, settings.MAIL_DIR, settings.REPORTS_DIR):
        shutil.rmtree(folder, ignore_errors=True)
