"""The code on a recovery sheet, drawn by the page, is the one another program draws."""

import json
import random
import string
import subprocess
from pathlib import Path

import pytest
import qrcode
from qrcode.util import MODE_8BIT_BYTE, QRData

from tests.bids.sealing.worker import node

DRAW = Path(__file__).with_name("draw_code.mjs")


@pytest.mark.parametrize("length", [340, 424, 430, 520, 586, 640])
def test_the_page_draws_the_same_code_as_another_program(length):
    text = "".join(random.Random(length).choices(string.ascii_letters + "+/=", k=length))
    done = subprocess.run([node(), DRAW, text], capture_output=True, text=True, check=True)
    drawn = json.loads(done.stdout)
    other = qrcode.QRCode(version=(len(drawn) - 17) // 4, error_correction=1, mask_pattern=0, border=0)
    other.add_data(QRData(text.encode(), mode=MODE_8BIT_BYTE))
    other.make(fit=False)
    assert drawn == [[bool(module) for module in row] for row in other.modules]


def test_a_text_that_is_too_long_is_refused():
    done = subprocess.run([node(), DRAW, "x" * 700], capture_output=True, text=True, check=False)
    assert "too long for a code" in done.stderr
