"""Addresses for tests of the shell alone: only two of those it can link to."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(request: HttpRequest, *args: object) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("", nothing, name="start"), path("tenders/", nothing, name="tender_list")]
