"""How many messages wait, beside the entry of the menu."""

from django import template
from django.http import HttpRequest

from accounts.mailbox import MOST_UNREAD, unread

register = template.Library()


@register.simple_tag
def unread_messages(request: HttpRequest) -> str:
    """ "3", "99+", or "" when there are none; one query per page, only for people who are signed in."""
    number = unread(request.user) if request.user.is_authenticated else 0
    if number > MOST_UNREAD:
        return f"{MOST_UNREAD}+"
    return str(number or "")
