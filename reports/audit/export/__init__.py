"""A whole file to take away: everything in open formats, a list of hashes, and a script that checks it all."""

from reports.audit.export.archive import Archive
from reports.audit.export.pilot import pilot_archive
from reports.audit.export.tender import tender_archive

__all__ = ["Archive", "pilot_archive", "tender_archive"]
