"""What may be uploaded for a bid: one object for the tender's page, the API, the upload field and the checks."""

from dataclasses import asdict, dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from bids.content import LONGEST_NAME

MOST_OPEN = 50  # uploads at a time
QUOTA = 5 << 30  # bytes per company and tender


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, lengths in characters."""

    file_size: int
    file_count: int
    name_length: int
    company_size: int
    open_uploads: int
    types: str = "any"

    def to_json(self) -> dict[str, int | str]:
        """The fields by their names."""
        return asdict(self)

    @property
    def words(self) -> str:
        """One sentence for people."""
        text = _(
            "Any kind of file, at most %(megabytes)s MB each, at most %(most)s documents, names of at most "
            "%(letters)s characters, %(gigabytes)s GB in all."
        )
        numbers = {"megabytes": self.file_size // 1_000_000, "gigabytes": self.company_size >> 30}
        return text % {**numbers, "most": self.file_count, "letters": self.name_length}


def limits() -> Limits:
    """The limits of this platform now."""
    return Limits(settings.BID_FILE_LIMIT, settings.BID_FILE_COUNT_LIMIT, LONGEST_NAME, QUOTA, MOST_OPEN)
