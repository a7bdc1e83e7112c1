"""Keyset pages: `next` and `previous` links, `page_size` up to 100; never OFFSET, totals capped by whoever counts."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """Opaque cursors over the view's `ordering` (default newest first)."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 100
    ordering = "-id"
