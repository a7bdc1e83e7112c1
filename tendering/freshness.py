"""What has changed since an earlier tender: before it is copied, the officer reads what no longer holds."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tendering import facts, proposals
from tendering.fields import page_locale
from tendering.library.reading import newer_than
from tendering.models import Tender
from tendering.rules import rule_book
from tendering.spreadsheets.numbers import format_decimal
from tendering.zones import zone_of

OLD_VALUE = timedelta(days=365)


def sentences(tender: Tender, now: datetime) -> list[str]:
    """One sentence for each thing that has changed or must be entered anew; dates always are."""
    return list(_sentences(tender, now))


def _sentences(tender: Tender, now: datetime) -> Iterator[str]:
    then = tender.published_at or tender.created_at
    zone = zone_of(tender.buyer)
    day, today = then.astimezone(zone).date(), now.astimezone(zone).date()
    yield _("All dates are left out: deadline, questions, opening and binding period are proposed anew.")
    yield from _profile(tender, today)
    yield from _limits(tender, day, today)
    if tender.rule_version and tender.rule_version != facts.rule_version():
        yield _("The rules on this platform have been updated since; the draft is checked by today's rules.")
    if tender.value is not None and now - then > OLD_VALUE:
        yield _("The value was estimated in %(when)s. Estimate it again; prices and quantities have moved.") % {
            "when": date_format(day, "F Y")
        }
    if any(lot.baseline_cost_per_case is not None for lot in tender.lots.all()):
        yield _("Today's cost and time per case are those of the earlier tender. Replace them by what it costs now.")
    if tender.contact_unit is not None and tender.contact_unit.closed_at is not None:
        yield _("The unit that was the contact no longer exists; another one is entered.")
    version = tender.template_version
    if version is not None and (newer := newer_than(version)) is not None:
        yield _("The tender came from version %(old)s of a template; version %(new)s is in use now.") % {
            "old": version.number, "new": newer.number,
        }  # fmt: skip


def _profile(tender: Tender, today: date) -> Iterator[str]:
    chosen = proposals.proposed_profile(tender.buyer, tender.value, tender.cpv_main, today)
    if chosen is not None and chosen.key != tender.profile:
        yield _("Other rules apply now: %(now)s instead of %(then)s.") % {
            "now": proposals.profile_name(chosen.key), "then": proposals.profile_name(tender.profile),
        }  # fmt: skip
    known = rule_book().profiles.get(chosen.key if chosen else tender.profile)
    basis = tender.evaluation.get("price_basis")
    if known is not None and basis and known.default_price_basis != basis:
        yield _("Prices were compared %(then)s; the usual way under your rules is %(now)s now.") % {
            "then": _basis(str(basis)), "now": _basis(known.default_price_basis),
        }  # fmt: skip


def _basis(basis: str) -> str:
    return _("gross (with VAT)") if basis == "gross" else _("net (without VAT)")


def _limits(tender: Tender, day: date, today: date) -> Iterator[str]:
    """Limits of the rule book that moved between then and now, where the buyer's profile knows statutes."""
    known = rule_book().profiles.get(tender.profile)
    if known is None or not known.statutes:
        return
    for key, name in _names().items():
        before, after = rule_book().threshold(key, day), rule_book().threshold(key, today)
        if before is not None and after is not None and before.value != after.value:
            yield _("%(name)s: %(now)s EUR instead of %(then)s EUR.") % {
                "name": name, "now": _amount(after.value), "then": _amount(before.value),
            }  # fmt: skip


def _names() -> dict[str, Any]:
    return {
        "sub_central_services": _("EU threshold for services"),
        "social_special_services": _("EU threshold for social and special services"),
        "wettbewerbsregister_query": _("Value from which the competition register is asked"),
        "vergabestatistik_below_threshold": _("Value from which statistics are reported"),
    }


def _amount(value: Decimal) -> str:
    return format_decimal(value, page_locale(), 0)
