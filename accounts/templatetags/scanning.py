"""{% scan_state %}: whether files of others are scanned for malware, in one sentence."""

from django import template

from accounts import scanning

register = template.Library()


@register.simple_tag
def scan_state() -> str:
    """As scanning.said."""
    return scanning.said()
