"""The recipe of docs/sealing-by-command-line.md, run as it stands there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from bids.models import Bid
from tests.bids.bidding import draft_with, open_all
from tests.factories import PASSWORD, make_company, make_town, open_tender

NEEDED = ("age", "curl", "jq", "bash")
PAGE = settings.BASE_DIR / "docs" / "sealing-by-command-line.md"
MISSING = [name for name in NEEDED if not shutil.which(name)]


def blocks() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.mark.skipif(bool(MISSING), reason=f"Sealing recipe: not installed: {', '.join(MISSING)}")
def test_a_bid_sealed_with_the_age_command_is_opened_like_any_other(live_server, client, tmp_path: Path) -> None:
    town = make_town()
    tender = open_tender(town)
    clara = make_company(name="Clara GmbH")
    draft = draft_with(clara, tender)
    given = {"email": clara.bidder.email, "password": PASSWORD}
    token = client.post("/api/v1/auth/token/", given, content_type="application/json").json()["token"]
    words = {"BASE": live_server.url, "TOKEN": token, "BID": str(draft.pk), "KEY": "k-1", "DECLARANT": "Clara"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", blocks()[0]], cwd=tmp_path, env={"PATH": "/usr/bin:/bin", **words},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    assert (tmp_path / "receipt.txt").read_text("utf-8").startswith("zuschlag receipt v1\n")
    assert (tmp_path / "manifest.age").read_bytes().startswith(b"age-encryption.org/v1\n")
    open_all(town, tender)
    bid = Bid.objects.get()
    assert (bid.sealed_at, bid.opened["declarant"]) == ("client", "Clara")
    assert bid.opened_at


@pytest.mark.skipif(not shutil.which("awk"), reason="Padmé in awk: awk is not installed")
def test_the_padded_length_of_the_recipe_is_ours() -> None:
    from bids.sealing import padme

    lengths = [1, 2, 3, 9, 17, 48211, 65_535, 65_536, 65_537, 100_000_001, 2**33 + 5]
    script = blocks()[1] + "\n".join(f"padme {length}" for length in lengths)
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert [int(float(text)) for text in said] == [padme(length) for length in lengths]
