"""Parts of a page that exist in demo mode only."""

from django import template
from django.conf import settings

from config.demo.roles import Person, everybody, one_of_each

register = template.Library()


@register.simple_tag
def demo_roles() -> list[tuple[str, Person]]:
    """One account of each role, to become by one click; nothing outside demo mode."""
    return one_of_each(everybody()) if settings.DEMO else []
