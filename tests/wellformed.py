"""What holds of every page a test receives: headings step down one by one, ids are given once, there is a title."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.test import Client

# Comments, scripts and templates are no part of the page a person meets.
LEFT_OUT = re.compile(r"<!--.*?-->|<script\b.*?</script>|<template\b.*?</template>", re.S)
NOT_OURS = ("/operator/",)  # Django's own pages
HEADING = re.compile(r"<h([1-6])\b")
ID = re.compile(r"<[a-z][^<>]*?\sid=\"([^\"]*)\"")


def watch(client: type[Client] = Client) -> None:
    """From now on `client` looks at each whole page that it receives."""
    plain = client.request

    def request(self: Client, **wanted: Any) -> Any:
        response = plain(self, **wanted)
        path = str(wanted.get("PATH_INFO", ""))
        is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        if is_page and not response.has_header("Content-Encoding") and not path.startswith(NOT_OURS):
            page = response.content.decode()
            if "</html>" in page:
                faults = list(faults_of(page))
                assert not faults, f"{path}: {'; '.join(faults)}"
        return response

    client.request = request  # type: ignore[method-assign]


def faults_of(page: str) -> Iterator[str]:
    """What a screen reader would stumble over in the whole page `page`, one sentence each."""
    page = LEFT_OUT.sub("", page)
    if "<title>" not in page:
        yield "no title"
    above = 1  # what went wrong is told, as h2, above the h1
    for level in map(int, HEADING.findall(page)):
        if level > above + 1:
            yield f"h{level} stands below h{above}"
        above = level
    if (times := page.count("<h1")) != 1:
        yield f"{times} times h1"
    for name, times in Counter(ID.findall(page)).items():
        if times > 1:
            yield f"id {name!r} stands {times} times"
