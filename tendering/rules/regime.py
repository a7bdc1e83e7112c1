"""Which rules apply: by estimated value, day, Land and kind of service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tendering.rules.rows import EU, OWN_STATUTE, Profile, Row, Threshold, profile, rule_book

NATIONAL_PROFILES = {"NW": "nw_75a", "SN": "sn_vol_a"}
DEFAULT_NATIONAL = "uvgo_land"
EU_PROFILE = "eu_vgv"
NEW_LAW_FROM = date(2026, 7, 1)
# Social and other special services (Annex XIV 2014/24/EU), by first digits; the list is from memory.
SPECIAL_CPV = ("641", "64000", "75", "80")


@dataclass(frozen=True, slots=True)
class Regime:
    """The applicable profile with the row that decided. `is_special` = special service (list from memory)."""

    profile_key: str
    threshold: Threshold | None
    is_above_threshold: bool
    is_special: bool
    law_version: str


@dataclass(frozen=True, slots=True)
class Limit:
    """Up to which value an easier procedure is allowed. `amount` None: see `kind` (own_statute, unknown)."""

    amount: Decimal | None
    kind: str
    row: Row | None

    def allows(self, value: Decimal) -> bool | None:
        """None when not known. A limit at the EU threshold is not reached itself."""
        if self.amount is None:
            return None
        return value < self.amount if self.kind == EU else value <= self.amount


def is_special_service(cpv: str) -> bool:
    return cpv.startswith(SPECIAL_CPV)


def legal_regime(estimated_value: Decimal, day: date, land: str, cpv: str = "") -> Regime:
    """Regime of a municipality's service contract in Germany on the reference day (dispatch of the notice).

    A value equal to the threshold lies above it. A day without a known threshold counts as below, with
    `threshold` None for the caller to say so.
    """
    special = is_special_service(cpv)
    row = rule_book().threshold("social_special_services" if special else "sub_central_services", day)
    above = row is not None and row.is_reached_by(estimated_value)
    key = EU_PROFILE if above else NATIONAL_PROFILES.get(land, DEFAULT_NATIONAL)
    law = "from_2026-07-01" if day >= NEW_LAW_FROM else "before_2026-07-01"
    return Regime(key, row, above, special, law)


def choose_profile(
    estimated_value: Decimal | None, day: date, *, country: str = "DE", land: str = "", cpv: str = ""
) -> Profile:
    """The profile to propose for a new tender; without a value the national one; outside Germany the general one."""
    if country != "DE":
        return profile("generic_en")
    return profile(legal_regime(estimated_value or Decimal(0), day, land, cpv).profile_key)


def national_limit(land: str, day: date, kind: str) -> Limit:
    """`kind`: direct_order, restricted_without_call or negotiated."""
    book = rule_book()
    row = book.national_limit(land, day)
    text = getattr(row, kind) if row else None
    if text is None:
        return Limit(None, "unknown", row)
    if text == OWN_STATUTE:
        return Limit(None, OWN_STATUTE, row)
    if text == EU:
        threshold = book.threshold("sub_central_services", day)
        return Limit(threshold.value if threshold else None, EU, row)
    return Limit(Decimal(text), "amount", row)


def duty(key: str, value: Decimal, day: date) -> Threshold | None:
    """The row by which a duty (register query, statistics, ex-post notice) holds for this value; None = it does not."""
    row = rule_book().threshold(key, day)
    return row if row is not None and row.is_reached_by(value) else None
