"""Organisations, role accounts, opening groups and their keys from the reference files; nothing is created twice."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts import audit, clock
from accounts.lifecycle import OrganizationKind
from accounts.models import ContactUnit, Membership, OpenerKey, OpeningGroup, Organization, User
from bids.actions import create_opener_key

PASSWORD = "zuschlag-demo"  # noqa: S105 - printed with the logins of the demo
PASS_SENTENCES = (
    "apfel brunnen feder garten hafen insel",
    "linde morgen nebel ofen pinsel quelle",
    "regen segel tanne ufer vogel wiese",
    "amsel birke donau eiche falke gletscher",
)
PROFILES = {"NW": "nw_75a", "SN": "sn_vol_a"}
Json = dict[str, Any]


def pass_sentence(account_reference: str) -> str:
    """The fixed six-word sentence of an opener's account in the demo."""
    return PASS_SENTENCES[sum(account_reference.encode()) % len(PASS_SENTENCES)]


@dataclass
class People:
    """Loads on demand and remembers: organisation and account by their reference."""

    organisations: Json
    providers: Json
    _password: str = field(default_factory=lambda: make_password(PASSWORD))

    def buyer(self, reference: str) -> Organization:
        """The municipality or service centre with all its accounts, contact unit and opening group."""
        found = Organization.objects.filter(reference=reference).first()
        if found is None:
            found = self._create_buyer(reference)
        self._opening_group(found)
        return found

    def provider(self, reference: str) -> Organization:
        found = Organization.objects.filter(reference=reference).first()
        return found or self._create_provider(next(p for p in self.providers["providers"] if p["id"] == reference))

    def account(self, reference: str) -> User:
        """The account, its organisation created first where needed."""
        if (user := User.objects.filter(reference=reference).first()) is None:
            owner = reference.split("-")[0]
            self.provider(owner) if owner.startswith("P") else self.buyer(owner)
            user = User.objects.get(reference=reference)
        return user

    def _create_buyer(self, reference: str) -> Organization:
        centre = self.organisations["service_centre"]
        entry = centre if centre["id"] == reference else self._municipality(reference)
        kind = OrganizationKind.SERVICE_CENTRE if entry is centre else OrganizationKind.MUNICIPALITY
        organization = self._organization(
            entry,
            kind,
            profile=entry.get("profile") or PROFILES.get(entry["land"], "uvgo_land"),
            language=entry.get("language", "de"),
            country=entry.get("country", "DE"),
            currency=entry.get("currency", "EUR"),
            time_zone=entry.get("timezone", "Europe/Berlin"),
        )
        for account in self.organisations["role_accounts"]:
            if account["organisation_id"] == reference:
                self._create_account(account, organization, account.get("function_de", ""))
        self._contact_unit(organization)
        return organization

    def _municipality(self, reference: str) -> Json:
        return next(m for m in self.organisations["municipalities"] if m["id"] == reference)

    def _organization(self, entry: Json, kind: str, **fields: Any) -> Organization:
        details = {
            k: entry[k]
            for k in (
                "population",
                "type",
                "council",
                "award_competence",
                "members",
                "legal_form",
                "employees",
                "certificates",
                "register",
                "nuts",
                "tools_today",
            )
            if k in entry
        }
        organization = Organization(
            reference=entry["id"],
            name=entry["name"],
            kind=kind,
            land=entry["land"],
            email=entry.get("email", ""),
            details=details,
            **fields,
        )
        organization.full_clean()
        organization.save()
        with audit.in_transaction():
            audit.record(
                f"organization:{organization.pk}",
                "organization.created",
                actor=None,
                at=clock.now(),
                data={"reference": organization.reference},
            )
        return organization

    def _create_provider(self, entry: Json) -> Organization:
        organization = self._organization(
            entry,
            OrganizationKind.PROVIDER,
            scale=entry["size"],
            default_vat_rate=entry["default_vat_rate"],
            language=entry.get("language", "de"),
            country=entry.get("country", "DE"),
        )
        for account in entry["accounts"]:
            self._create_account(account, organization, entry["name"])
        return organization

    def _create_account(self, account: Json, organization: Organization, function: str) -> User:
        user, _created = User.objects.get_or_create(
            reference=account["id"],
            defaults={
                "email": account["email"],
                "function": function,
                "language": organization.language,
                "password": self._password,
            },
        )
        for role in account["roles"]:
            Membership.objects.get_or_create(user=user, organization=organization, role=role)
        return user

    def _contact_unit(self, organization: Organization) -> None:
        officer = (
            User.objects.filter(memberships__organization=organization, memberships__role="officer")
            .order_by("pk")
            .first()
        )
        name = "Vergabestelle" if organization.language == "de" else "Procurement office"
        ContactUnit.objects.create(
            organization=organization,
            name=f"{name} – {organization.name}",
            email=officer.email if officer else f"office@{organization.reference.lower()}.example",
            phone=f"+49 30 000 {1000 + organization.pk}"
            if organization.country == "DE"
            else f"+353 1 000 {1000 + organization.pk}",
            hours="Mo–Do 8–16, Fr 8–12" if organization.language == "de" else "Mon–Thu 8–16, Fri 8–12",
        )

    def _opening_group(self, organization: Organization) -> None:
        if (
            organization.kind != OrganizationKind.MUNICIPALITY
            or OpeningGroup.objects.filter(organization=organization).exists()
        ):
            return
        plan = self._municipality(organization.reference)["opening_group"]
        group = OpeningGroup.objects.create(organization=organization, needed=plan["needed"])
        for reference in plan["openers"]:
            opener = self._opener(reference, organization)
            group.members.add(opener)
            key_of(opener, clock.now())

    def _opener(self, reference: str, organization: Organization) -> User:
        """An opener, from another organisation too (`also_for`): the second opener of a village."""
        user = self.account(reference)
        entry = next(a for a in self.organisations["role_accounts"] if a["id"] == reference)
        for extra in entry.get("also_for") or []:
            if extra["organisation_id"] == organization.reference:
                via = self.buyer(entry["organisation_id"])
                for role in extra["roles"]:
                    Membership.objects.get_or_create(
                        user=user, organization=organization, role=role, defaults={"via": via}
                    )
        return user


def key_of(opener: User, at: datetime) -> OpenerKey:
    """The opener's key, made once."""
    found = OpenerKey.objects.own().filter(user=opener).first()
    return found or create_opener_key(user=opener, pass_sentence=pass_sentence(opener.reference or ""), at=at)
