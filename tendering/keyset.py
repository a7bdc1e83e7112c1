"""Keyset pages of the lists; the pages themselves are accounts.keyset, because the mailbox walks by them too."""

from accounts.keyset import CAP, LARGEST_PAGE, PAGE, Page, Stretch, Walk, capped_total, first, moment_of, page

__all__ = ["CAP", "LARGEST_PAGE", "PAGE", "Page", "Stretch", "Walk", "capped_total", "first", "moment_of", "page"]
