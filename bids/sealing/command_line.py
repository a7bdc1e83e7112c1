"""Every step of bidder, opener and auditor on the command line, without server, browser or Django.

Results are JSON on standard output; faults are one line on standard error and exit code 1 (usage: 2).
"""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from accounts.evidence import KeyFileError, NoteError, write_new_file
from bids.sealing.errors import SealingError
from bids.sealing.hash_list import listed_and_bound
from bids.sealing.objects import Sealed, StreamSealer, open_sealed_into
from bids.sealing.opener_key import OpenerSecret, lock_opener_key, new_opener_key, unlock_opener_key
from bids.sealing.pass_sentence import check_pass_sentence, propose_pass_sentence
from bids.sealing.receipt_check import verify_receipt
from bids.sealing.release import check_pieces, release_pieces
from bids.sealing.slot import Slot
from bids.sealing.tender_secret import Piece

_STEP: Final = 1 << 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], dict[str, Any]] = options.run
    try:
        result = run(options)
    except (SealingError, KeyFileError, NoteError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename or options.command}: {error.strerror or error}")
    except UnicodeDecodeError:
        return _fail("a file that should be text is not UTF-8")
    sys.stdout.write(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return 0


def _fail(message: str) -> int:
    sys.stderr.write(f"bids.sealing: {message}\n")
    return 1


def _keygen(options: argparse.Namespace) -> dict[str, Any]:
    public, secret = new_opener_key(options.id)
    _write_secret(options.out, secret.to_json())
    return {"id": options.id, "public": public, "secret_file": str(options.out)}


def _lock(options: argparse.Namespace) -> dict[str, Any]:
    secret = OpenerSecret.from_json(options.secret.read_bytes())
    sentence = propose_pass_sentence(options.propose) if options.propose else _sentence(options)
    _write_secret(options.out, lock_opener_key(secret, check_pass_sentence(sentence)))
    if options.propose:
        sys.stderr.write(f"Write this pass sentence down and keep it apart from the file:\n\n    {sentence}\n\n")
    return {"id": secret.id, "public": secret.public, "locked_file": str(options.out)}


def _seal(options: argparse.Namespace) -> dict[str, Any]:
    slot = Slot.from_json(_read_object(options.slot))
    with options.file.open("rb") as source, _new_file(options.out) as out:
        sealed = _seal_stream(source, out, slot, options.recipient)
        os.fsync(out.fileno())
    return {"object": slot.object, "name": options.file.name, **_sealed_json(sealed)}


def _seal_stream(source: BinaryIO, out: BinaryIO, slot: Slot, recipient: str) -> Sealed:
    with StreamSealer(slot, recipient, out) as sealer:
        while chunk := source.read(_STEP):
            sealer.write(chunk)
        return sealer.close()


def _sealed_json(sealed: Sealed) -> dict[str, Any]:
    return {
        "size": sealed.size_plain,
        "sha256_plain": sealed.sha256_plain,
        "size_cipher": sealed.size_cipher,
        "sha256_cipher": sealed.sha256_cipher,
    }


def _open(options: argparse.Namespace) -> dict[str, Any]:
    slot = Slot.from_json(_read_object(options.slot))
    secret = _identity(options.identity.read_text("utf-8"))
    with options.file.open("rb") as source, _new_file(options.out) as out:
        sha256 = open_sealed_into(secret, source, out, slot, options.size)
    return {"object": slot.object, "size": options.size, "sha256_plain": sha256, "file": str(options.out)}


def _release(options: argparse.Namespace) -> dict[str, Any]:
    pieces = [Piece.from_json(item) for item in _read_list(options.pieces)]
    secret = unlock_opener_key(options.key.read_bytes(), _sentence(options))
    if bool(options.session) != bool(options.session_public):
        raise SealingError("--session and --session-public go together")
    if not options.session:
        return {"opener": secret.id, "checked": check_pieces(pieces, secret.id, secret.secret)}
    released = release_pieces(
        pieces, secret.id, secret.secret, session=options.session, session_public=options.session_public
    )
    return {"opener": secret.id, "session": options.session, "pieces": [piece.to_json() for piece in released]}


def _verify(options: argparse.Namespace) -> dict[str, Any]:
    note, keys = options.receipt.read_text("utf-8"), _verifier_keys(options.key)
    payload, item = verify_receipt(note, options.file, keys)
    found = {"verified": True, "object": item, "receipt": payload}
    if options.list is None:
        return found
    return {**found, "listed": True, "checkpoint": listed_and_bound(note, options.list.read_text("utf-8"), keys)}


def _verifier_keys(given: Sequence[str]) -> list[str]:
    """Keys given as text, or as files with one key per line."""
    keys: list[str] = []
    for text in given:
        path = Path(text)
        keys += path.read_text("utf-8").split() if path.is_file() else [text]
    return keys


def _sentence(options: argparse.Namespace) -> str:
    if options.pass_file:
        return str(options.pass_file.read_text("utf-8"))
    return getpass.getpass("Pass sentence: ")


def _identity(text: str) -> bytes:
    """The identity line of an age key file, which may carry comments."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) != 1:
        raise SealingError("an identity file holds exactly one AGE-SECRET-KEY line")
    return lines[0].encode()


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise SealingError(f"{path} is not JSON: line {error.lineno}, {error.msg}") from error


def _read_object(path: Path) -> dict[str, Any]:
    value = _read_json(path)
    if not isinstance(value, dict):
        raise SealingError(f"{path} holds no JSON object")
    return value


def _read_list(path: Path) -> list[Any]:
    value = _read_json(path)
    if not isinstance(value, list):
        raise SealingError(f"{path} holds no JSON list")
    return value


def _write_secret(path: Path, content: bytes) -> None:
    if not write_new_file(path, content):
        raise SealingError(f"{path} exists already and is left as it is")


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name only when everything went well; an existing one is never replaced."""
    part = path.with_name(path.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        os.link(part, path)
    finally:
        part.unlink()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bids.sealing", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (_add_keygen, _add_lock, _add_seal, _add_open, _add_release, _add_verify):
        add(commands)
    return parser


def _add_keygen(commands: Any) -> None:
    command = commands.add_parser("keygen", help="make an opener key; lock it next, then destroy the unlocked file")
    command.add_argument("--id", required=True, help="id of the opener on the platform")
    command.add_argument("--out", required=True, type=Path, help="new file for the unlocked secret (mode 0400)")
    command.set_defaults(run=_keygen)


def _add_lock(commands: Any) -> None:
    command = commands.add_parser("lock", help="lock an opener key under a pass sentence, as an age file")
    command.add_argument("secret", type=Path, help="unlocked secret made by keygen")
    command.add_argument("--out", required=True, type=Path, help="new file for the locked key")
    command.add_argument("--propose", choices=("de", "en"), help="propose a pass sentence and show it once")
    _add_pass_file(command)
    command.set_defaults(run=_lock)


def _add_seal(commands: Any) -> None:
    command = commands.add_parser("seal", help="seal one document for its slot")
    command.add_argument("file", type=Path)
    command.add_argument("--recipient", required=True, help="the tender's recipient, age1…")
    command.add_argument("--slot", required=True, type=Path, help="JSON file with the slot, as the platform gives it")
    command.add_argument("--out", required=True, type=Path, help="new file for the sealed object")
    command.set_defaults(run=_seal)


def _add_open(commands: Any) -> None:
    command = commands.add_parser("open", help="open one sealed object with the recovered tender key")
    command.add_argument("file", type=Path)
    command.add_argument("--identity", required=True, type=Path, help="age identity file of the tender")
    command.add_argument("--slot", required=True, type=Path, help="JSON file with the slot the object belongs to")
    command.add_argument("--size", required=True, type=_size, help="true size in bytes, from the manifest")
    command.add_argument("--out", required=True, type=Path, help="new file for the document")
    command.set_defaults(run=_open)


def _add_release(commands: Any) -> None:
    command = commands.add_parser(
        "release", help="check an opener's pieces, or with --session hand them over to the opening"
    )
    command.add_argument("--pieces", required=True, type=Path, help="JSON list of the tender key's pieces")
    command.add_argument("--key", required=True, type=Path, help="locked opener key")
    command.add_argument("--session", help="id of the opening session")
    command.add_argument("--session-public", help="public key of the opening session, base64")
    _add_pass_file(command)
    command.set_defaults(run=_release)


def _add_verify(commands: Any) -> None:
    command = commands.add_parser("verify", help="check without the server that a receipt is for this sealed file")
    command.add_argument("receipt", type=Path)
    command.add_argument("file", type=Path)
    command.add_argument(
        "--key", required=True, action="append", help="verifier key as printed in the notice, or a file of them"
    )
    command.add_argument("--list", type=Path, help="hash list of the tender (JSON): the receipt must stand in it")
    command.set_defaults(run=_verify)


def _add_pass_file(command: argparse.ArgumentParser) -> None:
    command.add_argument("--pass-file", type=Path, help="file with the pass sentence; without it you are asked")


def _size(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("a size is a whole number of bytes")
    return int(text)
