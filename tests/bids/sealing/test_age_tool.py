"""A court can read everything with the public `age` tool, and what that tool makes can be opened here."""

import base64
import json
import os
import pty
import shutil
import subprocess

import pytest

from bids.sealing import (
    OpenerSecret,
    SealingError,
    lock_opener_key,
    new_keypair,
    new_opener_key,
    new_tender_secret,
    open_sealed,
    padme,
    seal_bytes,
    unlock_opener_key,
    wrap,
)
from bids.sealing.age import recipient_of
from tests.bids.sealing import worker

pytestmark = pytest.mark.skipif(not shutil.which("age"), reason="the age command line tool is not installed")
DATA = b"Angebot\n" * 20_000
SENTENCE = "apfelturm brotkorb regenhut mondstuhl waldkanne flusslampe"


@pytest.fixture(scope="module")
def key():
    return new_tender_secret()


def age(*arguments, **options):
    return subprocess.run(["age", *arguments], check=True, capture_output=True, timeout=30, **options).stdout


def age_asking(arguments, answers):
    """Runs age on a terminal of its own and answers its questions."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp("age", ["age", *arguments])
    seen = b""
    for answer in answers:
        while not seen.rstrip(b" ").endswith(b":"):
            seen += os.read(terminal, 1)
        os.write(terminal, answer.encode() + b"\n")
        seen = b""
    while True:
        try:
            if not os.read(terminal, 1000):
                break
        except OSError:  # Linux: the terminal is gone with its program
            break
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_the_age_tool_opens_a_sealed_object(key, slot, tmp_path):
    identity = tmp_path / "identity"
    identity.write_bytes(key.secret + b"\n")
    plain = age("-d", "-i", str(identity), input=seal_bytes(slot, DATA, key.recipient))
    assert plain.startswith(slot.line() + DATA)
    assert len(plain) == padme(len(slot.line()) + len(DATA))


def test_an_object_sealed_with_the_age_tool_opens_here(key, slot):
    plain = slot.line() + DATA
    plain += bytes(padme(len(plain)) - len(plain))
    assert open_sealed(key.secret, age("-r", key.recipient, input=plain), slot, len(DATA)) == DATA


def test_the_age_tool_opens_a_locked_opener_key(tmp_path):
    secret = new_opener_key("anna")[1]
    locked, opened = tmp_path / "locked.age", tmp_path / "opened"
    locked.write_bytes(lock_opener_key(secret, SENTENCE, 10))
    age_asking(["-d", "-o", str(opened), str(locked)], [SENTENCE])
    assert opened.read_bytes() == secret.to_json()


def test_an_opener_key_locked_with_the_age_tool_opens_here(tmp_path):
    secret = new_opener_key("anna")[1]
    plain, locked = tmp_path / "plain", tmp_path / "locked.age"
    plain.write_bytes(secret.to_json())
    age_asking(["-p", "-o", str(locked), str(plain)], [SENTENCE, SENTENCE])
    assert unlock_opener_key(locked.read_bytes(), SENTENCE) == secret


def test_prices_and_answers_sealed_in_the_browser_open_with_the_age_tool(key, slot, tmp_path):
    identity, text = tmp_path / "identity", '{"declarant":"Clara Grün","v":1}'
    identity.write_bytes(key.secret + b"\n")
    with worker.running(worker.SEALER) as page:
        sealed = page.ask("sealText", text=text, slot=json.loads(slot.line()), recipient=key.recipient)
    plain = age("-d", "-i", str(identity), input=base64.b64decode(sealed))
    assert plain.rstrip(b"\0") == slot.line() + text.encode()
    assert len(plain) == padme(len(slot.line()) + len(text.encode()))


def test_an_opener_key_made_in_the_browser_opens_with_the_age_tool(tmp_path):
    locked, opened = tmp_path / "locked.age", tmp_path / "opened"
    with worker.running() as page:
        made = page.ask("createKey", opener="41", sentence=SENTENCE, workFactor=10)
    locked.write_bytes(base64.b64decode(made["locked"]))
    age_asking(["-d", "-o", str(opened), str(locked)], [SENTENCE])
    assert json.loads(opened.read_bytes())["id"] == "41"


@pytest.mark.slow
def test_an_opener_key_locked_with_the_age_tool_opens_in_the_browser(tmp_path):
    public, raw = new_keypair()
    plain, locked = tmp_path / "plain", tmp_path / "locked.age"
    plain.write_bytes(OpenerSecret("41", raw).to_json())
    age_asking(["-p", "-o", str(locked), str(plain)], [SENTENCE, SENTENCE])
    info = {"opener": "41", "what": "trial"}
    challenge = base64.b64encode(wrap(b"a challenge", public, info)).decode()
    args = {"locked": base64.b64encode(locked.read_bytes()).decode(), "opener": "41", "sentence": SENTENCE}
    with worker.running() as page:
        assert base64.b64decode(page.ask("prove", **args, challenge=challenge, info=info)) == b"a challenge"


@pytest.mark.skipif(not shutil.which("age-keygen"), reason="age-keygen is not installed")
def test_the_recipient_is_the_one_age_keygen_derives(key):
    answer = subprocess.run(["age-keygen", "-y"], input=key.secret, capture_output=True, check=True, timeout=30)
    assert answer.stdout.decode().strip() == key.recipient == recipient_of(key.secret)
    with pytest.raises(SealingError):
        recipient_of(b"\xff" * 74)
