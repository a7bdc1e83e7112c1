"""What every page of the shell needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import clock


def shell(request: HttpRequest) -> dict[str, Any]:
    """site_name, demo_mode, theme, server_now (aware), request_id, operator (settings.OPERATOR)."""
    theme = request.COOKIES.get("theme", "")
    return {
        "site_name": settings.SITE_NAME,
        "demo_mode": settings.DEMO,
        "theme": theme if theme in {"light", "dark"} else "",
        "server_now": clock.now(),
        "request_id": getattr(request, "id", ""),
        "operator": settings.OPERATOR,
    }
