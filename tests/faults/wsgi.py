"""The product's application with its addresses loaded before the fork, so that a killed process is back at once."""

from django.urls import get_resolver

from config.wsgi import application

get_resolver().url_patterns  # noqa: B018 - reading it imports every view

__all__ = ["application"]
