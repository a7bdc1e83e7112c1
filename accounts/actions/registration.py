"""A company registers itself: short, free of charge, no profile beyond name and address (DECISIONS 5)."""

import secrets

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts import audit, clock
from accounts.decision import refuse
from accounts.lifecycle import OrganizationKind, Role
from accounts.models import Membership, Organization, User
from accounts.vat import clean_vat_number


def register_company(
    *, name: str, email: str, password: str = "", country: str, vat_number: str = "", language: str = "de",
    password_hash: str = "",
) -> User:  # fmt: skip
    """The company and its first account, bidder and administrator at once. `password_hash`: of one checked before.

    Raises ValidationError by field, RefusedError "email_taken" (interfaces must not show it to strangers).
    """
    with audit.in_transaction():
        now = clock.now()
        company = Organization(
            reference=f"R-{secrets.token_hex(4).upper()}",
            name=" ".join(name.split()),
            kind=OrganizationKind.PROVIDER,
            country=country,
            language=language,
            email=email.lower(),
            vat_number=clean_vat_number(country, vat_number),
        )
        company.full_clean()
        company.save()
        user = _account(email, password or None, company.name, language)
        if password_hash:
            User.objects.filter(pk=user.pk).update(password=password_hash)
            user.password = password_hash
        for role in (Role.BIDDER, Role.BIDDER_ADMIN):
            membership = Membership(user=user, organization=company, role=role)
            membership.full_clean()
            membership.save()
        audit.record(
            f"organization:{company.pk}",
            "organization.registered",
            actor=user,
            at=now,
            subject=f"organization:{company.pk}",
            data={"country": country, "vat_number_checked": bool(company.vat_number)},
        )
    return user


def _account(email: str, password: str | None, function: str, language: str) -> User:
    if User.objects.filter(email__iexact=email).exists():
        refuse("email_taken", _("There is an account with this e-mail address already."))
    try:
        return User.objects.create_user(email, password, function=function, language=language)
    except IntegrityError:  # registered in the same moment by another request
        refuse("email_taken", _("There is an account with this e-mail address already."))
