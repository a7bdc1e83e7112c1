"""The look of a buyer's pages, set by its administrators."""

from datetime import datetime
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts import audit, theming
from accounts.actions.people import chain_of
from accounts.actions.people_access import administer
from accounts.decision import refuse
from accounts.models import Organization, Theme, User


def save_theme(
    *,
    actor: User,
    organization_id: int,
    accent: str,
    accent_dark: str,
    logo: bytes | None = None,
    keep_logo: bool = True,
) -> Theme:
    """Colours as "#rrggbb" or "", a logo of the kinds of `theming.logo_type`; without one `keep_logo` decides.

    ValidationError by field: a colour that cannot be read everywhere is refused with the ratio that was measured.
    """
    with audit.in_transaction():
        organization, now = administer(actor, organization_id)
        if not organization.is_buyer:
            refuse("no_buyer", _("Only pages of municipalities have a look of their own."))
        theme = Theme.objects.filter(organization=organization).first() or Theme(organization=organization)
        theme.accent, theme.accent_dark = accent.lower(), accent_dark.lower()
        _put_logo(theme, logo, keep_logo)
        _require_contrast(theme)
        theme.changed_at, theme.changed_by = now, actor
        theme.full_clean()
        theme.save()
        _note(organization, theme)
        _record(actor, organization, theme, now)
    return theme


def _put_logo(theme: Theme, logo: bytes | None, keep_logo: bool) -> None:
    if logo is None:
        if not keep_logo:
            theme.logo, theme.logo_type = None, ""
        return
    if len(logo) > theming.LOGO_LIMIT:
        limit = theming.LOGO_LIMIT // 1_000
        raise ValidationError(
            {"logo": _("The picture has more than %(limit)s kB. Save it smaller.") % {"limit": limit}}
        )
    kind = theming.logo_type(logo)
    if not kind:
        raise ValidationError({"logo": _("Choose a picture as PNG, JPEG or WebP; this file is none of them.")})
    theme.logo, theme.logo_type = logo, kind


def _require_contrast(theme: Theme) -> None:
    """The shape of a colour is checked first: only then can it be measured."""
    theme.clean_fields(exclude=["organization", "changed_at", "changed_by", "logo"])
    faults = {}
    for field, mode in (("accent", "light"), ("accent_dark", "dark")):
        colour = getattr(theme, field)
        if colour and (weak := theming.weakest(colour, mode)):
            faults[field] = _(
                "On %(ground)s this colour reaches %(ratio)s:1, and 4.5:1 is needed to be read. %(example)s would do."
            ) % {"ground": weak.ground, "ratio": number_format(weak.ratio), "example": weak.example}
    if faults:
        raise ValidationError(faults)


def _note(organization: Organization, theme: Theme) -> None:
    """The organisation's row says what its pages link to; entries of others stay."""
    has_look = theme.accent or theme.accent_dark or theme.logo
    kept = {name: value for name, value in organization.details.items() if name != "theme"}
    organization.details = {**kept, "theme": theming.summary(theme)} if has_look else kept
    organization.save(update_fields=["details"])


def _record(actor: User, organization: Organization, theme: Theme, now: datetime) -> None:
    logo = sha256(bytes(theme.logo)).hexdigest() if theme.logo else ""
    data = {"accent": theme.accent, "accent_dark": theme.accent_dark, "logo": logo}
    audit.record(chain_of(organization), "theme.changed", actor=actor, at=now, data=data)
