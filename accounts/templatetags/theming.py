"""{% page_look as look %}: the look of the municipality a page belongs to, or nothing."""

from django import template
from django.template.context import Context

from accounts.theming import Look, look_of, shown_organization

register = template.Library()


@register.simple_tag(takes_context=True)
def page_look(context: Context) -> Look | None:
    """From what the view loaded anyway; asks no database."""
    organization = shown_organization(context)
    return look_of(organization) if organization else None
