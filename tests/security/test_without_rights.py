"""The platform needs no rights: it runs as nobody, on a file system it can write to in its own folder only."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.faults.clients import Client
from tests.faults.installation import Installation

NOBODY = 65534
# A view of the file system in which only the installation's folder can be written to; then all rights are dropped but
# that to read, for here the interpreter may lie in somebody's private folder.
CONFINED = """
set -e
mount --bind "$1" "$1"
mount -o remount,ro,bind /
shift
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all,+dac_read_search \
  --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search "$@"
"""
NEEDED = ("unshare", "setpriv", "mount")
MISSING = [name for name in NEEDED if not shutil.which(name)]


def can_confine() -> bool:
    if MISSING or os.geteuid() != 0:
        return False
    tried = ["unshare", "--mount", "sh", "-c", "mount -o remount,ro,bind / && ! touch /zuschlag-probe 2>/dev/null"]
    return subprocess.run(tried, capture_output=True).returncode == 0


def give_to_nobody(place: Installation) -> None:
    for folder, _folders, files in os.walk(place.home):
        for name in [folder, *(os.path.join(folder, one) for one in files)]:
            os.chown(name, NOBODY, NOBODY, follow_symlinks=False)


@pytest.mark.slow
@pytest.mark.skipif(not can_confine(), reason="Confinement: needs the system's administrator, unshare and setpriv")
def test_a_bid_is_handed_in_to_a_server_without_rights_on_a_file_system_it_cannot_write_to() -> None:
    with Installation() as place:
        place.prepare(1)
        (place.home / "tmp").mkdir()
        give_to_nobody(place)
        before = ["unshare", "--mount", "sh", "-c", CONFINED, "sh", str(place.home)]
        place.start(before=before, TMPDIR=str(place.home / "tmp"), HOME=str(place.home), PYTHONDONTWRITEBYTECODE="1")
        assert place.web is not None
        told = Path(f"/proc/{place.web.pid}/status").read_text("utf-8").splitlines()
        lines = dict(line.split(":\t", 1) for line in told if ":\t" in line)
        assert set(lines["Uid"].split()) == {str(NOBODY)} and lines["NoNewPrivs"].strip() == "1"
        assert int(lines["CapEff"], 16) == int(lines["CapBnd"], 16) == 1 << 2  # to read, see above
        client = Client(place, 0)
        receipt = client.bid()
        assert receipt["note"].startswith("zuschlag receipt v1\n")
        stored = list((place.data / "sealed").rglob("*.age"))
        assert stored and {path.stat().st_uid for path in stored} == {NOBODY}
        keys = [place.home / name for name in ("signing.key", "store.key", "platform.key")]
        assert all(not stat.S_IMODE(key.stat().st_mode) & 0o077 for key in keys)
        assert place.status("/") == 200
